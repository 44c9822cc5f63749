// Values of a period that depend on samples outside of it.
#include "libs/kpi/aggregate_frame.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/aggregate_naive_for_test.h"
#include "libs/kpi/aggregate_place.h"

namespace kpisuite {
namespace {

Aggregate Of(AggregationKind kind, const std::vector<SampleView>& samples) {
  Aggregate aggregate = Aggregate::Create({.kind = kind}).value();
  for (const SampleView& sample : samples) EXPECT_TRUE(aggregate.Add(sample).ok());
  return aggregate;
}

std::string Text(const Aggregate& aggregate, const AggregateFrame& frame) {
  return aggregate.Finalise(frame).value.ToString();
}

const AggregateFrame kMonth = {.start_nano = 0, .end_nano = 30};

TEST(AggregateFrame, TeamsOfTenAndTwentyHeadsAreThirtyOrFifteenOnAverage) {
  const std::vector<SampleView> teams = {{.time_nano = -5, .value = 10, .series = 1},
                                         {.time_nano = -9, .value = 20, .series = 2}};
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, teams), kMonth), "30");
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedMean, teams), kMonth), "15");
  EXPECT_EQ(Of(AggregationKind::kTimeWeightedMean, teams).Finalise(kMonth).carried, 2u);
}

TEST(AggregateFrame, ATeamThatStartsInTheMiddleCountsHalfOfThePeriod) {
  const std::vector<SampleView> team = {{.time_nano = 15, .value = 20}};
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, team), kMonth), "10");
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedMean, team), kMonth), "20");
  const AggregateFrame open = {.start_nano = 0, .end_nano = 30, .as_of_nano = 20};
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, team), open), "5");
  const AggregateFrame early = {.start_nano = 0, .end_nano = 30, .as_of_nano = 15};
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, team), early), "ND(EMPTY)");
}

TEST(AggregateFrame, AllTimeBeginsWithTheFirstSample) {
  const std::vector<SampleView> teams = {{.time_nano = 10, .value = 10, .series = 1},
                                         {.time_nano = 20, .value = 20, .series = 2}};
  const AggregateFrame all = {.start_nano = INT64_MIN, .end_nano = INT64_MAX, .as_of_nano = 30};
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, teams), all), "20");
  EXPECT_EQ(Of(AggregationKind::kTimeWeightedAverage, teams).Finalise(all).carried, 0u);
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedAverage, {}), all), "ND(EMPTY)");
}

TEST(AggregateFrame, LastIsCarriedAsFarAsTheFrameSays) {
  const Aggregate last = Of(AggregationKind::kLast, {{.time_nano = -20, .value = 1, .series = 1},
                                                     {.time_nano = -5, .value = 2, .series = 2},
                                                     {.time_nano = 3, .value = 4, .series = 3}});
  EXPECT_EQ(Text(last, kMonth), "7");
  EXPECT_EQ(last.Finalise(kMonth).members, 3u);
  EXPECT_EQ(last.Finalise(kMonth).carried, 2u);
  EXPECT_EQ(Text(last, {.start_nano = 0, .end_nano = 30, .carry_from_nano = -10}), "6");
  EXPECT_EQ(Text(last, {.start_nano = 0, .end_nano = 30, .carry_from_nano = 0}), "4");
}

TEST(AggregateFrame, FirstIsTheFirstOfThePeriodOrTheLastBeforeIt) {
  const Aggregate first = Of(AggregationKind::kFirst, {{.time_nano = -20, .value = 1, .series = 1},
                                                       {.time_nano = -5, .value = 2, .series = 1},
                                                       {.time_nano = -5, .value = 8, .series = 2},
                                                       {.time_nano = 3, .value = 4, .series = 2},
                                                       {.time_nano = 9, .value = 5, .series = 2}});
  EXPECT_EQ(Text(first, kMonth), "6");
  EXPECT_EQ(Text(first, {.start_nano = 0, .end_nano = 30, .carry_from_nano = 0}), "4");
  EXPECT_EQ(first.Finalise().value.ToString(), "9");
}

TEST(AggregateFrame, AnOpportunityCountsOnceInItsOwnPeriod) {
  const Aggregate conversion =
      Of(AggregationKind::kConversion, {{.time_nano = 1, .value = 0, .entity = "ann"},
                                        {.time_nano = 6, .value = 9, .entity = "ann"},
                                        {.time_nano = 7, .value = 9, .entity = "ann"},
                                        {.time_nano = 29, .value = 0, .entity = "bob"},
                                        {.time_nano = 34, .value = 1, .entity = "bob"},
                                        {.time_nano = 2, .value = 0, .entity = "eve"},
                                        {.time_nano = 2, .value = 0, .entity = "eve"},
                                        {.time_nano = 8, .value = 1, .entity = "eve"},
                                        {.time_nano = 1, .value = 1, .entity = "eve"}});
  AggregateFrame frame = kMonth;
  frame.conversion_window_nano = 5;
  EXPECT_EQ(Text(conversion, frame), "0.5");
  EXPECT_EQ(conversion.Finalise(frame).members, 3u) << "persons, not opportunities";
  frame.conversion_window_nano = 4;
  EXPECT_EQ(Text(conversion, frame), "0");
  EXPECT_EQ(conversion.Finalise().value, Value(NdReason::kNotAggregatable));
  const AggregateFrame later = {.start_nano = 30, .end_nano = 60};
  EXPECT_EQ(Text(conversion, later), "ND(DIV0)");
}

