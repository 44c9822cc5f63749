#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"

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

enum class TargetKind { kFixed, kRange, kSchedule };

// Only COMMITTED decides a status.
enum class TargetRole { kCommitted, kStretch, kBudget, kForecast, kPersonal };

// A period that a schedule leaves out has the value of the last scheduled period before it, or no
// target.
enum class SchedulePolicy { kInherit, kStrict };

// Whether the KPI's values of several periods add up (sums, counts), or stand for themselves
// (levels, ratios, averages).
enum class KpiNature { kFlow, kLevelOrRatio };

// What a person writes about a target.
struct TargetSpec {
  // Returned with every resolution; unique within a set.
  std::string id;
  TargetRole role = TargetRole::kCommitted;
  SliceSelector selector;
  TargetKind kind = TargetKind::kFixed;
  // FIXED.
  std::optional<Decimal> value;
  // RANGE: low <= high, not both empty.
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  // SCHEDULE: period id to value, at least one, all of the target's grain.
  std::map<std::string, Decimal> schedule;
  SchedulePolicy schedule_policy = SchedulePolicy::kInherit;
  // The period the value is meant for. Empty: the value holds for every window as it is
  // (a SCHEDULE takes its grain from its period ids).
  std::optional<Grain> grain;
  // Id of the first period (of any grain) in which it is in force. Empty: always.
  std::optional<std::string> effective_from;
  // Id of the first period in which it is no longer in force. Empty: until the next target with
  // the same role and selector begins, if there is one.
  std::optional<std::string> effective_to;
};

// The target of one window's period, or why there is none.
struct ResolvedTarget {
  // Of the matched target; for a sum, of its last summand; empty if none matched.
  std::string target_id;
  std::optional<TargetValue> value;
  // Set exactly if `value` is not: NO_TARGET, or what the sum ran into (DOMAIN).
  std::optional<NdReason> reason;
};

// All targets of one KPI. Immutable; safe to share between threads.
class TargetSet {
 public:
  // No targets.
  TargetSet() = default;
  // INVALID_ARGUMENT (InvalidFields, paths `targets[i].value` and so on), all problems at once:
  // missing or superfluous fields, low > high, unreadable period ids, mixed grains, repeated ids,
  // and effective ranges that are empty or overlap within one role and selector.
  static absl::StatusOr<TargetSet> Create(const Calendar& calendar, std::vector<TargetSpec> specs);

  bool empty() const { return targets_.empty(); }

  // The target of `period` (a period of the KPI's window): the longest match among the targets in
  // force at its first day. With a grain that differs from the period's:
  //   coarser window, flow: the sum over the target periods that tile it, none if one is missing;
  //   coarser window, level or ratio: the target of the period that holds the window's last day;
  //   finer window, or a flow whose target periods do not tile the window: NO_TARGET.
  ResolvedTarget Resolve(const Calendar& calendar, TargetRole role, const Slice& slice,
                         const Period& period, KpiNature nature) const;

 private:
  struct Target {
    TargetSpec spec;
    // Days in force: [effective_from, effective_to).
    absl::CivilDay effective_from = absl::CivilDay::min();
    absl::CivilDay effective_to = absl::CivilDay::max();
    // SCHEDULE by first day of the period.
    std::map<absl::CivilDay, Decimal> schedule;
  };

  static Target Prepare(const Calendar& calendar, TargetSpec spec, size_t index,
                        std::vector<FieldViolation>* violations);
  // Ends each target at the latest where the next of its rule begins; reports overlaps.
  void CloseRanges(std::vector<FieldViolation>* violations);
  // The longest match among the targets in force on the day, null if none applies.
  const Target* Match(TargetRole role, const Slice& slice, absl::CivilDay day) const;
  // The target meant for just this period.
  ResolvedTarget ResolveExactly(TargetRole role, const Slice& slice, const Period& period) const;
  ResolvedTarget SumWithin(const Calendar& calendar, TargetRole role, const Slice& slice,
                           const Period& period, Grain grain) const;
  static ResolvedTarget ValueOf(const Target& target, const Period& period);

  std::vector<Target> targets_;
};

}  // namespace kpisuite
