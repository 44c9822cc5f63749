// KpiDefinition: a KPI ready to be evaluated, with everything it refers to resolved.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/metric.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_frame.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/comparison.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/interval.h"
#include "libs/kpi/maintain.h"
#include "libs/kpi/materiality.h"
#include "libs/kpi/pace_profile.h"
#include "libs/kpi/period.h"
#include "libs/kpi/period_path.h"
#include "libs/kpi/process_control_limits.h"
#include "libs/kpi/status.h"
#include "libs/kpi/target.h"
#include "libs/kpi/trend.h"
#include "libs/kpi/unit.h"
#include "libs/kpi/window.h"

namespace kpisuite {

inline constexpr int kMaxKpiDepth = 16;
inline constexpr int kMaxFlatInputs = 256;  // metric inputs of a KPI and its components together
inline constexpr int kMaxFlatSteps = 256;
inline constexpr int kDefaultMaxSlices = 10'000;

// Samples that become one number: a metric, how they are aggregated, and which of them count.
struct MetricInput {
  std::shared_ptr<const MetricDefinition> metric;
  AggregationSpec aggregation;
  // AVG whose spread is wanted too: its states are those of VAR, which give the same mean.
  bool keeps_spread = false;
  FrameRule frame;  // what of the samples outside of the period counts
  Filter filter;
  // Sorted. These dimensions of a slice are rolled up for this input.
  std::vector<std::string> ignore_dimensions;
  // Whether the dimension or level of a slice is rolled up.
  bool Ignores(absl::string_view name) const;
  // Unit of the aggregated value: the metric's, its square for VAR, dimensionless for counts.
  Unit unit;
  // From the period of the step's root to the one that is meant.
  PeriodPath path;
  // Ids of the KPIs through which this one reads the input, sorted: their finality binds it too.
  std::vector<std::string> components;
  // Identifies what is aggregated within a workspace: metric, aggregation, percentile, canonical
  // filter, frame. Inputs of different KPIs with equal keys can share their panes (if their zones
  // agree).
  std::string key;

  // What its states are made for.
  AggregationSpec StateSpec() const;
};

// One operand of a formula.
struct FormulaBinding {
  std::string alias;
  enum class Kind { kInput, kStep, kResult };
  Kind kind = Kind::kInput;
  size_t index = 0;  // into KpiDefinition::inputs, steps (an earlier one) or results
};

// Finished values of a KPI over the periods of one grain, aggregated (RESULT).
struct ResultInput {
  size_t step = 0;  // of the KPI; its root is each of these periods
  Grain grain = Grain::kDay;
  AggregationKind aggregation = AggregationKind::kAverage;
  PeriodPath path;  // to the period whose parts are aggregated
};

// The formula of the KPI itself or of one that it contains. Its root is the period of the state
// for a component, and a part of it for what a RESULT aggregates.
struct KpiStep {
  std::string kpi;  // id
  int64_t revision = 0;
  std::string display_name;
  Unit unit;
  std::string unit_text;
  Formula formula;
  std::vector<FormulaBinding> bindings;  // in the order of formula.inputs()
  // From the root's period to the one that `days` and `working_days` count.
  PeriodPath path;
  bool in_result = false;  // the root is a part of a period that a RESULT aggregates
  // What tells copies of one KPI apart: path, ignored dimensions, root.
  std::string place;
};

// Where a target of KpiDefinition::targets comes from.
struct TargetOrigin {
  int64_t revision = 0;
  bool is_inline = false;  // it stands in the KPI itself
};

// When the days of a KPI become FINAL by themselves, and how days make periods (SEMANTICS 3.4.7).
struct FinalityRule {
  std::string uid;  // of the KPI, whose decisions count
  // After the end of a day's period, or after the KPI's creation where that is later, so that
  // history can be imported for as long; infinite: only FinalizePeriods makes days FINAL.
  absl::Duration after = absl::InfiniteDuration();
  absl::Time created = absl::UnixEpoch();
  // Of the finest calendar window; nothing: there is none, and days never become FINAL.
  std::optional<Grain> grain;
  std::shared_ptr<const Calendar> calendar;
};

struct ReviewRule {
  Grain every = Grain::kMonth;
  absl::Duration offset = absl::ZeroDuration();
  std::vector<std::string> deputies;
};

// How far the value can be trusted, for a KPI that is an estimate from a sample. Indices are into
// KpiDefinition::inputs.
struct SamplingRule {
  IntervalMethod method = IntervalMethod::kWilson;
  // Most half width in the KPI's unit, above 0; beyond it the state is LOW_N.
  Decimal tolerance;
  size_t part = 0;     // WILSON: the numerator; NPS: the promoters; STUDENT_T: the mean
  size_t against = 0;  // NPS: the detractors
  size_t whole = 0;    // all observations
};

// Which values are withheld because too few people are behind them (SEMANTICS 3.3.5). The natural
// denominator n of a formula is made of the inputs that stand in a divisor of it; without one, of
// the denominators of the KPIs that it contains; without those, of its first input that counts
// (COUNT, COUNT_TRUE, COUNT_DISTINCT), or else of its first input. An operand that is a KPI stands
// for that KPI's denominators. Of several, the smallest is n. An input's n is the number of
// distinct entities of its samples in the period; without entities, that of the samples, both after
// the filter; for kinds that look beyond their period, that of AggregateResult::members.
struct SuppressionRule {
  uint64_t fewest = 0;               // 0: nothing is withheld
  std::vector<size_t> denominators;  // into KpiDefinition::inputs, ascending
  // Parallel to denominators: COUNT_DISTINCT of the same samples.
  std::vector<MetricInput> entities;
};

// A decision about where limits start anew.
struct RebaseRule {
  Period period;
  std::string author;
  std::string reason;
};

// Process control of a KPI. Periods may be of any grain.
struct ProcessControlRule {
  ControlSpec spec;
  std::vector<RebaseRule> rebases;  // by beginning of the period
  std::vector<Period> excluded;
  std::vector<RebaseRule> dismissed;

