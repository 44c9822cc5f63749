#include "libs/document/csv.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/utf8.h"

namespace kpisuite {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr int kEnd = -1;

}  // namespace

CsvReader::CsvReader(std::istream& input, CsvOptions options) : input_(input), options_(options) {}

int CsvReader::Get() {
  if (next_ == buffer_.size()) {
    const bool first = buffer_.empty();
    buffer_.resize(kBufferBytes);
    input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.resize(static_cast<size_t>(input_.gcount()));
    next_ = first && absl::StartsWith(buffer_, "\xEF\xBB\xBF") ? 3 : 0;
    if (next_ == buffer_.size()) return kEnd;
  }
  ++column_;
  return static_cast<unsigned char>(buffer_[next_++]);
}

absl::Status CsvReader::Fail(const char* description) {
  ended_ = true;
  return InvalidFields({{"", description, "", static_cast<int>(line_), column_}});
}

void CsvReader::EndField(CsvRow& row) {
  row.fields.push_back(std::exchange(field_, {}));
  state_ = State::kFieldStart;
}

// Takes one character (or the end of the input); `complete` says that the row has ended.
absl::Status CsvReader::Step(int c, CsvRow& row, bool& complete) {
  const bool line_end = c == '\n' || c == kEnd;
  if (state_ == State::kQuoted) {
    if (c == kEnd) return Fail("got the end of the file inside quotes, want a closing quote");
    if (c == '"') {
      state_ = State::kQuoteSeen;
    } else {
      field_.push_back(static_cast<char>(c));
    }
    return absl::OkStatus();
  }
  if (state_ == State::kQuoteSeen && c == '"') {
    field_.push_back('"');
    state_ = State::kQuoted;
    return absl::OkStatus();
  }
  if (line_end || c == options_.delimiter) {
    const bool carriage_return =
        c == '\n' && state_ == State::kUnquoted && absl::EndsWith(field_, "\r");
    if (carriage_return) field_.pop_back();
    EndField(row);
    complete = line_end;
    return absl::OkStatus();
  }
  if (state_ == State::kQuoteSeen) {
    if (c == '\r') return absl::OkStatus();
    return Fail("got text behind a closing quote, want a delimiter or the end of the line");
  }
  if (c == '"') {
    if (state_ == State::kUnquoted) {
      return Fail("got a quote inside an unquoted field, want the field in quotes");
    }
    state_ = State::kQuoted;
    return absl::OkStatus();
  }
  state_ = State::kUnquoted;
  field_.push_back(static_cast<char>(c));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CsvRow>> CsvReader::Next() {
  while (!ended_) {
    CsvRow row;
    row.line = line_;
    row_bytes_ = 0;
    bool complete = false;
    bool quoted = false;
    while (!complete) {
      const int c = Get();
      if (c == kEnd && input_.bad()) {
        ended_ = true;
        return absl::DataLossError(absl::StrCat("line ", line_, ": reading failed"));
      }
      RETURN_IF_ERROR(Step(c, row, complete));
      quoted = quoted || state_ == State::kQuoted;
      ended_ = c == kEnd;
      if (++row_bytes_ > options_.max_row_bytes) return Fail("the row is too long");
      if (c == '\n') {
        ++line_;
        column_ = 0;
      }
    }
    const bool blank = row.fields.size() == 1 && row.fields[0].empty() && !quoted;
    if (blank) continue;
    for (const std::string& field : row.fields) {
      if (!FindInvalidUtf8(field).has_value()) continue;
      ended_ = true;
      return InvalidFields(
          {{"", "got bytes that are not UTF-8", "", static_cast<int>(row.line), 1}});
    }
    return std::optional<CsvRow>(std::move(row));
  }
  return std::optional<CsvRow>();
}

}  // namespace kpisuite
