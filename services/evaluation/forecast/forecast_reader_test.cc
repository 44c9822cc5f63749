#include "services/evaluation/forecast/forecast_reader.h"

#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// Sums of the days of March 2024, which are complete up to the 20th.
class ForecastReaderTest : public ::testing::Test {
 protected:
  ForecastReaderTest() : engine_(0, kTestIncarnation, 0) {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
    kpi.mutable_kpi()->add_windows("TO_DATE(MONTH)");
    EXPECT_TRUE(engine_.SetKpi(ResolveKpi({TestMetric("m"), std::move(kpi)})).ok());
    feed_.AnswerAll(engine_);
    Apply(feed_.Advance("m", TestTime(20)));
  }

  void Apply(const FeedForTest::Batch& batch) { EXPECT_TRUE(engine_.Apply(batch).ok()); }
  void Write(int day, int64_t value) {
    Apply(feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(day, 12)), "a"}, value));
  }

  v1::Forecast Read(size_t window, int periods = kDefaultForecastPeriods) {
    // Long enough after the samples for periods that were over before they came.
    for (const absl::Time time : {TestTime(20, 12), TestTime(20, 13)}) engine_.Tick(time, 1000);
    const auto forecast =
        ReadForecast({&engine_, engine_.Find(kTestKpi), "", window}, periods, TestTime(20, 13));
    EXPECT_TRUE(forecast.ok()) << forecast.status();
    return forecast.value_or(v1::Forecast());
  }

  PartitionEngine engine_;
  FeedForTest feed_;
};

TEST_F(ForecastReaderTest, ContinuesTheClosedPeriodsFromTheFirstWithRows) {
  for (int day = 8; day <= 20; ++day) Write(day, 100 + day);
  const v1::Forecast forecast = Read(0, 2);
  EXPECT_EQ(forecast.kpi(), kTestKpi);
  EXPECT_EQ(forecast.window(), "DAY");
  EXPECT_EQ(forecast.unit(), "EUR");
  EXPECT_EQ(forecast.last_period(), "2024-03-19");
  EXPECT_EQ(forecast.history_periods(), 12);
  EXPECT_EQ(forecast.nd_reason(), v1::ND_REASON_UNSPECIFIED);
  ASSERT_THAT(forecast.points(), SizeIs(2));
  EXPECT_EQ(forecast.points(0).period().id(), "2024-03-20");
  EXPECT_EQ(forecast.points(0).period().life(), v1::PERIOD_LIFE_OPEN);
  EXPECT_EQ(forecast.points(1).period().life(), v1::PERIOD_LIFE_FUTURE);
  EXPECT_EQ(forecast.candidates(0).method(), forecast.method());
  EXPECT_EQ(forecast.candidates(0).wape(), forecast.wape());
  EXPECT_GT(forecast.candidates(0).tests(), 0);
}

TEST_F(ForecastReaderTest, AnEmptySumIsAValueOnceTheDataIsComplete) {
  Write(3, 7);
  Write(5, 9);
  EXPECT_EQ(Read(0).history_periods(), 17);
}

TEST_F(ForecastReaderTest, SaysWhyThereIsNone) {
  const v1::Forecast empty = Read(0);
  EXPECT_EQ(empty.nd_reason(), v1::ND_REASON_NOT_READY);
  EXPECT_THAT(empty.points(), IsEmpty());
  EXPECT_THAT(empty.method(), IsEmpty());
  for (int day = 14; day <= 20; ++day) Write(day, day);
  EXPECT_EQ(Read(0).nd_reason(), v1::ND_REASON_NOT_READY);
  EXPECT_EQ(Read(0).history_periods(), 6);
  EXPECT_EQ(Read(2).nd_reason(), v1::ND_REASON_NOT_AGGREGATABLE);
}

}  // namespace
}  // namespace kpisuite
