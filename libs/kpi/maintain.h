// Progress of a status that is to be kept over a horizon (SEMANTICS 3.6.5).
#pragma once

#include <cstdint>
#include <vector>

#include "libs/kpi/decimal.h"
#include "libs/kpi/grain.h"
#include "libs/kpi/status.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// Which periods count, and how.
struct MaintainRule {
  Grain grain = Grain::kMonth;  // of the windows that show the progress
  // Of the periods of the horizon, days since 1970-01-01, ascending; at least one.
  std::vector<int32_t> first_days;
  MissingPolicy missing = MissingPolicy::kNotMet;
};

// A period with a value met its target if its published status is ON_TARGET or EXCEEDED; without a
// target in force, nothing was met.
PeriodOutcome OutcomeOf(bool has_value, KpiStatus status);

struct MaintainResult {
  int met = 0;
  int elapsed = 0;
  Number progress = NdReason::kEmpty;  // met / elapsed
};

// The closed periods of a horizon, counted one by one in order of time: O(log n) for each, and
// equal to MaintainProgress over all of them. Periods that are never noted are missing. A value.
class MaintainCount {
 public:
  // A closed period; one outside of the horizon, and one without a value, changes nothing.
  void Note(const MaintainRule& rule, int32_t first_day, PeriodOutcome outcome);
  // Up to the last period with a value.
  MaintainResult Result(MissingPolicy missing) const;

 private:
  int met_ = 0;
  int with_value_ = 0;
  int up_to_last_ = 0;  // periods of the horizon up to the last one with a value
};

}  // namespace kpisuite
