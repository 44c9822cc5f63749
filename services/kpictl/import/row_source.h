// Files as rows of the columns that are wanted.
#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kpisuite {

enum class FileFormat { kCsv, kNdjson };

// By the end of the name: .ndjson and .jsonl are NDJSON, all else is CSV.
FileFormat GuessFormat(const std::string& path);

// One row. Cells are in the order of the wanted columns; nullopt where the row lacks the column.
struct ImportRow {
  int64_t line = 0;
  std::vector<std::optional<std::string>> cells;
  // Every column of the row with its name, sorted by name, in one text: equal exactly for rows
  // with equal content.
  std::string content;
};

// Not thread-safe.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // The next row; nullopt after the last. INVALID_ARGUMENT says what is wrong with one row; the
  // next call goes on behind it. DATA_LOSS means that the rest cannot be read.
  virtual absl::StatusOr<std::optional<ImportRow>> Next() = 0;

  // The line that the last status is about.
  virtual int64_t line() const = 0;
};

// Opens the rows of `input`, which outlives the source. CSV has a header whose names are unique;
// INVALID_ARGUMENT with a suggestion for a wanted column that it lacks.
absl::StatusOr<std::unique_ptr<RowSource>> OpenRows(std::istream& input, FileFormat format,
                                                    char delimiter,
                                                    const std::vector<std::string>& columns);

}  // namespace kpisuite
