#include "services/evaluation/simulation/simulation_plan.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/difference.h"
#include "libs/definitions/names.h"
#include "libs/definitions/references.h"
#include "libs/definitions/validate.h"
#include "libs/definitions/violations.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

absl::Status WrongField(std::string field, absl::string_view code, std::string description) {
  return InvalidFields({{std::move(field), std::move(description), std::string(code)}});
}

// What ValidateSet calls a definition of the set is a draft here.
FieldViolation OfDraft(FieldViolation violation) {
  for (std::string* text : {&violation.field, &violation.description}) {
    *text = absl::StrReplaceAll(*text, {{"definitions[", "drafts["}});
  }
  return violation;
}

// As it would be stored: a change keeps identity and age, which finality depends on.
v1::Definition AsStored(const v1::Definition& draft, const Catalog& live, absl::Time now) {
  v1::Definition stored = WithoutOutputFields(draft);
  const auto name = ResourceName::Parse(draft.name());
  const CatalogEntry* entry = name.ok() ? live.Find(*name) : nullptr;
  if (entry != nullptr) {
    stored.set_uid(entry->definition->uid());
    *stored.mutable_create_time() = entry->definition->create_time();
  } else {
    *stored.mutable_create_time() = ToTimestamp(now);
  }
  return stored;
}

// The drafts as they would be stored, in the order of the request.
absl::StatusOr<std::vector<v1::Definition>> CheckDrafts(const v1::SimulateKpiRequest& request,
                                                        const std::string& workspace,
                                                        const Catalog& live, absl::Time now,
                                                        std::vector<std::string>& warnings) {
  if (request.drafts().empty() || request.drafts_size() > kMaxDrafts) {
    return WrongField("drafts", violation::kLimit,
                      absl::StrCat("got ", request.drafts_size(), ", want 1 to ", kMaxDrafts));
  }
  const std::vector<v1::Definition> drafts(request.drafts().begin(), request.drafts().end());
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (!drafts[i].has_alert_rule()) continue;
    violations.push_back({absl::StrCat(IndexField("drafts", i), ".alert_rule"),
                          "got an alert rule, want drafts of a KPI, its inputs or its targets",
                          violation::kNotImplemented});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  ValidationResult checked = ValidateSet(
      live, {.workspace = workspace, .definitions = drafts, .deletions = {}, .deletions_field = ""},
      RetiredMetrics());
  for (FieldViolation& found : checked.violations) violations.push_back(OfDraft(std::move(found)));
  if (!violations.empty()) return InvalidFields(std::move(violations));
  for (FieldViolation& found : checked.warnings) {
    const FieldViolation warning = OfDraft(std::move(found));
    warnings.push_back(absl::StrCat(warning.field, ": ", warning.description));
  }
  std::vector<v1::Definition> stored;
  for (const v1::Definition& draft : drafts) stored.push_back(AsStored(draft, live, now));
  return stored;
}

// The KPI that the drafts are about: the one among them, else that of their targets.
absl::StatusOr<ResourceName> KpiOf(const v1::SimulateKpiRequest& request,
                                   const std::string& workspace) {
  if (!request.kpi().empty()) {
    const auto name = ResourceName::Parse(request.kpi());
    if (name.ok() && name->kind == DefinitionKind::kKpi && name->workspace == workspace) {
      return *name;
    }
    return WrongField(
        "kpi", violation::kSyntax,
        GotWant(request.kpi(), absl::StrCat("workspaces/", workspace, "/kpis/{kpi}")));
  }
  std::set<std::string> kpis;
  std::set<std::string> of_targets;
  for (const v1::Definition& draft : request.drafts()) {
    const auto name = ResourceName::Parse(draft.name());
    if (draft.has_kpi() && name.ok()) kpis.insert(name->id);
    if (draft.has_target()) of_targets.insert(draft.target().kpi());
  }
  const std::set<std::string>& candidates = kpis.empty() ? of_targets : kpis;
  if (candidates.size() == 1) {
    return ResourceName{workspace, DefinitionKind::kKpi, *candidates.begin()};
  }
  return WrongField("kpi", violation::kRequired,
                    candidates.empty()
                        ? "got nothing, want a KPI: the drafts are of none and of no target"
                        : absl::StrCat("got nothing, want one of the KPIs of the drafts: ",
                                       absl::StrJoin(candidates, ", ")));
}

