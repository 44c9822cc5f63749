// Resource names of definitions: `workspaces/{workspace}/{collection}/{id}`.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition.pb.h"

namespace kpisuite {

// What a definition defines; one collection for each. The numbers are stored: never renumber.
enum class DefinitionKind {
  kMetric = 1,
  kKpi = 2,
  kObjective = 3,
  kScorecard = 4,
  kCalendar = 5,
  kBenchmark = 6,
  kInitiative = 7,
  kAlertRule = 8,
  kSource = 9,
  kTarget = 10,
};
inline constexpr DefinitionKind kAllDefinitionKinds[] = {
    DefinitionKind::kMetric,     DefinitionKind::kKpi,       DefinitionKind::kObjective,
    DefinitionKind::kScorecard,  DefinitionKind::kCalendar,  DefinitionKind::kBenchmark,
    DefinitionKind::kInitiative, DefinitionKind::kAlertRule, DefinitionKind::kSource,
    DefinitionKind::kTarget};

// Part of a resource name: `metrics`, `kpis`, `alertRules`, ...
absl::string_view CollectionOf(DefinitionKind kind);
std::optional<DefinitionKind> KindOfCollection(absl::string_view collection);
// Name of the spec field, which is how paths start: `metric`, `kpi`, `alert_rule`, ...
absl::string_view SpecFieldOf(DefinitionKind kind);
// Which spec is set; nothing when none is.
std::optional<DefinitionKind> KindOfSpec(const v1::Definition& definition);

// Whether the text is a lower-case RFC 1123 label of 1 to 63 characters.
bool IsLabel(absl::string_view text);

// A plain value, ordered by its text form. Parts are labels when it was parsed.
struct ResourceName {
  std::string workspace;
  DefinitionKind kind = DefinitionKind::kMetric;
  std::string id;

  // INVALID_ARGUMENT (got/want) unless the text is a complete name.
  static absl::StatusOr<ResourceName> Parse(absl::string_view text);
  // `workspaces/{workspace}/{collection}/{id}`.
  std::string ToString() const;
  // Without the workspace, for messages: `kpis/margin`.
  std::string ShortText() const;

  friend bool operator==(const ResourceName&, const ResourceName&) = default;
  friend bool operator<(const ResourceName& a, const ResourceName& b);
  template <typename H>
  friend H AbslHashValue(H state, const ResourceName& name) {
    return H::combine(std::move(state), name.workspace, static_cast<int>(name.kind), name.id);
  }
};

// The workspace of `workspaces/{workspace}`; INVALID_ARGUMENT otherwise.
absl::StatusOr<std::string> ParseWorkspace(absl::string_view parent);
// As above; nullopt for `workspaces/-`, which means all of them.
absl::StatusOr<std::optional<std::string>> ParseWorkspaceOrAll(absl::string_view parent);

}  // namespace kpisuite
