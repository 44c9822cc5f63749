#include "libs/definitions/target_value_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {

TargetValueReader::TargetValueReader(const KpiDraft& draft, std::string field,
                                     Violations& violations)
    : draft_(draft), field_(std::move(field)), violations_(violations) {}

std::optional<TargetSpec> TargetValueReader::Read(const v1::TargetValue& value) {
  const size_t before = violations_.size();
  if (value.has_scale() &&
      CheckRange(field_ + ".scale", value.scale(), 0, kMaxScale, violations_)) {
    spec_.scale = value.scale();
  }
  value_ = &value;
  ReadKind(value);
  if (!value.has_formula() && !value.formula_inputs().empty()) {
    violations_.Add(field_ + ".formula_inputs", violation::kRefused,
                    "got a value, want none: it is for a formula");
  }
  ReadGrain(value);
  CheckFrozen();
  if (violations_.size() != before || blocked_) return std::nullopt;
  return std::move(spec_);
}

void TargetValueReader::ReadKind(const v1::TargetValue& value) {
  switch (value.kind_case()) {
    case v1::TargetValue::kFixed:
      spec_.kind = TargetKind::kFixed;
      spec_.value = ReadPoint(".fixed", value.fixed());
      break;
    case v1::TargetValue::kRange: ReadRange(value.range()); break;
    case v1::TargetValue::kSchedule: ReadSchedule(value.schedule()); break;
    case v1::TargetValue::kPhasedLinear: ReadPhased(value.phased_linear()); break;
    case v1::TargetValue::kAllocated: ReadAllocated(value.allocated()); break;
    case v1::TargetValue::kVsPrior: ReadVersusPrior(value.vs_prior()); break;
    case v1::TargetValue::kBaselineImprovement: ReadBaseline(value.baseline_improvement()); break;
    case v1::TargetValue::kBenchmark: ReadBenchmark(value.benchmark()); break;
    case v1::TargetValue::kFormula: ReadFormula(value); break;
    case v1::TargetValue::kChildren: ReadChildren(value.children()); break;
    case v1::TargetValue::KIND_NOT_SET:
      AddRequired(field_, "one kind, for instance fixed, range or schedule", violations_);
  }
}

// Kinds that name periods have set the grain already, or leave it to TargetSet.
void TargetValueReader::ReadGrain(const v1::TargetValue& value) {
  const bool names_periods = spec_.kind == TargetKind::kSchedule ||
                             spec_.kind == TargetKind::kPhasedLinear ||
                             (spec_.kind == TargetKind::kAllocated && spec_.allocated.has_value() &&
                              spec_.allocated->profile == AllocationProfile::kExplicit);
  if (value.has_grain()) {
    const std::optional<Grain> grain = CheckGrain(field_ + ".grain", value.grain(), violations_);
    if (grain.has_value() && spec_.grain.value_or(*grain) != *grain) {
      violations_.Add(field_ + ".grain", violation::kOutOfRange,
                      GotWant(GrainName(*grain),
                              absl::StrCat("the grain of its periods, ", GrainName(*spec_.grain))));
    }
    if (grain.has_value() && !draft_.built.calendar->HasGrain(*grain)) {
      violations_.Add(
          field_ + ".grain", violation::kOutOfRange,
          GotWant(GrainName(*grain), absl::StrCat("a period that the calendar ",
                                                  draft_.built.calendar->name(), " has")));
    }
    spec_.grain = grain;
  } else if (draft_.built.nature == KpiNature::kFlow && !names_periods &&
             !spec_.grain.has_value() && !draft_.built.windows.empty()) {
    spec_.grain = draft_.built.windows.front().grain();
  }
}

