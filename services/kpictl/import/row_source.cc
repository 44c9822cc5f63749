#include "services/kpictl/import/row_source.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/csv.h"
#include "libs/document/ndjson.h"
#include "libs/document/suggestion.h"

namespace kpisuite {
namespace {

void AppendContent(const std::string& name, const std::string& value, std::string& content) {
  absl::StrAppend(&content, name.size(), ":", name, value.size(), ":", value);
}

class CsvRows : public RowSource {
 public:
  CsvRows(std::istream& input, char delimiter) : reader_(input, {.delimiter = delimiter}) {}

  absl::Status ReadHeader(const std::vector<std::string>& columns) {
    const auto header = reader_.Next();
    if (!header.ok()) return Unreadable(header.status());
    if (!header->has_value()) return absl::InvalidArgumentError("the file has no header");
    names_ = (*header)->fields;
    const std::set<std::string> unique(names_.begin(), names_.end());
    if (unique.size() != names_.size()) {
      return absl::InvalidArgumentError("the header names a column twice");
    }
    for (const std::string& column : columns) {
      const auto found = std::find(names_.begin(), names_.end(), column);
      if (found == names_.end()) {
        const std::string guess = DidYouMean(column, names_);
        return absl::InvalidArgumentError(absl::StrCat(
            "there is no column \"", column, "\"", guess, guess.empty() ? "; the" : " The",
            " header has ", absl::StrJoin(names_, ", ")));
      }
      wanted_.push_back(static_cast<size_t>(found - names_.begin()));
    }
    by_name_.resize(names_.size());
    std::iota(by_name_.begin(), by_name_.end(), 0);
    std::sort(by_name_.begin(), by_name_.end(),
              [this](size_t a, size_t b) { return names_[a] < names_[b]; });
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<ImportRow>> Next() override {
    auto row = reader_.Next();
    if (!row.ok()) return Unreadable(row.status());
    if (!row->has_value()) return std::optional<ImportRow>();
    std::vector<std::string>& fields = (*row)->fields;
    line_ = (*row)->line;
    if (fields.size() != names_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("got ", fields.size(), " fields, want ", names_.size(), " as the header"));
    }
    ImportRow result;
    result.line = line_;
    for (size_t column : by_name_) AppendContent(names_[column], fields[column], result.content);
    for (size_t column : wanted_) result.cells.emplace_back(fields[column]);
    return std::optional<ImportRow>(std::move(result));
  }

  int64_t line() const override { return line_; }

 private:
  // A broken quote leaves the rest of the file without meaning.
  absl::Status Unreadable(const absl::Status& status) {
    const ErrorDetails details = GetErrorDetails(status);
    if (details.violations.empty()) return status;
    line_ = details.violations.front().line;
    return absl::DataLossError(details.violations.front().description);
  }

  CsvReader reader_;
  std::vector<std::string> names_;
  std::vector<size_t> wanted_;
  std::vector<size_t> by_name_;
  int64_t line_ = 1;
};

class NdjsonRows : public RowSource {
 public:
  NdjsonRows(std::istream& input, std::vector<std::string> columns)
      : reader_(input), columns_(std::move(columns)) {}

  absl::StatusOr<std::optional<ImportRow>> Next() override {
    auto row = reader_.Next();
    if (!row.ok()) {
      const ErrorDetails details = GetErrorDetails(row.status());
      if (details.violations.empty()) return row.status();
      line_ = details.violations.front().line;
      return absl::InvalidArgumentError(details.violations.front().description);
    }
    if (!row->has_value()) return std::optional<ImportRow>();
    line_ = (*row)->line;
    ImportRow result;
    result.line = line_;
    const auto& fields = (*row)->fields;
    for (const auto& [name, value] : fields) AppendContent(name, value, result.content);
    for (const std::string& column : columns_) {
      const auto found = fields.find(column);
      result.cells.push_back(found == fields.end() ? std::nullopt
                                                   : std::optional<std::string>(found->second));
    }
    return std::optional<ImportRow>(std::move(result));
  }

  int64_t line() const override { return line_; }

 private:
  NdjsonReader reader_;
  const std::vector<std::string> columns_;
  int64_t line_ = 1;
};

}  // namespace

FileFormat GuessFormat(const std::string& path) {
  const bool ndjson = absl::EndsWith(path, ".ndjson") || absl::EndsWith(path, ".jsonl");
  return ndjson ? FileFormat::kNdjson : FileFormat::kCsv;
}

absl::StatusOr<std::unique_ptr<RowSource>> OpenRows(std::istream& input, FileFormat format,
                                                    char delimiter,
                                                    const std::vector<std::string>& columns) {
  if (format == FileFormat::kNdjson) {
    return std::unique_ptr<RowSource>(std::make_unique<NdjsonRows>(input, columns));
  }
  auto rows = std::make_unique<CsvRows>(input, delimiter);
  RETURN_IF_ERROR(rows->ReadHeader(columns));
  return std::unique_ptr<RowSource>(std::move(rows));
}

}  // namespace kpisuite
