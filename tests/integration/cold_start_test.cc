// Evaluation that starts over a store with history: until it is ready its answers come from Redis
// or its own log and say so; they are never wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

class ColdStart : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = suite_.Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    ASSERT_TRUE(defined.ok()) << defined;
    std::mt19937 random(1);
    const auto deliveries = RandomDeliveries("d", FirstDay(), 500, random);
    expected_ = absl::StrCat(NumbersOf(deliveries).total_delay);
    const auto written = client_->Write(WriteRequest("request-1", deliveries));
    ASSERT_TRUE(written.ok()) << written.status();
    const auto complete = client_->AdvanceWatermark(kDelayMetric, TimeOn(FirstDay() + 1, {}));
    ASSERT_TRUE(complete.ok()) << complete.status();
    token_ = complete->position_token();
    const auto state = Total(token_);
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_EQ(state->value(), expected_);
    ASSERT_TRUE(Eventually([&] {
      return suite_.evaluation().Metric("kpisuite_evaluation_cache_queued_states") == 0;
    }));
  }

  absl::StatusOr<v1::KpiState> Total(const std::string& token = "") {
    return client_->GetState({"total-delay", "DAY", "", DayId(FirstDay())}, token);
  }

  // The first answer after a start; before it only "not ready" may come.
  v1::KpiState FirstAnswer() {
    absl::StatusOr<v1::KpiState> state;
    EXPECT_TRUE(Eventually([&] {
      state = Total();
      return state.ok() || GetErrorDetails(state.status()).reason != "NOT_READY";
    }));
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(v1::KpiState());
  }

  // Restarts evaluation while measurement does not answer: it cannot become ready.
  void RestartWithoutMeasurement() {
    ASSERT_TRUE(suite_.evaluation().Terminate().ok());
    suite_.measurement().Pause();
    const absl::Status started = suite_.StartEvaluation();
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_FALSE(suite_.evaluation().Ready());
  }

  // Lets it become ready; then the answer is the owner's.
  void ExpectFreshInTheEnd() {
    suite_.measurement().Resume();
    const absl::Status ready = suite_.evaluation().WaitUntilReady();
    ASSERT_TRUE(ready.ok()) << ready;
    const auto state = Total(token_);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->value(), expected_);
    EXPECT_EQ(state->freshness().source(), v1::STATE_SOURCE_OWNER);
    EXPECT_TRUE(Eventually([&] {
      const auto later = Total();
      return later.ok() && !later->freshness().stale();
    }));
  }

  ProcessSuite suite_;
  std::unique_ptr<SuiteClient> client_;
  std::string expected_;
  std::string token_;
};

TEST_F(ColdStart, WithAFullRedisItAnswersFromThere) {
  RestartWithoutMeasurement();
  const v1::KpiState state = FirstAnswer();
  EXPECT_EQ(state.value(), expected_);
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_REDIS);
  ExpectFreshInTheEnd();
}

TEST_F(ColdStart, WithAnEmptyRedisItAnswersFromItsLogAndSaysThatItMayBeOld) {
  ASSERT_EQ(suite_.redis().Command({"CONFIG", "SET", "maxmemory", "1"}), "OK");
  ASSERT_TRUE(suite_.evaluation().Terminate().ok());
  ASSERT_EQ(suite_.redis().Command({"FLUSHALL"}), "OK");
  suite_.measurement().Pause();
  ASSERT_TRUE(suite_.StartEvaluation().ok());
  const v1::KpiState state = FirstAnswer();
  EXPECT_EQ(state.value(), expected_);
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(state.freshness().stale());
  EXPECT_NE(state.freshness().stale_reason(), "");
  ASSERT_EQ(suite_.redis().Command({"CONFIG", "SET", "maxmemory", "0"}), "OK");
  ExpectFreshInTheEnd();
}

TEST_F(ColdStart, WithoutRedisItAnswersFromItsLog) {
  ASSERT_TRUE(suite_.evaluation().Terminate().ok());
  suite_.redis().Kill();
  suite_.measurement().Pause();
  ASSERT_TRUE(suite_.StartEvaluation().ok());
  const v1::KpiState state = FirstAnswer();
  EXPECT_EQ(state.value(), expected_);
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(state.freshness().stale());
  ASSERT_TRUE(suite_.StartRedis().ok());
  ExpectFreshInTheEnd();
}

TEST_F(ColdStart, WhatNobodyEverSaidIsNotInvented) {
  RestartWithoutMeasurement();
  // No state of this day was ever computed, so that only the engine could tell.
  const auto unknown = client_->GetState({"total-delay", "DAY", "", "2025-03-02"});
  if (unknown.ok()) {
    EXPECT_TRUE(unknown->freshness().stale());
    EXPECT_EQ(unknown->value(), "");
  } else {
    EXPECT_EQ(unknown.status().code(), absl::StatusCode::kUnavailable) << unknown.status();
    EXPECT_EQ(GetErrorDetails(unknown.status()).reason, "NOT_READY");
  }
  ExpectFreshInTheEnd();
}

TEST_F(ColdStart, WithAStoreOfItsOwnLostItComputesEverythingAgain) {
  ASSERT_TRUE(suite_.evaluation().Terminate().ok());
  for (const auto& entry :
       std::filesystem::directory_iterator(suite_.StoreDirectory("evaluation"))) {
    std::filesystem::remove_all(entry);
  }
  ASSERT_EQ(suite_.redis().Command({"FLUSHALL"}), "OK");
  ASSERT_TRUE(suite_.StartEvaluation().ok());
  ASSERT_TRUE(suite_.evaluation().WaitUntilReady().ok());
  const auto state = Total(token_);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->value(), expected_);
  EXPECT_EQ(state->freshness().source(), v1::STATE_SOURCE_OWNER);
}

// A KPI is new, its samples are not. Until its inputs are in memory nothing is known about it: not
// even which slices it has.
TEST_F(ColdStart, NewKpisOverOldSamplesAreAnsweredRightOrNotYet) {
  constexpr int kKpis = 20;
  for (int i = 0; i < kKpis; ++i) {
    const std::string id = absl::StrCat("new-", i);
    const auto applied = client_->Apply(absl::StrCat(
        "apiVersion: kpisuite/v1\nkind: Kpi\nmetadata: {name: ", id,
        "}\nspec:\n  owner: fleet@example.com\n  inputs: {d: {metric: delivery-delay, "
        "aggregation: SUM, where: \"value != ",
        1000 + i,
        "\"}}\n  unit: min\n  direction: LOWER\n  windows: [DAY]\n  slices: [[depot]]\n"));
    ASSERT_TRUE(applied.ok()) << applied.status();
    // Other clients than the one that applied it: they have only the token of their samples.
    SuiteClient other = suite_.Client();
    absl::StatusOr<v1::KpiState> total;
    absl::StatusOr<v1::KpiState> slice;
    ASSERT_TRUE(Eventually([&] {
      slice = other.GetState({id, "DAY", "depot=north", DayId(FirstDay())});
      total = other.GetState({id, "DAY", "", DayId(FirstDay())}, token_);
      ErrorDetails details = GetErrorDetails(slice.status());
      EXPECT_EQ(details.metadata.count("slice"), 0u) << slice.status();
      return total.ok() || GetErrorDetails(total.status()).reason != "NOT_FOUND";
    }));
    ASSERT_TRUE(total.ok()) << total.status();
    EXPECT_EQ(total->value(), expected_);
  }
}

}  // namespace
}  // namespace kpisuite