void TargetValueReader::CheckFrozen() {
  if (!spec_.versus_prior.has_value() || !spec_.versus_prior->freeze) return;
  if (!spec_.grain.has_value()) return;
  const std::vector<Window>& windows = draft_.built.windows;
  const std::string wanted(GrainName(*spec_.grain));
  const bool recorded = std::any_of(windows.begin(), windows.end(),
                                    [&](const Window& window) { return window.id() == wanted; });
  const bool reads_others = std::any_of(windows.begin(), windows.end(), [&](const Window& window) {
    return window.grain() > *spec_.grain;
  });
  if (recorded || !reads_others) return;
  violations_.Add(field_ + ".vs_prior.freeze", violation::kRefused,
                  absl::StrCat("got a target by ", wanted, ", want a window ", wanted,
                               " of the KPI, whose values are recorded"));
}

std::optional<Decimal> TargetValueReader::ReadNumber(const std::string& suffix,
                                                     const std::string& text) {
  const std::string field = field_ + suffix;
  const std::optional<Decimal> number = CheckDecimal(field, text, violations_);
  if (!number.has_value()) return std::nullopt;
  CheckLogicalRange(draft_, field, text, *number, violations_);
  if (spec_.scale.has_value() && !MantissaFromDecimal(*number, *spec_.scale).ok()) {
    violations_.Add(field, violation::kOutOfRange,
                    GotWant(text, absl::StrCat("at most ", *spec_.scale, " decimal places")));
  }
  return number;
}

std::optional<Decimal> TargetValueReader::ReadPoint(const std::string& suffix,
                                                    const std::string& text) {
  const std::optional<Decimal> number = ReadNumber(suffix, text);
  if (number.has_value()) CheckDirection(suffix, TargetValue::Point(*number));
  return number;
}

void TargetValueReader::ReadRange(const v1::TargetRange& range) {
  spec_.kind = TargetKind::kRange;
  if (range.lo().empty() && range.hi().empty()) {
    AddRequired(field_ + ".range", "lo, hi or both", violations_);
    return;
  }
  if (!range.lo().empty()) spec_.low = ReadNumber(".range.lo", range.lo());
  if (!range.hi().empty()) spec_.high = ReadNumber(".range.hi", range.hi());
  if (spec_.low.has_value() && spec_.high.has_value() && *spec_.low > *spec_.high) {
    violations_.Add(field_ + ".range.lo", violation::kOutOfRange,
                    GotWant(range.lo(), absl::StrCat("at most hi, ", range.hi())));
  } else if (spec_.low.has_value() || spec_.high.has_value()) {
    CheckDirection(".range", TargetValue::Range(spec_.low, spec_.high));
  }
}

void TargetValueReader::ReadSchedule(const v1::TargetSchedule& schedule) {
  spec_.kind = TargetKind::kSchedule;
  if (schedule.values().empty()) {
    AddRequired(field_ + ".schedule.values", "at least one period and its value", violations_);
  }
  CheckEnum(field_ + ".schedule.gaps", schedule.gaps(), v1::ScheduleGaps_IsValid(schedule.gaps()),
            violations_);
  if (schedule.gaps() == v1::SCHEDULE_GAPS_STRICT) {
    spec_.schedule_policy = SchedulePolicy::kStrict;
  }
  for (const auto& [id, text] : schedule.values()) {
    const std::string suffix = MapField(".schedule.values", id);
    const std::optional<Decimal> number = ReadPoint(suffix, text);
    if (number.has_value()) spec_.schedule[id] = *number;
    CheckPeriod(suffix, id);
  }
}

std::optional<Period> TargetValueReader::CheckPeriod(const std::string& suffix,
                                                     const std::string& id) {
  absl::StatusOr<Period> period = ParsePeriod(*draft_.built.calendar, id);
  if (period.ok()) return *std::move(period);
  violations_.AddStatus(field_ + suffix, violation::kSyntax, period.status());
  return std::nullopt;
}

void TargetValueReader::CheckDirection(const std::string& suffix, const TargetValue& value) {
  if (draft_.kpi.direction() == v1::DIRECTION_UNSPECIFIED) return;
  const absl::Status status = ValidateTargetForDirection(draft_.built.status_rule.direction, value);
  violations_.AddStatus(field_ + suffix, violation::kRefused, status);
}

}  // namespace kpisuite
