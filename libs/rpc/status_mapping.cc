#include "libs/rpc/status_mapping.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/rpc/error_info.pb.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxValueBytes = 256;
constexpr char kInternalText[] = "internal error; the server's log has the request id";

// Reasons whose text may come from a backend, and what a client reads instead.
const std::map<std::string, std::string>& FixedTexts() {
  static const auto& texts = *new std::map<std::string, std::string>{
      {"STORE_UNAVAILABLE",
       "the store is not available; whether a write was stored is unknown, repeat it with the "
       "same request_id"},
      {"CACHE_UNAVAILABLE", "the cache is not available"},
      {"DISK_FULL", "the disk of the store is full"},
      {"INTERNAL", kInternalText}};
  return texts;
}

// A status without a reason: what a client gets instead. An empty text keeps the original.
struct Default {
  absl::StatusCode code;
  const char* reason;
  const char* text;
};

Default DefaultFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange: return {code, "INVALID_FIELD", ""};
    case absl::StatusCode::kNotFound: return {code, "NOT_FOUND", ""};
    case absl::StatusCode::kAlreadyExists: return {code, "ALREADY_EXISTS", ""};
    case absl::StatusCode::kUnimplemented: return {code, "NOT_IMPLEMENTED", ""};
    case absl::StatusCode::kDeadlineExceeded: return {code, "DEADLINE_TOO_SHORT", ""};
    case absl::StatusCode::kResourceExhausted:
      return {code, "QUEUE_FULL", "the server is busy; retry later"};
    case absl::StatusCode::kUnavailable:
      return {code, "NOT_READY", "a service that this call needs is not available"};
    default: return {absl::StatusCode::kInternal, "INTERNAL", kInternalText};
  }
}

std::string Truncate(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  constexpr absl::string_view kEllipsis = "...";
  size_t end = max_bytes - kEllipsis.size();
  // Not in the middle of a UTF-8 sequence.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

// What `message` takes in the percent-encoded header grpc-message.
size_t EncodedBytes(absl::string_view message) {
  size_t bytes = 0;
  for (const char c : message) bytes += absl::ascii_isprint(c) && c != '%' ? 1 : 3;
  return bytes;
}

std::string DescriptionText(const FieldViolation& violation) {
  std::string text;
  if (violation.line > 0) {
    text = absl::StrCat("line ", violation.line, ", column ", violation.column, ": ");
  }
  absl::StrAppend(&text, Truncate(violation.description, kMaxValueBytes));
  if (!violation.reason.empty()) absl::StrAppend(&text, " [", violation.reason, "]");
  return text;
}

bool IsReason(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
  });
}

// The reverse of DescriptionText.
FieldViolation ReadViolation(const google::rpc::BadRequest::FieldViolation& proto) {
  FieldViolation violation;
  violation.field = proto.field();
  absl::string_view text = proto.description();
  int line = 0;
  int column = 0;
  int prefix = 0;
  if (std::sscanf(proto.description().c_str(), "line %d, column %d: %n", &line, &column, &prefix) ==
          2 &&
      prefix > 0) {
    violation.line = line;
    violation.column = column;
    text.remove_prefix(static_cast<size_t>(prefix));
  }
  const size_t open = text.rfind(" [");
  if (open != absl::string_view::npos && absl::EndsWith(text, "]") &&
      IsReason(text.substr(open + 2, text.size() - open - 3))) {
    violation.reason = std::string(text.substr(open + 2, text.size() - open - 3));
    text = text.substr(0, open);
  }
  violation.description = std::string(text);
  return violation;
}

google::rpc::Status BuildProto(absl::StatusCode code, const std::string& message,
                               const ErrorDetails& details, size_t max_violations,
                               size_t max_metadata) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(code));
  proto.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(details.reason);
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : details.metadata) {
    if (info.metadata().size() >= max_metadata) break;
    (*info.mutable_metadata())[Truncate(key, 64)] = Truncate(value, kMaxValueBytes);
  }
  proto.add_details()->PackFrom(info);
  if (!details.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const FieldViolation& violation : details.violations) {
      if (static_cast<size_t>(bad_request.field_violations_size()) >= max_violations) break;
      auto* added = bad_request.add_field_violations();
      added->set_field(Truncate(violation.field, kMaxValueBytes));
      added->set_description(DescriptionText(violation));
    }
    proto.add_details()->PackFrom(bad_request);
  }
  if (details.retry_after.has_value()) {
    google::rpc::RetryInfo retry;
    const int64_t nanos = absl::ToInt64Nanoseconds(*details.retry_after);
    retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(nanos % 1'000'000'000));
    proto.add_details()->PackFrom(retry);
  }
  return proto;
}

grpc::Status Build(absl::StatusCode code, absl::string_view text, ErrorDetails details) {
  if (!details.violations.empty()) {
    details.metadata["violations"] = absl::StrCat(details.violations.size());
  }
  const std::string message = Truncate(text, kMaxMessageBytes);
  size_t violations = std::min<size_t>(details.violations.size(), kMaxViolations);
  size_t metadata = details.metadata.size();
  google::rpc::Status proto = BuildProto(code, message, details, violations, metadata);
  while (proto.ByteSizeLong() + EncodedBytes(message) > kMaxStatusBytes &&
         (violations > 1 || metadata > 1)) {
    if (violations > 1)
      --violations;
    else
      --metadata;
    proto = BuildProto(code, message, details, violations, metadata);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(code), message, proto.SerializeAsString());
}

}  // namespace

bool HidesText(const absl::Status& status) {
  if (status.ok() || status.code() == absl::StatusCode::kCancelled) return false;
  const std::string reason = GetErrorDetails(status).reason;
  if (!reason.empty()) return FixedTexts().count(reason) > 0;
  return DefaultFor(status.code()).text[0] != '\0';
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  ErrorDetails details = GetErrorDetails(status);
  if (details.reason.empty() && status.code() == absl::StatusCode::kCancelled) {
    // Nobody is left to read details.
    return grpc::Status(grpc::StatusCode::CANCELLED, std::string(status.message()));
  }
  if (details.reason.empty()) {
    const Default fallback = DefaultFor(status.code());
    details.reason = fallback.reason;
    const bool keeps_text = fallback.text[0] == '\0';
    return Build(fallback.code, keeps_text ? status.message() : fallback.text, details);
  }
  const auto fixed = FixedTexts().find(details.reason);
  if (fixed == FixedTexts().end()) return Build(status.code(), status.message(), details);
  details.metadata.clear();
  details.violations.clear();
  return Build(status.code(), fixed->second, details);
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const absl::Status plain(static_cast<absl::StatusCode>(status.error_code()),
                           status.error_message());
  google::rpc::Status proto;
  if (status.error_details().empty() || !proto.ParseFromString(status.error_details())) {
    return plain;
  }
  ErrorDetails details;
  for (const auto& any : proto.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) details.metadata[key] = value;
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        details.violations.push_back(ReadViolation(violation));
      }
    } else if (any.UnpackTo(&retry)) {
      details.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                            absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  return WithErrorDetails(plain, details);
}

}  // namespace kpisuite
