// GetHistory with AS_OF over real gRPC: what was open at that moment is computed again.
#include <string>

#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_server_for_test.h"

namespace kpisuite {
namespace {

using Stub = v1::EvaluationService::Stub;

constexpr char kDay5[] = "2024-03-05";

class HistoryAsOfTest : public ::testing::Test {
 protected:
  HistoryAsOfTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    suite_.StartServer();
    EXPECT_TRUE(suite_.WaitUntilReady());
  }

  // Returns a moment at which the sample was there, and nothing later.
  absl::Time Write(int64_t value, const std::string& id) {
    suite_.Read(kDay5, suite_.measurement.Write(TestTime(5, 12), value, id));
    const absl::Time moment = absl::Now();
    absl::SleepFor(absl::Milliseconds(2));
    return moment;
  }

  grpc::Status AsOf(absl::Time moment, v1::GetHistoryResponse* response) {
    v1::GetHistoryRequest request;
    request.set_kpi(kTestKpi);
    request.set_view(v1::HISTORY_VIEW_AS_OF);
    *request.mutable_as_of() = ToTimestamp(moment);
    request.set_start_period(kDay5);
    request.set_end_period(kDay5);
    return suite_.Call(&Stub::GetHistory, request, response);
  }

  std::string ValueAsOf(absl::Time moment) {
    v1::GetHistoryResponse response;
    const grpc::Status status = AsOf(moment, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.entries_size() == 1 ? response.entries(0).state().value() : "";
  }

  EvaluationForTest suite_;
};

TEST_F(HistoryAsOfTest, TellsTheValueBetweenTwoTransitions) {
  // 7, 8 and 9 are all a WARNING against 10: the log has the first alone.
  const absl::Time seven = Write(7, "a");
  const absl::Time eight = Write(8, "a");
  const absl::Time nine = Write(9, "a");
  EXPECT_EQ(ValueAsOf(seven), "7");
  EXPECT_EQ(ValueAsOf(eight), "8");
  EXPECT_EQ(ValueAsOf(nine), "9");
  EXPECT_EQ(ValueAsOf(absl::Now() + absl::Hours(1)), "9");
  v1::GetHistoryResponse before;
  EXPECT_TRUE(AsOf(seven - absl::Hours(1), &before).ok());
  EXPECT_EQ(before.entries_size(), 0);
}

TEST_F(HistoryAsOfTest, UsesTheTargetOfThatMoment) {
  const absl::Time before = Write(9, "a");
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
  kpi.set_revision(2);
  kpi.mutable_kpi()->mutable_target()->set_fixed("8");
  suite_.definitions.Apply({kpi});
  ASSERT_TRUE(Eventually([this] { return suite_.Read(kDay5).target().value() == "8"; }));
  v1::GetHistoryResponse response;
  ASSERT_TRUE(AsOf(before, &response).ok());
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).state().target().value(), "10");
  EXPECT_EQ(response.entries(0).state().status(), v1::STATUS_WARNING);
}

TEST_F(HistoryAsOfTest, IsUnavailableWhileTheDefinitionsAre) {
  const absl::Time moment = Write(7, "a");
  suite_.definitions.Stop();
  v1::GetHistoryResponse response;
  EXPECT_EQ(AsOf(moment, &response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace kpisuite
