#include "libs/document/ndjson.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using Json = nlohmann::json;

// Collects the values of one object from the parser's events.
class RowBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit RowBuilder(std::map<std::string, std::string>& fields) : fields_(fields) {}

  const std::string& error() const { return error_; }
  size_t error_offset() const { return error_offset_; }

  bool null() override { return objects_.empty() ? NoObject() : true; }
  bool boolean(bool value) override { return Value(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Value(absl::StrCat(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Value(absl::StrCat(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Value(text); }
  bool string(string_t& value) override { return Value(value); }
  bool binary(binary_t&) override { return NoObject(); }

  bool start_object(std::size_t) override {
    if (arrays_ > 0) return Nest();
    objects_.push_back(objects_.empty() ? "" : absl::StrCat(key_, "."));
    return Nest();
  }
  bool end_object() override {
    --depth_;
    if (arrays_ == 0) objects_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    if (objects_.empty()) return NoObject();
    ++arrays_;
    return Nest();
  }
  bool end_array() override {
    --depth_;
    --arrays_;
    return true;
  }
  bool key(string_t& name) override {
    if (arrays_ == 0) key_ = absl::StrCat(objects_.back(), name);
    return true;
  }
  bool parse_error(std::size_t offset, const std::string&, const Json::exception&) override {
    error_offset_ = offset;
    return Fail("got text that is no JSON, want one JSON object");
  }

 private:
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool NoObject() { return Fail("got JSON that is no object, want one JSON object"); }
  bool Nest() {
    return ++depth_ <= NdjsonReader::kMaxDepth
               ? true
               : Fail(absl::StrCat("nested more than ", NdjsonReader::kMaxDepth, " levels deep"));
  }
  bool Value(std::string text) {
    if (objects_.empty()) return NoObject();
    if (arrays_ > 0) return true;
    if (!fields_.emplace(key_, std::move(text)).second) {
      return Fail(absl::StrCat("the key \"", key_, "\" is given twice"));
    }
    return true;
  }

  std::map<std::string, std::string>& fields_;
  std::vector<std::string> objects_;  // prefix of the keys of each open object
  std::string key_;
  int arrays_ = 0;
  int depth_ = 0;
  std::string error_;
  size_t error_offset_ = 0;
};

// Reads up to the next line end; false at the end of the input. At most one byte more than
// `max_bytes` is kept, the rest of a longer line is skipped.
bool ReadLine(std::istream& input, size_t max_bytes, std::string& line) {
  line.clear();
  std::streambuf& buffer = *input.rdbuf();
  int c = buffer.sbumpc();
  if (c == std::char_traits<char>::eof()) return false;
  for (; c != std::char_traits<char>::eof() && c != '\n'; c = buffer.sbumpc()) {
    if (line.size() <= max_bytes) line.push_back(static_cast<char>(c));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::optional<NdjsonRow>> NdjsonReader::Next() {
  std::string text;
  while (ReadLine(input_, kMaxLineBytes, text)) {
    ++line_;
    if (line_ == 1 && absl::StartsWith(text, "\xEF\xBB\xBF")) text.erase(0, 3);
    if (absl::StripAsciiWhitespace(text).empty()) continue;
    if (text.size() > kMaxLineBytes) {
      return InvalidFields({{"", absl::StrCat("want at most ", kMaxLineBytes, " bytes on a line"),
                             "", static_cast<int>(line_), 1}});
    }
    NdjsonRow row;
    row.line = line_;
    RowBuilder builder(row.fields);
    const bool parsed = Json::sax_parse(text, &builder);
    if (!parsed) {
      return InvalidFields({{"", builder.error(), "", static_cast<int>(line_),
                             std::max(1, static_cast<int>(builder.error_offset()))}});
    }
    return std::optional<NdjsonRow>(std::move(row));
  }
  if (input_.bad()) return absl::DataLossError(absl::StrCat("line ", line_, ": reading failed"));
  return std::optional<NdjsonRow>();
}

}  // namespace kpisuite
