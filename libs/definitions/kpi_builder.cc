#include "libs/definitions/kpi_builder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr int kMaxWindows = 16;
constexpr int kMaxGroupings = 16;
constexpr int kMaxGroupingDimensions = 4;

void BuildCalendar(KpiDraft& draft) {
  const v1::Kpi& kpi = draft.kpi;
  KpiDefinition& built = draft.built;
  built.calendar_id = kpi.calendar();
  CalendarSpec spec;
  if (!kpi.calendar().empty()) {
    const CatalogEntry* entry =
        draft.catalog.Find({draft.name.workspace, DefinitionKind::kCalendar, kpi.calendar()});
    if (entry == nullptr || entry->calendar == nullptr) {
      draft.blocked = true;
    } else if (kpi.time_zone().empty()) {
      built.calendar = entry->calendar;
      return;
    } else {
      spec = entry->calendar->spec();
    }
  }
  if (!kpi.time_zone().empty()) spec.time_zone = kpi.time_zone();
  absl::StatusOr<Calendar> calendar = Calendar::Create(std::move(spec));
  if (!calendar.ok()) {
    draft.violations.AddStatus("kpi.time_zone", violation::kUnknownReference, calendar.status());
    calendar = Calendar();
  }
  built.calendar = std::make_shared<const Calendar>(*std::move(calendar));
}

std::string GrainsOf(const Calendar& calendar) {
  std::vector<absl::string_view> names;
  for (const Grain grain : kAllGrains) {
    if (calendar.HasGrain(grain)) names.push_back(GrainName(grain));
  }
  return absl::StrJoin(names, ", ");
}

void BuildWindows(KpiDraft& draft) {
  const auto& names = draft.kpi.windows();
  if (names.empty()) AddRequired("kpi.windows", "at least one, for instance DAY", draft.violations);
  if (names.size() > kMaxWindows) {
    draft.violations.Add("kpi.windows", violation::kLimit,
                         absl::StrCat("got ", names.size(), ", want at most ", kMaxWindows));
  }
  std::set<std::string> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string field = IndexField("kpi.windows", i);
    const absl::StatusOr<Window> window = ParseWindowName(names[i]);
    if (!window.ok()) {
      draft.violations.AddStatus(field, violation::kSyntax, window.status());
    } else if (!draft.blocked && !window->FitsCalendar(*draft.built.calendar)) {
      draft.violations.Add(
          field, violation::kOutOfRange,
          GotWant(names[i], absl::StrCat("a period that the calendar ", draft.built.calendar_id,
                                         " has: ", GrainsOf(*draft.built.calendar))));
    } else if (!seen.insert(window->id()).second) {
      draft.violations.Add(field, violation::kDuplicate, GotWant(names[i], "each window once"));
    } else {
      draft.built.windows.push_back(*window);
    }
  }
}

// Every metric input must have the dimension or ignore it, and one of them must have it.
void CheckGroupingDimension(KpiDraft& draft, const std::string& field,
                            const std::string& dimension) {
  bool anywhere = false;
  std::set<std::string> reported;
  for (const MetricInput& input : draft.built.inputs) {
    if (input.Ignores(dimension)) continue;
    if (input.metric->CanBeCutBy(dimension)) {
      anywhere = true;
    } else if (reported.insert(input.metric->id).second) {
      draft.violations.Add(
          field, violation::kSliceDimension,
          GotWant(dimension, absl::StrCat("a dimension of metric ", input.metric->id, " (",
                                          absl::StrJoin(input.metric->AllNames(), ", "),
                                          "), or ignore_dimensions on the input that lacks it")));
    }
  }
  if (!anywhere && reported.empty() && !draft.built.inputs.empty()) {
    draft.violations.Add(field, violation::kSliceDimension,
                         GotWant(dimension, "a dimension that not every input ignores"));
  }
}

void BuildGroupings(KpiDraft& draft) {
  const auto& slices = draft.kpi.slices();
  if (slices.size() > kMaxGroupings) {
    draft.violations.Add("kpi.slices", violation::kLimit,
                         absl::StrCat("got ", slices.size(), ", want at most ", kMaxGroupings));
  }
  std::set<std::vector<std::string>> seen;
  for (int i = 0; i < slices.size(); ++i) {
    const std::string field = IndexField("kpi.slices", i);
    const auto& dimensions = slices[i].dimensions();
    if (dimensions.empty()) AddRequired(field, "1 to 4 dimensions", draft.violations);
    if (dimensions.size() > kMaxGroupingDimensions) {
      draft.violations.Add(field, violation::kLimit,
                           absl::StrCat("got ", dimensions.size(), " dimensions, want at most ",
                                        kMaxGroupingDimensions));
      continue;
    }
    std::set<std::string> sorted;
    for (int j = 0; j < dimensions.size(); ++j) {
      const std::string dimension_field = IndexField(field + ".dimensions", j);
      if (!sorted.insert(dimensions[j]).second) {
        draft.violations.Add(dimension_field, violation::kDuplicate,
                             GotWant(dimensions[j], "each dimension once"));
      } else {
        CheckGroupingDimension(draft, dimension_field, dimensions[j]);
      }
    }
    std::vector<std::string> grouping(sorted.begin(), sorted.end());
    if (!grouping.empty() && !seen.insert(grouping).second) {
      draft.violations.Add(field, violation::kDuplicate,
                           GotWant(absl::StrJoin(grouping, ", "), "each grouping once"));
    }
    draft.built.groupings.push_back(std::move(grouping));
  }
}

