#include "libs/base/error.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr char kPayloadUrl[] = "kpisuite/error-details";
constexpr int64_t kNoRetry = std::numeric_limits<int64_t>::min();

// Payload layout: integers are 8 bytes little-endian, strings are their length and their bytes.
//   reason, retry_after in nanoseconds (kNoRetry = none), count of metadata, {key, value}...,
//   count of violations, {field, description, reason, line, column}...
class Writer {
 public:
  void Integer(int64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
    }
  }
  void String(absl::string_view value) {
    Integer(static_cast<int64_t>(value.size()));
    bytes_.append(value.data(), value.size());
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}
  int64_t Integer() {
    if (bytes_.size() < 8) return Fail();
    uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = (value << 8) | static_cast<unsigned char>(bytes_[i]);
    bytes_.remove_prefix(8);
    return static_cast<int64_t>(value);
  }
  std::string String() {
    const int64_t size = Integer();
    if (size < 0 || static_cast<size_t>(size) > bytes_.size()) {
      Fail();
      return "";
    }
    std::string value(bytes_.substr(0, static_cast<size_t>(size)));
    bytes_.remove_prefix(static_cast<size_t>(size));
    return value;
  }
  bool failed() const { return failed_; }

 private:
  int64_t Fail() {
    failed_ = true;
    bytes_ = absl::string_view();
    return 0;
  }

  absl::string_view bytes_;
  bool failed_ = false;
};

std::string Encode(const ErrorDetails& details) {
  Writer writer;
  writer.String(details.reason);
  writer.Integer(details.retry_after.has_value() ? absl::ToInt64Nanoseconds(*details.retry_after)
                                                 : kNoRetry);
  writer.Integer(static_cast<int64_t>(details.metadata.size()));
  for (const auto& [key, value] : details.metadata) {
    writer.String(key);
    writer.String(value);
  }
  writer.Integer(static_cast<int64_t>(details.violations.size()));
  for (const FieldViolation& violation : details.violations) {
    writer.String(violation.field);
    writer.String(violation.description);
    writer.String(violation.reason);
    writer.Integer(violation.line);
    writer.Integer(violation.column);
  }
  return writer.Take();
}

ErrorDetails Decode(absl::string_view bytes) {
  Reader reader(bytes);
  ErrorDetails details;
  details.reason = reader.String();
  const int64_t retry = reader.Integer();
  if (retry != kNoRetry) details.retry_after = absl::Nanoseconds(retry);
  for (int64_t left = reader.Integer(); left > 0 && !reader.failed(); --left) {
    std::string key = reader.String();
    details.metadata[std::move(key)] = reader.String();
  }
  for (int64_t left = reader.Integer(); left > 0 && !reader.failed(); --left) {
    FieldViolation violation;
    violation.field = reader.String();
    violation.description = reader.String();
    violation.reason = reader.String();
    violation.line = static_cast<int>(reader.Integer());
    violation.column = static_cast<int>(reader.Integer());
    details.violations.push_back(std::move(violation));
  }
  return reader.failed() ? ErrorDetails() : details;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       std::map<std::string, std::string> metadata) {
  ErrorDetails details;
  details.reason = std::string(reason);
  details.metadata = std::move(metadata);
  return WithErrorDetails(absl::Status(code, message), details);
}

absl::Status InvalidFields(std::vector<FieldViolation> violations) {
  std::string message = "invalid request";
  if (!violations.empty()) {
    const FieldViolation& first = violations.front();
    message = first.field.empty() ? first.description
                                  : absl::StrCat(first.field, ": ", first.description);
  }
  if (violations.size() > 1) {
    absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
  }
  ErrorDetails details;
  details.reason = "INVALID_FIELD";
  details.metadata["violations"] = absl::StrCat(violations.size());
  details.violations = std::move(violations);
  return WithErrorDetails(absl::InvalidArgumentError(message), details);
}

ErrorDetails GetErrorDetails(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return ErrorDetails();
  return Decode(std::string(*payload));
}

absl::Status WithErrorDetails(absl::Status status, const ErrorDetails& details) {
  if (!status.ok()) status.SetPayload(kPayloadUrl, absl::Cord(Encode(details)));
  return status;
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration retry_after) {
  ErrorDetails details = GetErrorDetails(status);
  details.retry_after = retry_after;
  return WithErrorDetails(std::move(status), details);
}

}  // namespace kpisuite
