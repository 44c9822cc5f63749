#include "libs/definitions/kpi_components.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"
#include "libs/kpi/finished_values.h"

namespace kpisuite {
namespace {

constexpr int kMaxPreviousPeriods = 1000;
constexpr int kMaxYearsBack = 100;

PeriodPath Joined(PeriodPath path, const PeriodPath& rest) {
  path.insert(path.end(), rest.begin(), rest.end());
  return path;
}

std::vector<std::string> Union(const std::vector<std::string>& a,
                               const std::vector<std::string>& b) {
  std::vector<std::string> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

std::string PlaceText(const ComponentPlace& place) {
  return absl::StrCat(place.in_result ? "result" : "", PathText(place.path),
                      place.ignore_dimensions.empty() ? "" : " without ",
                      absl::StrJoin(place.ignore_dimensions, ","));
}

std::string JoinedPlace(const std::string& outer, const std::string& inner) {
  return outer.empty() || inner.empty() ? outer + inner : absl::StrCat(outer, "|", inner);
}

bool CheckCount(KpiDraft& draft, const std::string& field, int32_t count, int limit) {
  return CheckRange(field, count, 1, limit, draft.violations);
}

// Takes over what one formula of a child refers to. `index_of`: new indices of the child's steps
// so far.
FormulaBinding TakeOver(KpiDefinition& built, const KpiDefinition& child, const KpiStep& step,
                        FormulaBinding binding, const ComponentPlace& place,
                        const std::vector<size_t>& index_of) {
  // What starts at another root keeps its paths.
  const PeriodPath prefix = step.in_result ? PeriodPath() : place.path;
  switch (binding.kind) {
    case FormulaBinding::Kind::kStep: binding.index = index_of[binding.index]; break;
    case FormulaBinding::Kind::kInput: {
      MetricInput input = child.inputs[binding.index];
      input.path = Joined(prefix, input.path);
      input.ignore_dimensions = Union(input.ignore_dimensions, place.ignore_dimensions);
      input.components = Union(input.components, {child.id});
      binding.index = AddMetricInput(built, std::move(input));
      break;
    }
    case FormulaBinding::Kind::kResult: {
      ResultInput result = child.results[binding.index];
      result.path = Joined(prefix, result.path);
      result.step = index_of[result.step];
      built.results.push_back(std::move(result));
      binding.index = built.results.size() - 1;
      break;
    }
  }
  return binding;
}

// The grain of the periods whose finished values are aggregated: the child's first calendar window.
std::optional<Grain> ResultGrain(const KpiDefinition& child) {
  for (const Window& window : child.windows) {
    if (window.kind() == WindowKind::kCalendar) return window.grain();
  }
  return std::nullopt;
}

// How the finished values of the child are aggregated. MEAN_OF_RATIOS is the AVG of values that are
// quotients: those of a KPI that is no flow.
AggregationKind ResultAggregation(KpiDraft& draft, const std::string& field,
                                  v1::Aggregation aggregation, const KpiDefinition& child) {
  const std::string name = v1::Aggregation_Name(aggregation);
  const bool of_ratios = aggregation == v1::AGGREGATION_MEAN_OF_RATIOS;
  const std::optional<AggregationKind> kind =
      of_ratios ? AggregationKind::kAverage
                : AggregationKindFromName(absl::StripPrefix(name, "AGGREGATION_"));
  if (aggregation == v1::AGGREGATION_UNSPECIFIED) {
    AddRequired(field, "how finished values are aggregated, for instance AVG", draft.violations);
  } else if (!kind.has_value() || !AggregatesFinishedValues(*kind)) {
    draft.violations.Add(field, violation::kRefused,
                         GotWant(name,
                                 "SUM, AVG, MIN, MAX, FIRST, LAST, MEDIAN or MEAN_OF_RATIOS: these "
                                 "aggregate finished values"));
  } else if (of_ratios && child.nature == KpiNature::kFlow) {
    draft.violations.Add(field, violation::kRefused,
                         absl::StrCat("got MEAN_OF_RATIOS of KPI ", child.id,
                                      ", which is a flow, want a KPI that is a ratio: use AVG"));
  } else if (*kind == AggregationKind::kSum && (child.unit.IsPercent() || child.unit.IsRate())) {
    draft.violations.Add(field, violation::kNotAdditive,
                         absl::StrCat("got SUM of KPI ", child.id, " in ", child.unit_text,
                                      ", want no sum of percentages, rates or prices: use AVG"));
  }
  return kind.value_or(AggregationKind::kAverage);
}

// Whether every period of the window consists of whole periods of the grain.
bool Tiles(const Calendar& calendar, const Window& window, Grain grain) {
  const Period whole = window.At(calendar, absl::CivilDay(2024, 6, 15));
  return whole.grain == grain || !PeriodsWithin(calendar, whole, grain).empty();
}

// The windows in which an operand with that path is read must consist of whole periods of the
// grain.
void CheckTiling(KpiDraft& draft, const std::string& field, const KpiDefinition& child,
                 const PeriodPath& path, Grain grain) {
  std::vector<Window> windows = draft.built.windows;
  if (!path.empty() && path.front().window.has_value()) windows = {*path.front().window};
  for (const Window& window : windows) {
    if (Tiles(*draft.built.calendar, window, grain)) continue;
    draft.violations.Add(field + ".kpi", violation::kRefused,
                         absl::StrCat("got KPI ", child.id, " with values by ", GrainName(grain),
                                      ", want periods that make up a whole ", window.id()));
  }
}

}  // namespace

void CheckResultsBelow(KpiDraft& draft, const std::string& field, const KpiDefinition& child,
                       const PeriodPath& path) {
  std::set<Grain> grains;
  for (const KpiStep& step : child.steps) {
    for (const FormulaBinding& binding : step.bindings) {
      if (step.in_result || binding.kind != FormulaBinding::Kind::kResult) continue;
      grains.insert(child.results[binding.index].grain);
    }
  }
  for (const Grain grain : grains) CheckTiling(draft, field, child, path, grain);
}

PeriodPath ReadPath(KpiDraft& draft, const std::string& field, const v1::Input& input) {
  PeriodHop hop;
  if (!input.window().empty()) {
    const absl::StatusOr<Window> window = ParseWindowName(input.window());
    if (window.ok()) {
      hop.window = *window;
    } else {
      draft.violations.AddStatus(field + ".window", violation::kSyntax, window.status());
    }
  }
  const v1::Offset& offset = input.offset();
  if (offset.kind_case() == v1::Offset::kPreviousPeriod) {
    if (CheckCount(draft, field + ".offset.previous_period", offset.previous_period(),
                   kMaxPreviousPeriods)) {
      hop.offset = PeriodHop::Offset::kPreviousPeriod;
      hop.count = offset.previous_period();
    }
  } else if (offset.kind_case() == v1::Offset::kSamePeriodLastYear) {
    if (CheckCount(draft, field + ".offset.same_period_last_year", offset.same_period_last_year(),
                   kMaxYearsBack)) {
      hop.offset = PeriodHop::Offset::kSamePeriodLastYear;
      hop.count = offset.same_period_last_year();
    }
  } else if (input.has_offset()) {
    AddRequired(field + ".offset", "previous_period or same_period_last_year", draft.violations);
  }
  return hop == PeriodHop() ? PeriodPath() : PeriodPath{hop};
}

std::vector<std::string> ReadIgnored(KpiDraft& draft, const std::string& field,
                                     const v1::Input& input) {
  std::set<std::string> ignored;
  for (int i = 0; i < input.ignore_dimensions_size(); ++i) {
    const std::string& dimension = input.ignore_dimensions(i);
    if (!ignored.insert(dimension).second || dimension.empty()) {
      draft.violations.Add(IndexField(field + ".ignore_dimensions", i), violation::kDuplicate,
                           GotWant(dimension, "each dimension once"));
    }
  }
  return {ignored.begin(), ignored.end()};
}

size_t AddMetricInput(KpiDefinition& built, MetricInput input) {
  std::vector<MetricInput>& inputs = built.inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].key == input.key && inputs[i].path == input.path &&
        inputs[i].ignore_dimensions == input.ignore_dimensions &&
        inputs[i].components == input.components) {
      return i;
    }
  }
  inputs.push_back(std::move(input));
  return inputs.size() - 1;
}

