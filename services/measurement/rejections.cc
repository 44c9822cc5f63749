#include "services/measurement/rejections.h"

#include <google/rpc/code.pb.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr int kMaxGroupFields = 10;

// The path without its indices: samples with the same trouble in the same column are one group.
std::string ColumnOf(const std::string& field) {
  std::string column;
  for (const char c : field) {
    if (!absl::ascii_isdigit(c)) column += c;
  }
  return column;
}

void AddToGroups(const std::vector<BlockIssue>& issues, int code, const std::string& reason,
                 std::vector<v1::RejectedGroup>& groups) {
  std::map<std::string, size_t> index;
  for (const BlockIssue& issue : issues) {
    const std::string key = absl::StrCat(issue.violation.reason, ColumnOf(issue.violation.field));
    const auto [found, added] = index.try_emplace(key, groups.size());
    if (added) {
      v1::RejectedGroup group;
      group.set_code(code);
      group.set_reason(reason);
      group.set_message(absl::StrCat(issue.violation.field, ": ", issue.violation.description));
      groups.push_back(std::move(group));
    }
    v1::RejectedGroup& group = groups[found->second];
    group.set_count(group.count() + issue.samples);
    if (group.fields_size() < kMaxGroupFields) group.add_fields(issue.violation.field);
  }
}

// One error for all of `issues`, at least one.
absl::Status ErrorOf(const std::vector<BlockIssue>& issues, absl::StatusCode code,
                     absl::string_view reason, std::map<std::string, std::string> metadata) {
  const FieldViolation& first = issues.front().violation;
  std::string message = absl::StrCat(first.field, ": ", first.description);
  if (issues.size() > 1) absl::StrAppend(&message, " (and ", issues.size() - 1, " more)");
  absl::Status error = MakeError(code, reason, message, std::move(metadata));
  ErrorDetails details = GetErrorDetails(error);
  for (const BlockIssue& issue : issues) details.violations.push_back(issue.violation);
  return WithErrorDetails(std::move(error), details);
}

}  // namespace

void Rejections::Add(BlockIssue issue) {
  auto& issues = issue.violation.reason == kPastRetention ? past_ : invalid_;
  issues.push_back(std::move(issue));
}

void Rejections::AddUnknownMetric(const std::string& field, const std::string& workspace,
                                  const std::string& metric, int64_t samples) {
  unknown_metrics_.insert(metric);
  unknown_.push_back({{field, GotWant(metric, absl::StrCat("a metric of workspaces/", workspace)),
                       violation::kUnknownReference, 0, 0},
                      samples});
}

absl::Status Rejections::AsError(std::vector<FieldViolation> others) const {
  for (const BlockIssue& issue : invalid_) others.push_back(issue.violation);
  if (!others.empty()) return InvalidFields(std::move(others));
  if (!unknown_.empty()) {
    return ErrorOf(unknown_, absl::StatusCode::kNotFound, "UNKNOWN_METRIC",
                   {{"metric", *unknown_metrics_.begin()}});
  }
  if (!past_.empty()) {
    return ErrorOf(past_, absl::StatusCode::kFailedPrecondition, kPastRetention, {});
  }
  return absl::OkStatus();
}

std::vector<v1::RejectedGroup> Rejections::Groups() const {
  std::vector<v1::RejectedGroup> groups;
  AddToGroups(invalid_, google::rpc::INVALID_ARGUMENT, "INVALID_FIELD", groups);
  AddToGroups(unknown_, google::rpc::NOT_FOUND, "UNKNOWN_METRIC", groups);
  AddToGroups(past_, google::rpc::FAILED_PRECONDITION, kPastRetention, groups);
  return groups;
}

}  // namespace kpisuite
