#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

// Which value of a closed period.
enum class TargetVintage {
  kLatest,  // of the latest revision
  // As it was known when the period of the target began, or when the compared period was first
  // closed if that came later: it never moves again.
  kFrozen,
};

// What the targets of one KPI need to know beyond their definitions: values of this and other KPIs,
// slices around a slice. All values are of the same window kind as the target's. The default knows
// nothing: every value is ND(PENDING). Implementations are asked from one thread at a time.
class TargetEnvironment {
 public:
  virtual ~TargetEnvironment() = default;

  // The KPI's value in `period`, which lies before `target_period`; ND(PENDING) unless it is
  // closed.
  virtual Number ClosedValue(const Slice& /*slice*/, const Period& /*period*/,
                             const Period& /*target_period*/, TargetVintage /*vintage*/) const {
    return NdReason::kPending;
  }
  // The KPI over these days, which lie before the period of the target, are disjoint and in order,
  // from merged states; ND(PENDING) unless the period of the last one is closed.
  virtual Number ClosedDays(const Slice& /*slice*/, absl::Span<const DayRange> /*days*/) const {
    return NdReason::kPending;
  }
  // The KPI over all periods from `first` to `last` from merged states; ND(PENDING) unless `last`
  // is closed.
  virtual Number ValueOver(const Slice& /*slice*/, const Period& /*first*/,
                           const Period& /*last*/) const {
    return NdReason::kPending;
  }
  // Another KPI's value in the period, as it stands.
  virtual Number KpiValue(absl::string_view /*kpi*/, const Slice& /*slice*/,
                          const Period& /*period*/) const {
    return NdReason::kPending;
  }
  // The slices above `slice` in the hierarchies of its dimensions, nearest first, for a target in
  // force on the day.
  virtual std::vector<Slice> Ancestors(const Slice& /*slice*/, absl::CivilDay /*day*/) const {
    return {};
  }
  // The slices one level below `slice` along the dimension, in canonical order: each member that is
  // live in the period. Nothing if they are not known.
  virtual std::optional<std::vector<Slice>> Children(const Slice& /*slice*/,
                                                     absl::string_view /*dimension*/,
                                                     const Period& /*period*/) const {
    return std::nullopt;
  }
};

}  // namespace kpisuite
