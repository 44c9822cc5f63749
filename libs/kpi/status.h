#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/hysteresis.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/slice_rule.h"
#include "libs/kpi/target.h"
#include "libs/kpi/value.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// What a period without data counts as.
enum class NoDataPolicy {
  kNoData,
  kOffTarget,    // once the data is missing for good or late, never while it may still arrive
  kTreatAsZero,  // only when the watermark says that the period is complete
  kKeepLast,     // the last status, for some periods
};

// Marks beside the status; they never replace it.
struct StatusFlags {
  bool provisional = false;
  bool stale = false;
  bool restated = false;
  bool suppressed = false;
  bool overridden = false;
  bool low_n = false;
};

// Bands of some slices.
struct SliceBands {
  SliceRule rule;
  Bands bands;
};

// How a KPI turns a value into a status. Fixed by its definition.
struct StatusRule {
  Direction direction;
  // For slices without bands of their own. Empty: no status but NO_TARGET (always so for NEUTRAL).
  std::optional<Bands> bands;
  std::vector<SliceBands> slice_bands;
  std::optional<Decimal> baseline;
  ScaleType scale_type = ScaleType::kRatio;
  NoDataPolicy no_data_policy = NoDataPolicy::kNoData;
  // KEEP_LAST: for how many periods.
  int keep_last_periods = 0;
  // Empty: the status is that of the band.
  std::optional<HysteresisRule> hysteresis;
  // Whether the flag LOW_N makes every band status WARNING.
  bool clamp_low_n = true;
};

// The bands of one slice.
struct BandRule {
  // Null if there are none. Lives as long as the StatusRule.
  const Bands* bands = nullptr;
  // Id of the rule by which they matched (SliceMatchText).
  std::string rule = "default";
};
// Longest match among the bands (slice_rule.h); `ancestors` are those of LongestMatch. Pure.
BandRule BandsFor(const StatusRule& rule, const Slice& slice, absl::Span<const Slice> ancestors);

// The status of the latest earlier period that had a value.
struct LastStatus {
  KpiStatus status = KpiStatus::kNoData;
  // How many periods ago, at least 1.
  int age = 1;
};
// What KEEP_LAST says of a period without data: the last status if it is a band's and at most
// `max_age` periods old. Pure.
std::optional<KpiStatus> KeptStatus(const std::optional<LastStatus>& last, int max_age);

// What is known about one period and slice.
struct StatusInput {
  // A number, or why there is none. A bool is an ERROR.
  Value actual = NdReason::kNotReady;
  ResolvedTarget target;
  // As DataStateOf says.
  DataState data_state = DataState::kOk;
  PeriodReadiness readiness;
  // Set by the caller: restated, overridden, low_n. The others are derived.
  StatusFlags flags;
  // What the bases PACE and SIGMA are measured by, as Bands::Evaluate says.
  Number band_reference = NdReason::kNotReady;
  // The pace is TOO_EARLY to be judged; replaces a status of the basis PACE.
  bool too_early = false;
  // Under hysteresis: the fold after the previous closed period. Empty at its start.
  BandFold fold;
  // The bands of the slice (BandsFor). Nothing: those of the rule for slices without their own.
  std::optional<BandRule> bands = std::nullopt;
  // For KEEP_LAST.
  std::optional<LastStatus> last = std::nullopt;
};

// The status and everything that explains it.
struct StatusResult {
  // After hysteresis and the LOW_N clamp.
  KpiStatus status = KpiStatus::kNoData;
  // Straight from the bands (or the same non-band status, before KEEP_LAST).
  KpiStatus raw_status = KpiStatus::kNoData;
  // Label of the band after hysteresis, empty if it has none or there is no band.
  std::string label;
  // Why no band was hit: the value's reason, NO_TARGET, ZERO_TARGET, DOMAIN, the reason of the band
  // reference. Empty for TOO_EARLY, whose reason the pace has.
  std::optional<NdReason> reason;
  StatusFlags flags;
  DataState data_state = DataState::kOk;
  // The number judged: the actual, or 0 under TREAT_AS_ZERO. Empty if there is none.
  std::optional<Decimal> judged;
  // ND with the reason of the value or target where there is none.
  Variance variance;
  // The bands that judged and the rule by which they matched. Null if a status needs none; lives as
  // long as the StatusRule.
  BandRule bands;
  // Set if a band was hit: that of raw_status.
  std::optional<BandHit> hit;
  // The fold after this period, to be kept when it is closed; as it was before it without
  // hysteresis, or if no band was hit.
  BandFold fold;
  // Points 0 to 3 of `status`; empty if it is no band status.
  std::optional<Decimal> score;
};

// Pure; never fails. Precedence: ERROR, NO_DATA, NO_TARGET, TOO_EARLY, bands; then one step of the
// hysteresis fold; then the LOW_N clamp (where the rule asks for it), which turns every band status
// into WARNING and does not enter the fold.
StatusResult EvaluateStatus(const StatusRule& rule, const StatusInput& input);

}  // namespace kpisuite
