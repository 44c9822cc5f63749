#include "libs/kpi/target_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/kpi/allocation.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {

absl::string_view TargetKindName(TargetKind kind) {
  switch (kind) {
    case TargetKind::kFixed: return "FIXED";
    case TargetKind::kRange: return "RANGE";
    case TargetKind::kSchedule: return "SCHEDULE";
    case TargetKind::kPhasedLinear: return "PHASED_LINEAR";
    case TargetKind::kAllocated: return "ALLOCATED";
    case TargetKind::kVersusPrior: return "VS_PRIOR";
    case TargetKind::kBaselineImprovement: return "BASELINE_IMPROVEMENT";
    case TargetKind::kBenchmark: return "BENCHMARK";
    case TargetKind::kFormula: return "FORMULA";
    case TargetKind::kChildren: return "CHILDREN";
  }
  return "";
}

TargetChecker::TargetChecker(const Calendar& calendar, size_t index,
                             std::vector<FieldViolation>* violations)
    : calendar_(calendar), path_(absl::StrCat("targets[", index, "].")), violations_(violations) {}

void TargetChecker::Add(absl::string_view field, absl::string_view description) {
  violations_->push_back({absl::StrCat(path_, field), std::string(description), "", 0, 0});
}

void TargetChecker::Require(bool present, bool wanted, absl::string_view field, TargetKind kind) {
  if (present == wanted) return;
  Add(field, absl::StrCat("got ", present ? "a value" : "nothing", " with ", TargetKindName(kind),
                          ", want ", wanted ? "a value" : "nothing"));
}

std::optional<Period> TargetChecker::ReadPeriod(absl::string_view field, absl::string_view id) {
  absl::StatusOr<Period> period = ParsePeriod(calendar_, id);
  if (period.ok()) return *std::move(period);
  for (const FieldViolation& violation : GetErrorDetails(period.status()).violations) {
    Add(field, violation.description);
  }
  return std::nullopt;
}

void TargetChecker::CheckFields(const TargetSpec& spec) {
  const TargetKind kind = spec.kind;
  const auto require = [&](bool present, absl::string_view field, TargetKind wanted) {
    Require(present, kind == wanted, field, kind);
  };
  if (spec.id.empty()) Add("id", "got nothing, want an id");
  Require(spec.value.has_value(), kind == TargetKind::kFixed || kind == TargetKind::kBenchmark,
          "value", kind);
  require(!spec.schedule.empty(), "schedule", TargetKind::kSchedule);
  require(spec.low.has_value() || spec.high.has_value(), "low", TargetKind::kRange);
  require(spec.phased_linear.has_value(), "phasedLinear", TargetKind::kPhasedLinear);
  require(spec.allocated.has_value(), "allocated", TargetKind::kAllocated);
  require(spec.versus_prior.has_value(), "vsPrior", TargetKind::kVersusPrior);
  require(spec.baseline_improvement.has_value(), "baselineImprovement",
          TargetKind::kBaselineImprovement);
  require(spec.formula.has_value(), "formula", TargetKind::kFormula);
  require(spec.children.has_value(), "children", TargetKind::kChildren);
  if (spec.low.has_value() && spec.high.has_value() && *spec.low > *spec.high) {
    Add("low", absl::StrCat("got ", spec.low->ToString(), ", want at most the high end ",
                            spec.high->ToString()));
  }
}

void TargetChecker::AdoptGrain(absl::string_view field, const Period& period, TargetSpec* spec) {
  if (!spec->grain.has_value()) spec->grain = period.grain;
  if (*spec->grain == period.grain) return;
  Add(field, absl::StrCat("got the ", GrainName(period.grain), " ", Quoted(period.id),
                          ", want periods of the grain ", GrainName(*spec->grain)));
}

void TargetChecker::PrepareSchedule(TargetSet::Target* target) {
  for (const auto& [id, value] : target->spec.schedule) {
    const std::optional<Period> period = ReadPeriod("schedule", id);
    if (!period.has_value()) continue;
    AdoptGrain("schedule", *period, &target->spec);
    target->schedule.emplace(period->first_day, value);
  }
}