size_t AddComponent(KpiDefinition& built, const KpiDefinition& child, const ComponentPlace& place) {
  built.component_finality.insert(child.component_finality.begin(), child.component_finality.end());
  built.component_finality.emplace(child.id, child.finality);
  const std::string place_text = PlaceText(place);
  std::vector<size_t> index_of;
  for (const KpiStep& step : child.steps) {
    const std::string text = JoinedPlace(place_text, step.place);
    const auto found = std::find_if(
        built.steps.begin(), built.steps.end(),
        [&](const KpiStep& known) { return known.kpi == step.kpi && known.place == text; });
    index_of.push_back(static_cast<size_t>(found - built.steps.begin()));
    if (found != built.steps.end()) continue;
    KpiStep copy = step;
    copy.place = text;
    if (!step.in_result) copy.path = Joined(place.path, step.path);
    copy.in_result = step.in_result || place.in_result;
    for (FormulaBinding& binding : copy.bindings) {
      binding = TakeOver(built, child, step, std::move(binding), place, index_of);
    }
    index_of.back() = built.steps.size();
    built.steps.push_back(std::move(copy));
  }
  return index_of.back();
}

size_t AddResult(KpiDraft& draft, const std::string& field, const v1::Input& input,
                 const KpiDefinition& child) {
  ResultInput result;
  result.aggregation = ResultAggregation(draft, field + ".aggregation", input.aggregation(), child);
  const std::optional<Grain> grain = ResultGrain(child);
  if (!grain.has_value()) {
    draft.violations.Add(field + ".kpi", violation::kRefused,
                         absl::StrCat("got KPI ", child.id,
                                      ", want one with a calendar window whose values can be "
                                      "aggregated"));
  }
  result.grain = grain.value_or(Grain::kDay);
  result.path = ReadPath(draft, field, input);
  if (grain.has_value()) CheckTiling(draft, field, child, result.path, *grain);
  result.step =
      AddComponent(draft.built, child,
                   {.ignore_dimensions = ReadIgnored(draft, field, input), .in_result = true});
  draft.built.results.push_back(std::move(result));
  return draft.built.results.size() - 1;
}

}  // namespace kpisuite
