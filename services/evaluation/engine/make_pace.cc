#include "services/evaluation/engine/make_pace.h"

#include <cstddef>
#include <string>

#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// KpiStatus counts from 0 in the order of the proto, whose first value is UNSPECIFIED.
v1::Status StatusToProto(KpiStatus status) {
  return static_cast<v1::Status>(static_cast<int>(status) + 1);
}

std::string RateUnit(PaceProfile profile) {
  switch (profile) {
    case PaceProfile::kWorkingDays: return "WORKING_DAY";
    case PaceProfile::kExplicit: return "WEIGHT";
    case PaceProfile::kCalendar:
    case PaceProfile::kHistory: break;
  }
  return "DAY";
}

void FillDue(const ResolvedTarget& due, v1::PaceState* pace) {
  if (!due.value.has_value()) return;
  if (due.value->is_range) {
    pace->set_due_lo(TextOf(due.value->low));
    pace->set_due_hi(TextOf(due.value->high));
  } else {
    pace->set_due(TextOf(due.value->low));
  }
}

}  // namespace

v1::PaceState MakePace(const PaceRule& rule, absl::Time as_of, const PaceResult& result) {
  v1::PaceState pace;
  pace.set_elapsed(TextOf(result.elapsed));
  pace.set_expected_share(TextOf(result.expected.share));
  pace.set_profile(std::string(PaceProfileName(rule.profile)));
  pace.set_history_periods(result.expected.history_count);
  if (as_of != absl::InfinitePast() && as_of != absl::InfiniteFuture()) {
    *pace.mutable_as_of() = ToTimestamp(as_of);
  }
  FillDue(result.to_date_target, &pace);
  pace.set_method(std::string(ProjectionMethodName(result.method)));
  pace.set_prior(TextOf(result.prior));
  pace.set_projected(TextOf(result.projected));
  if (!result.projected.defined()) pace.set_nd_reason(ToProto(result.projected.reason()));
  pace.set_lo(TextOf(result.lo));
  pace.set_hi(TextOf(result.hi));
  pace.set_scenarios(result.scenario_count);
  pace.set_pace_index(TextOf(result.pace_index));
  pace.set_required_rate(TextOf(result.required_rate));
  pace.set_rate_unit(RateUnit(rule.profile));
  pace.set_remaining(TextOf(result.expected.remaining));
  pace.set_probability_met(TextOf(result.probability_met));
  pace.set_status_to_date(StatusToProto(result.status_to_date));
  pace.set_status_projected(StatusToProto(result.status_projected));
  if (result.too_early.has_value()) {
    pace.set_too_early(std::string(TooEarlyReasonName(*result.too_early)));
  }
  return pace;
}

v1::Nowcast MakeNowcast(const Number& value, int age, const RevisionStatistics& statistics) {
  v1::Nowcast nowcast;
  const Number factor = LagFactorAt(statistics, age);
  const Number estimate = Nowcast(value, factor);
  nowcast.set_value(TextOf(estimate));
  if (!estimate.defined()) nowcast.set_nd_reason(ToProto(estimate.reason()));
  nowcast.set_lag_factor(TextOf(factor));
  nowcast.set_age(age);
  const auto index = static_cast<size_t>(age);
  if (index < statistics.lag_factor_trails.size()) {
    nowcast.set_periods(statistics.lag_factor_trails[index]);
  }
  return nowcast;
}

}  // namespace kpisuite
