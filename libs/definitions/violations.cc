#include "libs/definitions/violations.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

// The codes of libs/kpi that have another name here.
std::string CodeOf(const std::string& reason, absl::string_view fallback) {
  if (reason.empty() || reason == "INVALID_FIELD") return std::string(fallback);
  if (reason == "UNKNOWN_IDENTIFIER") return violation::kUndeclaredIdentifier;
  if (reason == "UNIT") return violation::kUnitMismatch;
  if (reason == "TYPE") return violation::kTypeMismatch;
  if (reason == "DUPLICATE_INPUT") return violation::kDuplicate;
  return reason;
}

// "offset 12: text" without the offset, which line and column say better.
absl::string_view WithoutOffset(absl::string_view description) {
  if (!absl::StartsWith(description, "offset ")) return description;
  const size_t colon = description.find(": ");
  return colon == absl::string_view::npos ? description : description.substr(colon + 2);
}

}  // namespace

void Violations::Add(absl::string_view field, absl::string_view code, absl::string_view description,
                     int line, int column) {
  items_.push_back({std::string(field), std::string(description), std::string(code), line, column});
}

void Violations::AddStatus(absl::string_view field, absl::string_view code,
                           const absl::Status& status) {
  if (status.ok()) return;
  if (status.code() == absl::StatusCode::kUnimplemented) code = violation::kNotImplemented;
  const ErrorDetails details = GetErrorDetails(status);
  if (details.violations.empty()) {
    Add(field, code, WithoutOffset(absl::string_view(status.message())));
  }
  for (const FieldViolation& item : details.violations) {
    Add(field, CodeOf(item.reason, code), WithoutOffset(item.description), item.line, item.column);
  }
}

std::string GotWant(absl::string_view got, absl::string_view want) {
  constexpr size_t kMaxShown = 80;
  const bool cut = got.size() > kMaxShown;
  return absl::StrCat("got \"", absl::Utf8SafeCEscape(got.substr(0, kMaxShown)), cut ? "..." : "",
                      "\", want ", want);
}

}  // namespace kpisuite
