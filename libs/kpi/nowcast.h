// Nowcast of incomplete data, and how much values of closed periods are revised: SEMANTICS 3.11.8
// and 3.16.7.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/period.h"

namespace kpisuite {

// Ages go from 0 (the period's end) to this many periods.
inline constexpr int kMostRevisionAge = 24;
// Periods behind a figure, at least.
inline constexpr int kLeastRevisionTrails = 3;

// One thing said about a closed period.
struct RevisionEntry {
  absl::Time recorded_at;
  Decimal value;
};

// A period's value as it was known at each age: known[a] at the end of the a-th period after it, so
// known[0] at its own end. Shorter while the period is young. NOT_READY: nothing was known yet.
struct RevisionTrail {
  std::vector<Number> known;
};

// `revisions` in the order of recorded_at; entries at the very instant count. Ages that end after
// `as_of` are left out. `max_age` is clamped to 0 .. kMostRevisionAge.
RevisionTrail TrailOf(const Calendar& calendar, const Period& period,
                      absl::Span<const RevisionEntry> revisions, absl::Time as_of, int max_age);

struct RevisionStatistics {
  // d(age) for age 0 .. max_age - 1: the median of known[age] / known[max_age] over the trails that
  // reach max_age; a final value of 0 and unknown values are skipped. NOT_READY with fewer than
  // three.
  std::vector<Number> lag_factors;
  // For age 1 .. max_age (the first is that of age 1): the mean of |known[age] - known[0]| over the
  // trails that reach the age, in their order. NOT_READY with fewer than three.
  std::vector<Number> mean_absolute_revisions;
  // The trails behind each of these.
  std::vector<int> lag_factor_trails;
  std::vector<int> revision_trails;
};

RevisionStatistics ComputeRevisionStatistics(absl::Span<const RevisionTrail> trails, int max_age);

// value / d. DOMAIN unless d > 0; the reason of d or of the value where one is missing.
Number Nowcast(const Number& value, const Number& lag_factor);

// d(age), and 1 from the greatest age on.
Number LagFactorAt(const RevisionStatistics& statistics, int age);

// Whole periods since the end of `period` at `as_of`: the a with end of a-th period <= as_of. 0
// also before its end; kMostRevisionAge at most.
int AgeOf(const Calendar& calendar, const Period& period, absl::Time as_of);

}  // namespace kpisuite
