#include "tests/harness/suite.h"

#include <gtest/gtest.h>

#include "libs/document/definition_set.h"

namespace kpisuite {
namespace {

constexpr char kDefinitions[] = R"(
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: delay}
spec: {unit: min, scale: 0, dimensions: [origin], identity: TIME}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: mean-delay}
spec:
  owner: ops@example.com
  inputs: {delay: {metric: delay, aggregation: AVG}}
  unit: min
  direction: LOWER
  windows: [DAY]
  slices: [[origin]]
  target: {fixed: 10}
)";

constexpr absl::Time kNoon = absl::FromUnixSeconds(1'741'608'000);  // 2025-03-10T12:00:00Z

v1::WriteSamplesRequest Sample(const std::string& origin, absl::Time time, int64_t value) {
  v1::WriteSamplesRequest request;
  v1::SeriesBlock& block = *request.add_series();
  block.set_metric("delay");
  (*block.mutable_dimensions())["origin"] = origin;
  block.add_time_unix_nano(absl::ToUnixNanos(time));
  block.add_mantissas(value);
  return request;
}

class SuiteTest : public testing::Test {
 protected:
  SuiteTest() {
    auto definitions = ParseDefinitions(kDefinitions, "test");
    EXPECT_TRUE(definitions.ok()) << definitions.status();
    EXPECT_TRUE(suite_.Apply(*definitions).violations.empty());
  }
  v1::KpiState Read(const std::string& slice) {
    auto state = suite_.State({"mean-delay", "DAY", slice, "2025-03-10"});
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *state : v1::KpiState();
  }

  Suite suite_{{.partitions = 2, .start = kNoon}};
};

TEST_F(SuiteTest, SamplesBecomeStatesOfTotalAndSlices) {
  ASSERT_TRUE(suite_.Write(Sample("ORD", kNoon - absl::Hours(1), 4)).ok());
  ASSERT_TRUE(suite_.Write(Sample("DFW", kNoon - absl::Hours(1), 12)).ok());
  ASSERT_TRUE(suite_.Run().ok());
  EXPECT_EQ(Read("").value(), "8");
  EXPECT_EQ(Read("origin=ORD").value(), "4");
  EXPECT_EQ(Read("origin=DFW").status(), v1::STATUS_OFF_TARGET);
}

TEST_F(SuiteTest, ClosingIsLoggedAtItsOwnTimeWhenTheClockMovesFar) {
  ASSERT_TRUE(suite_.Write(Sample("ORD", kNoon - absl::Hours(1), 4)).ok());
  ASSERT_TRUE(suite_.AdvanceTo(kNoon + absl::Hours(72)).ok());
  const auto history = suite_.History({"mean-delay", "DAY", "", "2025-03-10"});
  ASSERT_TRUE(history.ok());
  ASSERT_FALSE(history->empty());
  EXPECT_EQ(history->back().cause, v1::HISTORY_CAUSE_CLOSED);
  EXPECT_EQ(history->back().record_time, kNoon + absl::Hours(12));
}

TEST_F(SuiteTest, RestartedEvaluationSaysTheSame) {
  ASSERT_TRUE(suite_.Write(Sample("ORD", kNoon - absl::Hours(1), 4)).ok());
  ASSERT_TRUE(suite_.Run().ok());
  const std::string before = Read("origin=ORD").value();
  suite_.RestartEvaluation();
  ASSERT_TRUE(suite_.Run().ok());
  EXPECT_EQ(Read("origin=ORD").value(), before);
}

TEST_F(SuiteTest, RefusedDefinitionsChangeNothing) {
  auto definitions = ParseDefinitions(kDefinitions, "test");
  ASSERT_TRUE(definitions.ok());
  (*definitions)[1].mutable_kpi()->set_unit("h");
  EXPECT_FALSE(suite_.Apply(*definitions).violations.empty());
  EXPECT_EQ(suite_.definition().log().size(), 1u);
}

}  // namespace
}  // namespace kpisuite
