// Tables for people and programs: aligned columns with styles, or CSV.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kpisuite {

enum class Style { kPlain, kBold, kDim, kExcellent, kGood, kWarning, kBad, kNote };

// `text` in the colours of a terminal; unchanged when `colored` is false or the style is plain.
std::string Styled(absl::string_view text, Style style, bool colored);

// One value: as people read it, and exactly.
struct Cell {
  std::string text;
  Style style = Style::kPlain;
  std::optional<std::string> exact = std::nullopt;  // for CSV, when it is not the text
};

struct Column {
  enum class Shown { kAlways, kWide, kCsvOnly, kTerminalOnly, kNever };

  std::string title;
  bool right_aligned = false;
  Shown shown = Shown::kAlways;
};

struct TableLayout {
  bool wide = false;
  bool terminal = false;  // whether kTerminalOnly columns are shown
  bool colored = false;
};

// Rows of cells, one for each column. Not thread-safe.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // `cells` has one entry for each column.
  void AddRow(std::vector<Cell> cells);
  // A line of its own above the rows that follow; not part of CSV.
  void AddHeading(std::string text);

  bool empty() const { return rows_.empty(); }

  // Columns separated by two spaces, each line with a line end; the last column is not padded.
  std::string Render(const TableLayout& layout) const;
  // RFC 4180 with LF: lower-case titles with '_', exact values, every column but those for
  // terminals.
  std::string RenderCsv() const;

 private:
  struct Row {
    std::vector<Cell> cells;  // empty for a heading
    std::string heading;
  };

  std::string RenderRow(const std::vector<Cell>& cells, const std::vector<size_t>& shown,
                        const std::vector<size_t>& widths, bool colored) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// A CSV field: in quotes when it holds a comma, a quote or a line end.
std::string CsvField(absl::string_view text);

}  // namespace kpisuite
