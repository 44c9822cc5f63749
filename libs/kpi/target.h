#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/target_environment.h"
#include "libs/kpi/target_spec.h"

namespace kpisuite {

// A target as it stands for one period: a point (`low` == `high`, is_range false) or a range whose
// ends are inclusive and of which one may be infinite (empty).
struct TargetValue {
  bool is_range = false;
  std::optional<Decimal> low;
  std::optional<Decimal> high;

  static TargetValue Point(const Decimal& value) { return {false, value, value}; }
  static TargetValue Range(const std::optional<Decimal>& low, const std::optional<Decimal>& high) {
    return {true, low, high};
  }
  // The point; only if not is_range.
  const Decimal& point() const { return *low; }
};

// Whether the KPI's values of several periods add up (sums, counts), or stand for themselves
// (levels, ratios, averages).
enum class KpiNature { kFlow, kLevelOrRatio };

// The target period that is still open in a target to date.
struct OpenTargetPart {
  std::string period;  // id
  Decimal share;       // f(tau): how much of its target is due
};

// The target of one window's period, or why there is none.
struct ResolvedTarget {
  // Of the matched target; for a sum, of its last summand; empty if none matched.
  std::string target_id;
  std::optional<TargetValue> value;
  // Set exactly if `value` is not: NO_TARGET, PENDING, or what the arithmetic ran into.
  std::optional<NdReason> reason;
  // The rule by which it matched (SliceMatchText); empty if none matched.
  std::string rule = {};
  // Set if the value is one to date, of which the last summand counts in part.
  std::optional<OpenTargetPart> open = {};
};

// Part of the target that should be reached by now in an open period: T * share for a flow (share
// is f(tau), SEMANTICS 3.11.1), the target itself for a level or ratio. Pure.
ResolvedTarget TargetToDate(const ResolvedTarget& target, KpiNature nature, const Number& share);

// What counts of a window that is no calendar period (TO_DATE, TRAILING). For one call: it refers
// to the function.
struct TargetSpan {
  absl::CivilDay first_day;
  absl::CivilDay end_day;  // half-open
  // The least of now and the end of the days. Target periods of a flow that end later are open and
  // count with their share; those that begin later do not count, and may have no target: only the
  // first one always does.
  absl::Time as_of;
  // f(tau) of an open period, SEMANTICS 3.11.1.
  absl::FunctionRef<Number(const Period&)> share;
};

class TargetResolution;

// What the targets of a set read beyond their definitions.
struct TargetReads {
  // Values of earlier periods of the KPI itself (VS_PRIOR, SEASONAL).
  bool earlier = false;
  // Of these, values as they were recorded at an earlier time (VS_PRIOR that is frozen).
  bool frozen = false;
  // Days whose value is a baseline (BASELINE_IMPROVEMENT).
  std::vector<DayRange> ranges;
  // Ids of other KPIs (FORMULA, weights of CHILDREN); sorted, distinct.
  std::vector<std::string> kpis;
  // Dimensions along which targets of finer slices are taken together (CHILDREN); sorted, distinct.
  std::vector<std::string> dimensions;
  // Grains of the targets that read any of these, where they have one of their own.
  std::vector<Grain> grains;

  bool any() const { return earlier || !ranges.empty() || !kpis.empty() || !dimensions.empty(); }
};

// All targets of one KPI. Immutable; safe to share between threads.
class TargetSet {
 public:
  // No targets.
  TargetSet() = default;
  // INVALID_ARGUMENT (InvalidFields, paths `targets[i].value` and so on), all problems at once:
  // missing or superfluous fields, low > high, unreadable period ids, mixed grains, repeated ids,
  // totals that cannot be spread, and effective ranges that are empty or overlap within one role
  // and rule.
  static absl::StatusOr<TargetSet> Create(const Calendar& calendar, std::vector<TargetSpec> specs);

  bool empty() const { return targets_.empty(); }
  // Of all targets, whatever their role.
  TargetReads Reads() const;

  // The target of `period` (a period of the KPI's window): the longest match among the targets in
  // force at its first day. With a grain that differs from the period's:
  //   coarser window, flow: the sum over the target periods that tile it, none if one is missing;
  //   coarser window, level or ratio: the target of the period that holds the window's last day;
  //   finer window: NO_TARGET unless ALLOCATED, whose part is spread over it;
  //   a flow whose target periods do not tile the window, and all time: NO_TARGET.
  ResolvedTarget Resolve(const Calendar& calendar, TargetRole role, const Slice& slice,
                         const Period& period, KpiNature nature,
                         const TargetEnvironment& environment = TargetEnvironment()) const;

  // The target of the whole periods of a TRAILING window. A flow: the sum over the target's periods
  // that tile the span, of the open one T * f(tau); none if one that counts is missing, or if they
  // do not tile it. `grain` is that of the span's base periods, for targets without a grain of
  // their own. A level or ratio: the target of the last period.
  ResolvedTarget ResolveSpan(const Calendar& calendar, TargetRole role, const Slice& slice,
                             const TargetSpan& span, Grain grain, KpiNature nature,
                             const TargetEnvironment& environment = TargetEnvironment()) const;

  // The target of a flow in a TO_DATE window: the span begins with `step`, a period of the window,
  // and ends with it or in it. What Resolve says of the step, of the target's periods that count
  // alone, and T * f(tau) of the open one, which is the step itself for targets of its grain and
  // for parts of ALLOCATED ones. Once the step is over it is what Resolve says.
  ResolvedTarget ResolveToDate(const Calendar& calendar, TargetRole role, const Slice& slice,
                               const Period& step, const TargetSpan& span,
                               const TargetEnvironment& environment = TargetEnvironment()) const;

 private:
  friend class TargetResolution;
  friend class TargetChecker;

  struct Target {
    TargetSpec spec;
    // Days in force: [effective_from, effective_to).
    absl::CivilDay effective_from = absl::CivilDay::min();
    absl::CivilDay effective_to = absl::CivilDay::max();
    // SCHEDULE, PHASED_LINEAR, ALLOCATED other than SEASONAL: by first day of the period.
    std::map<absl::CivilDay, Decimal> schedule;
    // ALLOCATED: the period of the total. BASELINE_IMPROVEMENT: first and last period.
    std::optional<Period> first;
    std::optional<Period> last;
    int period_count = 0;  // BASELINE_IMPROVEMENT: of the range
  };

  // Ends each target at the latest where the next of its rule begins; reports overlaps.
  void CloseRanges(std::vector<FieldViolation>* violations);

  std::vector<Target> targets_;
};

}  // namespace kpisuite
