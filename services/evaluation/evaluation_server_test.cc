// The whole service over real gRPC, with the services it follows played by the test.
#include "services/evaluation/evaluation_server.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/evaluation_server_for_test.h"

namespace kpisuite {
namespace {

using Stub = v1::EvaluationService::Stub;

constexpr char kDay5[] = "2024-03-05";

std::string ReasonOf(const grpc::Status& status) {
  return GetErrorDetails(FromGrpcStatus(status)).reason;
}

class EvaluationServerTest : public ::testing::Test {
 protected:
  EvaluationServerTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    suite_.StartServer();
    EXPECT_TRUE(suite_.WaitUntilReady());
  }

  std::string Write(int64_t value, const std::string& id = "a", const std::string& region = "EU") {
    return suite_.measurement.Write(TestTime(5, 12), value, id, region);
  }

  EvaluationForTest suite_;
};

TEST_F(EvaluationServerTest, ReadsItsOwnWrite) {
  for (int i = 1; i <= 20; ++i) {
    const v1::KpiState state = suite_.Read(kDay5, Write(i));
    EXPECT_EQ(state.value(), std::to_string(i));
    EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_OWNER);
    EXPECT_FALSE(state.freshness().stale()) << state.freshness().stale_reason();
  }
}

TEST_F(EvaluationServerTest, RefusesToFinaliseWhatIsNotClosedOrNotAPeriod) {
  suite_.Read(kDay5, Write(7));
  v1::FinalizePeriodsRequest request;
  request.set_kpi(kTestKpi);
  request.set_through_period("2200-01");
  request.set_author("ann@example.com");
  request.set_reason("books closed");
  v1::FinalizePeriodsResponse response;
  EXPECT_EQ(ReasonOf(suite_.Call(&Stub::FinalizePeriods, request, &response)), "PERIOD_NOT_CLOSED");
  request.set_through_period("soon");
  EXPECT_EQ(ReasonOf(suite_.Call(&Stub::FinalizePeriods, request, &response)), "INVALID_FIELD");
}

TEST_F(EvaluationServerTest, HoldsOutWhatComesAfterTheFinalMomentUntilItIsReleased) {
  suite_.Read(kDay5, Write(7));
  v1::FinalizePeriodsRequest finalise;
  finalise.set_kpi(kTestKpi);
  finalise.set_through_period(kDay5);
  finalise.set_author("ann@example.com");
  finalise.set_reason("books closed");
  v1::FinalizePeriodsResponse finalised;
  const grpc::Status done = suite_.Call(&Stub::FinalizePeriods, finalise, &finalised);
  ASSERT_TRUE(done.ok()) << done.error_message();
  EXPECT_EQ(finalised.final_through(), kDay5);
  const std::string late = Write(8, "late");
  for (int start = 0; start < 2; ++start) {
    const v1::KpiState held = suite_.Read(kDay5, late);
    EXPECT_EQ(held.value(), "7");
    EXPECT_EQ(held.held_out(), 1);
    EXPECT_EQ(held.period().life(), v1::PERIOD_LIFE_FINAL);
    if (start == 0) {
      suite_.StartServer();
      ASSERT_TRUE(suite_.WaitUntilReady());
    }
  }
  v1::ReleaseHeldOutRequest release;
  release.set_kpi(kTestKpi);
  release.set_first_period(kDay5);
  release.set_author("ann@example.com");
  release.set_role("controller");
  release.set_reason("late invoice");
  v1::ReleaseHeldOutResponse released;
  const grpc::Status freed = suite_.Call(&Stub::ReleaseHeldOut, release, &released);
  ASSERT_TRUE(freed.ok()) << freed.error_message();
  EXPECT_EQ(released.released(), 1);
  EXPECT_EQ(suite_.Read(kDay5, Write(1, "other", "US")).value(), "15");
  v1::GetHistoryRequest history;
  history.set_kpi(kTestKpi);
  history.set_view(v1::HISTORY_VIEW_FINAL);
  v1::GetHistoryResponse entries;
  ASSERT_TRUE(suite_.Call(&Stub::GetHistory, history, &entries).ok());
  ASSERT_EQ(entries.entries_size(), 1);
  EXPECT_EQ(entries.entries(0).state().value(), "7");
  EXPECT_EQ(entries.entries(0).author(), "ann@example.com");
  EXPECT_EQ(entries.entries(0).reason(), "books closed");
}

TEST_F(EvaluationServerTest, WaitThatIsNotMetEndsWithItsReasonBeforeTheCall) {
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(kTestKpi);
  request.set_at_least(suite_.measurement.TokenOfTheFuture());
  v1::KpiState state;
  const grpc::Status status = suite_.Call(&Stub::GetState, request, &state, absl::Seconds(1));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(status), "POSITION_TIMEOUT");
}

