// Reads comma-separated values (RFC 4180) row by row, in constant memory.
//
// Fields may be quoted; a quoted field may hold delimiters, line ends and doubled quotes. Lines end
// with LF or CRLF; empty lines are skipped; a byte order mark is skipped. The text is UTF-8.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kpisuite {

struct CsvOptions {
  char delimiter = ',';
  size_t max_row_bytes = 1 << 20;
};

struct CsvRow {
  int64_t line = 0;  // on which the row begins, from 1
  std::vector<std::string> fields;
};

// Not thread-safe. Never trusts its input.
class CsvReader {
 public:
  // `input` outlives the reader.
  explicit CsvReader(std::istream& input, CsvOptions options = {});

  // The next row; nullopt after the last. INVALID_ARGUMENT (INVALID_FIELD, with line and column in
  // bytes) for a quote inside an unquoted field, text behind a closing quote, a quote that is
  // never closed, a row that is too long and bytes that are not UTF-8; DATA_LOSS when the input
  // fails. After an error there are no more rows.
  absl::StatusOr<std::optional<CsvRow>> Next();

 private:
  enum class State { kFieldStart, kUnquoted, kQuoted, kQuoteSeen };

  int Get();
  absl::Status Fail(const char* description);
  absl::Status Step(int c, CsvRow& row, bool& complete);
  void EndField(CsvRow& row);

  std::istream& input_;
  const CsvOptions options_;
  std::string buffer_;
  size_t next_ = 0;
  int64_t line_ = 1;
  int column_ = 0;
  State state_ = State::kFieldStart;
  std::string field_;
  size_t row_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace kpisuite
