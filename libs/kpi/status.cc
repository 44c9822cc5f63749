#include "libs/kpi/status.h"

#include <utility>

#include "libs/base/error.h"

namespace kpisuite {
namespace {

// Why there is nothing to judge; nothing if there is a number that counts.
std::optional<NdReason> NoValueReason(const StatusInput& input) {
  if (!input.actual.is_decimal()) return input.actual.number().reason();
  switch (input.data_state) {
    case DataState::kMissing: return NdReason::kNotReady;
    case DataState::kNotApplicable: return NdReason::kNotApplicable;
    case DataState::kSuppressed: return NdReason::kSuppressed;
    case DataState::kError: return NdReason::kInputError;
    case DataState::kOk:
    case DataState::kProvisional:
    case DataState::kLate: return std::nullopt;
  }
  return NdReason::kInputError;
}

bool HasBands(const StatusRule& rule) {
  return rule.bands.has_value() && rule.direction.kind != DirectionKind::kNeutral;
}

// Sets a status that no band gave.
void SetPlainStatus(KpiStatus status, std::optional<NdReason> reason, StatusResult* result) {
  result->raw_status = status;
  result->status = status;
  result->reason = reason;
  result->score = Bands::MidpointScore(status);
}

void JudgeWithoutValue(const StatusRule& rule, const StatusInput& input, NdReason reason,
                       StatusResult* result) {
  const Number none = reason;
  result->variance = {none, none, none, none};
  KpiStatus status = NoDataRowOf(reason).status;
  const bool given_up =
      input.data_state == DataState::kMissing || input.data_state == DataState::kLate;
  if (status == KpiStatus::kNoData && given_up && HasBands(rule) &&
      rule.no_data_policy == NoDataPolicy::kOffTarget) {
    status = KpiStatus::kOffTarget;
  }
  SetPlainStatus(status, reason, result);
}

void Judge(const StatusRule& rule, const StatusInput& input, const Decimal& actual,
           StatusResult* result) {
  const ResolvedTarget& target = input.target;
  result->judged = actual;
  std::optional<Goal> goal;
  if (target.value.has_value()) {
    goal = Goal{rule.direction, *target.value, rule.baseline, rule.scale_type};
    result->variance = ComputeVariance(actual, *goal);
  }
  const NdReason no_target = target.reason.value_or(NdReason::kNoTarget);
  if (!HasBands(rule)) return SetPlainStatus(KpiStatus::kNoTarget, NdReason::kNoTarget, result);
  if (rule.bands->needs_target() && !goal.has_value()) {
    return SetPlainStatus(KpiStatus::kNoTarget, no_target, result);
  }
  if (input.too_early && rule.bands->basis() == BandBasis::kPace) {
    const bool zero = goal->target.point().IsZero();
    return zero ? SetPlainStatus(KpiStatus::kNoTarget, NdReason::kZeroTarget, result)
                : SetPlainStatus(KpiStatus::kTooEarly, std::nullopt, result);
  }
  BandOutcome outcome =
      rule.bands->Evaluate(actual, goal.has_value() ? &*goal : nullptr, input.band_reference);
  if (!outcome.hit.has_value()) {
    return SetPlainStatus(KpiStatus::kNoTarget, *outcome.reason, result);
  }
  result->raw_status = outcome.hit->status;
  const bool clamped = result->flags.low_n && rule.clamp_low_n;
  result->status = clamped ? KpiStatus::kWarning : result->raw_status;
  result->label = rule.bands->bands()[outcome.hit->band].label;
  result->score = rule.bands->Score(*outcome.hit, result->status);
  result->hit = std::move(outcome.hit);
}

}  // namespace

absl::Status ValidateNoDataPolicy(NoDataPolicy policy) {
  if (policy != NoDataPolicy::kKeepLast) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
                   "noDataPolicy: got KEEP_LAST, which is not implemented yet, want NO_DATA, "
                   "OFF_TARGET or TREAT_AS_ZERO");
}

StatusResult EvaluateStatus(const StatusRule& rule, const StatusInput& input) {
  StatusResult result;
  result.data_state = input.data_state;
  result.flags = input.flags;
  result.flags.provisional = !input.readiness.ready;
  result.flags.stale = input.readiness.stale;
  result.flags.suppressed = input.data_state == DataState::kSuppressed;
  const std::optional<NdReason> reason = NoValueReason(input);
  const bool treat_as_zero = rule.no_data_policy == NoDataPolicy::kTreatAsZero &&
                             input.data_state == DataState::kMissing && input.readiness.ready;
  if (reason.has_value() && !treat_as_zero) {
    JudgeWithoutValue(rule, input, *reason, &result);
    return result;
  }
  Judge(rule, input, reason.has_value() ? Decimal() : input.actual.decimal(), &result);
  return result;
}

}  // namespace kpisuite
