#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

TargetRole RoleOf(v1::TargetRole role) {
  switch (role) {
    case v1::TARGET_ROLE_STRETCH: return TargetRole::kStretch;
    case v1::TARGET_ROLE_BUDGET: return TargetRole::kBudget;
    case v1::TARGET_ROLE_FORECAST: return TargetRole::kForecast;
    case v1::TARGET_ROLE_PERSONAL: return TargetRole::kPersonal;
    default: return TargetRole::kCommitted;
  }
}

// Reads one TargetValue into a TargetSpec; paths start with `field`.
class ValueReader {
 public:
  ValueReader(const KpiDraft& draft, std::string field, Violations& violations)
      : draft_(draft), field_(std::move(field)), violations_(violations) {}

  // Nothing when there is no usable value.
  std::optional<TargetSpec> Read(const v1::TargetValue& value) {
    const size_t before = violations_.size();
    if (value.has_scale()) CheckRange(field_ + ".scale", value.scale(), 0, kMaxScale, violations_);
    value_ = &value;
    switch (value.kind_case()) {
      case v1::TargetValue::kFixed:
        spec_.kind = TargetKind::kFixed;
        spec_.value = ReadPoint(".fixed", value.fixed());
        break;
      case v1::TargetValue::kRange: ReadRange(value.range()); break;
      case v1::TargetValue::kSchedule: ReadSchedule(value.schedule()); break;
      case v1::TargetValue::KIND_NOT_SET:
        AddRequired(field_, "fixed, range or schedule", violations_);
        break;
      default: CheckNotSet(field_, true, violations_);
    }
    if (value.has_grain()) {
      spec_.grain = CheckGrain(field_ + ".grain", value.grain(), violations_);
      CheckGrainOfCalendar(value.grain());
    } else if (draft_.built.nature == KpiNature::kFlow && spec_.kind != TargetKind::kSchedule &&
               !draft_.built.windows.empty()) {
      spec_.grain = draft_.built.windows.front().grain();
    }
    if (violations_.size() != before) return std::nullopt;
    return std::move(spec_);
  }

 private:
  std::optional<Decimal> ReadNumber(const std::string& suffix, const std::string& text) {
    const std::string field = field_ + suffix;
    const std::optional<Decimal> number = CheckDecimal(field, text, violations_);
    if (!number.has_value()) return std::nullopt;
    CheckLogicalRange(draft_, field, text, *number, violations_);
    if (value_->has_scale() && value_->scale() >= 0 && value_->scale() <= kMaxScale &&
        !MantissaFromDecimal(*number, value_->scale()).ok()) {
      violations_.Add(field, violation::kOutOfRange,
                      GotWant(text, absl::StrCat("at most ", value_->scale(), " decimal places")));
    }
    return number;
  }

  // A value that the direction must accept.
  std::optional<Decimal> ReadPoint(const std::string& suffix, const std::string& text) {
    const std::optional<Decimal> number = ReadNumber(suffix, text);
    if (number.has_value()) CheckDirection(suffix, TargetValue::Point(*number));
    return number;
  }