void BuildReview(KpiDraft& draft) {
  if (!draft.kpi.has_review()) return;
  const v1::Review& review = draft.kpi.review();
  ReviewRule rule;
  if (!review.has_every()) {
    AddRequired("kpi.review.every", "DAY, WEEK, MONTH, QUARTER or YEAR", draft.violations);
  } else if (const auto every = CheckGrain("kpi.review.every", review.every(), draft.violations)) {
    rule.every = *every;
  }
  rule.offset = CheckDuration("kpi.review.offset", review.offset(), draft.violations);
  for (int i = 0; i < review.deputies_size(); ++i) {
    CheckAddress(IndexField("kpi.review.deputies", i), review.deputies(i), draft.violations);
    rule.deputies.push_back(review.deputies(i));
  }
  draft.built.review = std::move(rule);
}

void BuildGuardrails(KpiDraft& draft) {
  std::set<std::string> seen;
  for (int i = 0; i < draft.kpi.guardrails_size(); ++i) {
    const std::string& id = draft.kpi.guardrails(i);
    const std::string field = IndexField("kpi.guardrails", i);
    if (id == draft.name.id) {
      draft.violations.Add(field, violation::kRefused,
                           GotWant(id, "another KPI: none keeps itself honest"));
    } else if (id.empty() || !seen.insert(id).second) {
      draft.violations.Add(field, violation::kDuplicate, GotWant(id, "each KPI once"));
    }
    draft.built.guardrails.push_back(id);
  }
}

void BuildFlatEpsilon(KpiDraft& draft) {
  if (!draft.kpi.has_flat_epsilon()) return;
  const std::string& text = draft.kpi.flat_epsilon();
  const auto epsilon = CheckDecimal("kpi.flat_epsilon", text, draft.violations);
  if (!epsilon.has_value()) return;
  if (epsilon->IsNegative()) {
    draft.violations.Add("kpi.flat_epsilon", violation::kOutOfRange, GotWant(text, "0 or more"));
  }
  draft.built.flat_epsilon = *epsilon;
}

void BuildHistory(KpiDraft& draft) {
  const v1::Kpi& kpi = draft.kpi;
  CheckEnum("kpi.history_policy", kpi.history_policy(),
            v1::HistoryPolicy_IsValid(kpi.history_policy()), draft.violations);
  draft.built.restate_history = kpi.history_policy() == v1::HISTORY_POLICY_RESTATE_HISTORY;
  draft.built.compare_across_breaks = kpi.compare_across_breaks();
  if (!kpi.has_effective_from()) return;
  draft.built.effective_from =
      CheckDate("kpi.effective_from", kpi.effective_from(), draft.violations);
  if (draft.built.restate_history) {
    draft.violations.Add("kpi.effective_from", violation::kRefused,
                         GotWant(kpi.effective_from(),
                                 "none: under RESTATE_HISTORY every period is of this version"));
  }
}

std::optional<Decimal> CheckBound(const std::string& field, bool is_set, const std::string& text,
                                  Violations& violations) {
  if (!is_set) return std::nullopt;
  const std::optional<Decimal> bound = CheckDecimal(field, text, violations);
  if (!bound.has_value() || *bound >= Decimal()) return bound;
  violations.Add(field, violation::kOutOfRange, GotWant(text, "at least 0"));
  return std::nullopt;
}

void BuildMateriality(KpiDraft& draft) {
  if (!draft.kpi.has_materiality()) return;
  const v1::Materiality& materiality = draft.kpi.materiality();
  if (!materiality.has_absolute() && !materiality.has_relative()) {
    AddRequired("kpi.materiality", "absolute, relative or both", draft.violations);
  }
  draft.built.materiality =
      Materiality{.absolute = CheckBound("kpi.materiality.absolute", materiality.has_absolute(),
                                         materiality.absolute(), draft.violations),
                  .relative = CheckBound("kpi.materiality.relative", materiality.has_relative(),
                                         materiality.relative(), draft.violations)};
}

