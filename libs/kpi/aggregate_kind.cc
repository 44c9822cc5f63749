#include <algorithm>
#include <array>

#include "libs/kpi/aggregate.h"

namespace kpisuite {
namespace {

struct KindTraits {
  AggregationKind kind;
  absl::string_view name;
  bool zero_when_empty = false;
  bool additive_over_slices = false;
  bool additive_over_time = false;
};

constexpr std::array<KindTraits, 21> kTraits = {{
    {AggregationKind::kSum, "SUM", true, true, true},
    {AggregationKind::kCount, "COUNT", true, true, true},
    {AggregationKind::kCountTrue, "COUNT_TRUE", true, true, true},
    {AggregationKind::kAverage, "AVG"},
    {AggregationKind::kMin, "MIN"},
    {AggregationKind::kMax, "MAX"},
    {AggregationKind::kFirst, "FIRST", false, true, false},
    {AggregationKind::kLast, "LAST", false, true, false},
    {AggregationKind::kPercentile, "PERCENTILE"},
    {AggregationKind::kMedian, "MEDIAN"},
    {AggregationKind::kCountDistinct, "COUNT_DISTINCT", true, false, false},
    {AggregationKind::kWeightedAverage, "WEIGHTED_AVG"},
    {AggregationKind::kRatio, "RATIO"},
    {AggregationKind::kStandardDeviation, "STDDEV"},
    {AggregationKind::kVariance, "VAR"},
    {AggregationKind::kTimeWeightedAverage, "TIME_WEIGHTED_AVG"},
    {AggregationKind::kTimeWeightedMean, "TIME_WEIGHTED_MEAN"},
    {AggregationKind::kConversion, "CONVERSION"},
    {AggregationKind::kCohortRatio, "COHORT_RATIO"},
    {AggregationKind::kLatestManual, "LATEST_MANUAL"},
    {AggregationKind::kCountDistinctApprox, "COUNT_DISTINCT_APPROX", true, false, false},
}};

const KindTraits* Find(AggregationKind kind) {
  const auto* const at = std::find_if(kTraits.begin(), kTraits.end(),
                                      [kind](const KindTraits& t) { return t.kind == kind; });
  return at == kTraits.end() ? nullptr : at;
}

}  // namespace

absl::string_view AggregationKindName(AggregationKind kind) {
  const KindTraits* traits = Find(kind);
  return traits == nullptr ? "UNKNOWN" : traits->name;
}

std::optional<AggregationKind> AggregationKindFromName(absl::string_view name) {
  for (const KindTraits& traits : kTraits) {
    if (traits.name == name) return traits.kind;
  }
  return std::nullopt;
}

bool IsServed(AggregationKind kind) {
  return Find(kind) != nullptr && kind != AggregationKind::kRatio;
}

bool IsZeroWhenEmpty(AggregationKind kind) {
  const KindTraits* traits = Find(kind);
  return traits != nullptr && traits->zero_when_empty;
}

bool IsAdditiveOverSlices(AggregationKind kind) {
  const KindTraits* traits = Find(kind);
  return traits != nullptr && traits->additive_over_slices;
}

bool IsAdditiveOverTime(AggregationKind kind) {
  const KindTraits* traits = Find(kind);
  return traits != nullptr && traits->additive_over_time;
}

int UnitPower(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::kCount:
    case AggregationKind::kCountTrue:
    case AggregationKind::kCountDistinct:
    case AggregationKind::kCountDistinctApprox:
    case AggregationKind::kRatio:
    case AggregationKind::kConversion:
    case AggregationKind::kCohortRatio: return 0;
    case AggregationKind::kVariance: return 2;
    default: return 1;
  }
}

bool UsesPlace(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::kFirst:
    case AggregationKind::kLast:
    case AggregationKind::kTimeWeightedAverage:
    case AggregationKind::kTimeWeightedMean:
    case AggregationKind::kConversion:
    case AggregationKind::kCohortRatio:
    case AggregationKind::kLatestManual: return true;
    default: return false;
  }
}

absl::string_view ApproximationMethodName(ApproximationMethod method) {
  switch (method) {
    case ApproximationMethod::kExact: return "";
    case ApproximationMethod::kDdSketch: return "DDSKETCH";
    case ApproximationMethod::kHyperLogLog: return "HYPERLOGLOG";
  }
  return "";
}

absl::string_view ApproximationPrecision(ApproximationMethod method) {
  switch (method) {
    case ApproximationMethod::kExact: return "";
    case ApproximationMethod::kDdSketch: return "0.01";
    case ApproximationMethod::kHyperLogLog: return "14";
  }
  return "";
}

}  // namespace kpisuite