  void ReadRange(const v1::TargetRange& range) {
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

  void ReadSchedule(const v1::TargetSchedule& schedule) {
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

  void CheckPeriod(const std::string& suffix, const std::string& id) {
    const absl::StatusOr<Period> period = ParsePeriod(*draft_.built.calendar, id);
    if (!period.ok()) {
      violations_.AddStatus(field_ + suffix, violation::kSyntax, period.status());
    }
  }

  void CheckGrainOfCalendar(v1::Grain grain) {
    const Calendar& calendar = *draft_.built.calendar;
    if (!spec_.grain.has_value() || calendar.HasGrain(*spec_.grain)) return;
    violations_.Add(field_ + ".grain", violation::kOutOfRange,
                    GotWant(v1::Grain_Name(grain),
                            absl::StrCat("a period that the calendar ", calendar.name(), " has")));
  }

  void CheckDirection(const std::string& suffix, const TargetValue& value) {
    if (draft_.kpi.direction() == v1::DIRECTION_UNSPECIFIED) return;
    const absl::Status status =
        ValidateTargetForDirection(draft_.built.status_rule.direction, value);
    violations_.AddStatus(field_ + suffix, violation::kRefused, status);
  }

  const KpiDraft& draft_;
  const std::string field_;
  Violations& violations_;
  const v1::TargetValue* value_ = nullptr;
  TargetSpec spec_;
};

// Collects the inline target and the Target definitions of a KPI, then checks them together.
class TargetsBuilder {
 public:
  TargetsBuilder(KpiDraft& draft, std::map<ResourceName, Violations>& target_violations)
      : draft_(draft), target_violations_(target_violations) {}

  void AddInline(const v1::TargetValue& value) {
    std::optional<TargetSpec> spec =
        ValueReader(draft_, "kpi.target", draft_.violations).Read(value);
    if (!spec.has_value()) return;
    spec->id = draft_.name.ToString();
    draft_.built.target_origins[spec->id] = {draft_.built.revision, true};
    Keep(*std::move(spec), "kpi.target", &draft_.violations);
  }

  void AddDefinition(const ResourceName& name, const v1::Definition& definition) {
    const v1::Target& target = definition.target();
    Violations& violations = target_violations_[name];
    if (!target.has_value()) {
      AddRequired("target.value", "fixed, range or schedule", violations);
      return;
    }
    std::optional<TargetSpec> spec =
        ValueReader(draft_, "target.value", violations).Read(target.value());
    const SliceSelector selector = ReadSelector(target, violations);
    CheckOther(target, violations);
    if (!spec.has_value() || !violations.empty()) return;
    spec->id = name.ToString();
    spec->role = RoleOf(target.role());
    spec->selector = selector;
    if (!target.effective_from().empty()) spec->effective_from = target.effective_from();
    if (!target.effective_to().empty()) spec->effective_to = target.effective_to();
    draft_.built.target_origins[spec->id] = {definition.revision(), false, selector};
    Keep(*std::move(spec), "target.value", &violations);
  }

  void Finish() {
    absl::StatusOr<TargetSet> set = TargetSet::Create(*draft_.built.calendar, std::move(specs_));
    if (set.ok()) {
      draft_.built.targets = *std::move(set);
      return;
    }
    for (const FieldViolation& item : GetErrorDetails(set.status()).violations) {
      absl::string_view rest = item.field;
      size_t index = 0;
      if (!absl::ConsumePrefix(&rest, "targets[") ||
          !absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index) || index >= places_.size()) {
        draft_.violations.Add("kpi.target", violation::kSyntax, item.description);
        continue;
      }
      const Place& place = places_[index];
      const bool overlap = absl::EndsWith(item.field, ".effectiveFrom");
      place.violations->Add(place.field, overlap ? violation::kOverlap : violation::kOutOfRange,
                            item.description);
    }
  }

 private:
  struct Place {
    std::string field;
    Violations* violations;
  };

  void Keep(TargetSpec spec, std::string field, Violations* violations) {
    specs_.push_back(std::move(spec));
    places_.push_back({std::move(field), violations});
  }

  SliceSelector ReadSelector(const v1::Target& target, Violations& violations) {
    const std::optional<Slice> slice = CheckSlice("target.slice", target.slice(), violations);
    if (!slice.has_value()) return std::nullopt;
    if (slice->is_total()) return target.exact_slice() ? SliceSelector(Slice()) : std::nullopt;
    CheckNotSet("target.exact_slice", target.exact_slice(), violations);
    for (const auto& [dimension, member] : slice->members()) {
      std::set<std::string> reported;
      for (const MetricInput& input : draft_.built.inputs) {
        const auto& ignored = input.ignore_dimensions;
        if (input.metric->HasDimension(dimension) ||
            std::find(ignored.begin(), ignored.end(), dimension) != ignored.end() ||
            !reported.insert(input.metric->id).second) {
          continue;
        }
        violations.Add("target.slice", violation::kSliceDimension,
                       GotWant(dimension, absl::StrCat("a dimension of metric ", input.metric->id,
                                                       ", which the KPI reads")));
      }
    }
    return slice;
  }

  void CheckOther(const v1::Target& target, Violations& violations) {
    CheckEnum("target.role", target.role(), v1::TargetRole_IsValid(target.role()), violations);
    CheckPeriodId("target.effective_from", target.effective_from(), violations);
    CheckPeriodId("target.effective_to", target.effective_to(), violations);
    if (!target.review_by().empty()) {
      CheckDate("target.review_by", target.review_by(), violations);
    }
    if (!target.set_by().empty()) CheckAddress("target.set_by", target.set_by(), violations);
    CheckText("target.reason", target.reason(), 1000, violations);
  }

  void CheckPeriodId(absl::string_view field, const std::string& id, Violations& violations) {
    if (id.empty()) return;
    const absl::StatusOr<Period> period = ParsePeriod(*draft_.built.calendar, id);
    if (!period.ok()) violations.AddStatus(field, violation::kSyntax, period.status());
  }

  KpiDraft& draft_;
  std::map<ResourceName, Violations>& target_violations_;
  std::vector<TargetSpec> specs_;
  std::vector<Place> places_;  // of each of specs_
};

}  // namespace

void BuildTargets(KpiDraft& draft,
                  const std::vector<std::shared_ptr<const v1::Definition>>& targets,
                  std::map<ResourceName, Violations>& target_violations) {
  TargetsBuilder builder(draft, target_violations);
  if (draft.kpi.has_target()) builder.AddInline(draft.kpi.target());
  for (const std::shared_ptr<const v1::Definition>& target : targets) {
    const absl::StatusOr<ResourceName> name = ResourceName::Parse(target->name());
    if (name.ok()) builder.AddDefinition(*name, *target);
  }
  builder.Finish();
}

}  // namespace kpisuite
