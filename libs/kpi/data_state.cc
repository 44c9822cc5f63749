#include "libs/kpi/data_state.h"

#include <algorithm>

#include "absl/numeric/int128.h"

namespace kpisuite {
namespace {

absl::Time DeadlineOf(const Period& period, const InputReadiness& input) {
  return period.end + input.expected_lag + input.grace;
}

// Share of the period's instants before the watermarks, averaged over the inputs.
Decimal Completeness(const Period& period, absl::Span<const InputReadiness> inputs) {
  if (inputs.empty() || !period.exists()) return Decimal::FromInt(1);
  if (period.grain == Grain::kAll) {
    const auto told = std::count_if(inputs.begin(), inputs.end(), [](const InputReadiness& input) {
      return input.watermark > absl::InfinitePast();
    });
    return (Decimal::FromInt(told) / Decimal::FromInt(static_cast<int64_t>(inputs.size()))).value();
  }
  absl::int128 covered = 0;
  for (const InputReadiness& input : inputs) {
    const absl::Time until = std::clamp(input.watermark, period.start, period.end);
    covered += absl::ToInt64Nanoseconds(until - period.start);
  }
  const absl::int128 whole = absl::int128(absl::ToInt64Nanoseconds(period.end - period.start)) *
                             static_cast<int64_t>(inputs.size());
  // The divisor is positive and no operand is large, so the quotient is always defined.
  return (Decimal::FromMantissa(covered, 0) / Decimal::FromMantissa(whole, 0)).value();
}

}  // namespace

absl::string_view DataStateName(DataState state) {
  switch (state) {
    case DataState::kOk: return "OK";
    case DataState::kProvisional: return "PROVISIONAL";
    case DataState::kLate: return "LATE";
    case DataState::kMissing: return "MISSING";
    case DataState::kNotApplicable: return "NOT_APPLICABLE";
    case DataState::kSuppressed: return "SUPPRESSED";
    case DataState::kError: return "ERROR";
  }
  return "";
}

NoDataRow NoDataRowOf(NdReason reason) {
  switch (reason) {
    case NdReason::kEmpty:
    case NdReason::kIncomplete: return {DataState::kMissing, KpiStatus::kNoData};
    case NdReason::kNotReady:
    case NdReason::kPending: return {DataState::kProvisional, KpiStatus::kNoData};
    case NdReason::kDivisionByZero:
    case NdReason::kNoComparable:
    case NdReason::kNotKept:
    case NdReason::kNotApplicable: return {DataState::kNotApplicable, KpiStatus::kNoData};
    case NdReason::kSuppressed: return {DataState::kSuppressed, KpiStatus::kNoData};
    case NdReason::kNoTarget:
    case NdReason::kZeroTarget: return {DataState::kOk, KpiStatus::kNoTarget};
    case NdReason::kDomain:
    case NdReason::kOverflow:
    case NdReason::kNotAggregatable:
    case NdReason::kInputError: return {DataState::kError, KpiStatus::kError};
  }
  return {DataState::kError, KpiStatus::kError};
}

PeriodReadiness AssessReadiness(const Period& period, absl::Time now,
                                absl::Span<const InputReadiness> inputs) {
  PeriodReadiness readiness;
  for (const InputReadiness& input : inputs) {
    readiness.watermark = std::min(readiness.watermark, input.watermark);
    readiness.no_rows = readiness.no_rows && input.rows == 0;
    const bool overdue = input.watermark < period.end && now >= DeadlineOf(period, input);
    readiness.late = readiness.late || overdue;
    const bool updated = input.last_update > absl::InfinitePast();
    readiness.stale = readiness.stale || (updated && now > input.last_update + input.max_age);
  }
  readiness.ready = readiness.watermark >= period.end;
  readiness.completeness = Completeness(period, inputs);
  return readiness;
}

absl::Time NextReadinessChange(const Period& period, absl::Time now,
                               absl::Span<const InputReadiness> inputs) {
  absl::Time next = absl::InfiniteFuture();
  const auto consider = [&](absl::Time candidate) {
    if (candidate > now) next = std::min(next, candidate);
  };
  consider(period.start);
  consider(period.end);
  for (const InputReadiness& input : inputs) {
    if (input.watermark < period.end) consider(DeadlineOf(period, input));
    // Stale begins just after the age is reached.
    if (input.last_update > absl::InfinitePast()) {
      consider(input.last_update + input.max_age + absl::Nanoseconds(1));
    }
  }
  return next;
}

EmptyInput ValueOfEmptyInput(const Period& period, absl::Time watermark, bool zero_if_empty) {
  if (!period.exists()) return {NdReason::kNotApplicable};
  const bool zero = zero_if_empty && watermark >= period.start;
  if (zero) return {std::nullopt};
  return {watermark >= period.end ? NdReason::kEmpty : NdReason::kNotReady};
}

DataState DataStateOf(const Period& period, const PeriodReadiness& readiness,
                      std::optional<NdReason> reason) {
  if (!period.exists()) return DataState::kNotApplicable;
  const DataState by_reason = reason.has_value() ? NoDataRowOf(*reason).state : DataState::kOk;
  if (by_reason != DataState::kOk && by_reason != DataState::kProvisional) return by_reason;
  if (readiness.late) return readiness.no_rows ? DataState::kMissing : DataState::kLate;
  return readiness.ready ? by_reason : DataState::kProvisional;
}

}  // namespace kpisuite
