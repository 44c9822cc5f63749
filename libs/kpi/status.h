#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/target.h"
#include "libs/kpi/value.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// What a period without data counts as.
enum class NoDataPolicy {
  kNoData,
  kOffTarget,    // once the data is missing for good or late, never while it may still arrive
  kTreatAsZero,  // only when the watermark says that the period is complete
  kKeepLast,     // known by name; refused by ValidateNoDataPolicy
};
// UNIMPLEMENTED (reason NOT_IMPLEMENTED) for KEEP_LAST.
absl::Status ValidateNoDataPolicy(NoDataPolicy policy);

// Marks beside the status; they never replace it.
struct StatusFlags {
  bool provisional = false;
  bool stale = false;
  bool restated = false;
  bool suppressed = false;
  bool overridden = false;
  bool low_n = false;
};

// How a KPI turns a value into a status. Fixed by its definition.
struct StatusRule {
  Direction direction;
  // Empty: no status but NO_TARGET (always so for NEUTRAL).
  std::optional<Bands> bands;
  std::optional<Decimal> baseline;
  ScaleType scale_type = ScaleType::kRatio;
  NoDataPolicy no_data_policy = NoDataPolicy::kNoData;
  // Whether the flag LOW_N makes every band status WARNING.
  bool clamp_low_n = true;
};

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
};

// The status and everything that explains it.
struct StatusResult {
  // After the LOW_N clamp.
  KpiStatus status = KpiStatus::kNoData;
  // Straight from the bands (or the same non-band status).
  KpiStatus raw_status = KpiStatus::kNoData;
  // Label of the band, empty if it has none or there is no band.
  std::string label;
  // Why there is no band status: the value's reason, NO_TARGET, ZERO_TARGET, DOMAIN, the reason of
  // the band reference. Empty for TOO_EARLY, whose reason the pace has.
  std::optional<NdReason> reason;
  StatusFlags flags;
  DataState data_state = DataState::kOk;
  // The number judged: the actual, or 0 under TREAT_AS_ZERO. Empty if there is none.
  std::optional<Decimal> judged;
  // ND with the reason of the value or target where there is none.
  Variance variance;
  // Set if a band was hit.
  std::optional<BandHit> hit;
  // Points 0 to 3 of `status`; empty if it is no band status.
  std::optional<Decimal> score;
};

// Pure; never fails. Precedence: ERROR, NO_DATA, NO_TARGET, TOO_EARLY, bands; then the LOW_N clamp
// (where the rule asks for it), which turns every band status into WARNING.
StatusResult EvaluateStatus(const StatusRule& rule, const StatusInput& input);

}  // namespace kpisuite
