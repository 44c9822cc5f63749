// SimulateKpi over real gRPC: apart from the engine, and nothing is left of it.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/evaluation_server_for_test.h"

namespace kpisuite {
namespace {

using Stub = v1::EvaluationService::Stub;

class SimulateKpiRpcTest : public ::testing::Test {
 protected:
  SimulateKpiRpcTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    suite_.StartServer();
    EXPECT_TRUE(suite_.WaitUntilReady());
  }

  static v1::SimulateKpiRequest LowerTarget() {
    v1::SimulateKpiRequest request;
    request.set_parent("workspaces/w");
    *request.add_drafts() = TestKpi("k", "m", v1::AGGREGATION_SUM);
    request.mutable_drafts(0)->mutable_kpi()->mutable_target()->set_fixed("4");
    request.set_start_period("2024-03-05");
    request.set_end_period("2024-03-06");
    return request;
  }

  EvaluationForTest suite_;
};

TEST_F(SimulateKpiRpcTest, ComparesTheDraftWithTheLiveKpiAndChangesNothing) {
  v1::SimulateKpiRequest request = LowerTarget();
  suite_.measurement.Write(TestTime(5, 12), 6, "a");
  request.set_at_least(suite_.measurement.Advance(TestTime(10)));
  v1::SimulateKpiResponse response;
  const grpc::Status status = suite_.Call(&Stub::SimulateKpi, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.periods_size(), 2);
  const v1::SimulatedPeriod& first = response.periods(0);
  EXPECT_EQ(first.draft().value(), "6");
  EXPECT_EQ(first.draft().status(), v1::STATUS_ON_TARGET);
  EXPECT_EQ(first.live_value(), "6");
  EXPECT_EQ(first.live_status(), v1::STATUS_WARNING);
  EXPECT_TRUE(first.different());
  EXPECT_EQ(response.changes(), 1);  // an empty sum is 0
  EXPECT_EQ(response.different(), 1);
  const v1::KpiState state = suite_.Read("2024-03-05");
  EXPECT_EQ(state.status(), v1::STATUS_WARNING);
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_OWNER);
}

TEST_F(SimulateKpiRpcTest, WrongDraftsAreNamed) {
  v1::SimulateKpiRequest request = LowerTarget();
  request.mutable_drafts(0)->mutable_kpi()->set_formula("x + y");
  v1::SimulateKpiResponse response;
  const grpc::Status status = suite_.Call(&Stub::SimulateKpi, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorDetails details = GetErrorDetails(FromGrpcStatus(status));
  ASSERT_FALSE(details.violations.empty());
  EXPECT_EQ(details.violations[0].field, "drafts[0].kpi.formula");
}

TEST_F(SimulateKpiRpcTest, WaitsForItsPositionNoLongerThanItsDeadline) {
  v1::SimulateKpiRequest request = LowerTarget();
  request.set_at_least(suite_.measurement.TokenOfTheFuture());
  v1::SimulateKpiResponse response;
  const grpc::Status status =
      suite_.Call(&Stub::SimulateKpi, request, &response, absl::Milliseconds(300));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(SimulateKpiRpcTest, MeasurementThatIsAwayMakesItUnavailable) {
  suite_.measurement.Write(TestTime(5, 12), 6, "a");
  suite_.measurement.Stop();
  v1::SimulateKpiResponse response;
  const grpc::Status status = suite_.Call(&Stub::SimulateKpi, LowerTarget(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
}

}  // namespace
}  // namespace kpisuite
