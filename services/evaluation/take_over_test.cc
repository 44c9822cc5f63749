// What is answered while the owner of a partition is gone and nobody has taken it over yet.
#include <future>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_server_for_test.h"
#include "services/evaluation/other_evaluators_for_test.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using Stub = v1::EvaluationService::Stub;

const std::string kDays = "grouping = \"region\" AND window = DAY";
const std::vector<std::string> kSlices = {"region=AP", "region=EU", "region=US"};

bool HasSubstring(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string Yesterday() {
  return absl::FormatTime("%Y-%m-%d", absl::Now() - absl::Hours(24), absl::UTCTimeZone());
}

std::vector<std::string> SlicesOf(const std::vector<v1::KpiState>& states) {
  std::vector<std::string> slices;
  for (const v1::KpiState& state : states) slices.push_back(state.slice());
  return slices;
}

// The owner has the states of the 1st, of the total and of three slices.
class TakeOverTest : public testing::Test {
 protected:
  TakeOverTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    owner_.SetSlices(kSlices, Day(1));
    auto log = std::make_unique<LogOfOthers>("");
    log_ = log.get();
    suite_.StartServerOn(std::move(log));
    suite_.evaluation().ReachableAt(suite_.address());
    // Each call is made once.
    suite_.stub = v1::EvaluationService::NewStub(MakeChannelWithoutRetries(suite_.address()));
  }
  ~TakeOverTest() override {
    suite_.StopServer();
    Kill();
  }

  std::vector<v1::KpiState> StatesOfOwner() const {
    std::vector<v1::KpiState> states = {StateOfTest(yesterday_, "owner")};
    states.front().mutable_period()->set_life(v1::PERIOD_LIFE_CLOSED);
    states.push_back(StateOfTest(Day(1), "owner"));  // the last that it tells is the latest
    for (const std::string& slice : kSlices) {
      states.push_back(StateOfTest(Day(1), "owner", slice));
    }
    return states;
  }

  void StartOwner() {
    server_ = *RpcServer::Start("127.0.0.1:0", {&owner_, &feed_});
    log_->ownership().SetOwner("127.0.0.1:" + std::to_string(server_->port()));
  }
  // Starts it, and waits until this process knows its states.
  void FollowOwner() {
    StartOwner();
    EXPECT_TRUE(Eventually([this] { return Source() == v1::STATE_SOURCE_NEAR_CACHE; }));
  }
  // Where the state of the 1st comes from; unspecified while nobody has it.
  v1::StateSource Source() {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(kTestKpi);
    request.mutable_key()->set_period(Day(1));
    v1::KpiState state;
    suite_.Call(&Stub::GetState, request, &state);
    return state.freshness().source();
  }
  // As others see it at first: it does not answer.
  void Kill() {
    if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  }
  void KillAndForget() {
    Kill();
    log_->ownership().SetOwner("");
  }

  std::pair<v1::ListStatesResponse, grpc::Status> List(const std::string& filter,
                                                       const std::string& period = "",
                                                       const std::string& token = "",
                                                       int page_size = 0) {
    v1::ListStatesRequest request;
    request.set_parent("workspaces/w");
    request.set_filter(filter);
    request.set_period(period);
    request.set_page_token(token);
    request.set_page_size(page_size);
    v1::ListStatesResponse response;
    grpc::Status status = suite_.Call(&Stub::ListStates, request, &response, absl::Seconds(1));
    return {std::move(response), std::move(status)};
  }
  // Fails the test on an error.
  std::vector<v1::KpiState> States(const std::string& filter, const std::string& period = "") {
    const auto [response, status] = List(filter, period);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.states().begin(), response.states().end()};
  }
  v1::KpiState FirstOf(const std::string& filter, const std::string& period = "") {
    const std::vector<v1::KpiState> states = States(filter, period);
    return states.empty() ? v1::KpiState() : states.front();
  }
  // States on all pages of a list, which are all different.
  size_t Count(const std::string& filter) {
    std::set<std::pair<std::string, std::string>> series;
    size_t states = 0;
    std::string token;
    do {
      const auto [page, status] = List(filter, "", token, 1000);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const v1::KpiState& state : page.states()) series.emplace(state.kpi(), state.slice());
      states += static_cast<size_t>(page.states_size());
      token = page.next_page_token();
    } while (!token.empty());
    EXPECT_EQ(series.size(), states);
    return states;
  }

  void Log(int day, const std::string& value) {
    LoggedState logged;
    logged.id = {kTestKpi, "DAY", "", Day(day)};
    logged.first_day = day;
    logged.record_time = TestTime(day, 12);
    logged.value = value;
    logged.state =
        std::make_shared<const std::string>(StateOfTest(Day(day), value).SerializeAsString());
    ASSERT_TRUE(log_->Append({logged}, {OwnedPart{0, 1}}).ok());
  }

  std::pair<v1::Explanation, grpc::Status> Explain(absl::Duration timeout) {
    v1::ExplainStateRequest request;
    request.mutable_key()->set_kpi(kTestKpi);
    request.mutable_key()->set_period(Day(1));
    v1::Explanation response;
    grpc::Status status = suite_.Call(&Stub::ExplainState, request, &response, timeout);
    return {std::move(response), std::move(status)};
  }
  grpc::Status Finalize(const std::string& request_id) {
    v1::FinalizePeriodsRequest request;
    request.set_kpi(kTestKpi);
    request.set_through_period(Day(1));
    request.set_author("a@example.com");
    request.set_reason("closing");
    request.set_request_id(request_id);
    v1::FinalizePeriodsResponse response;
    return suite_.Call(&Stub::FinalizePeriods, request, &response);
  }

  const std::string yesterday_ = Yesterday();  // once: a day may begin meanwhile
  LogOfOthers* log_ = nullptr;
  OwnerForTest owner_;
  FeedOfOwnerForTest feed_{StatesOfOwner()};
  std::unique_ptr<RpcServer> server_;
  EvaluationForTest suite_;
};

