#include "services/definition/request_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxReason = 1000;
constexpr size_t kMaxRequestId = 128;

// The error of violations that all have `code`; ok otherwise.
absl::Status ErrorWhenAll(const std::vector<FieldViolation>& violations, absl::string_view code,
                          absl::StatusCode status_code, absl::string_view reason) {
  const bool all = std::all_of(violations.begin(), violations.end(),
                               [code](const FieldViolation& item) { return item.reason == code; });
  if (!all) return absl::OkStatus();
  const absl::Status invalid = InvalidFields(violations);
  ErrorDetails details = GetErrorDetails(invalid);
  details.reason = std::string(reason);
  return WithErrorDetails(absl::Status(status_code, invalid.message()), details);
}

}  // namespace

absl::Status CheckApplyRequest(const v1::ApplyDefinitionsRequest& request) {
  Violations violations;
  violations.AddStatus("parent", violation::kSyntax, ParseWorkspace(request.parent()).status());
  if (request.definitions().empty()) {
    AddRequired("definitions", "1 to 5000 definitions", violations);
  }
  if (!request.owned_set().empty() && !IsLabel(request.owned_set())) {
    violations.Add(
        "owned_set", violation::kSyntax,
        GotWant(request.owned_set(), "at most 63 lower-case letters, digits and inner '-'"));
  }
  if (request.prune() && request.owned_set().empty()) {
    violations.Add("prune", violation::kRefused, "got true, want false without owned_set");
  }
  CheckText("reason", request.reason(), kMaxReason, violations);
  CheckText("request_id", request.request_id(), kMaxRequestId, violations);
  if (violations.empty()) return absl::OkStatus();
  return InvalidFields(violations.Take());
}

absl::StatusOr<ResourceName> CheckDeleteRequest(const v1::DeleteDefinitionRequest& request) {
  Violations violations;
  absl::StatusOr<ResourceName> name = ResourceName::Parse(request.name());
  violations.AddStatus("name", violation::kSyntax, name.status());
  CheckText("reason", request.reason(), kMaxReason, violations);
  CheckText("request_id", request.request_id(), kMaxRequestId, violations);
  if (!violations.empty()) return InvalidFields(violations.Take());
  return name;
}

absl::StatusOr<ResourceName> CheckName(absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ResourceName::Parse(name);
  if (parsed.ok()) return parsed;
  Violations violations;
  violations.AddStatus("name", violation::kSyntax, parsed.status());
  return InvalidFields(violations.Take());
}

absl::StatusOr<int> CheckPageSize(int page_size) {
  if (page_size < 0) {
    return InvalidFields({{"page_size", absl::StrCat("got ", page_size, ", want 0 or more"),
                           violation::kOutOfRange}});
  }
  return page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
}

absl::Status ViolationsError(const std::vector<FieldViolation>& violations) {
  constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;
  absl::Status error = ErrorWhenAll(violations, violation::kInUse, kPrecondition, "IN_USE");
  if (error.ok()) {
    error = ErrorWhenAll(violations, violation::kImmutable, kPrecondition, "IMMUTABLE_FIELD");
  }
  if (error.ok()) {
    error = ErrorWhenAll(violations, violation::kPartitionGroup, absl::StatusCode::kInvalidArgument,
                         "PARTITION_GROUP_MISMATCH");
  }
  return error.ok() ? InvalidFields(violations) : error;
}

absl::Status NotFound(const ResourceName& name) {
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat(name.ToString(), ": does not exist"), {{"name", name.ToString()}});
}

}  // namespace kpisuite
