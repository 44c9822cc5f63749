#include "libs/kpi/aggregate.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

Aggregate Make(AggregationKind kind, int scale = 0, uint32_t percentile_millionths = 0,
               uint32_t exact_cap = kDefaultExactCap) {
  return Aggregate::Create({.kind = kind,
                            .scale = static_cast<uint8_t>(scale),
                            .percentile_millionths = percentile_millionths,
                            .exact_cap = exact_cap})
      .value();
}

Aggregate Of(AggregationKind kind, const std::vector<int64_t>& values, uint32_t percentile = 0) {
  Aggregate aggregate = Make(kind, 0, percentile);
  for (const int64_t value : values) EXPECT_TRUE(aggregate.Add({.value = value}).ok());
  return aggregate;
}

std::vector<AggregationKind> ServedKinds() {
  std::vector<AggregationKind> kinds;
  for (int kind = 1; kind < 100; ++kind) {
    if (IsServed(static_cast<AggregationKind>(kind))) {
      kinds.push_back(static_cast<AggregationKind>(kind));
    }
  }
  return kinds;
}

std::string Text(const Aggregate& aggregate) { return aggregate.Finalise().value.ToString(); }

TEST(Aggregate, SumCountAndAverageAreExact) {
  const std::vector<int64_t> values = {1, 2, 2, 5};
  EXPECT_EQ(Text(Of(AggregationKind::kSum, values)), "10");
  EXPECT_EQ(Text(Of(AggregationKind::kCount, values)), "4");
  EXPECT_EQ(Text(Of(AggregationKind::kAverage, values)), "2.5");
  EXPECT_EQ(Text(Of(AggregationKind::kMin, values)), "1");
  EXPECT_EQ(Text(Of(AggregationKind::kMax, values)), "5");
  EXPECT_EQ(Text(Of(AggregationKind::kCountTrue, {0, 1, 1, 0, 7})), "3");
}

TEST(Aggregate, ValuesCarryTheScaleOfTheMetric) {
  Aggregate sum = Make(AggregationKind::kSum, 4);
  ASSERT_TRUE(sum.Add({.value = 12345}).ok());
  EXPECT_EQ(Text(sum), "1.2345");
}

TEST(Aggregate, SumsBeyond64BitsDoNotWrap) {
  Aggregate sum = Make(AggregationKind::kSum);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(sum.Add({.value = std::numeric_limits<int64_t>::max()}).ok());
  }
  EXPECT_EQ(Text(sum), "36893488147419103228");
}

TEST(Aggregate, WithoutRowsIsEmptyWhateverTheKind) {
  for (const AggregationKind kind : ServedKinds()) {
    const Aggregate aggregate = Make(kind);
    EXPECT_EQ(aggregate.Finalise().value, Value(NdReason::kEmpty));
    EXPECT_EQ(aggregate.Finalise().rows, 0u);
  }
}

TEST(Aggregate, EmptinessIsJudgedBeforeTheFilter) {
  for (const AggregationKind kind : ServedKinds()) {
    Aggregate aggregate = Make(kind);
    ASSERT_TRUE(aggregate.Add({.value = 3, .entity = "a", .kept = false}).ok());
    EXPECT_EQ(aggregate.Finalise().value,
              IsZeroWhenEmpty(kind) ? Value(Decimal()) : Value(NdReason::kEmpty));
    EXPECT_EQ(aggregate.Finalise().n, 0u);
    EXPECT_EQ(aggregate.Finalise().rows, 1u);
    ASSERT_TRUE(aggregate.Remove({.value = 3, .entity = "a", .kept = false}));
    EXPECT_TRUE(aggregate.empty());
  }
}