TEST_F(TakeOverTest, AListIsOfWhatWasFollowedAndStale) {
  FollowOwner();
  EXPECT_FALSE(FirstOf(kDays).freshness().stale());
  Kill();
  ASSERT_TRUE(Eventually([this] { return FirstOf(kDays).freshness().stale(); }));
  for (const bool known : {false, true}) {
    if (known) log_->ownership().SetOwner("");
    const std::vector<v1::KpiState> totals = States("window = DAY");
    ASSERT_EQ(totals.size(), 1u);
    EXPECT_EQ(totals[0].value(), "owner");
    EXPECT_EQ(totals[0].period().id(), Day(1)) << "the last with data";
    EXPECT_EQ(totals[0].freshness().source(), v1::STATE_SOURCE_NEAR_CACHE);
    EXPECT_TRUE(totals[0].freshness().stale());
    EXPECT_THAT(totals[0].freshness().stale_reason(), HasSubstr("not reached"));
    EXPECT_LT(absl::Now() - FromTimestamp(totals[0].freshness().as_of()), absl::Minutes(1));
    EXPECT_THAT(SlicesOf(States(kDays)), ElementsAreArray(kSlices));
    EXPECT_EQ(FirstOf("window = DAY", "LATEST_CLOSED").period().id(), yesterday_);
    EXPECT_TRUE(States("window = MONTH", "LATEST_CLOSED").empty());
    EXPECT_TRUE(States("status = RED").empty());
    const std::vector<v1::KpiState> untold = States("window = DAY", "CURRENT");
    ASSERT_EQ(untold.size(), 1u) << "nothing is left out";
    EXPECT_EQ(untold[0].nd_reason(), v1::ND_REASON_NOT_READY);
    EXPECT_TRUE(untold[0].freshness().stale());
    EXPECT_EQ(Source(), v1::STATE_SOURCE_NEAR_CACHE) << "neither cache nor log has it";
  }
}

