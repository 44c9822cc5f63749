#include "libs/kpi/aggregate_frame.h"

namespace kpisuite {

AggregationReach ReachOf(AggregationKind kind, const FrameRule& rule) {
  AggregationReach reach;
  switch (kind) {
    case AggregationKind::kFirst:
    case AggregationKind::kLast:
      reach.all_before = rule.carry == CarryForward::kUntilRetracted;
      if (rule.carry == CarryForward::kPeriods) reach.periods_before = rule.carry_periods;
      break;
    case AggregationKind::kTimeWeightedAverage:
    case AggregationKind::kTimeWeightedMean:
      reach.all_before = true;
      reach.needs_frame = true;
      reach.moves_by_time = true;
      break;
    case AggregationKind::kConversion:
      reach.after_nano = rule.conversion_window_nano;
      reach.needs_frame = true;
      break;
    case AggregationKind::kCohortRatio:
      reach.cohort = true;
      reach.needs_frame = true;
      break;
    default: break;
  }
  return reach;
}

}  // namespace kpisuite