// It becomes a schedule whose gaps inherit: nothing before p0, the end value after pn.
void TargetChecker::PreparePhased(TargetSet::Target* target) {
  TargetSpec& spec = target->spec;
  const PhasedLinearSpec& phased = *spec.phased_linear;
  const std::optional<Period> first = ReadPeriod("phasedLinear.firstPeriod", phased.first_period);
  const std::optional<Period> last = ReadPeriod("phasedLinear.lastPeriod", phased.last_period);
  if (!first.has_value() || !last.has_value()) return;
  AdoptGrain("phasedLinear.firstPeriod", *first, &spec);
  AdoptGrain("phasedLinear.lastPeriod", *last, &spec);
  if (first->grain != last->grain) return;
  std::vector<absl::CivilDay> days;
  for (Period period = *first; period.first_day <= last->first_day;
       period = NextPeriod(calendar_, period)) {
    if (days.size() == kMaxPhasedPeriods) break;
    days.push_back(period.first_day);
  }
  if (days.empty() || days.back() != last->first_day) {
    Add("phasedLinear.lastPeriod",
        absl::StrCat("got ", Quoted(phased.last_period), ", want a period from ",
                     phased.first_period, " on, at most ", kMaxPhasedPeriods, " periods in all"));
    return;
  }
  const Number change = phased.end - phased.baseline;
  const Decimal steps = Decimal::FromInt(static_cast<int64_t>(days.size()));
  for (size_t i = 0; i < days.size(); ++i) {
    const Decimal step = Decimal::FromInt(static_cast<int64_t>(i) + 1);
    Number value =
        i + 1 == days.size() ? Number(phased.end) : phased.baseline + change * step / steps;
    if (spec.scale.has_value()) value = RoundHalfAway(value, *spec.scale);
    if (!value.defined()) {
      Add("phasedLinear.end", "got a value too far from the baseline, want one in reach of it");
      return;
    }
    target->schedule.emplace(days[i], value.value());
  }
  spec.schedule_policy = SchedulePolicy::kInherit;
}

std::vector<int64_t> TargetChecker::ExplicitWeights(const AllocatedSpec& allocated,
                                                    const std::vector<Period>& parts) {
  std::map<std::string, int64_t> weights;
  for (const auto& [id, weight] : allocated.weights) {
    const absl::StatusOr<int64_t> mantissa = MantissaFromDecimal(weight, kMaxScale);
    if (weight.IsNegative() || !mantissa.ok()) {
      Add("allocated.weights", absl::StrCat("got ", weight.ToString(), " for ", Quoted(id),
                                            ", want 0 or more, below 9e9, of at most 9 decimals"));
      return {};
    }
    weights[id] = *mantissa;
  }
  std::vector<int64_t> result;
  for (const Period& part : parts) {
    const auto found = weights.find(part.id);
    if (found == weights.end()) {
      Add("allocated.weights", absl::StrCat("got nothing for ", Quoted(part.id),
                                            ", want a weight for each period of the total"));
      return {};
    }
    result.push_back(found->second);
    weights.erase(found);
  }
  if (!weights.empty()) {
    Add("allocated.weights", absl::StrCat("got ", Quoted(weights.begin()->first),
                                          ", want periods within ", allocated.period));
    return {};
  }
  return result;
}

std::vector<int64_t> TargetChecker::WeightsOf(const AllocatedSpec& allocated,
                                              const std::vector<Period>& parts) {
  if (allocated.profile == AllocationProfile::kExplicit) return ExplicitWeights(allocated, parts);
  std::vector<int64_t> weights;
  for (const Period& part : parts) {
    weights.push_back(
        allocated.profile == AllocationProfile::kEven ? 1 : WorkingDayCount(calendar_, part));
  }
  return weights;
}

