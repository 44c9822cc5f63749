// From the aggregates of a KPI's inputs to its state: pure functions, no clock, no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/explanation.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/interval.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/status.h"
#include "libs/kpi/target_environment.h"
#include "libs/kpi/value.h"
#include "libs/kpi/window.h"
#include "services/evaluation/engine/final_targets.h"
#include "services/evaluation/engine/input_source.h"
#include "services/evaluation/engine/pace_reading.h"
#include "services/evaluation/engine/restatement.h"
#include "services/evaluation/engine/series_carry.h"
#include "services/evaluation/engine/step_values.h"

namespace kpisuite {

// Which state is computed, and when.
struct EvaluationContext {
  const KpiDefinition* kpi = nullptr;
  const Window* window = nullptr;
  Slice slice;
  Period period;
  Period reach;  // the time whose samples count; the period itself for calendar windows
  absl::Time now;
  // Whether this is the last period with rows, or a later one: only these can be STALE.
  bool latest = true;
  // Whether the series breaks here, and whether the definition differs from the one in force.
  bool starts_version = false;
  bool superseded = false;
  // Whether it was FINAL before the KPI in force was defined, whose series it is of.
  bool kept_definition = false;
  // The targets that count while the period is FINAL; null: as they follow from what is defined.
  std::shared_ptr<const FinalTargets> final_targets;
  // Where members belong; nothing when no level is in the slice.
  std::optional<MembershipView> view;
  // The slices above it, nearest first.
  std::vector<Slice> ancestors;
  // Whether its member has stopped reporting, and how many of those one level below have.
  bool member_missing = false;
  int32_t members_missing = 0;
  // When that may change by time alone, besides the closing of the period itself.
  absl::Time members_until = absl::InfiniteFuture();
  // How many slices have samples in the period that count in it, of (other).
  int32_t other_members = 0;
  // Too few people are behind the value, or behind one that would follow from it.
  bool withheld = false;
  // Null where there is no pace.
  std::shared_ptr<const PaceReading> pace;
  // From the state log.
  bool restated = false;
  int32_t revision = 0;
  std::optional<absl::Time> closed_at;
  std::optional<RestatementNote> restatement;
  // When the last day that counts becomes FINAL; InfiniteFuture: never.
  absl::Time final_time = absl::InfiniteFuture();
  // A backfilled period (it was over before its first sample arrived) is CLOSING until then, or
  // until its data is complete: importing history is no restatement of it.
  std::optional<absl::Time> settles_at;
};

// CLOSED or FINAL.
bool IsClosed(PeriodPhase phase);

// How long a backfilled period must have been quiet.
inline constexpr absl::Duration kBackfillSettles = absl::Minutes(1);

// The chart of a state: its series up to its period if that is closed, else up to the last closed
// period before it.
struct SeriesView {
  ControlState control;
  ControlGoal goal;  // of the last period on the chart, as is the status
  KpiStatus status = KpiStatus::kNoData;
  int32_t last_day = 0;  // first day of that period; only if control.points > 0
  Trend trend;
};

// Everything that enters a state, in the order it was computed.
struct KpiEvaluation {
  StepValues steps;
  Value value = NdReason::kNotReady;
  std::optional<Interval> interval;  // of a value, where the KPI declares sampling
  PeriodReadiness readiness;
  DataState data_state = DataState::kOk;
  PeriodPhase phase = PeriodPhase::kFuture;
  bool settling = false;  // CLOSING because of settles_at
  // What counts by now, as StateTargets says.
  ResolvedTarget target;
  std::vector<ResolvedTarget> other_targets;  // parallel to kAllTargetRoles without COMMITTED
  std::optional<PaceResult> pace;             // of an open period, as far as days are complete
  StatusResult status;
  // What later periods build on, if their KPI does; to be kept when the period is closed.
  SeriesPoint point;
  std::optional<SeriesView> series;  // for windows with process control
  // For windows with a horizon (ShowsMaintain), from the first of its periods on.
  std::optional<MaintainResult> maintain;
  uint64_t rows = 0;        // of all inputs, in the period
  uint64_t carried = 0;     // members whose value is from before the period
  int64_t held_out = 0;     // samples that finality keeps out, of each metric once
  bool carries_on = false;  // data of this period or before it enters the next one too
  absl::Time last_event = absl::InfinitePast();
  // As in KpiState; empty when every input is exact.
  std::string approximation;
  std::optional<Decimal> lower;
  std::optional<Decimal> upper;
  // When the state changes without new data; InfiniteFuture when never.
  absl::Time next_change = absl::InfiniteFuture();
};

// Whether limits and hysteresis begin anew with the period.
bool StartsSegment(const EvaluationContext& context);

// How long periods of the KPI wait for data.
ClosingRule ClosingRuleOf(const KpiDefinition& kpi);

// `inputs` are those of the period, parallel to KpiDefinition::inputs; `environment` is what
// targets read, `before` what the period builds on: null for KPIs that do not build on history.
// Errors: those of `source`.
absl::StatusOr<KpiEvaluation> EvaluateKpi(const EvaluationContext& context,
                                          absl::Span<const InputAggregate> inputs,
                                          const InputSource& source,
                                          const TargetEnvironment& environment,
                                          const SeriesCarry* before);

// The state without its place in the logs (definition_position, position, tick, version).
v1::KpiState MakeState(const EvaluationContext& context, const KpiEvaluation& evaluation);

// Everything that is needed to compute value and status again; `state` is left out.
v1::Explanation MakeExplanation(const EvaluationContext& context, const KpiEvaluation& evaluation,
                                absl::Span<const InputAggregate> inputs);

// Where a state stands in the logs.
struct StatePlace {
  int32_t part = 0;
  int64_t incarnation = 0;
  int64_t definition_position = 0;
  int64_t seq = 0;
  absl::Time tick;

  // Fixed-width digits: incarnation 10, definition position 10, seq 20, tick in ms 20. Text order
  // is age.
  std::string Version() const;
};

// Appends the place to a serialised state (concatenated messages merge).
void AppendPlace(const StatePlace& place, std::string* state);

}  // namespace kpisuite
