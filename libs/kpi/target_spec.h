// What a person writes about a target, kind by kind.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice_rule.h"

namespace kpisuite {

inline constexpr int kMaxPhasedPeriods = 4000;
inline constexpr int kMaxSeasonalYears = 10;

enum class TargetKind {
  kFixed,
  kRange,
  kSchedule,
  kPhasedLinear,
  kAllocated,
  kVersusPrior,
  kBaselineImprovement,
  kBenchmark,
  kFormula,
  kChildren,
};
// `FIXED`, `RANGE`, `SCHEDULE`, `PHASED_LINEAR`, `ALLOCATED`, `VS_PRIOR`, `BASELINE_IMPROVEMENT`,
// `BENCHMARK`, `FORMULA`, `CHILDREN`.
absl::string_view TargetKindName(TargetKind kind);

// Only COMMITTED decides a status.
enum class TargetRole { kCommitted, kStretch, kBudget, kForecast, kPersonal };
inline constexpr TargetRole kAllTargetRoles[] = {TargetRole::kCommitted, TargetRole::kStretch,
                                                 TargetRole::kBudget, TargetRole::kForecast,
                                                 TargetRole::kPersonal};

// A period that a schedule leaves out has the value of the last scheduled period before it, or no
// target.
enum class SchedulePolicy { kInherit, kStrict };

// baseline + (end - baseline) * (i + 1) / (n + 1) in the i-th of the periods p0 to pn; no target
// before p0, `end` after pn. For levels and ratios.
struct PhasedLinearSpec {
  Decimal baseline;
  Decimal end;
  // Ids of p0 and pn: one grain, at most kMaxPhasedPeriods.
  std::string first_period;
  std::string last_period;
};

enum class AllocationProfile {
  kEven,         // each period alike
  kWorkingDays,  // by working days
  kSeasonal,     // by the mean share that the same period had of its whole in the last years
  kExplicit,     // by given weights
};

// A total spread over the periods of the target's grain that make up `period`, by largest remainder
// (allocation.h) at the target's scale. For flows. A window finer than that spreads its part
// further by the same profile, except EXPLICIT, which says nothing about it.
struct AllocatedSpec {
  Decimal total;
  // Id of the period that the total covers.
  std::string period;
  AllocationProfile profile = AllocationProfile::kEven;
  // EXPLICIT: by period id, >= 0, not all 0, for each period.
  std::map<std::string, Decimal> weights;
  // SEASONAL: how many earlier years, 1 to kMaxSeasonalYears. A year with a period that has no
  // closed value, or with a total that is not above 0, is left out.
  int years = 3;
};

// A change of a value v: amount * |v| if relative, else amount, in the KPI's unit.
struct TargetChange {
  Decimal amount;
  bool relative = true;
};

// Another period of the KPI. SAME_WEEKDAY, 364 days earlier, is for days and weeks. COMPARABLE is
// what the calendar says (comparator.h); a period of which a part has no counterpart (a week 53)
// has no comparable.
enum class TargetComparator { kPreviousPeriod, kSamePeriodLastYear, kSameWeekday, kComparable };

// The value of the comparator plus the change. No target until the comparator is closed (PENDING).
struct VersusPriorSpec {
  TargetComparator comparator = TargetComparator::kPreviousPeriod;
  TargetChange change;
  // Whether it keeps the value that it had at first (TargetVintage). Then a COMPARABLE whose days
  // are no period of the calendar is none: nothing was recorded about them.
  bool freeze = false;
};

// The KPI over a range of periods (a flow: its mean by period), plus the change in the direction
// that is good.
struct BaselineImprovementSpec {
  // Ids of the first and last period of the range: one grain.
  std::string first_period;
  std::string last_period;
  TargetChange improvement;
  // LOWER: less is good.
  bool downward = false;
};

// An expression over the values of other KPIs for the same slice and period.
struct FormulaSpec {
  Formula formula;
  // Ids, parallel to formula.inputs().
  std::vector<std::string> kpis;
};

// From the targets of the slices one level below: their sum, or their mean weighted by the value of
// another KPI. No target if one of them has none of its own.
struct ChildrenSpec {
  std::string dimension;
  // Id of the KPI that weights. Empty: the sum.
  std::string weighted_by;
};

// A target as its definition states it.
struct TargetSpec {
  // Returned with every resolution; unique within a set.
  std::string id;
  TargetRole role = TargetRole::kCommitted;
  SliceRule rule;
  TargetKind kind = TargetKind::kFixed;
  // FIXED, BENCHMARK (the value in force).
  std::optional<Decimal> value;
  // RANGE: low <= high, not both empty.
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  // SCHEDULE: period id to value, at least one, all of the target's grain.
  std::map<std::string, Decimal> schedule;
  SchedulePolicy schedule_policy = SchedulePolicy::kInherit;
  // The other kinds: exactly the one that `kind` says.
  std::optional<PhasedLinearSpec> phased_linear;
  std::optional<AllocatedSpec> allocated;
  std::optional<VersusPriorSpec> versus_prior;
  std::optional<BaselineImprovementSpec> baseline_improvement;
  std::optional<FormulaSpec> formula;
  std::optional<ChildrenSpec> children;
  // The period the value is meant for. Empty: the value holds for every window as it is (a
  // SCHEDULE, PHASED_LINEAR and EXPLICIT weights take the grain of their period ids; any other
  // ALLOCATED needs one).
  std::optional<Grain> grain;
  // Decimal places, 0 to 9, at which computed values are rounded half away from zero. Empty: not
  // rounded. ALLOCATED needs them.
  std::optional<int> scale;
  // Id of the first period (of any grain) in which it is in force. Empty: always.
  std::optional<std::string> effective_from;
  // Id of the first period in which it is no longer in force. Empty: until the next target with
  // the same role and rule begins, if there is one.
  std::optional<std::string> effective_to;
};

}  // namespace kpisuite