std::optional<size_t> WindowOf(const KpiDefinition& kpi, const std::string& id) {
  if (id.empty()) return 0;
  for (size_t w = 0; w < kpi.windows.size(); ++w) {
    if (kpi.windows[w].id() == id) return w;
  }
  return std::nullopt;
}

bool HasSlice(const KpiDefinition& kpi, const Slice& slice) {
  std::vector<std::string> dimensions;
  for (const auto& [dimension, member] : slice.members()) dimensions.push_back(dimension);
  return kpi.HasGrouping(dimensions);
}

absl::StatusOr<ReplayedSeries> DraftSeries(const v1::SimulateKpiRequest& request,
                                           const ResourceName& name, const Catalog& drafts) {
  ReplayedSeries series{.kpi = drafts.FindKpi(name.workspace, name.id)};
  if (series.kpi == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                     absl::StrCat("kpi: there is no KPI ", name.ToString()),
                     {{"kpi", name.ToString()}});
  }
  const std::optional<size_t> window = WindowOf(*series.kpi, request.window());
  if (!window.has_value()) {
    return WrongField("window", violation::kOutOfRange,
                      GotWant(request.window(),
                              absl::StrCat("a window of the draft: ",
                                           absl::StrJoin(series.kpi->windows, ", ",
                                                         [](std::string* out, const Window& known) {
                                                           out->append(known.id());
                                                         }))));
  }
  series.window = *window;
  const auto slice = Slice::Parse(request.slice());
  if (!slice.ok()) {
    return WrongField("slice", violation::kSyntax, std::string(slice.status().message()));
  }
  if (!HasSlice(*series.kpi, *slice)) {
    return WrongField("slice", violation::kSliceDimension,
                      GotWant(request.slice(), "a slice of a grouping that the draft declares"));
  }
  series.slice = *slice;
  return series;
}

// The same series of the live KPI, if it has it.
std::optional<ReplayedSeries> LiveSeries(const ReplayedSeries& draft, const Catalog& live,
                                         std::vector<std::string>& warnings) {
  auto kpi = live.FindKpi(draft.kpi->workspace, draft.kpi->id);
  if (kpi == nullptr) return std::nullopt;
  const std::string window = draft.kpi->windows[draft.window].id();
  const std::optional<size_t> index = WindowOf(*kpi, window);
  if (!index.has_value() || !HasSlice(*kpi, draft.slice)) {
    warnings.push_back(absl::StrCat("the live KPI has no ", window, " ",
                                    draft.slice.is_total() ? "total" : draft.slice.ToString(),
                                    ": there is nothing to compare with"));
    return std::nullopt;
  }
  return ReplayedSeries{std::move(kpi), *index, draft.slice};
}

absl::StatusOr<std::optional<Period>> PeriodOfField(const std::string& field, const std::string& id,
                                                    const ReplayedSeries& series) {
  if (id.empty()) return std::nullopt;
  const Window& window = series.kpi->windows[series.window];
  const auto period = ParsePeriod(*series.kpi->calendar, id);
  if (period.ok() && period->grain == window.grain()) return *period;
  return WrongField(field, violation::kSyntax,
                    GotWant(id, absl::StrCat("the id of a ", window.id())));
}

}  // namespace

absl::StatusOr<SimulationPlan> PlanSimulation(const v1::SimulateKpiRequest& request,
                                              const Catalog& live, absl::Time now) {
  SimulationPlan plan;
  const absl::StatusOr<std::string> workspace = ParseWorkspace(request.parent());
  if (!workspace.ok()) {
    return WrongField("parent", violation::kSyntax, std::string(workspace.status().message()));
  }
  plan.workspace = *workspace;
  ASSIGN_OR_RETURN(const std::vector<v1::Definition> stored,
                   CheckDrafts(request, plan.workspace, live, now, plan.warnings));
  ASSIGN_OR_RETURN(const ResourceName name, KpiOf(request, plan.workspace));
  auto drafts = std::make_unique<Catalog>(&live);
  drafts->Apply(stored, 0);
  ASSIGN_OR_RETURN(plan.draft, DraftSeries(request, name, *drafts));
  plan.drafts = std::move(drafts);
  plan.live = LiveSeries(plan.draft, live, plan.warnings);
  ASSIGN_OR_RETURN(plan.start, PeriodOfField("start_period", request.start_period(), plan.draft));
  ASSIGN_OR_RETURN(plan.end, PeriodOfField("end_period", request.end_period(), plan.draft));
  return plan;
}

}  // namespace kpisuite
