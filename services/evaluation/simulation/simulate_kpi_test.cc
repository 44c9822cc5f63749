#include "services/evaluation/simulation/simulate_kpi.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SimulateKpiTest : public ::testing::Test {
 protected:
  SimulateKpiTest() {
    live_.Apply(
        std::vector<v1::Definition>{TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)}, 1);
    feed_.Advance("m", TestTime(20));
  }

  void Write(int day, int64_t value, const std::string& region = "EU") {
    feed_.Write({"m", region, absl::ToUnixNanos(TestTime(day, 12)), "a"}, value);
  }

  static v1::SimulateKpiRequest RequestOf(std::vector<v1::Definition> drafts) {
    v1::SimulateKpiRequest request;
    request.set_parent("workspaces/w");
    for (v1::Definition& draft : drafts) *request.add_drafts() = std::move(draft);
    return request;
  }

  absl::StatusOr<v1::SimulateKpiResponse> Simulate(const v1::SimulateKpiRequest& request) {
    const AggregateSource source = [this](const std::string& workspace,
                                          const std::vector<v1::AggregateQuery>& queries) {
      asked_.push_back(queries.size());
      std::vector<AggregateAnswer> answers;
      for (const v1::AggregateQuery& query : queries) {
        LoadAnswer answer = feed_.Answer({.workspace = workspace, .query = query});
        AggregateAnswer& out = answers.emplace_back();
        out.position.set_incarnation(kTestIncarnation);
        out.position.set_seq(answer.seq);
        out.cells = std::move(answer.cells);
        out.watermark = answer.watermark;
      }
      return answers;
    };
    return SimulateKpi(request, {.live = live_,
                                 .aggregates = source,
                                 .decisions = {},
                                 .recorded = nullptr,
                                 .now = TestTime(20, 12),
                                 .proceed = [this] { return ++steps_ > allowed_ ? stop_ : ok_; }});
  }

  Catalog live_;
  FeedForTest feed_;
  std::vector<size_t> asked_;
  int steps_ = 0;
  int allowed_ = 1'000'000;
  const absl::Status ok_;
  const absl::Status stop_ = absl::DeadlineExceededError("enough");
};

TEST_F(SimulateKpiTest, AsksOnceForWhatDraftAndLiveKpiShare) {
  Write(5, 4);
  const auto response = Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_MAX)}));
  ASSERT_TRUE(response.ok()) << response.status();
  // Total and region of the draft's MAX and of the live SUM.
  EXPECT_THAT(asked_, ElementsAre(4));
  asked_.clear();
  ASSERT_TRUE(Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)})).ok());
  EXPECT_THAT(asked_, ElementsAre(2));
}

TEST_F(SimulateKpiTest, StatesSayWhereTheyComeFromAndNothingThatOnlyStoredOnesHave) {
  Write(5, 4);
  const auto response = Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)}));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->periods_size(), 16);
  const v1::KpiState& state = response->periods(0).draft();
  EXPECT_EQ(state.period().id(), "2024-03-05");
  EXPECT_EQ(state.period().life(), v1::PERIOD_LIFE_CLOSED);
  EXPECT_EQ(state.value(), "4");
  EXPECT_EQ(state.position().seq(), feed_.seq());
  EXPECT_THAT(state.version(), IsEmpty());
  EXPECT_EQ(state.revision(), 0);
  EXPECT_FALSE(state.has_closed_at());
}

TEST_F(SimulateKpiTest, AlertRulesAreNotSimulated) {
  v1::Definition rule;
  rule.set_name("workspaces/w/alertRules/late");
  rule.mutable_alert_rule();
  const auto response =
      Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM), std::move(rule)}));
  const ErrorDetails details = GetErrorDetails(response.status());
  ASSERT_EQ(details.violations.size(), 1);
  EXPECT_EQ(details.violations[0].field, "drafts[1].alert_rule");
  EXPECT_EQ(details.violations[0].reason, "NOT_IMPLEMENTED");
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(SimulateKpiTest, RequestsWithoutDraftsOrParentOrForUnknownKpisAreRefused) {
  EXPECT_EQ(GetErrorDetails(Simulate(RequestOf({})).status()).violations.at(0).field, "drafts");
  v1::SimulateKpiRequest request = RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)});
  request.set_kpi("workspaces/w/kpis/none");
  EXPECT_TRUE(absl::IsNotFound(Simulate(request).status()));
  request.set_kpi("none");
  EXPECT_EQ(GetErrorDetails(Simulate(request).status()).violations.at(0).field, "kpi");
  request.set_parent("w");
  EXPECT_EQ(GetErrorDetails(Simulate(request).status()).violations.at(0).field, "parent");
}

TEST_F(SimulateKpiTest, WithoutAStartTheLatestPeriodsAreShown) {
  feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(5) - absl::Hours(24) * 2000), "a"}, 1);
  Write(5, 4);
  const auto response = Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)}));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->periods_size(), 1000);
  EXPECT_EQ(response->periods(999).draft().period().id(), "2024-03-20");
}

TEST_F(SimulateKpiTest, ASliceWithoutSamplesIsNotFound) {
  Write(5, 4);
  v1::SimulateKpiRequest request = RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)});
  request.set_slice("region=APAC");
  const auto response = Simulate(request);
  EXPECT_TRUE(absl::IsNotFound(response.status())) << response.status();
  request.set_slice("region=EU");
  EXPECT_TRUE(Simulate(request).ok());
}

TEST_F(SimulateKpiTest, EndsWhenItIsToldTo) {
  for (int day = 1; day < 20; ++day) Write(day, day);
  for (allowed_ = 0; allowed_ < 5; ++allowed_) {
    steps_ = 0;
    const auto response = Simulate(RequestOf({TestKpi("k", "m", v1::AGGREGATION_SUM)}));
    EXPECT_EQ(response.status(), stop_);
  }
}

}  // namespace
}  // namespace kpisuite
