// TargetValueReader: the kinds whose values are computed.
#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"
#include "libs/definitions/target_value_reader.h"

namespace kpisuite {
namespace {

template <typename Enum>
std::optional<Enum> ByName(const std::map<std::string, Enum>& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional<Enum>(found->second);
}

// Decimal places of a decimal as it is written: 2 of "100.00" and of "5%".
int64_t PlacesWritten(absl::string_view text) {
  int64_t places = 0;
  if (absl::ConsumeSuffix(&text, "%")) places = 2;
  const size_t exponent = text.find_first_of("eE");
  int shift = 0;
  if (exponent != absl::string_view::npos && absl::SimpleAtoi(text.substr(exponent + 1), &shift)) {
    places -= shift;
    text = text.substr(0, exponent);
  }
  const size_t point = text.find('.');
  if (point != absl::string_view::npos) places += static_cast<int64_t>(text.size() - point) - 1;
  return std::max<int64_t>(places, 0);
}

// Where days begin for the KPI as it is written.
std::string ZoneOf(const KpiDraft& draft, const v1::Kpi& kpi) {
  if (!kpi.time_zone().empty() || kpi.calendar().empty()) {
    return kpi.time_zone().empty() ? "UTC" : kpi.time_zone();
  }
  const CatalogEntry* calendar =
      draft.catalog.Find({draft.name.workspace, DefinitionKind::kCalendar, kpi.calendar()});
  if (calendar == nullptr || calendar->definition->calendar().time_zone().empty()) return "UTC";
  return calendar->definition->calendar().time_zone();
}

// The partition group of the metrics of the KPI as it is written; nothing while that is unknown.
std::optional<std::string> PartitionGroupOf(const KpiDraft& draft, const v1::Kpi& kpi,
                                            int depth = 0) {
  const auto find = [&](DefinitionKind kind, const std::string& id) {
    return draft.catalog.Find({draft.name.workspace, kind, id});
  };
  if (kpi.inputs().empty() || depth == kMaxKpiDepth) return std::nullopt;
  // All inputs of a KPI are of one group.
  const v1::Input& input = kpi.inputs().begin()->second;
  if (input.metric().empty()) {
    const CatalogEntry* component = find(DefinitionKind::kKpi, input.kpi());
    if (component == nullptr) return std::nullopt;
    return PartitionGroupOf(draft, component->definition->kpi(), depth + 1);
  }
  const CatalogEntry* metric = find(DefinitionKind::kMetric, input.metric());
  if (metric == nullptr) return std::nullopt;
  return metric->definition->metric().partition_group();
}

}  // namespace

const v1::Kpi* FindKpiText(const KpiDraft& draft, const std::string& id) {
  const CatalogEntry* entry = draft.catalog.Find({draft.name.workspace, DefinitionKind::kKpi, id});
  return entry == nullptr ? nullptr : &entry->definition->kpi();
}

bool TargetValueReader::Require(const std::string& suffix, const std::string& text,
                                const std::string& want) {
  if (text.empty()) AddRequired(field_ + suffix, want, violations_);
  return !text.empty();
}

void TargetValueReader::RefuseRanges(const std::string& suffix) {
  if (draft_.kpi.direction() != v1::DIRECTION_IN_RANGE) return;
  violations_.Add(field_ + suffix, violation::kRefused,
                  "got a target that is one value with the direction IN_RANGE, want a range");
}

void TargetValueReader::RefuseNature(const std::string& suffix, KpiNature refused) {
  // The nature of a KPI whose formula is wrong is not known.
  if (draft_.built.steps.empty() || draft_.built.nature != refused) return;
  violations_.Add(field_ + suffix, violation::kRefused,
                  refused == KpiNature::kFlow
                      ? "got a KPI whose values add up over time (FLOW), want a LEVEL or RATIO: a "
                        "flow is spread with allocated"
                      : "got a LEVEL or RATIO, want a KPI whose values add up over time (FLOW): a "
                        "level moves with phased_linear");
}

void TargetValueReader::ReadPhased(const v1::PhasedLinear& phased) {
  spec_.kind = TargetKind::kPhasedLinear;
  RefuseRanges(".phased_linear");
  RefuseNature(".phased_linear", KpiNature::kFlow);
  PhasedLinearSpec& spec = spec_.phased_linear.emplace();
  if (Require(".phased_linear.baseline", phased.baseline(), "a decimal")) {
    spec.baseline = ReadNumber(".phased_linear.baseline", phased.baseline()).value_or(Decimal());
  }
  if (Require(".phased_linear.end", phased.end(), "a decimal")) {
    spec.end = ReadPoint(".phased_linear.end", phased.end()).value_or(Decimal());
  }
  if (Require(".phased_linear.first_period", phased.first_period(), "the id of a period")) {
    CheckPeriod(".phased_linear.first_period", phased.first_period());
  }
  if (Require(".phased_linear.last_period", phased.last_period(), "the id of a period")) {
    CheckPeriod(".phased_linear.last_period", phased.last_period());
  }
  spec.first_period = phased.first_period();
  spec.last_period = phased.last_period();
}

void TargetValueReader::ReadAllocated(const v1::Allocated& allocated) {
  spec_.kind = TargetKind::kAllocated;
  RefuseRanges(".allocated");
  RefuseNature(".allocated", KpiNature::kLevelOrRatio);
  AllocatedSpec& spec = spec_.allocated.emplace();
  if (Require(".allocated.total", allocated.total(), "a decimal")) {
    const std::string field = field_ + ".allocated.total";
    const std::optional<Decimal> total = CheckDecimal(field, allocated.total(), violations_);
    spec.total = total.value_or(Decimal());
    if (total.has_value() && !value_->has_scale()) {
      const int64_t places = PlacesWritten(allocated.total());
      spec_.scale = static_cast<int>(std::min<int64_t>(places, kMaxScale));
      if (places > kMaxScale) {
        violations_.Add(field, violation::kOutOfRange,
                        GotWant(allocated.total(), "at most 9 decimal places"));
      }
    }
  }
  if (Require(".allocated.period", allocated.period(), "the id of the period of the total")) {
    CheckPeriod(".allocated.period", allocated.period());
  }
  spec.period = allocated.period();
  ReadProfile(allocated, spec);
}

void TargetValueReader::ReadProfile(const v1::Allocated& allocated, AllocatedSpec& spec) {
  static const std::map<std::string, AllocationProfile> kProfiles = {
      {"EVEN", AllocationProfile::kEven},
      {"WORKING_DAYS", AllocationProfile::kWorkingDays},
      {"SEASONAL", AllocationProfile::kSeasonal},
      {"EXPLICIT", AllocationProfile::kExplicit}};
  constexpr char kWant[] = "EVEN, WORKING_DAYS, SEASONAL or EXPLICIT";
  const std::optional<AllocationProfile> profile = ByName(kProfiles, allocated.profile());
  if (Require(".allocated.profile", allocated.profile(), kWant) && !profile.has_value()) {
    violations_.Add(field_ + ".allocated.profile", violation::kOutOfRange,
                    GotWant(allocated.profile(), kWant));
  }
  if (!profile.has_value()) return;
  spec.profile = *profile;
  const bool is_explicit = spec.profile == AllocationProfile::kExplicit;
  if (is_explicit && allocated.weights().empty()) {
    AddRequired(field_ + ".allocated.weights", "a weight for each period", violations_);
  } else if (!is_explicit && !allocated.weights().empty()) {
    violations_.Add(field_ + ".allocated.weights", violation::kRefused,
                    "got weights, want none: they are for the profile EXPLICIT");
  }
  for (const auto& [id, text] : allocated.weights()) {
    const std::string suffix = MapField(".allocated.weights", id);
    CheckPeriod(suffix, id);
    const std::optional<Decimal> weight = CheckDecimal(field_ + suffix, text, violations_);
    if (weight.has_value()) spec.weights[id] = *weight;
  }
  if (!allocated.has_years()) return;
  if (spec.profile != AllocationProfile::kSeasonal) {
    violations_.Add(field_ + ".allocated.years", violation::kRefused,
                    "got a value, want none: it is for the profile SEASONAL");
  } else if (CheckRange(field_ + ".allocated.years", allocated.years(), 1, kMaxSeasonalYears,
                        violations_)) {
    spec.years = allocated.years();
  }
}

TargetChange TargetValueReader::ReadChange(const std::string& suffix, const std::string& relative,
                                           const std::string& relative_name,
                                           const std::string& units) {
  if (relative.empty() == units.empty()) {
    AddRequired(field_ + suffix, absl::StrCat("exactly one of ", relative_name, " and units"),
                violations_);
    return {};
  }
  const bool is_relative = units.empty();
  const std::string field =
      absl::StrCat(field_, suffix, ".", is_relative ? relative_name : "units");
  const std::optional<Decimal> amount =
      CheckDecimal(field, is_relative ? relative : units, violations_);
  if (is_relative && draft_.built.status_rule.scale_type == ScaleType::kInterval) {
    violations_.Add(field, violation::kRefused,
                    "got a part of values of an INTERVAL scale, want units");
  }
  return {amount.value_or(Decimal()), is_relative};
}

void TargetValueReader::ReadVersusPrior(const v1::VersusPrior& prior) {
  spec_.kind = TargetKind::kVersusPrior;
  RefuseRanges(".vs_prior");
  static const std::map<std::string, TargetComparator> kComparators = {
      {"PREVIOUS_PERIOD", TargetComparator::kPreviousPeriod},
      {"SAME_PERIOD_LAST_YEAR", TargetComparator::kSamePeriodLastYear},
      {"SAME_WEEKDAY", TargetComparator::kSameWeekday},
      {"COMPARABLE", TargetComparator::kComparable}};
  constexpr char kWant[] = "PREVIOUS_PERIOD, SAME_PERIOD_LAST_YEAR, SAME_WEEKDAY or COMPARABLE";
  const std::string field = field_ + ".vs_prior.comparator";
  const std::optional<TargetComparator> comparator = ByName(kComparators, prior.comparator());
  if (Require(".vs_prior.comparator", prior.comparator(), kWant) && !comparator.has_value()) {
    violations_.Add(field, violation::kOutOfRange, GotWant(prior.comparator(), kWant));
  }
  const bool has_days =
      std::any_of(draft_.built.windows.begin(), draft_.built.windows.end(),
                  [](const Window& window) { return window.grain() <= Grain::kWeek; });
  if (comparator == TargetComparator::kSameWeekday && !has_days) {
    violations_.Add(field, violation::kRefused,
                    GotWant(prior.comparator(), "it with a DAY or WEEK window of the KPI"));
  }
  VersusPriorSpec& spec = spec_.versus_prior.emplace();
  spec.comparator = comparator.value_or(TargetComparator::kPreviousPeriod);
  spec.change = ReadChange(".vs_prior", prior.change(), "change", prior.units());
  spec.freeze = prior.freeze();
}

void TargetValueReader::ReadBaseline(const v1::BaselineImprovement& baseline) {
  spec_.kind = TargetKind::kBaselineImprovement;
  const std::string field = field_ + ".baseline_improvement";
  const DirectionKind direction = draft_.built.status_rule.direction.kind;
  if (direction != DirectionKind::kHigher && direction != DirectionKind::kLower &&
      draft_.kpi.has_direction()) {
    violations_.Add(field, violation::kRefused,
                    GotWant(DirectionName(direction),
                            "the direction HIGHER or LOWER, which says "
                            "what an improvement is"));
  }
  BaselineImprovementSpec& spec = spec_.baseline_improvement.emplace();
  spec.downward = direction == DirectionKind::kLower;
  spec.improvement =
      ReadChange(".baseline_improvement", baseline.improvement(), "improvement", baseline.units());
  if (Require(".baseline_improvement.first_period", baseline.first_period(),
              "the id of a period")) {
    const auto first = CheckPeriod(".baseline_improvement.first_period", baseline.first_period());
    // The mean of a flow by period is a target for such periods.
    if (first.has_value() && draft_.built.nature == KpiNature::kFlow) spec_.grain = first->grain;
  }
  if (Require(".baseline_improvement.last_period", baseline.last_period(), "the id of a period")) {
    CheckPeriod(".baseline_improvement.last_period", baseline.last_period());
  }
  spec.first_period = baseline.first_period();
  spec.last_period = baseline.last_period();
}

void TargetValueReader::ReadBenchmark(const v1::BenchmarkTarget& benchmark) {
  spec_.kind = TargetKind::kBenchmark;
  RefuseRanges(".benchmark");
  if (!Require(".benchmark.benchmark", benchmark.benchmark(), "the id of a benchmark") ||
      !Require(".benchmark.percentile", benchmark.percentile(), "0 to 100")) {
    return;
  }
  const std::string field = field_ + ".benchmark.percentile";
  const std::optional<Decimal> percentile =
      CheckDecimal(field, benchmark.percentile(), violations_);
  if (!percentile.has_value()) return;
  if (percentile->IsNegative() || *percentile > Decimal::FromInt(100)) {
    violations_.Add(field, violation::kOutOfRange, GotWant(benchmark.percentile(), "0 to 100"));
    return;
  }
  const CatalogEntry* entry = draft_.catalog.Find(
      {draft_.name.workspace, DefinitionKind::kBenchmark, benchmark.benchmark()});
  blocked_ = entry == nullptr;
  if (blocked_) return;
  const v1::Benchmark& found = entry->definition->benchmark();
  if (found.kpi() != draft_.name.id) {
    violations_.Add(
        field_ + ".benchmark.benchmark", violation::kRefused,
        GotWant(benchmark.benchmark(), absl::StrCat("a benchmark of the KPI ", draft_.name.id)));
    return;
  }
  const std::optional<Decimal> value = BenchmarkValue(found, *percentile);
  if (value.has_value()) {
    spec_.value = *value;
    CheckDirection(".benchmark", TargetValue::Point(*value));
  } else {
    violations_.Add(field, violation::kOutOfRange,
                    GotWant(benchmark.percentile(), "a percentile that the benchmark states"));
  }
}

std::optional<Decimal> TargetValueReader::BenchmarkValue(const v1::Benchmark& benchmark,
                                                         const Decimal& percentile) {
  for (const auto& [text, value] : benchmark.percentiles()) {
    const absl::StatusOr<Decimal> known = Decimal::Parse(text);
    const absl::StatusOr<Decimal> number = Decimal::ParseWithPercent(value);
    if (known.ok() && *known == percentile && number.ok()) return *number;
  }
  std::vector<Decimal> sorted;
  for (const std::string& text : benchmark.observations()) {
    const absl::StatusOr<Decimal> number = Decimal::ParseWithPercent(text);
    if (number.ok()) sorted.push_back(*number);
  }
  if (sorted.empty()) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  // Inclusive linear interpolation at h = (n - 1) p.
  const Number h = Decimal::FromInt(static_cast<int64_t>(sorted.size()) - 1) * percentile /
                   Decimal::FromInt(100);
  const Number whole = Floor(h);
  const absl::StatusOr<int64_t> below = MantissaFromDecimal(whole.value(), 0);
  if (!below.ok()) return std::nullopt;
  const Decimal& low = sorted[*below];
  const Decimal& high = sorted[std::min<size_t>(*below + 1, sorted.size() - 1)];
  const Number value = low + (high - low) * (h - whole);
  return value.defined() ? std::optional<Decimal>(value.value()) : std::nullopt;
}

void TargetValueReader::CheckOtherKpi(const std::string& suffix, const std::string& id,
                                      const v1::Kpi& other) {
  if (other.calendar() != draft_.kpi.calendar() ||
      ZoneOf(draft_, other) != ZoneOf(draft_, draft_.kpi)) {
    violations_.Add(field_ + suffix, violation::kRefused,
                    GotWant(id, "a KPI of the same calendar and time zone"));
  }
  const std::optional<std::string> group = PartitionGroupOf(draft_, other);
  if (group.has_value() && !draft_.built.steps.empty() && *group != draft_.built.partition_group) {
    violations_.Add(field_ + suffix, violation::kPartitionGroup,
                    GotWant(id, "a KPI whose metrics are of the same partition group"));
  }
}

void TargetValueReader::ReadFormula(const v1::TargetValue& value) {
  spec_.kind = TargetKind::kFormula;
  RefuseRanges(".formula");
  const std::string field = field_ + ".formula";
  if (!Require(".formula", value.formula(), "an expression over other KPIs")) return;
  const auto names = FormulaIdentifiers(value.formula());
  if (!names.ok()) {
    violations_.AddStatus(field, violation::kSyntax, names.status());
    return;
  }
  std::map<std::string, std::string> kpis(value.formula_inputs().begin(),
                                          value.formula_inputs().end());
  for (const std::string& name : *names) kpis.try_emplace(name, name);
  std::vector<FormulaInput> inputs;
  std::vector<std::string> ids;
  for (const auto& [alias, id] : kpis) {
    const v1::Kpi* kpi = FindKpiText(draft_, id);
    const absl::StatusOr<Unit> unit = Unit::Parse(kpi == nullptr ? "" : kpi->unit());
    blocked_ |= kpi == nullptr || !unit.ok();
    if (blocked_) return;
    CheckOtherKpi(".formula", id, *kpi);
    inputs.push_back({alias, *unit});
    ids.push_back(id);
  }
  blocked_ = !draft_.unit.has_value();
  if (blocked_) return;
  absl::StatusOr<Formula> formula = Formula::Create(value.formula(), inputs, *draft_.unit);
  if (!formula.ok()) {
    violations_.AddStatus(field, violation::kSyntax, formula.status());
    return;
  }
  spec_.formula = FormulaSpec{*std::move(formula), std::move(ids)};
}

void TargetValueReader::ReadChildren(const v1::ChildTargets& children) {
  spec_.kind = TargetKind::kChildren;
  ChildrenSpec& spec = spec_.children.emplace();
  spec.dimension = children.dimension();
  spec.weighted_by = children.weighted_by();
  if (!spec.weighted_by.empty()) {
    const v1::Kpi* weights = FindKpiText(draft_, spec.weighted_by);
    blocked_ = weights == nullptr;
    if (!blocked_) CheckOtherKpi(".children.weighted_by", spec.weighted_by, *weights);
  }
  if (Require(".children.dimension", children.dimension(), "a dimension of the KPI's slices")) {
    const bool known = std::any_of(draft_.built.groupings.begin(), draft_.built.groupings.end(),
                                   [&](const std::vector<std::string>& grouping) {
                                     return std::find(grouping.begin(), grouping.end(),
                                                      spec.dimension) != grouping.end();
                                   });
    if (!known) {
      violations_.Add(field_ + ".children.dimension", violation::kSliceDimension,
                      GotWant(spec.dimension, "a dimension of the KPI's slices"));
    }
  }
  if (spec.weighted_by.empty() && !draft_.built.steps.empty() &&
      !draft_.built.additive_over_slices) {
    AddRequired(field_ + ".children.weighted_by",
                "the id of a KPI: the values of this one do not add up over slices", violations_);
  }
}

}  // namespace kpisuite