void BuildFinality(KpiDraft& draft) {
  FinalityRule& rule = draft.built.finality;
  rule.calendar = draft.built.calendar;
  for (const Window& window : draft.built.windows) {
    if (window.kind() != WindowKind::kCalendar) continue;
    rule.grain = std::min(rule.grain.value_or(window.grain()), window.grain());
  }
  if (!draft.kpi.has_final_after()) return;
  rule.after = CheckDuration("kpi.final_after", draft.kpi.final_after(), draft.violations);
  if (rule.grain.has_value() || draft.built.windows.empty()) return;
  draft.violations.Add("kpi.final_after", violation::kRefused,
                       "got a duration, want it for a KPI with a calendar window (DAY, WEEK, "
                       "MONTH, QUARTER, YEAR): it is the days of its periods that become final");
}

void BuildOther(KpiDraft& draft) {
  const v1::Kpi& kpi = draft.kpi;
  KpiDefinition& built = draft.built;
  Violations& violations = draft.violations;
  if (kpi.owner().empty()) {
    AddRequired("kpi.owner", "the address of who answers for it", violations);
  } else {
    CheckAddress("kpi.owner", kpi.owner(), violations);
  }
  built.owner = kpi.owner();
  built.objective = kpi.objective();
  CheckEnum("kpi.perspective", kpi.perspective(), v1::Perspective_IsValid(kpi.perspective()),
            violations);
  CheckEnum("kpi.nature", kpi.nature(), v1::Nature_IsValid(kpi.nature()), violations);
  built.perspective = kpi.perspective();
  built.display_decimals = draft.unit.has_value() && draft.unit->IsPercent() ? 1 : 2;
  if (kpi.has_display_decimals() &&
      CheckRange("kpi.display_decimals", kpi.display_decimals(), 0, 9, violations)) {
    built.display_decimals = kpi.display_decimals();
  }
  if (kpi.has_max_slices() &&
      CheckRange("kpi.max_slices", kpi.max_slices(), 1, 100'000, violations)) {
    built.max_slices = kpi.max_slices();
  }
  BuildFinality(draft);
  BuildFlatEpsilon(draft);
  BuildMateriality(draft);
  BuildHistory(draft);
  BuildReview(draft);
  BuildGuardrails(draft);
}

}  // namespace

KpiBuild BuildKpi(const ResourceName& name, std::shared_ptr<const v1::Definition> definition,
                  const std::vector<std::shared_ptr<const v1::Definition>>& targets,
                  const Catalog& catalog) {
  KpiBuild result;
  auto built = std::make_shared<KpiDefinition>();
  built->workspace = name.workspace;
  built->id = name.id;
  built->uid = definition->uid();
  built->revision = definition->revision();
  built->finality.uid = definition->uid();
  if (definition->has_create_time()) {
    built->finality.created = absl::FromUnixSeconds(definition->create_time().seconds()) +
                              absl::Nanoseconds(definition->create_time().nanos());
  }
  built->display_name = definition->display_name().empty() ? name.id : definition->display_name();
  built->labels.insert(definition->labels().begin(), definition->labels().end());
  KpiDraft draft{name, definition->kpi(), catalog, *built, result.violations, false, {}};
  BuildCalendar(draft);
  const bool calendar_known = !draft.blocked;
  BuildWindows(draft);
  BuildInputs(draft);
  BuildGroupings(draft);
  BuildStatusRule(draft);
  BuildSampling(draft);
  BuildSuppression(draft);
  // Period ids mean nothing without the calendar.
  if (calendar_known) {
    BuildTargets(draft, targets, result.target_violations);
    BuildProcessControl(draft);
    BuildMaintain(draft);
  }
  BuildPace(draft);
  BuildOther(draft);
  built->definition = std::move(definition);
  result.blocked = draft.blocked;
  bool targets_sound = true;
  for (const auto& [target, violations] : result.target_violations) {
    targets_sound &= violations.empty();
  }
  if (!result.violations.empty() || draft.blocked || !targets_sound) return result;
  built->fingerprint = FingerprintOf(*built);
  built->series_fingerprint = SeriesFingerprintOf(*built);
  result.kpi = std::move(built);
  return result;
}

absl::StatusOr<Window> ParseWindowName(absl::string_view name) {
  absl::StatusOr<Window> window = Window::Parse(name);
  if (window.ok()) return window;
  return absl::InvalidArgumentError(
      GetErrorDetails(window.status()).violations.front().description);
}

bool MetricInput::Ignores(absl::string_view name) const {
  const auto ignored = [&](absl::string_view dimension) {
    return std::find(ignore_dimensions.begin(), ignore_dimensions.end(), dimension) !=
           ignore_dimensions.end();
  };
  const Hierarchy* hierarchy = HierarchyOfLevel(metric->hierarchies, name);
  return ignored(name) || (hierarchy != nullptr && ignored(hierarchy->dimension()));
}

std::string KpiDefinition::resource_name() const {
  return absl::StrCat("workspaces/", workspace, "/kpis/", id);
}

bool KpiDefinition::HasGrouping(const std::vector<std::string>& sorted_dimensions) const {
  return sorted_dimensions.empty() ||
         std::find(groupings.begin(), groupings.end(), sorted_dimensions) != groupings.end();
}

}  // namespace kpisuite