TEST_F(TakeOverTest, APageTokenIsGoodAtWhoeverGoesOn) {
  for (const char* region : {"AP", "EU", "US"}) {
    suite_.measurement.Write(TestTime(1), 7, region, region);
  }
  FollowOwner();
  const auto [first, listed] = List(kDays, "", "", 1);
  ASSERT_TRUE(listed.ok()) << listed.error_message();
  EXPECT_THAT(SlicesOf({first.states().begin(), first.states().end()}), ElementsAre("region=AP"));
  KillAndForget();
  ASSERT_TRUE(Eventually([this] { return FirstOf(kDays).freshness().stale(); }));
  const auto [second, followed] = List(kDays, "", first.next_page_token(), 1);
  ASSERT_TRUE(followed.ok()) << followed.error_message();
  EXPECT_THAT(SlicesOf({second.states().begin(), second.states().end()}), ElementsAre("region=EU"));
  log_->ownership().Give(2);
  ASSERT_TRUE(Eventually([this] { return Source() == v1::STATE_SOURCE_OWNER; }));
  const auto [third, taken] = List(kDays, "", second.next_page_token(), 1);
  ASSERT_TRUE(taken.ok()) << taken.error_message();
  ASSERT_EQ(third.states_size(), 1);
  EXPECT_EQ(third.states(0).slice(), "region=US");
  EXPECT_EQ(third.states(0).value(), "7");
  EXPECT_FALSE(third.states(0).freshness().stale());
  EXPECT_EQ(List(kDays, "", third.next_page_token(), 1).first.states_size(), 0);
}

TEST_F(TakeOverTest, AListOfManyIsWholeOverItsPages) {
  constexpr size_t kMany = 2'100;
  std::vector<v1::Definition> more;
  for (size_t i = 0; i < kMany; ++i) {
    more.push_back(TestKpi("many" + std::to_string(i), "m", v1::AGGREGATION_SUM));
  }
  suite_.definitions.Apply(std::move(more));
  FollowOwner();
  KillAndForget();
  EXPECT_TRUE(Eventually([&] { return Count("window = DAY") == kMany + 1; }));
  EXPECT_EQ(Count("window = DAY AND status = NO_DATA"), kMany);
  EXPECT_EQ(Count("window = DAY AND status = RED"), 0u);
}

TEST_F(TakeOverTest, AListOfManySlicesIsWholeOverItsPages) {
  constexpr size_t kMany = 20'050;  // more than one page looks at
  for (size_t i = 0; i < kMany; ++i) {
    feed_.Add(StateOfTest(Day(1), "owner", "region=r" + std::to_string(i)));
  }
  FollowOwner();
  KillAndForget();
  ASSERT_TRUE(Eventually([this] { return FirstOf(kDays).freshness().stale(); }));
  EXPECT_EQ(Count(kDays), kMany + kSlices.size());
  EXPECT_EQ(Count(kDays + " AND status = RED"), 0u);
  EXPECT_EQ(Count("slice = \"region=r20049\" AND window = DAY"), 1u);
}

TEST_F(TakeOverTest, WhileItLoadsWhatItHasTakenItListsWhatItFollowed) {
  FollowOwner();
  KillAndForget();
  suite_.measurement.HoldAggregates();
  log_->ownership().Give(2);
  ASSERT_TRUE(Eventually([this] {
    return HasSubstring(FirstOf("window = DAY").freshness().stale_reason(), "starting");
  }));
  EXPECT_EQ(FirstOf("window = DAY").value(), "owner");
  EXPECT_THAT(SlicesOf(States(kDays)), ElementsAreArray(kSlices));
  suite_.measurement.ReleaseAggregates();
  EXPECT_TRUE(Eventually([this] { return !FirstOf("window = DAY").freshness().stale(); }));
}

