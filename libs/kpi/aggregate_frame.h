#pragma once

#include <cstdint>
#include <limits>

#include "libs/kpi/aggregate.h"

namespace kpisuite {

// How long a FIRST or LAST value of a leaf series without samples in the period is carried into it.
enum class CarryForward : uint8_t {
  kUntilRetracted,  // as long as its sample stands; the default
  kNone,
  kPeriods,  // into so many periods after its own
};

// What a COHORT_RATIO compares of the entities that were present in the earlier period.
enum class CohortMeasure : uint8_t {
  kValue,     // sum of their values now by the sum then (net retention)
  kEntities,  // how many of them are present now by how many there were (retention, logo churn)
  kRetained,  // as kValue, but of each entity now at most what it had then (gross retention)
};

// The period that is before another one.
enum class CohortOffset : uint8_t { kPeriods, kYears };

// How samples outside of the period enter the value of an input. Part of its definition, not of its
// states: inputs that differ in nothing else share their panes.
struct FrameRule {
  CarryForward carry = CarryForward::kNone;  // FIRST, LAST; the others have no choice
  int carry_periods = 0;                     // kPeriods: 1..1000
  CohortOffset cohort_offset = CohortOffset::kPeriods;
  int cohort_count = 0;  // COHORT_RATIO: 1..1000 periods, 1..100 years
  CohortMeasure cohort_measure = CohortMeasure::kValue;
  int64_t conversion_window_nano = 0;  // CONVERSION: most delay, > 0

  friend bool operator==(const FrameRule&, const FrameRule&) = default;
};

// Which samples outside of the period a value is computed from.
struct AggregationReach {
  bool all_before = false;     // everything before the period
  int periods_before = 0;      // so many periods before it
  bool cohort = false;         // the period of FrameRule::cohort_offset before it
  int64_t after_nano = 0;      // so long after its end
  bool needs_frame = false;    // Finalise without a frame has no value
  bool moves_by_time = false;  // while the period is open the value depends on `as_of`

  bool outside() const { return all_before || periods_before > 0 || cohort || after_nano > 0; }
};
AggregationReach ReachOf(AggregationKind kind, const FrameRule& rule);

// One period, and what beyond it is seen, in unix nanoseconds; ranges are half-open. A sample lies
// where SampleView::place_nano says.
struct AggregateFrame {
  // The least int64 is no start: all time. TIME_WEIGHTED_AVG then counts from the first sample on.
  int64_t start_nano = 0;
  int64_t end_nano = 0;
  // TIME_WEIGHTED_*: nothing is integrated from here on; the evaluator's clock.
  int64_t as_of_nano = std::numeric_limits<int64_t>::max();
  // FIRST, LAST: values from before this are not carried; start_nano for none.
  int64_t carry_from_nano = std::numeric_limits<int64_t>::min();
  // COHORT_RATIO.
  int64_t then_start_nano = 0;
  int64_t then_end_nano = 0;
  CohortMeasure cohort_measure = CohortMeasure::kValue;
  // CONVERSION.
  int64_t conversion_window_nano = 0;
};

}  // namespace kpisuite
