#include "libs/definitions/names.h"

#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

struct KindNames {
  DefinitionKind kind;
  absl::string_view collection;
  absl::string_view spec_field;
  v1::Definition::SpecCase spec;
};

constexpr KindNames kKindNames[] = {
    {DefinitionKind::kMetric, "metrics", "metric", v1::Definition::kMetric},
    {DefinitionKind::kKpi, "kpis", "kpi", v1::Definition::kKpi},
    {DefinitionKind::kObjective, "objectives", "objective", v1::Definition::kObjective},
    {DefinitionKind::kScorecard, "scorecards", "scorecard", v1::Definition::kScorecard},
    {DefinitionKind::kCalendar, "calendars", "calendar", v1::Definition::kCalendar},
    {DefinitionKind::kBenchmark, "benchmarks", "benchmark", v1::Definition::kBenchmark},
    {DefinitionKind::kInitiative, "initiatives", "initiative", v1::Definition::kInitiative},
    {DefinitionKind::kAlertRule, "alertRules", "alert_rule", v1::Definition::kAlertRule},
    {DefinitionKind::kSource, "sources", "source", v1::Definition::kSource},
    {DefinitionKind::kTarget, "targets", "target", v1::Definition::kTarget},
};

const KindNames& NamesOf(DefinitionKind kind) { return kKindNames[static_cast<size_t>(kind) - 1]; }

absl::Status InvalidName(absl::string_view text, absl::string_view want) {
  return absl::InvalidArgumentError(GotWant(text, want));
}

}  // namespace

absl::string_view CollectionOf(DefinitionKind kind) { return NamesOf(kind).collection; }

absl::string_view SpecFieldOf(DefinitionKind kind) { return NamesOf(kind).spec_field; }

std::optional<DefinitionKind> KindOfCollection(absl::string_view collection) {
  for (const KindNames& names : kKindNames) {
    if (names.collection == collection) return names.kind;
  }
  return std::nullopt;
}

std::optional<DefinitionKind> KindOfSpec(const v1::Definition& definition) {
  for (const KindNames& names : kKindNames) {
    if (names.spec == definition.spec_case()) return names.kind;
  }
  return std::nullopt;
}

bool IsLabel(absl::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  for (const char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

absl::StatusOr<ResourceName> ResourceName::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  if (parts.size() != 4 || parts[0] != "workspaces") {
    return InvalidName(text, "workspaces/{workspace}/{collection}/{id}");
  }
  const std::optional<DefinitionKind> kind = KindOfCollection(parts[2]);
  if (!kind.has_value()) {
    return InvalidName(text,
                       "one of the collections metrics, kpis, targets, objectives, scorecards, "
                       "calendars, benchmarks, initiatives, alertRules, sources");
  }
  if (!IsLabel(parts[1]) || !IsLabel(parts[3])) {
    return InvalidName(text,
                       "workspace and id of at most 63 lower-case letters, digits and inner '-'");
  }
  return ResourceName{std::string(parts[1]), *kind, std::string(parts[3])};
}

std::string ResourceName::ToString() const {
  return absl::StrCat("workspaces/", workspace, "/", CollectionOf(kind), "/", id);
}

std::string ResourceName::ShortText() const { return absl::StrCat(CollectionOf(kind), "/", id); }

bool operator<(const ResourceName& a, const ResourceName& b) {
  return std::forward_as_tuple(a.workspace, CollectionOf(a.kind), a.id) <
         std::forward_as_tuple(b.workspace, CollectionOf(b.kind), b.id);
}

absl::StatusOr<std::string> ParseWorkspace(absl::string_view parent) {
  const std::vector<absl::string_view> parts = absl::StrSplit(parent, '/');
  if (parts.size() != 2 || parts[0] != "workspaces" || !IsLabel(parts[1])) {
    return InvalidName(parent, "workspaces/{workspace}");
  }
  return std::string(parts[1]);
}

absl::StatusOr<std::optional<std::string>> ParseWorkspaceOrAll(absl::string_view parent) {
  if (parent == "workspaces/-") return std::optional<std::string>();
  ASSIGN_OR_RETURN(std::string workspace, ParseWorkspace(parent));
  return std::optional<std::string>(std::move(workspace));
}

}  // namespace kpisuite
