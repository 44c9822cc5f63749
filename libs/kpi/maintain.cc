#include "libs/kpi/maintain.h"

#include <algorithm>

namespace kpisuite {

PeriodOutcome OutcomeOf(bool has_value, KpiStatus status) {
  if (!has_value) return PeriodOutcome::kMissing;
  const bool met = status == KpiStatus::kExceeded || status == KpiStatus::kOnTarget;
  return met ? PeriodOutcome::kMet : PeriodOutcome::kNotMet;
}

void MaintainCount::Note(const MaintainRule& rule, int32_t first_day, PeriodOutcome outcome) {
  if (outcome == PeriodOutcome::kMissing) return;
  const auto place = std::lower_bound(rule.first_days.begin(), rule.first_days.end(), first_day);
  if (place == rule.first_days.end() || *place != first_day) return;
  ++with_value_;
  if (outcome == PeriodOutcome::kMet) ++met_;
  up_to_last_ = static_cast<int>(place - rule.first_days.begin()) + 1;
}

MaintainResult MaintainCount::Result(MissingPolicy missing) const {
  MaintainResult result{.met = met_, .elapsed = up_to_last_};
  if (missing == MissingPolicy::kMet) result.met += up_to_last_ - with_value_;
  if (missing == MissingPolicy::kSkip) result.elapsed = with_value_;
  if (result.elapsed > 0) {
    result.progress = Decimal::FromInt(result.met) / Number(Decimal::FromInt(result.elapsed));
  }
  return result;
}

}  // namespace kpisuite
