// Pace of an open period: where it should be by now, and where it will end. SEMANTICS 3.11.
#pragma once

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/pace_profile.h"
#include "libs/kpi/pace_projection.h"
#include "libs/kpi/period.h"
#include "libs/kpi/status.h"
#include "libs/kpi/target.h"

namespace kpisuite {

// Scenarios behind an interval and a probability, at least.
inline constexpr int kLeastScenarios = 5;
// Periods behind a HISTORY profile, at least.
inline constexpr int kLeastHistory = 3;

// One input aggregate of a KPI.
struct PaceOperand {
  ProjectionKind kind = ProjectionKind::kFlow;
  PaceFigures figures;
  // kMean only: the rows (or weight) behind the mean, itself a flow.
  PaceFigures count;
};

// Everything that enters the pace of one KPI, slice and open period.
struct PaceInput {
  const PaceRule* rule = nullptr;      // required
  const Calendar* calendar = nullptr;  // required
  Period period;
  // The least of now and the watermark of the inputs.
  absl::Time as_of;
  KpiNature nature = KpiNature::kLevelOrRatio;
  // A: the value of the KPI to date.
  Number to_date = NdReason::kNotReady;
  // The inputs, in the order in which the formula takes them. Entry i of every history is about
  // the same closed period.
  std::vector<PaceOperand> operands;
  // T: the committed target of the whole period.
  ResolvedTarget target;
  // Direction, bands and baseline.
  const StatusRule* status_rule = nullptr;  // required
  // sigma_hat of process control, for bands of the basis SIGMA.
  Number sigma = NdReason::kNotReady;
};

// The KPI as a function of its input aggregates; for one SUM simply the first of them.
using PaceFormula = absl::FunctionRef<Number(absl::Span<const Number>)>;

// Why a pace is not judged. Names: `SHARE` (f < 0.1), `HISTORY` (HISTORY profile with fewer than
// three usable periods), `INTERVAL` (hi - lo > 0.5 |projected|).
enum class TooEarlyReason { kShare, kHistory, kInterval };
absl::string_view TooEarlyReasonName(TooEarlyReason reason);

struct PaceResult {
  // tau: elapsed / length of the period, in elapsed time.
  Number elapsed = NdReason::kNotApplicable;
  // f of the KPI. HISTORY: of a flow, the median over the KPI's own history (its formula over the
  // inputs' totals and to-date values); of a level or ratio, the least over its flows and counts,
  // and without any the share of elapsed time, on which no projection depends.
  ExpectedShare expected;
  // What is due by now: T f for a flow (both ends of a range), T for a level or ratio.
  ResolvedTarget to_date_target;

  ProjectionMethod method = ProjectionMethod::kNone;
  // H, when the KPI has one input; else NOT_APPLICABLE.
  Number prior = NdReason::kNotApplicable;
  Number projected = NdReason::kNotAggregatable;
  // The 10 % and 90 % quantiles of the scenarios; NOT_READY with fewer than five.
  Number lo = NdReason::kNotReady;
  Number hi = NdReason::kNotReady;
  // How many scenarios have a number.
  int scenario_count = 0;

  // 1 + s(A - R)/|R|, R the due part. ZERO_TARGET if R is 0; NOT_APPLICABLE without s.
  Number pace_index = NdReason::kNoTarget;
  // (T - A) / what remains: the average per remaining day, working day or weight that still leads
  // to the target (LOWER: that may be used up). NOT_APPLICABLE for levels, ratios and ranges, and
  // when nothing remains.
  Number required_rate = NdReason::kNoTarget;
  // The number of scenarios that meet the target, divided by the number of scenarios. NOT_READY
  // with fewer than five.
  Number probability_met = NdReason::kNoTarget;
  // Never at or after the period's end.
  std::optional<TooEarlyReason> too_early;
  // A against the due part, with the baseline and cuts in natural units (ACTUAL, VARIANCE) of a
  // flow times f. TOO_EARLY for a flow with f <= 0 or unknown.
  KpiStatus status_to_date = KpiStatus::kNoData;
  // The projected value against T; for the basis PACE with R = T. Precedence: a missing A, then
  // NO_TARGET, TOO_EARLY, a missing projection (NO_DATA), bands.
  KpiStatus status_projected = KpiStatus::kNoData;
};

// Pure; never fails.
PaceResult AssessPace(const PaceInput& input, PaceFormula formula);

}  // namespace kpisuite