TEST_F(EvaluationServerTest, WaitsEndAsUnavailableWhenTheProcessDrains) {
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(kTestKpi);
  request.set_at_least(suite_.measurement.TokenOfTheFuture());
  v1::KpiState state;
  grpc::Status status;
  std::thread caller([&] { status = suite_.Call(&Stub::GetState, request, &state); });
  EXPECT_TRUE(Eventually([this] { return suite_.evaluation().loop().stats().waiters == 1; }));
  suite_.StopServer();
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << "clients repeat this one alone";
}

TEST_F(EvaluationServerTest, PeriodsAreSelectedByName) {
  suite_.measurement.Advance(TestTime(6));
  const std::string token = Write(4);
  EXPECT_EQ(suite_.Read("LATEST_WITH_DATA", token).period().id(), kDay5);
  const v1::KpiState current = suite_.Read("CURRENT");
  EXPECT_EQ(current.row_count(), 0);
  EXPECT_EQ(current.freshness().source(), v1::STATE_SOURCE_COMPUTED);
  EXPECT_NE(current.period().id(), kDay5);
  EXPECT_EQ(suite_.Read("2024-03-04").row_count(), 0);
}

TEST_F(EvaluationServerTest, WrongKeysSayWhatIsWrong) {
  const auto status_of = [&](const std::string& kpi, const std::string& window,
                             const std::string& slice, const std::string& period) {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(kpi);
    request.mutable_key()->set_window(window);
    request.mutable_key()->set_slice(slice);
    request.mutable_key()->set_period(period);
    v1::KpiState state;
    return suite_.Call(&Stub::GetState, request, &state);
  };
  EXPECT_EQ(ReasonOf(status_of("workspaces/w/kpis/none", "", "", "")), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(status_of("nonsense", "", "", "")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(status_of(kTestKpi, "WEEK", "", "")), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(status_of(kTestKpi, "", "region=APAC", "")), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(status_of(kTestKpi, "", "region", "")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(status_of(kTestKpi, "", "", "2024-03")), "INVALID_FIELD");
}

TEST_F(EvaluationServerTest, BatchAnswersEachKeyForItself) {
  v1::BatchGetStatesRequest request;
  request.set_at_least(Write(4));
  request.add_keys()->set_kpi(kTestKpi);
  request.mutable_keys(0)->set_period(kDay5);
  request.add_keys()->set_kpi("workspaces/w/kpis/none");
  request.add_keys()->set_kpi(kTestKpi);  // current: computed
  v1::BatchGetStatesResponse response;
  ASSERT_TRUE(suite_.Call(&Stub::BatchGetStates, request, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).state().value(), "4");
  EXPECT_EQ(response.results(1).error().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(response.results(1).error().details_size(), 1);
  EXPECT_EQ(response.results(2).state().kpi(), kTestKpi);
}

TEST_F(EvaluationServerTest, ListsTotalsAndByRequestSlices) {
  Write(4, "a", "EU");
  v1::ListStatesRequest request;
  request.set_parent("workspaces/w");
  request.set_at_least(Write(8, "b", "US"));
  v1::ListStatesResponse response;
  ASSERT_TRUE(suite_.Call(&Stub::ListStates, request, &response).ok());
  ASSERT_EQ(response.states_size(), 2);
  EXPECT_EQ(response.states(0).window(), "DAY");
  EXPECT_EQ(response.states(0).period().id(), kDay5);
  EXPECT_EQ(response.states(1).window(), "MONTH");
  request.set_filter("grouping = region AND window = DAY");
  ASSERT_TRUE(suite_.Call(&Stub::ListStates, request, &response).ok());
  ASSERT_EQ(response.states_size(), 2);
  EXPECT_EQ(response.states(0).slice(), "region=EU");
  EXPECT_EQ(response.states(1).value(), "8");
  request.set_filter("status = OFF_TARGET AND grouping = region AND window = DAY");
  ASSERT_TRUE(suite_.Call(&Stub::ListStates, request, &response).ok());
  ASSERT_EQ(response.states_size(), 1);
  EXPECT_EQ(response.states(0).slice(), "region=EU");
  request.set_filter("colour = red");
  EXPECT_EQ(ReasonOf(suite_.Call(&Stub::ListStates, request, &response)), "INVALID_FIELD");
}

TEST_F(EvaluationServerTest, PagesLeadToTheEndWithoutGapsOrRepetition) {
  Write(4, "a", "EU");
  Write(8, "b", "US");
  v1::ListStatesRequest request;
  request.set_parent("workspaces/w");
  request.set_filter("grouping = region");
  request.set_page_size(1);
  request.set_at_least(Write(9, "c", "APAC"));
  std::vector<std::string> seen;
  do {
    v1::ListStatesResponse response;
    ASSERT_TRUE(suite_.Call(&Stub::ListStates, request, &response).ok());
    for (const v1::KpiState& state : response.states()) {
      seen.push_back(state.window() + " " + state.slice());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen,
              ::testing::ElementsAre("DAY region=APAC", "DAY region=EU", "DAY region=US",
                                     "MONTH region=APAC", "MONTH region=EU", "MONTH region=US"));
}

TEST_F(EvaluationServerTest, HistoryTellsWhatIsAndWhatWasSaid) {
  suite_.Read(kDay5, Write(4));
  suite_.Read(kDay5, suite_.measurement.Advance(TestTime(6)));
  suite_.Read(kDay5, Write(7));
  const auto values = [&](v1::HistoryView view) {
    v1::GetHistoryRequest request;
    request.set_kpi(kTestKpi);
    request.set_view(view);
    *request.mutable_as_of() = google::protobuf::Timestamp();
    v1::GetHistoryResponse response;
    const grpc::Status status = suite_.Call(&Stub::GetHistory, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> found;
    for (const v1::HistoryEntry& entry : response.entries()) {
      if (entry.state().period().id() == kDay5) found.push_back(entry.state().value());
    }
    return found;
  };
  EXPECT_THAT(values(v1::HISTORY_VIEW_LATEST), ::testing::ElementsAre("7"));
  EXPECT_THAT(values(v1::HISTORY_VIEW_FIRST_CLOSED), ::testing::ElementsAre("4"));
  EXPECT_THAT(values(v1::HISTORY_VIEW_HISTORY), ::testing::IsSupersetOf({"4", "7"}));
  EXPECT_THAT(values(v1::HISTORY_VIEW_AS_OF), ::testing::IsEmpty());
}

TEST_F(EvaluationServerTest, ExplanationHoldsInputsTargetAndState) {
  v1::ExplainStateRequest request;
  request.set_at_least(Write(4));
  request.mutable_key()->set_kpi(kTestKpi);
  request.mutable_key()->set_period(kDay5);
  v1::Explanation explanation;
  ASSERT_TRUE(suite_.Call(&Stub::ExplainState, request, &explanation).ok());
  EXPECT_EQ(explanation.state().value(), "4");
  ASSERT_EQ(explanation.inputs_size(), 1);
  EXPECT_EQ(explanation.inputs(0).value(), "4");
  EXPECT_EQ(explanation.formula(), "x");
}

TEST_F(EvaluationServerTest, ChangeIsExplainedByTheMembersOfADimension) {
  suite_.measurement.Write(TestTime(4, 12), 3, "y", "EU");
  Write(4, "a", "EU");
  v1::ExplainChangeRequest request;
  request.set_at_least(Write(8, "b", "US"));
  request.mutable_key()->set_kpi(kTestKpi);
  request.mutable_key()->set_period(kDay5);
  request.set_dimension("region");
  v1::ChangeExplanation change;
  ASSERT_TRUE(suite_.Call(&Stub::ExplainChange, request, &change).ok());
  EXPECT_EQ(change.before().period().id(), "2024-03-04");
  EXPECT_EQ(change.after().freshness().source(), v1::STATE_SOURCE_OWNER);
  EXPECT_EQ(change.method(), v1::CHANGE_METHOD_ADDITIVE);
  EXPECT_EQ(change.change(), "9");
  EXPECT_EQ(change.residual(), "0");
  ASSERT_EQ(change.drivers_size(), 2);
  EXPECT_EQ(change.drivers(0).name(), "US");
  EXPECT_EQ(change.drivers(0).contribution(), "8");
  request.set_dimension("floor");
  EXPECT_EQ(ReasonOf(suite_.Call(&Stub::ExplainChange, request, &change)), "INVALID_FIELD");
}

TEST_F(EvaluationServerTest, DefinitionChangesAreFollowedLive) {
  suite_.Read(kDay5, Write(4));
  v1::Definition changed = TestKpi("k", "m", v1::AGGREGATION_COUNT);
  changed.set_revision(2);
  changed.mutable_kpi()->set_unit("count");
  PositionToken token;
  token.definition_position = suite_.definitions.Apply({changed});
  EXPECT_EQ(suite_.Read(kDay5, token.ToText()).value(), "1");
  changed.set_deleted(true);
  token.definition_position = suite_.definitions.Apply({changed});
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(kTestKpi);
  request.set_at_least(token.ToText());
  v1::KpiState state;
  EXPECT_EQ(suite_.Call(&Stub::GetState, request, &state).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(EvaluationServerTest, LaterRpcsSayThatTheyAreNotImplemented) {
  v1::ScorecardNode node;
  const grpc::Status status = suite_.Call(&Stub::GetScorecard, v1::GetScorecardRequest(), &node);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "NOT_IMPLEMENTED");
  v1::ServerInfo info;
  ASSERT_TRUE(
      suite_.Call(&Stub::GetEvaluationServerInfo, v1::GetEvaluationServerInfoRequest(), &info)
          .ok());
  EXPECT_EQ(info.store_engine(), "sqlite");
  EXPECT_EQ(info.cache_engine(), "memory");
}

}  // namespace
}  // namespace kpisuite
