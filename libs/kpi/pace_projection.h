// From what is known to date to the value at the period's end: SEMANTICS 3.11.2 and 3.11.3, for one
// input aggregate. The formula of a KPI comes last, over projected inputs.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/pace_profile.h"

namespace kpisuite {

// How an input aggregate is carried to the period's end.
enum class ProjectionKind {
  kFlow,   // SUM, COUNT, COUNT_TRUE
  kMean,   // AVG and the weighted means
  kLevel,  // LAST, LATEST_MANUAL
  kNone,   // percentiles, distinct counts, extremes, spreads and the others
};
ProjectionKind ProjectionKindOf(AggregationKind kind);

// What a projection was made with. Names: `NONE`, `BENKTANDER`, `CHAIN_LADDER`, `MEAN_BLEND`,
// `MEAN_TO_DATE`, `LAST_WITH_DRIFT`, `LAST_VALUE`, `MIXED` (inputs differ).
enum class ProjectionMethod {
  kNone,
  kBenktander,
  kChainLadder,
  kMeanBlend,
  kMeanToDate,
  kLastWithDrift,
  kLastValue,
  kMixed,
};
absl::string_view ProjectionMethodName(ProjectionMethod method);

// A value at the period's end.
struct Projection {
  Number value = NdReason::kNotAggregatable;
  ProjectionMethod method = ProjectionMethod::kNone;
  // The value again, with each historical share f_j in the place of f; ND where f_j is skipped.
  // Empty for levels.
  std::vector<Number> scenarios;
};

// One aggregate in the open period and in comparable closed ones.
struct PaceFigures {
  // A: from the period's start to the as-of instant.
  Number to_date = NdReason::kNotReady;
  // Closed periods, the latest first; NO entry is left out, unknown numbers are ND.
  std::vector<PaceHistory> history;
  // The whole same period last year.
  Number last_year = NdReason::kNoComparable;
};

// The prior estimate H of the whole period: last_year * growth; where that is not known, and for
// MEAN_OF_LAST_3, the mean of the latest three known totals (NO_COMPARABLE if there are fewer);
// NOT_APPLICABLE for NONE.
Number PriorOf(const PaceRule& rule, const PaceFigures& figures);

// The three estimates of a flow, in the order of operations of their formulas. CL is NOT_READY at
// f = 0.
Number ChainLadder(const Number& to_date, const Number& share);  // A / f
Number BornhuetterFerguson(const Number& to_date, const Number& share,
                           const Number& prior);  // A + (1 - f) H
Number Benktander(const Number& to_date, const Number& share,
                  const Number& prior);  // A + (1 - f) BF

// Benktander; chain ladder without a prior.
Projection ProjectFlow(const Number& to_date, const Number& share, const Number& prior,
                       absl::Span<const Number> historical_shares);

// A mean blended with its prior by n: (n mean + (N - n) H) / N, where N is the projection of n as a
// flow. The mean itself where N <= n or H is missing; H while n is 0 and more is to come. Without
// an N_j there is no scenario.
Projection ProjectMean(const Number& mean, const Number& prior, const Number& count,
                       const Projection& count_at_end);

// The last value plus drift * left, where `left` is the part of the period to come and drift the
// Theil-Sen slope over the closing values (latest first) of at least five closed periods; the last
// value itself when there are fewer.
Projection ProjectLevel(const Number& last, absl::Span<const PaceHistory> history,
                        const Number& left);

// Theil-Sen: the median of (x_j - x_i) / (j - i) over all pairs i < j of known values, oldest
// first; unknown values keep their place. NOT_READY with fewer than five.
Number TheilSenSlope(absl::Span<const Number> oldest_first);

}  // namespace kpisuite
