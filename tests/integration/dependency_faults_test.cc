// Services that others depend on go away and come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/position_token.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/state_watcher.h"

namespace kpisuite {
namespace {

class DependencyFaults : public testing::Test {
 protected:
  DependencyFaults() : random_(1) {}

  void SetUp() override {
    const absl::Status started = suite_.Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    ASSERT_TRUE(defined.ok()) << defined;
  }

  // Writes more deliveries; the token, empty after a failure.
  std::string Write() {
    const std::string name = absl::StrCat("write-", ++writes_);
    const auto more = RandomDeliveries(name, FirstDay(), 50, random_);
    const auto written = client_->Write(WriteRequest(name, more));
    EXPECT_TRUE(written.ok()) << written.status();
    if (!written.ok()) return "";
    deliveries_.insert(deliveries_.end(), more.begin(), more.end());
    return written->position_token();
  }

  // The total of the day, as a reader with this token sees it.
  v1::KpiState Total(const std::string& token) {
    const auto state = client_->GetState({"total-delay", "DAY", "", DayId(FirstDay())}, token);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(v1::KpiState());
  }
  // Writes more, and reads it back.
  void WriteAndCheck() {
    const std::string token = Write();
    const v1::KpiState state = Total(token);
    EXPECT_EQ(state.value(), Expected());
    EXPECT_EQ(state.row_count(), NumbersOf(deliveries_).deliveries);
  }
  std::string Expected() const { return absl::StrCat(NumbersOf(deliveries_).total_delay); }

  ProcessSuite suite_;
  std::mt19937 random_;
  std::unique_ptr<SuiteClient> client_;
  std::vector<Delivery> deliveries_;
  int writes_ = 0;
};

TEST_F(DependencyFaults, WithoutDefinitionTheOthersWorkOnAndCatchUpLater) {
  WriteAndCheck();
  suite_.definition().Kill();
  WriteAndCheck();
  // Both start again without it, with what they knew.
  ASSERT_TRUE(suite_.measurement().Terminate().ok());
  ASSERT_TRUE(suite_.measurement().StartAndWaitUntilReady().ok());
  ASSERT_TRUE(suite_.evaluation().Terminate().ok());
  ASSERT_TRUE(suite_.evaluation().StartAndWaitUntilReady().ok());
  WriteAndCheck();
  // A metric that may exist is not called unknown.
  v1::WriteSamplesRequest request =
      WriteRequest("unknown-1", RandomDeliveries("u", FirstDay(), 1, random_));
  request.mutable_series(0)->set_metric("returns");
  const auto unknown = client_->Write(request);
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kUnavailable) << unknown.status();
  EXPECT_EQ(GetErrorDetails(unknown.status()).reason, "NOT_READY");

  ASSERT_TRUE(suite_.definition().StartAndWaitUntilReady().ok());
  const auto applied = client_->Apply(absl::StrReplaceAll(
      kDeliveryDefinitions, {{"target: {fixed: 1000}", "target: {fixed: 10}"}}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  const v1::KpiState state = Total(applied->position_token());
  EXPECT_EQ(state.value(), Expected());
  EXPECT_EQ(state.target().value(), "10");
  EXPECT_EQ(state.status(), v1::STATUS_OFF_TARGET);
  EXPECT_FALSE(state.freshness().stale()) << state.freshness().stale_reason();
}

TEST_F(DependencyFaults, WithoutDefinitionForLongAnswersSaySo) {
  WriteAndCheck();
  suite_.definition().Kill();
  EXPECT_TRUE(Eventually([&] { return Total("").freshness().stale(); }));
  const v1::KpiState state = Total("");
  EXPECT_EQ(state.value(), Expected());
  EXPECT_THAT(state.freshness().stale_reason(), testing::HasSubstr("definition"));
  ASSERT_TRUE(suite_.definition().StartAndWaitUntilReady().ok());
  EXPECT_TRUE(Eventually([&] { return !Total("").freshness().stale(); }));
}

TEST_F(DependencyFaults, WithoutMeasurementAnswersAreTheLastOnesAndSaySo) {
  WriteAndCheck();
  suite_.measurement().Kill();
  EXPECT_TRUE(Eventually([&] { return Total("").freshness().stale(); }));
  const v1::KpiState state = Total("");
  EXPECT_EQ(state.value(), Expected());
  EXPECT_THAT(state.freshness().stale_reason(), testing::HasSubstr("measurement"));
  ASSERT_TRUE(suite_.measurement().StartAndWaitUntilReady().ok());
  EXPECT_TRUE(Eventually([&] { return !Total("").freshness().stale(); }));
  WriteAndCheck();
}

TEST_F(DependencyFaults, RestartsOfMeasurementLeaveNoGapAndNoDoubleCount) {
  StateWatcher watcher(*client_, WatchOf("total-delay", "DAY"));
  ASSERT_TRUE(watcher.ReadUntilInSync());
  constexpr int kRestarts = 3;
  for (int restart = 0; restart < kRestarts; ++restart) {
    WriteAndCheck();
    suite_.measurement().Kill();
    ASSERT_TRUE(suite_.measurement().StartAndWaitUntilReady().ok());
    WriteAndCheck();
    if (HasFailure()) return;
  }
  // The watcher was never cut off and sees the last word.
  EXPECT_TRUE(
      watcher.ReadUntil([&](const v1::KpiState& state) { return state.value() == Expected(); })
          .has_value());
}

TEST_F(DependencyFaults, TokensThatAreNotReachedInTimeOrDamagedAreErrorsThatSaySo) {
  auto token = PositionToken::Parse(Write());
  ASSERT_TRUE(token.ok()) << token.status();
  ASSERT_FALSE(token->parts.empty());
  token->parts.begin()->second.seq += 1000;
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(KpiName("total-delay"));
  request.set_at_least(token->ToText());
  const auto method = &v1::EvaluationService::StubInterface::GetState;
  const auto late =
      SuiteClient::Call(client_->evaluation(), method, request, absl::Milliseconds(500));
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded) << late.status();
  EXPECT_EQ(GetErrorDetails(late.status()).reason, "POSITION_TIMEOUT");

  request.set_at_least("not a token");
  const auto damaged = SuiteClient::Call(client_->evaluation(), method, request);
  EXPECT_EQ(damaged.status().code(), absl::StatusCode::kInvalidArgument) << damaged.status();
  EXPECT_EQ(GetErrorDetails(damaged.status()).reason, "INVALID_FIELD");
}

}  // namespace
}  // namespace kpisuite