TEST(AggregateFrame, AFilterThatKeepsNothingLeavesNothingToDivideBy) {
  const std::vector<SampleView> dropped = {{.time_nano = 1, .entity = "ann", .kept = false}};
  EXPECT_EQ(Text(Of(AggregationKind::kConversion, dropped), kMonth), "ND(DIV0)");
  EXPECT_EQ(Text(Of(AggregationKind::kCohortRatio, dropped), kMonth), "ND(DIV0)");
  EXPECT_EQ(Text(Of(AggregationKind::kTimeWeightedMean, dropped), kMonth), "ND(EMPTY)");
}

TEST(AggregateFrame, ACohortIsComparedByValueByHeadsOrByWhatItKept) {
  const Aggregate cohort =
      Of(AggregationKind::kCohortRatio, {{.time_nano = -30, .value = 100, .entity = "ann"},
                                         {.time_nano = -20, .value = 100, .entity = "bob"},
                                         {.time_nano = -10, .value = 200, .entity = "eve"},
                                         {.time_nano = 2, .value = 150, .entity = "ann"},
                                         {.time_nano = 3, .value = 90, .entity = "eve"},
                                         {.time_nano = 4, .value = 60, .entity = "eve"},
                                         {.time_nano = 4, .value = 999, .entity = "new"}});
  AggregateFrame frame = kMonth;
  frame.then_start_nano = -30;
  frame.then_end_nano = 0;
  EXPECT_EQ(Text(cohort, frame), "0.75");
  EXPECT_EQ(cohort.Finalise(frame).members, 3u);
  frame.cohort_measure = CohortMeasure::kEntities;
  EXPECT_EQ(Text(cohort, frame), "0.6666666666666666666666666666666667");
  frame.cohort_measure = CohortMeasure::kRetained;
  EXPECT_EQ(Text(cohort, frame), "0.625");
}

TEST(AggregateFrame, ABusinessDateMovesASampleToTheNextInstantOfItsDay) {
  const Calendar utc;
  const int64_t day = 86'400'000'000'000;
  EXPECT_EQ(PlaceShift(utc, absl::CivilDay(1970, 1, 2), day + 5), 0);
  EXPECT_EQ(PlaceShift(utc, absl::CivilDay(1970, 1, 2), 5), day - 5);
  EXPECT_EQ(PlaceShift(utc, absl::CivilDay(1970, 1, 1), 3 * day), -2 * day - 1);
}

class FramedHistory : public testing::TestWithParam<AggregationKind> {
 protected:
  int64_t Pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  TestSample RandomSample(int id) {
    const int64_t entity = Pick(0, 3);
    TestSample sample = {.time_nano = Pick(-12, 12),
                         .value = Pick(0, 2) == 0 ? 0 : Pick(-50, 50),
                         .sample_id = absl::StrCat("id", id),
                         .entity = entity == 0 ? "" : absl::StrCat("e", entity),
                         .series = static_cast<uint64_t>(Pick(1, 3)),
                         .kept = Pick(0, 5) != 0};
    if (Pick(0, 4) == 0) sample.shift_nano = Pick(-3, 3);
    return sample;
  }

  AggregateFrame RandomFrame() {
    AggregateFrame frame = {.start_nano = Pick(-6, 4)};
    frame.end_nano = frame.start_nano + Pick(1, 8);
    if (Pick(0, 1) == 0) frame.as_of_nano = Pick(-8, 12);
    if (Pick(0, 1) == 0) frame.carry_from_nano = frame.start_nano - Pick(0, 6);
    frame.then_start_nano = frame.start_nano - Pick(4, 8);
    frame.then_end_nano = frame.then_start_nano + Pick(1, 4);
    frame.cohort_measure = static_cast<CohortMeasure>(Pick(0, 2));
    frame.conversion_window_nano = Pick(0, 6);
    return frame;
  }

  std::mt19937_64 random_{20251122};
  const AggregationSpec spec_{.kind = GetParam(), .scale = 1};
};

TEST_P(FramedHistory, PanesMergedOverTheReachEqualARecomputation) {
  for (int run = 0; run < 1000; ++run) {
    const AggregateFrame frame = RandomFrame();
    const bool reaches_after = GetParam() == AggregationKind::kConversion;
    std::vector<TestSample> samples;
    Aggregate whole = Aggregate::Create(spec_).value();
    Aggregate before = whole;
    Aggregate within = whole;
    for (int64_t i = Pick(0, 12); i > 0; --i) {
      const TestSample sample = RandomSample(static_cast<int>(i));
      if (!reaches_after && sample.place_nano() >= frame.end_nano) continue;
      samples.push_back(sample);
      ASSERT_TRUE(whole.Add(sample.View()).ok());
      Aggregate& pane = sample.place_nano() < frame.start_nano ? before : within;
      ASSERT_TRUE(pane.Add(sample.View()).ok());
    }
    const AggregateResult result = whole.Finalise(frame);
    ASSERT_EQ(result.value, NaiveValueIn(spec_, frame, samples)) << run;
    ASSERT_TRUE(within.Merge(before.CarriedOut()).ok());
    ASSERT_EQ(within.Finalise(frame).value, result.value);
    ASSERT_EQ(within.Finalise(frame).members, result.members);
    ASSERT_EQ(within.Finalise(frame).carried, result.carried);
    ASSERT_TRUE(Aggregate::Parse(within.Serialize()).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, FramedHistory,
    testing::Values(AggregationKind::kFirst, AggregationKind::kLast,
                    AggregationKind::kTimeWeightedAverage, AggregationKind::kTimeWeightedMean,
                    AggregationKind::kConversion, AggregationKind::kCohortRatio),
    [](const auto& info) { return std::string(AggregationKindName(info.param)); });

}  // namespace
}  // namespace kpisuite
