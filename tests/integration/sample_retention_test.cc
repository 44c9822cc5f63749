// Samples that are past their retention go; what was told of them stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

using testing::Contains;
using testing::HasSubstr;

class SampleRetention : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ProcessSuiteOptions options{.with_redis = false};
    if (GetParam() == std::string("PostgreSQL")) {
      options.store = PostgresTestServer::Shared().NewDatabase().value().uri;
    }
    suite_ = std::make_unique<ProcessSuite>(options);
    const absl::Status started = suite_->Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<SuiteClient>(suite_->Client());
    ASSERT_TRUE(client_->Define(kDeliveryDefinitions).ok());
  }

  absl::StatusOr<v1::WriteResult> Write(const std::string& id, absl::CivilDay day, int64_t delay) {
    return client_->Write(WriteRequest(absl::StrCat("write-", id, "-", delay),
                                       {{id, "north", TimeOn(day, absl::Hours(8)), delay}}));
  }
  v1::KpiState State(const std::string& window, const std::string& period,
                     const std::string& at_least) {
    const auto state = client_->GetState({"total-delay", window, "", period}, at_least);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(v1::KpiState());
  }
  size_t Entries(const std::string& window) {
    const auto entries =
        client_->History({"total-delay", window, "", ""}, v1::HISTORY_VIEW_HISTORY);
    EXPECT_TRUE(entries.ok()) << entries.status();
    return entries.ok() ? entries->size() : 0;
  }

  std::unique_ptr<ProcessSuite> suite_;
  std::unique_ptr<SuiteClient> client_;
  // In a month that is kept.
  const absl::CivilDay recent_ = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) - 1;
};

TEST_P(SampleRetention, PeriodsWhoseSamplesGoStayAsTheyWereTold) {
  ASSERT_TRUE(Write("old", FirstDay(), 12).ok());
  ASSERT_TRUE(Write("new", recent_, 5).ok());
  const auto complete = client_->AdvanceWatermark(kDelayMetric, TimeOn(recent_, absl::Hours(9)));
  ASSERT_TRUE(complete.ok()) << complete.status();
  const v1::KpiState told = State("DAY", DayId(FirstDay()), complete->position_token());
  EXPECT_EQ(told.value(), "12");
  EXPECT_EQ(told.revision(), 1);
  const size_t days = Entries("DAY");
  const size_t months = Entries("MONTH");

  ASSERT_TRUE(suite_->measurement().Terminate().ok());
  suite_->measurement().AddArgument("--sample-retention=744h");
  ASSERT_TRUE(suite_->measurement().StartAndWaitUntilReady().ok());
  EXPECT_TRUE(Eventually([this] {
    const auto samples = client_->ReadSamples(kDelayMetric, /*revisions=*/true);
    return samples.ok() && samples->size() == 1;
  }));
  const auto refused = Write("old", FirstDay(), 13);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetails(refused.status()).reason, "PAST_RETENTION");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("time_unix_nano[0]"));
  const auto corrected = Write("new", recent_, 6);
  ASSERT_TRUE(corrected.ok()) << corrected.status();

  for (const bool restarted : {false, true}) {
    SCOPED_TRACE(restarted);
    if (restarted) {
      suite_->evaluation().Kill();
      ASSERT_TRUE(suite_->evaluation().StartAndWaitUntilReady().ok());
    }
    const std::string& token = corrected->position_token();
    const v1::KpiState now = State("DAY", DayId(FirstDay()), token);
    EXPECT_EQ(now.value(), "12");
    EXPECT_EQ(now.status(), told.status());
    EXPECT_EQ(now.revision(), 1);
    EXPECT_GE(now.version(), told.version());
    EXPECT_EQ(State("MONTH", "2025-03", token).value(), "12");
    EXPECT_EQ(State("DAY", DayId(recent_), token).value(), "6");
    // Of a day on which nothing was told it is not said that there was nothing.
    EXPECT_EQ(State("DAY", DayId(FirstDay() + 1), token).nd_reason(), v1::ND_REASON_NOT_KEPT);
    EXPECT_EQ(Entries("DAY"), days);
    EXPECT_EQ(Entries("MONTH"), months);
  }
  const auto explanation = client_->Explain({"total-delay", "DAY", "", DayId(FirstDay())});
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_EQ(explanation->state().value(), "12");
  EXPECT_THAT(explanation->data_notes(), Contains(HasSubstr("past their retention")));
  EXPECT_GT(suite_->evaluation().Metric("kpisuite_evaluation_kept_as_told_total"), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, SampleRetention, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace kpisuite
