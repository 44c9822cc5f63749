#include "services/kpictl/view/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/document/utf8.h"

namespace kpisuite {
namespace {

absl::string_view StyleCode(Style style) {
  switch (style) {
    case Style::kPlain: return "";
    case Style::kBold: return "\x1b[1m";
    case Style::kDim: return "\x1b[2m";
    case Style::kExcellent: return "\x1b[1;32m";
    case Style::kGood: return "\x1b[32m";
    case Style::kWarning: return "\x1b[33m";
    case Style::kBad: return "\x1b[31m";
    case Style::kNote: return "\x1b[36m";
  }
  return "";
}

bool IsInCsv(const Column& column) {
  return column.shown != Column::Shown::kTerminalOnly && column.shown != Column::Shown::kNever;
}

}  // namespace

std::string Styled(absl::string_view text, Style style, bool colored) {
  if (!colored || style == Style::kPlain || text.empty()) return std::string(text);
  return absl::StrCat(StyleCode(style), text, "\x1b[0m");
}

void Table::AddRow(std::vector<Cell> cells) { rows_.push_back({std::move(cells), ""}); }

void Table::AddHeading(std::string text) { rows_.push_back({{}, std::move(text)}); }

std::string Table::RenderRow(const std::vector<Cell>& cells, const std::vector<size_t>& shown,
                             const std::vector<size_t>& widths, bool colored) const {
  std::string line;
  for (size_t i = 0; i < shown.size(); ++i) {
    const Cell& cell = cells[shown[i]];
    const std::string padding(widths[i] - CountCodePoints(cell.text), ' ');
    const std::string text = Styled(cell.text, cell.style, colored);
    const bool right = columns_[shown[i]].right_aligned;
    absl::StrAppend(&line, i == 0 ? "" : "  ", right ? padding : "", text, right ? "" : padding);
  }
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(line), "\n");
}

std::string Table::Render(const TableLayout& layout) const {
  std::vector<size_t> shown;
  std::vector<Cell> titles;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    titles.push_back({column.title, Style::kBold});
    if (column.shown == Column::Shown::kCsvOnly || column.shown == Column::Shown::kNever) continue;
    if (column.shown == Column::Shown::kWide && !layout.wide) continue;
    if (column.shown == Column::Shown::kTerminalOnly && !layout.terminal) continue;
    shown.push_back(i);
  }
  std::vector<size_t> widths;
  for (size_t column : shown) {
    size_t width = CountCodePoints(titles[column].text);
    for (const Row& row : rows_) {
      if (!row.cells.empty()) width = std::max(width, CountCodePoints(row.cells[column].text));
    }
    widths.push_back(width);
  }
  std::string text = RenderRow(titles, shown, widths, layout.colored);
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      absl::StrAppend(&text, Styled(row.heading, Style::kBold, layout.colored), "\n");
    } else {
      text += RenderRow(row.cells, shown, widths, layout.colored);
    }
  }
  return text;
}

std::string Table::RenderCsv() const {
  std::vector<std::string> line;
  for (const Column& column : columns_) {
    if (!IsInCsv(column)) continue;
    const std::string title = absl::AsciiStrToLower(column.title);
    line.push_back(CsvField(absl::StrReplaceAll(title, {{" ", "_"}})));
  }
  std::string text = absl::StrCat(absl::StrJoin(line, ","), "\n");
  for (const Row& row : rows_) {
    if (row.cells.empty()) continue;
    line.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!IsInCsv(columns_[i])) continue;
      const Cell& cell = row.cells[i];
      line.push_back(CsvField(cell.exact.value_or(cell.text)));
    }
    absl::StrAppend(&text, absl::StrJoin(line, ","), "\n");
  }
  return text;
}

std::string CsvField(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace kpisuite