TEST(Aggregate, PercentilesInterpolateInclusively) {
  const std::vector<int64_t> values = {10, 1, 20, 3, 2, 4};
  EXPECT_EQ(Text(Of(AggregationKind::kMedian, values)), "3.5");
  EXPECT_EQ(Text(Of(AggregationKind::kPercentile, values, 500'000)), "3.5");
  EXPECT_EQ(Text(Of(AggregationKind::kPercentile, values, 900'000)), "15");
  EXPECT_EQ(Text(Of(AggregationKind::kPercentile, values, 0)), "1");
  EXPECT_EQ(Text(Of(AggregationKind::kPercentile, values, 1'000'000)), "20");
  EXPECT_EQ(Text(Of(AggregationKind::kMedian, {7})), "7");
  EXPECT_EQ(Text(Of(AggregationKind::kMedian, {7, 7, 7, 9})), "7");
  EXPECT_EQ(Text(Of(AggregationKind::kMedian,
                    {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})),
            "-0.5");
}

TEST(Aggregate, LastSumsTheLatestValueOfEveryLeafSeries) {
  Aggregate last = Make(AggregationKind::kLast);
  ASSERT_TRUE(last.Add({.time_nano = 2, .value = 7, .sample_id = "b", .series = 1}).ok());
  ASSERT_TRUE(last.Add({.time_nano = 1, .value = 5, .sample_id = "a", .series = 1}).ok());
  ASSERT_TRUE(last.Add({.time_nano = 1, .value = 3, .sample_id = "c", .series = 2}).ok());
  EXPECT_EQ(Text(last), "10");
  EXPECT_EQ(last.Finalise().members, 2u);
}

TEST(Aggregate, FirstAndLastDecideEqualTimesByTheLargerSampleId) {
  for (const AggregationKind kind : {AggregationKind::kFirst, AggregationKind::kLast}) {
    Aggregate aggregate = Make(kind);
    ASSERT_TRUE(aggregate.Add({.time_nano = 5, .value = 2, .sample_id = "b"}).ok());
    ASSERT_TRUE(aggregate.Add({.time_nano = 5, .value = 1, .sample_id = "a"}).ok());
    EXPECT_EQ(Text(aggregate), "2");
  }
}

TEST(Aggregate, RemoveRefusesAnExtremumThatLeaves) {
  Aggregate most = Of(AggregationKind::kMax, {1, 9, 9});
  EXPECT_TRUE(most.Remove({.value = 9}));
  EXPECT_FALSE(most.Remove({.value = 9}));
  EXPECT_EQ(Text(most), "9");
  EXPECT_TRUE(most.Remove({.value = 1}));
  EXPECT_TRUE(most.Remove({.value = 9}));
  EXPECT_TRUE(most.empty());
}

TEST(Aggregate, RemoveRefusesTheHeldSampleOfASeriesWithOthers) {
  Aggregate last = Make(AggregationKind::kLast);
  const SampleView early = {.time_nano = 1, .value = 5, .sample_id = "a", .series = 1};
  const SampleView late = {.time_nano = 2, .value = 7, .sample_id = "b", .series = 1};
  ASSERT_TRUE(last.Add(early).ok());
  ASSERT_TRUE(last.Add(late).ok());
  EXPECT_FALSE(last.Remove(late));
  EXPECT_TRUE(last.Remove(early));
  EXPECT_TRUE(last.Remove(late));
  EXPECT_TRUE(last.empty());
}

TEST(Aggregate, RemoveRefusesSamplesThatCannotBeThere) {
  EXPECT_FALSE(Make(AggregationKind::kSum).Remove({.value = 1}));
  EXPECT_FALSE(Of(AggregationKind::kSum, {2}).Remove({.value = 1}));
  EXPECT_FALSE(Of(AggregationKind::kMax, {2, 2}).Remove({.value = 1}));
  EXPECT_FALSE(Of(AggregationKind::kMedian, {2}).Remove({.value = 1}));
  EXPECT_FALSE(Of(AggregationKind::kCountTrue, {0}).Remove({.value = 1}));
}

TEST(Aggregate, CountsDistinctEntitiesAndRetractsThem) {
  Aggregate distinct = Make(AggregationKind::kCountDistinct);
  for (const char* entity : {"ann", "bob", "ann", ""}) {
    ASSERT_TRUE(distinct.Add({.entity = entity}).ok());
  }
  EXPECT_EQ(Text(distinct), "2");
  EXPECT_EQ(distinct.n(), 4u);
  EXPECT_TRUE(distinct.Remove({.entity = "ann"}));
  EXPECT_EQ(Text(distinct), "2");
  EXPECT_TRUE(distinct.Remove({.entity = "ann"}));
  EXPECT_EQ(Text(distinct), "1");
  EXPECT_FALSE(distinct.Remove({.entity = "eve"}));
}

TEST(Aggregate, AboveTheCapAreEstimatesWithBounds) {
  for (const AggregationKind kind : {AggregationKind::kMedian, AggregationKind::kCountDistinct}) {
    Aggregate aggregate = Make(kind, 0, 0, 2);
    ASSERT_TRUE(aggregate.Add({.value = 1000, .entity = "1"}).ok());
    ASSERT_TRUE(aggregate.Add({.value = 2000, .entity = "2"}).ok());
    EXPECT_FALSE(aggregate.approximate());
    EXPECT_EQ(aggregate.Finalise().method, ApproximationMethod::kExact);
    EXPECT_FALSE(aggregate.Finalise().lower.has_value());
    ASSERT_TRUE(aggregate.Add({.value = 3000, .entity = "3"}).ok());
    EXPECT_TRUE(aggregate.approximate());
    EXPECT_FALSE(aggregate.Remove({.value = 3000, .entity = "3"}));
  }
}

TEST(Aggregate, AMedianOfBinsIsWithinOnePercentAndItsBoundsAreCertain) {
  Aggregate median = Make(AggregationKind::kMedian, 0, 0, 2);
  for (const int64_t value : {1000, 2000, 3000}) ASSERT_TRUE(median.Add({.value = value}).ok());
  const AggregateResult result = median.Finalise();
  EXPECT_EQ(result.method, ApproximationMethod::kDdSketch);
  EXPECT_EQ(result.value.ToString(), "2018.5");
  EXPECT_EQ(result.lower->ToString(), "1999");
  EXPECT_EQ(result.upper->ToString(), "2038");
}

TEST(Aggregate, ManyEntitiesAreEstimatedAlikeInOneStateOrMerged) {
  Aggregate whole = Make(AggregationKind::kCountDistinct, 0, 0, 500);
  Aggregate halves[] = {whole, whole};
  for (int i = 0; i < 900; ++i) {
    const std::string entity = std::to_string(i);
    ASSERT_TRUE(whole.Add({.entity = entity}).ok());
    ASSERT_TRUE(halves[i % 2].Add({.entity = entity}).ok());
  }
  EXPECT_FALSE(halves[0].approximate());
  ASSERT_TRUE(halves[0].Merge(halves[1]).ok());
  EXPECT_EQ(halves[0].Serialize(), whole.Serialize());
  const AggregateResult result = whole.Finalise();
  EXPECT_EQ(result.method, ApproximationMethod::kHyperLogLog);
  EXPECT_LE(result.lower->ToDouble(), 900);
  EXPECT_GE(result.upper->ToDouble(), 900);
  EXPECT_TRUE(result.value.decimal().IsInteger());
}

TEST(Aggregate, AnApproximateCountIsASketchFromTheFirstEntityOn) {
  Aggregate distinct = Make(AggregationKind::kCountDistinctApprox);
  EXPECT_TRUE(distinct.approximate());
  for (const char* entity : {"ann", "bob", "ann"}) {
    ASSERT_TRUE(distinct.Add({.entity = entity}).ok());
  }
  const AggregateResult result = distinct.Finalise();
  EXPECT_EQ(result.value.ToString(), "2");
  EXPECT_EQ(result.lower->ToString(), "2");
  EXPECT_EQ(result.upper->ToString(), "3");
  EXPECT_FALSE(distinct.Remove({.entity = "ann"}));
}

Aggregate Weighted(const std::vector<std::pair<int64_t, int64_t>>& weighted) {
  Aggregate aggregate = Make(AggregationKind::kWeightedAverage, 2);
  for (const auto& [value, weight] : weighted) {
    EXPECT_TRUE(aggregate.Add({.value = value, .weight = weight}).ok());
  }
  return aggregate;
}

TEST(Aggregate, WeightsDecideTheirAverage) {
  EXPECT_EQ(Text(Weighted({{1000, 3}, {2000, 1}})), "12.5");
  EXPECT_EQ(Text(Weighted({{1000, 3}, {2000, -1}})), "5");
  EXPECT_EQ(Weighted({{1000, 3}, {2000, -3}}).Finalise().value, Value(NdReason::kDivisionByZero));
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Text(Weighted({{most, most}, {most, most}, {most, most}})), "92233720368547758.07");
}

TEST(Aggregate, AMissingWeightIsAnInputErrorUntilItIsCorrected) {
  Aggregate aggregate = Weighted({{1000, 3}});
  ASSERT_TRUE(aggregate.Add({.value = 7}).ok());
  EXPECT_EQ(aggregate.Finalise().value, Value(NdReason::kInputError));
  EXPECT_TRUE(aggregate.Remove({.value = 7}));
  ASSERT_TRUE(aggregate.Add({.value = 2000, .weight = 1}).ok());
  EXPECT_EQ(Text(aggregate), "12.5");
}

TEST(Aggregate, VarianceIsOfASampleAndExactFarFromZero) {
  const std::vector<int64_t> values = {1'000'000'000'000'000'001, 1'000'000'000'000'000'002,
                                       1'000'000'000'000'000'004};
  EXPECT_EQ(Text(Of(AggregationKind::kVariance, values)), "2.333333333333333333333333333333333");
  EXPECT_EQ(Text(Of(AggregationKind::kStandardDeviation, values)),
            "1.527525231651946668862682397909336");
  EXPECT_EQ(Of(AggregationKind::kVariance, {5}).Finalise().value, Value(NdReason::kEmpty));
  EXPECT_EQ(Of(AggregationKind::kVariance, {5}).Finalise().mean.ToString(),
            Text(Of(AggregationKind::kAverage, {5})));
  EXPECT_EQ(Of(AggregationKind::kVariance, {1, 2, 4}).Finalise().mean.ToString(),
            Text(Of(AggregationKind::kAverage, {1, 2, 4})));
  EXPECT_EQ(Text(Of(AggregationKind::kVariance, {5, 5})), "0");
  const int64_t least = std::numeric_limits<int64_t>::min();
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Text(Of(AggregationKind::kVariance, {least, most})),
            "170141183460469231713240559642174600000");
}

TEST(Aggregate, MergeRefusesAnotherSpec) {
  Aggregate sum = Make(AggregationKind::kSum);
  EXPECT_EQ(sum.Merge(Make(AggregationKind::kCount)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(sum.Merge(Make(AggregationKind::kSum, 2)).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Aggregate, CreateRefusesWhatIsNotImplementedOrOutOfRange) {
  const absl::Status status = Aggregate::Create({.kind = AggregationKind::kRatio}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(GetErrorDetails(status).reason, "NOT_IMPLEMENTED");
  EXPECT_FALSE(Aggregate::Create({.kind = AggregationKind::kSum, .scale = 10}).ok());
  EXPECT_FALSE(Aggregate::Create({.kind = AggregationKind::kSum, .percentile_millionths = 1}).ok());
  EXPECT_FALSE(Aggregate::Create({.kind = AggregationKind::kMedian, .exact_cap = 0}).ok());
  EXPECT_FALSE(Aggregate::Create({.kind = static_cast<AggregationKind>(0)}).ok());
  EXPECT_FALSE(Aggregate::Create({.kind = static_cast<AggregationKind>(99)}).ok());
}

TEST(AggregationKind, NamesReadBackAsTheKind) {
  for (int i = 1; i <= 21; ++i) {
    const auto kind = static_cast<AggregationKind>(i);
    EXPECT_EQ(AggregationKindFromName(AggregationKindName(kind)), kind);
  }
}

TEST(AggregationKind, AdditivityFollowsTheTable) {
  EXPECT_TRUE(IsAdditiveOverTime(AggregationKind::kSum));
  EXPECT_FALSE(IsAdditiveOverTime(AggregationKind::kLast));
  EXPECT_TRUE(IsAdditiveOverSlices(AggregationKind::kLast));
  EXPECT_FALSE(IsAdditiveOverSlices(AggregationKind::kCountDistinct));
}

}  // namespace
}  // namespace kpisuite