TEST_F(TakeOverTest, WhatWasNeverFollowedIsListedFromTheLogAsFarAsItIsKnown) {
  Log(1, "early");
  Log(2, "late");
  ASSERT_TRUE(Eventually([this] { return List("window = DAY").second.ok(); }));
  const std::vector<v1::KpiState> totals = States("");
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0].value(), "late");
  EXPECT_EQ(totals[0].freshness().source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(totals[0].freshness().stale());
  EXPECT_EQ(totals[1].window(), "MONTH");
  EXPECT_EQ(totals[1].nd_reason(), v1::ND_REASON_NOT_READY);
  for (const std::string& filter : {kDays, std::string("hierarchy_view = AS_WAS")}) {
    const grpc::Status slices = List(filter).second;
    EXPECT_EQ(slices.error_code(), grpc::StatusCode::UNAVAILABLE) << filter;
    EXPECT_THAT(slices.error_message(), HasSubstr("partition 0"));
  }
}

TEST_F(TakeOverTest, TheLatestHistoryIsWhatWasLoggedLast) {
  StartOwner();  // it has no GetHistory
  KillAndForget();
  Log(1, "said");
  Log(1, "corrected");
  Log(2, "two");
  Log(4, "four");
  const auto read = [this](const std::string& token, v1::HistoryView view) {
    v1::GetHistoryRequest request;
    request.set_kpi(kTestKpi);
    request.set_window("DAY");
    request.set_view(view);
    request.set_page_size(2);
    request.set_page_token(token);
    v1::GetHistoryResponse response;
    suite_.Call(&Stub::GetHistory, request, &response);
    return response;
  };
  ASSERT_TRUE(Eventually([&] { return read("", v1::HISTORY_VIEW_LATEST).entries_size() == 2; }));
  const v1::GetHistoryResponse first = read("", v1::HISTORY_VIEW_LATEST);
  EXPECT_EQ(first.entries(0).state().value(), "corrected");
  EXPECT_EQ(first.entries(1).state().value(), "two");
  const v1::Freshness& freshness = first.entries(0).state().freshness();
  EXPECT_EQ(freshness.source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(freshness.stale());
  EXPECT_THAT(freshness.stale_reason(), HasSubstr("logged last"));
  EXPECT_EQ(FromTimestamp(first.entries(0).record_time()), TestTime(1, 12));
  const v1::GetHistoryResponse second = read(first.next_page_token(), v1::HISTORY_VIEW_LATEST);
  ASSERT_EQ(second.entries_size(), 1);
  EXPECT_EQ(second.entries(0).state().value(), "four");
  EXPECT_TRUE(second.next_page_token().empty());
}

TEST_F(TakeOverTest, AnExplanationWaitsForTheNextOwner) {
  const grpc::Status nobody = Explain(absl::Milliseconds(500)).second;
  EXPECT_EQ(nobody.error_code(), grpc::StatusCode::UNAVAILABLE);
  auto explained = std::async(std::launch::async, [this] { return Explain(absl::Seconds(15)); });
  absl::SleepFor(absl::Milliseconds(200));
  StartOwner();
  const auto [explanation, status] = explained.get();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(explanation.state().value(), "owner");
}

TEST_F(TakeOverTest, ADecisionIsAskedForAgainOnlyWhenThatIsSafe) {
  auto decided = std::async(std::launch::async, [this] { return Finalize(""); });
  absl::SleepFor(absl::Milliseconds(200));
  StartOwner();
  EXPECT_TRUE(decided.get().ok()) << "nobody had begun it";
  EXPECT_THAT(owner_.TakeAsked(), ElementsAre(""));
  owner_.LoseAnswer();
  EXPECT_EQ(Finalize("").error_code(), grpc::StatusCode::UNAVAILABLE) << "it may have been taken";
  EXPECT_THAT(owner_.TakeAsked(), ElementsAre(""));
  owner_.LoseAnswer();
  EXPECT_TRUE(Finalize("id").ok());
  EXPECT_THAT(owner_.TakeAsked(), ElementsAre("id", "id"));
}

}  // namespace
}  // namespace kpisuite
