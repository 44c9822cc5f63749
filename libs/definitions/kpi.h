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
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/pace_profile.h"
#include "libs/kpi/period.h"
#include "libs/kpi/status.h"
#include "libs/kpi/target.h"
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
  Filter filter;
  // Sorted. These dimensions of a slice are rolled up for this input.
  std::vector<std::string> ignore_dimensions;
  // Unit of the aggregated value: the metric's, or dimensionless for counts.
  Unit unit;
  // Identifies what is aggregated within a workspace: metric, aggregation, percentile, canonical
  // filter. Inputs of different KPIs with equal keys can share their panes (if their zones agree).
  std::string key;
};

// One operand of a formula.
struct FormulaBinding {
  std::string alias;
  enum class Kind { kInput, kStep };
  Kind kind = Kind::kInput;
  size_t index = 0;  // into KpiDefinition::inputs, or into steps (an earlier one)
};

// The formula of the KPI itself or of one that it contains (COMPONENTS).
struct KpiStep {
  std::string kpi;  // id
  int64_t revision = 0;
  std::string display_name;
  Unit unit;
  std::string unit_text;
  Formula formula;
  std::vector<FormulaBinding> bindings;  // in the order of formula.inputs()
};

// Where a target of KpiDefinition::targets comes from.
struct TargetOrigin {
  int64_t revision = 0;
  bool is_inline = false;  // it stands in the KPI itself
  SliceSelector selector;  // which slices it is for; nothing: all
};

struct ReviewRule {
  Grain every = Grain::kMonth;
  absl::Duration offset = absl::ZeroDuration();
  std::vector<std::string> deputies;
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
  // Distinct by key and ignored dimensions, over all steps.
  std::vector<MetricInput> inputs;
  // In topological order, each KPI once; the last is this KPI. A component is evaluated from its
  // own inputs for this KPI's window, slice, calendar and zone.
  std::vector<KpiStep> steps;
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
  std::string partition_group;  // of all metrics
  // Whether finished values of disjoint slices add up.
  bool additive_over_slices = false;

  // --- What it means. ---
  StatusRule status_rule;
  KpiNature nature = KpiNature::kLevelOrRatio;
  TargetSet targets;
  // By target id, which is the resource name of the Target, or of the KPI for the inline one.
  std::map<std::string, TargetOrigin> target_origins;
  std::optional<Decimal> logical_min;
  std::optional<Decimal> logical_max;
  absl::Duration final_after = absl::InfiniteDuration();
  std::optional<ReviewRule> review;
  std::optional<PaceRule> pace;         // set if a band is measured by PACE
  std::vector<std::string> guardrails;  // ids of KPIs
  int display_decimals = 2;
  bool restate_history = false;  // RESTATE_HISTORY; else closed periods keep what was said

  // 32 hexadecimal digits over inputs, formulas, metric units, windows, unit and calendar. A
  // change starts a new series; labels, targets and bands do not enter it.
  std::string fingerprint;

  // `workspaces/{workspace}/kpis/{id}`.
  std::string resource_name() const;
  // The step of this KPI.
  const KpiStep& step() const { return steps.back(); }
  const Formula& formula() const { return steps.back().formula; }
  // The grouping, or the total for no dimensions, that is kept up to date; false otherwise.
  bool HasGrouping(const std::vector<std::string>& sorted_dimensions) const;
};

}  // namespace kpisuite
