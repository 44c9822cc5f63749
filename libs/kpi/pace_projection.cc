#include "libs/kpi/pace_projection.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "libs/kpi/quantile.h"

namespace kpisuite {
namespace {

constexpr size_t kPriorPeriods = 3;
constexpr size_t kLeastDriftPoints = 5;

Decimal One() { return Decimal::FromInt(1); }

Number MeanOfLatest(absl::Span<const PaceHistory> history) {
  std::vector<Decimal> totals;
  for (const PaceHistory& entry : history) {
    if (entry.total.defined()) totals.push_back(entry.total.value());
    if (totals.size() == kPriorPeriods) return MeanOf(totals);
  }
  return NdReason::kNoComparable;
}

Number BlendedMean(const Number& mean, const Number& prior, const Number& count,
                   const Number& count_at_end) {
  if (!count.defined() || !count_at_end.defined()) return count - count_at_end;
  if (count_at_end.value() <= count.value()) return mean;
  const Number known = count.value().IsZero() ? Number(Decimal()) : count * mean;
  return (known + (count_at_end - count) * prior) / count_at_end;
}

}  // namespace

ProjectionKind ProjectionKindOf(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::kSum:
    case AggregationKind::kCount:
    case AggregationKind::kCountTrue: return ProjectionKind::kFlow;
    case AggregationKind::kAverage:
    case AggregationKind::kWeightedAverage:
    case AggregationKind::kTimeWeightedAverage:
    case AggregationKind::kTimeWeightedMean: return ProjectionKind::kMean;
    case AggregationKind::kLast:
    case AggregationKind::kLatestManual: return ProjectionKind::kLevel;
    default: return ProjectionKind::kNone;
  }
}

absl::string_view ProjectionMethodName(ProjectionMethod method) {
  switch (method) {
    case ProjectionMethod::kNone: return "NONE";
    case ProjectionMethod::kBenktander: return "BENKTANDER";
    case ProjectionMethod::kChainLadder: return "CHAIN_LADDER";
    case ProjectionMethod::kMeanBlend: return "MEAN_BLEND";
    case ProjectionMethod::kMeanToDate: return "MEAN_TO_DATE";
    case ProjectionMethod::kLastWithDrift: return "LAST_WITH_DRIFT";
    case ProjectionMethod::kLastValue: return "LAST_VALUE";
    case ProjectionMethod::kMixed: return "MIXED";
  }
  return "";
}

Number PriorOf(const PaceRule& rule, const PaceFigures& figures) {
  if (rule.prior == PacePrior::kNone) return NdReason::kNotApplicable;
  if (rule.prior == PacePrior::kSamePeriodLastYear && figures.last_year.defined()) {
    return figures.last_year * rule.growth;
  }
  return MeanOfLatest(figures.history);
}

Number ChainLadder(const Number& to_date, const Number& share) {
  if (share.defined() && share.value().IsZero()) return NdReason::kNotReady;
  return to_date / share;
}

Number BornhuetterFerguson(const Number& to_date, const Number& share, const Number& prior) {
  return to_date + (One() - share) * prior;
}

Number Benktander(const Number& to_date, const Number& share, const Number& prior) {
  return to_date + (One() - share) * BornhuetterFerguson(to_date, share, prior);
}

Projection ProjectFlow(const Number& to_date, const Number& share, const Number& prior,
                       absl::Span<const Number> historical_shares) {
  const auto project = [&](const Number& by) {
    return prior.defined() ? Benktander(to_date, by, prior) : ChainLadder(to_date, by);
  };
  Projection projection;
  projection.value = project(share);
  projection.method =
      prior.defined() ? ProjectionMethod::kBenktander : ProjectionMethod::kChainLadder;
  for (const Number& past : historical_shares) projection.scenarios.push_back(project(past));
  return projection;
}

Projection ProjectMean(const Number& mean, const Number& prior, const Number& count,
                       const Projection& count_at_end) {
  Projection projection;
  if (!prior.defined()) {
    projection.value = mean;
    projection.method = ProjectionMethod::kMeanToDate;
    for (const Number& end : count_at_end.scenarios) {
      projection.scenarios.push_back(end.defined() ? mean : end);
    }
    return projection;
  }
  projection.value = BlendedMean(mean, prior, count, count_at_end.value);
  projection.method = ProjectionMethod::kMeanBlend;
  for (const Number& end : count_at_end.scenarios) {
    projection.scenarios.push_back(BlendedMean(mean, prior, count, end));
  }
  return projection;
}

Projection ProjectLevel(const Number& last, absl::Span<const PaceHistory> history,
                        const Number& left) {
  std::vector<Number> closing;
  for (const PaceHistory& entry : history) closing.push_back(entry.total);
  std::reverse(closing.begin(), closing.end());
  const Number drift = TheilSenSlope(closing);
  if (!drift.defined()) return {last, ProjectionMethod::kLastValue, {}};
  return {last + drift * left, ProjectionMethod::kLastWithDrift, {}};
}

Number TheilSenSlope(absl::Span<const Number> oldest_first) {
  std::vector<Decimal> slopes;
  size_t known = 0;
  for (size_t i = 0; i < oldest_first.size(); ++i) {
    if (!oldest_first[i].defined()) continue;
    ++known;
    for (size_t j = i + 1; j < oldest_first.size(); ++j) {
      const Number distance = Decimal::FromInt(static_cast<int64_t>(j - i));
      const Number slope = (oldest_first[j] - oldest_first[i]) / distance;
      if (slope.defined()) slopes.push_back(slope.value());
    }
  }
  return known < kLeastDriftPoints ? Number(NdReason::kNotReady) : MedianOf(std::move(slopes));
}

}  // namespace kpisuite