void TargetChecker::PrepareAllocated(TargetSet::Target* target) {
  TargetSpec& spec = target->spec;
  const AllocatedSpec& allocated = *spec.allocated;
  const bool is_explicit = allocated.profile == AllocationProfile::kExplicit;
  Require(!allocated.weights.empty(), is_explicit, "allocated.weights", spec.kind);
  target->first = ReadPeriod("allocated.period", allocated.period);
  if (is_explicit && !allocated.weights.empty()) {
    const auto part = ReadPeriod("allocated.weights", allocated.weights.begin()->first);
    if (part.has_value()) AdoptGrain("allocated.weights", *part, &spec);
  }
  if (!spec.scale.has_value()) {
    Add("scale", "got nothing with ALLOCATED, want the decimal places of its parts");
    return;
  }
  const absl::StatusOr<int64_t> total = MantissaFromDecimal(allocated.total, *spec.scale);
  if (!total.ok()) {
    Add("allocated.total", absl::StrCat("got ", allocated.total.ToString(), ", want at most ",
                                        *spec.scale, " decimals and 18 digits"));
  }
  if (!target->first.has_value() || !total.ok()) return;
  if (is_explicit && allocated.weights.empty()) return;
  if (!spec.grain.has_value()) {
    Add("grain", "got nothing with ALLOCATED, want the grain of the periods it is spread over");
    return;
  }
  const std::vector<Period> parts = PeriodsWithin(calendar_, *target->first, *spec.grain);
  if (parts.empty()) {
    Add("allocated.period",
        absl::StrCat("got ", Quoted(allocated.period), ", want a period that consists of whole ",
                     "periods of the grain ", GrainName(*spec.grain)));
    return;
  }
  if (allocated.profile == AllocationProfile::kSeasonal) return;
  const size_t before = violations_->size();
  const std::vector<int64_t> shares = Allocate(*total, WeightsOf(allocated, parts));
  if (shares.empty() && violations_->size() == before) {
    Add(is_explicit ? "allocated.weights" : "allocated.period",
        "got periods whose weights are all 0, want one above 0");
  }
  for (size_t i = 0; i < shares.size(); ++i) {
    target->schedule.emplace(parts[i].first_day, Decimal::FromMantissa(shares[i], *spec.scale));
  }
  spec.schedule_policy = SchedulePolicy::kStrict;
}

void TargetChecker::PrepareBaseline(TargetSet::Target* target) {
  const BaselineImprovementSpec& baseline = *target->spec.baseline_improvement;
  target->first = ReadPeriod("baselineImprovement.firstPeriod", baseline.first_period);
  target->last = ReadPeriod("baselineImprovement.lastPeriod", baseline.last_period);
  if (!target->first.has_value() || !target->last.has_value()) return;
  if (target->first->grain != target->last->grain ||
      target->last->first_day < target->first->first_day) {
    Add("baselineImprovement.lastPeriod",
        absl::StrCat("got ", Quoted(baseline.last_period), ", want a ",
                     GrainName(target->first->grain), " from ", baseline.first_period, " on"));
    return;
  }
  for (Period period = *target->first; period.first_day <= target->last->first_day;
       period = NextPeriod(calendar_, period)) {
    if (++target->period_count <= kMaxPhasedPeriods) continue;
    Add("baselineImprovement.lastPeriod",
        absl::StrCat("got more periods, want at most ", kMaxPhasedPeriods, " from the first on"));
    return;
  }
}

void TargetChecker::PrepareRange(TargetSet::Target* target) {
  const TargetSpec& spec = target->spec;
  const auto read_day = [&](const std::optional<std::string>& id, absl::string_view field,
                            absl::CivilDay* day) {
    if (!id.has_value()) return;
    const std::optional<Period> period = ReadPeriod(field, *id);
    if (period.has_value()) *day = period->first_day;
  };
  read_day(spec.effective_from, "effectiveFrom", &target->effective_from);
  read_day(spec.effective_to, "effectiveTo", &target->effective_to);
  if (target->effective_to <= target->effective_from) {
    Add("effectiveTo",
        absl::StrCat("got ", Quoted(*spec.effective_to), ", want a period after effectiveFrom"));
  }
}

TargetSet::Target TargetChecker::Prepare(TargetSpec spec) {
  const size_t before = violations_->size();
  CheckFields(spec);
  TargetSet::Target target;
  target.spec = std::move(spec);
  if (violations_->size() == before) {
    switch (target.spec.kind) {
      case TargetKind::kSchedule: PrepareSchedule(&target); break;
      case TargetKind::kPhasedLinear: PreparePhased(&target); break;
      case TargetKind::kAllocated: PrepareAllocated(&target); break;
      case TargetKind::kBaselineImprovement: PrepareBaseline(&target); break;
      default: break;
    }
  }
  PrepareRange(&target);
  return target;
}

}  // namespace kpisuite