  // Whether `period` is the first of its grain to begin at or after a rebase. `previous` is the
  // period before it.
  bool StartsSegment(const Period& previous, const Period& period) const;
  // Whether it lies within an excluded period.
  bool IsExcluded(const Period& period) const;
  // Whether a proposal to rebase at `period` was turned down: it lies within a dismissed one.
  bool IsDismissed(const Period& period) const;
};

// Reads a window as definitions and requests name it: the text of Window::Parse. INVALID_ARGUMENT
// otherwise, with a plain message.
absl::StatusOr<Window> ParseWindowName(absl::string_view name);

// Immutable once built; shared between threads.
struct KpiDefinition {
  std::string workspace;
  std::string id;
  std::string uid;
  int64_t revision = 0;
  std::string display_name;  // the id when none was given
  std::string owner;
  std::string objective;  // id; empty when none
  v1::Perspective perspective = v1::PERSPECTIVE_UNSPECIFIED;
  std::map<std::string, std::string> labels;
  std::shared_ptr<const v1::Definition> definition;  // as stored

  // --- How the value is computed. ---
  // Distinct by key, path, ignored dimensions and components, over all steps.
  std::vector<MetricInput> inputs;
  // In topological order; the last is this KPI. A component is evaluated from its own inputs for
  // this KPI's window, slice, calendar and zone, once for each place.
  std::vector<KpiStep> steps;
  std::vector<ResultInput> results;
  int depth = 1;  // longest chain of KPIs, this one included
  Unit unit;
  std::string unit_text;
  std::shared_ptr<const Calendar> calendar;
  std::string calendar_id;      // empty: the default calendar
  std::vector<Window> windows;  // at least one; the first is shown by default
  // Groupings kept up to date besides the total, each sorted. A dimension of a grouping is one of
  // every input's metric unless the input ignores it.
  std::vector<std::vector<std::string>> groupings;
  int max_slices = kDefaultMaxSlices;
  SuppressionRule suppression;
  std::string partition_group;  // of all metrics
  // Whether finished values of disjoint slices add up.
  bool additive_over_slices = false;

  // --- What it means. ---
  StatusRule status_rule;
  std::optional<SamplingRule> sampling;
  KpiNature nature = KpiNature::kLevelOrRatio;
  TargetSet targets;
  // By target id, which is the resource name of the Target, or of the KPI for the inline one.
  std::map<std::string, TargetOrigin> target_origins;
  std::optional<Decimal> logical_min;
  std::optional<Decimal> logical_max;
  FinalityRule finality;
  std::map<std::string, FinalityRule> component_finality;  // by id of the KPI, of all it contains
  std::optional<Materiality> materiality;
  std::optional<ReviewRule> review;
  std::optional<PaceRule> pace;         // set if a band is measured by PACE
  std::vector<std::string> guardrails;  // ids of KPIs
  std::optional<ProcessControlRule> process_control;
  int trend_periods = kDefaultTrendPeriods;
  std::optional<MaintainRule> maintain;
  Decimal flat_epsilon = DefaultFlatEpsilon();  // below it a comparison is FLAT
  int display_decimals = 2;
  bool restate_history = false;  // RESTATE_HISTORY; else closed periods keep what was said
  // First day of this version under KEEP_HISTORY; nothing: the first period that was not closed.
  std::optional<absl::CivilDay> effective_from;
  bool compare_across_breaks = false;

  // 32 hexadecimal digits over inputs, formulas, metric units, windows, unit and calendar. A
  // change starts a new series; labels, targets and bands do not enter it.
  std::string fingerprint;
  // The same over inputs, formulas, metric units and unit alone. Under KEEP_HISTORY a change breaks
  // the series: a window is a series of its own, so that another one breaks none, and days that the
  // calendar moves cannot be kept.
  std::string series_fingerprint;

  // `workspaces/{workspace}/kpis/{id}`.
  std::string resource_name() const;
  // The step of this KPI.
  const KpiStep& step() const { return steps.back(); }
  const Formula& formula() const { return steps.back().formula; }
  // The grouping, or the total for no dimensions, that is kept up to date; false otherwise.
  bool HasGrouping(const std::vector<std::string>& sorted_dimensions) const;
};

// Whether both cut time into the same periods.
bool HaveSamePeriods(const KpiDefinition& a, const KpiDefinition& b);

}  // namespace kpisuite
