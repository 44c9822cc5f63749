#include "libs/kpi/status.h"

#include <utility>

#include "absl/container/inlined_vector.h"

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
  // Nothing was expected of a period without a denominator, and what is suppressed stays so.
  const bool absent = input.data_state != DataState::kNotApplicable &&
                      input.data_state != DataState::kSuppressed && status == KpiStatus::kNoData;
  if (rule.no_data_policy != NoDataPolicy::kKeepLast || !absent) return;
  const std::optional<KpiStatus> kept = KeptStatus(input.last, rule.keep_last_periods);
  if (!kept.has_value()) return;
  result->status = *kept;
  result->score = Bands::MidpointScore(*kept);
}

// The band that is published for a value in `hit`; takes the step of the fold.
size_t PublishedBand(const StatusRule& rule, const StatusInput& input, const Decimal& actual,
                     const Goal* goal, const BandHit& hit, StatusResult* result) {
  if (!rule.hysteresis.has_value()) return hit.band;
  const HysteresisRule& hysteresis = *rule.hysteresis;
  const Bands& bands = *result->bands.bands;
  // A fold over other bands means nothing here.
  if (result->fold.band.value_or(0) >= bands.bands().size()) result->fold = BandFold();
  const size_t raised = bands.BandWhenRaised(actual, goal, hysteresis.deadband, hysteresis.logical,
                                             input.band_reference);
  result->fold = Fold(hysteresis, result->fold, BandPlace{hit.band, raised});
  return *result->fold.band;
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
  result->bands = input.bands.value_or(BandRule{&*rule.bands});
  const Bands& bands = *result->bands.bands;
  if (bands.needs_target() && !goal.has_value()) {
    return SetPlainStatus(KpiStatus::kNoTarget, no_target, result);
  }
  if (input.too_early && bands.basis() == BandBasis::kPace) {
    const bool zero = goal->target.point().IsZero();
    return zero ? SetPlainStatus(KpiStatus::kNoTarget, NdReason::kZeroTarget, result)
                : SetPlainStatus(KpiStatus::kTooEarly, std::nullopt, result);
  }
  const Goal* judged_by = goal.has_value() ? &*goal : nullptr;
  BandOutcome outcome = bands.Evaluate(actual, judged_by, input.band_reference);
  if (!outcome.hit.has_value()) {
    return SetPlainStatus(KpiStatus::kNoTarget, *outcome.reason, result);
  }
  result->raw_status = outcome.hit->status;
  const size_t published = PublishedBand(rule, input, actual, judged_by, *outcome.hit, result);
  const Band& band = bands.bands()[published];
  result->status = result->flags.low_n ? KpiStatus::kWarning : band.status;
  result->label = band.label;
  result->score = bands.Score(*outcome.hit, result->status);
  result->hit = std::move(outcome.hit);
}

}  // namespace

BandRule BandsFor(const StatusRule& rule, const Slice& slice, absl::Span<const Slice> ancestors) {
  const Bands* by_default = rule.bands.has_value() ? &*rule.bands : nullptr;
  if (rule.slice_bands.empty()) return {by_default};
  absl::InlinedVector<const SliceRule*, 8> rules;
  for (const SliceBands& own : rule.slice_bands) rules.push_back(&own.rule);
  const std::optional<SliceMatch> match = LongestMatch(rules, slice, ancestors);
  if (!match.has_value()) return {by_default};
  const SliceBands& own = rule.slice_bands[match->index];
  return {&own.bands, SliceMatchText(own.rule, match->kind)};
}

std::optional<KpiStatus> KeptStatus(const std::optional<LastStatus>& last, int max_age) {
  if (!last.has_value() || last->age > max_age || !IsBandStatus(last->status)) return std::nullopt;
  return last->status;
}

StatusResult EvaluateStatus(const StatusRule& rule, const StatusInput& input) {
  StatusResult result;
  result.data_state = input.data_state;
  result.flags = input.flags;
  result.fold = input.fold;
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
