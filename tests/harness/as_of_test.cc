// What is computed again for a past moment is what the live states were at that moment.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/document/definition_set.h"
#include "tests/harness/suite.h"

namespace kpisuite {
namespace {

constexpr char kDefinitions[] = R"yaml(
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: m}
spec: {unit: EUR, scale: 1, weightScale: 0, dimensions: [region], timeliness: {grace: 6h}}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: total}
spec:
  owner: ops@example.com
  inputs: {x: {metric: m, aggregation: SUM}}
  unit: EUR
  direction: HIGHER
  windows: [DAY, MONTH]
  slices: [[region]]
  finalAfter: 48h
  target: {vsPrior: {comparator: PREVIOUS_PERIOD, change: 10%, freeze: true}}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: mean}
spec:
  owner: ops@example.com
  inputs: {x: {metric: m, aggregation: AVG, where: "value > 5"}}
  unit: EUR
  direction: LOWER
  windows: [DAY, MONTH, "TRAILING(3,DAY,INCLUDE_CURRENT)"]
  slices: [[region]]
  hysteresis: {deadband: 0.02, worsenPeriods: 2}
  target: {vsPrior: {comparator: PREVIOUS_PERIOD, units: 1}}
---
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: error}
spec:
  owner: ops@example.com
  inputs:
    error: {metric: m, aggregation: SUM, expression: abs(value - weight)}
    peak: {metric: m, aggregation: MAX}
  formula: error / peak
  unit: "%"
  direction: LOWER
  windows: [DAY, "TO_DATE(MONTH)"]
  slices: [[region]]
  target: {fixed: 40%}
)yaml";

constexpr const char* kRegions[] = {"EMEA", "APAC"};

// A state that was open at a moment, as it was then.
struct Remembered {
  absl::Time time;
  StateQuery query;
  std::string said;
};

std::string Said(const v1::KpiState& state) {
  return absl::StrCat(state.value(), " ", v1::NdReason_Name(state.nd_reason()), " ",
                      v1::Status_Name(state.status()), " target ", state.target().value());
}

class RandomMoments {
 public:
  explicit RandomMoments(uint32_t seed) : random_(seed), suite_({}) {
    definitions_ = *ParseDefinitions(kDefinitions, "test");
  }

  void Run() {
    Define();
    for (int step = 0; step < 60; ++step) {
      ASSERT_TRUE(suite_.AdvanceTo(suite_.now() + absl::Minutes(Below(180) + 1)).ok());
      Act();
      if (step == 20) Redefine(1, "x", v1::AGGREGATION_MAX);
      if (step == 35) Redefine(2, "peak", v1::AGGREGATION_AVG);
      if (step == 45) Retarget();
      ASSERT_TRUE(suite_.Run().ok());
      if (Below(4) == 0) Remember();
    }
    ASSERT_FALSE(remembered_.empty());
    for (const Remembered& state : remembered_) Compare(state);
  }

 private:
  int Below(int bound) { return absl::Uniform(random_, 0, bound); }

  void Define() {
    const ValidationResult result = suite_.Apply(definitions_);
    ASSERT_TRUE(result.violations.empty()) << result.violations[0].description;
  }

  void Redefine(size_t index, const std::string& alias, v1::Aggregation aggregation) {
    (*definitions_[index + 1].mutable_kpi()->mutable_inputs())[alias].set_aggregation(aggregation);
    Define();
  }

  void Retarget() {
    definitions_[1].mutable_kpi()->mutable_target()->mutable_vs_prior()->set_change("50%");
    Define();
  }

  // A sample of the last days comes, is corrected or goes; or the watermark moves.
  void Act() {
    if (Below(6) == 0) {
      const absl::Time through = suite_.now() - absl::Hours(Below(30));
      ASSERT_TRUE(suite_.AdvanceWatermark("m", through).ok());
      return;
    }
    v1::SeriesBlock block;
    block.set_metric("m");
    (*block.mutable_dimensions())["region"] = kRegions[Below(2)];
    const absl::Time hour = absl::FromUnixSeconds(absl::ToUnixSeconds(suite_.now()) / 3600 * 3600);
    block.add_time_unix_nano(absl::ToUnixNanos(hour - absl::Hours(Below(40))));
    block.add_sample_ids(absl::StrCat("s", Below(2)));
    if (Below(5) == 0) {
      v1::RetractSamplesRequest request;
      request.set_reason("counted twice");
      *request.add_series() = std::move(block);
      const auto retracted = suite_.Retract(std::move(request));
      ASSERT_TRUE(retracted.ok()) << retracted.status();
      return;
    }
    block.add_mantissas(Below(200) - 20);
    block.add_weights(Below(15));
    v1::WriteSamplesRequest request;
    *request.add_series() = std::move(block);
    ASSERT_TRUE(suite_.Write(std::move(request)).ok());
  }

  void Remember() {
    for (const auto& [key, published] : suite_.published().states()) {
      v1::KpiState state;
      ASSERT_TRUE(state.ParseFromString(*published.state));
      if (state.revision() > 0) continue;
      const std::string id = published.id.kpi.substr(published.id.kpi.rfind('/') + 1);
      remembered_.push_back({suite_.now(),
                             {id, published.id.window, published.id.slice, published.id.period},
                             Said(state)});
    }
  }

  void Compare(const Remembered& state) {
    SCOPED_TRACE(absl::StrCat(absl::FormatTime(state.time, absl::UTCTimeZone()), " ",
                              state.query.kpi, " ", state.query.window, " {", state.query.slice,
                              "} ", state.query.period));
    const auto computed = suite_.StateAsOf(state.query, state.time);
    ASSERT_TRUE(computed.ok()) << computed.status();
    ASSERT_TRUE(computed->has_value());
    EXPECT_EQ(Said(**computed), state.said);
  }

  std::mt19937 random_;
  Suite suite_;
  std::vector<v1::Definition> definitions_;
  std::vector<Remembered> remembered_;
};

TEST(StatesAsOf, AreWhatTheLiveStatesWere) {
  for (uint32_t seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE(seed);
    RandomMoments(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(StatesAsOf, SayWhatIsNotKnownAnyMore) {
  Suite suite({});
  const auto definitions = *ParseDefinitions(kDefinitions, "test");
  const absl::Time before = suite.now();
  ASSERT_TRUE(suite.AdvanceTo(before + absl::Hours(1)).ok());
  ASSERT_TRUE(suite.Apply(definitions).violations.empty());
  const StateQuery query{"total", "DAY", "", "2025-01-01"};
  EXPECT_EQ(GetErrorDetails(suite.StateAsOf(query, before).status()).reason, "MOMENT_UNKNOWN");
  EXPECT_TRUE(suite.StateAsOf(query, suite.now()).ok());
  const auto without_window = suite.StateAsOf({"total", "WEEK", "", "2025-W01"}, suite.now());
  EXPECT_EQ(GetErrorDetails(without_window.status()).reason, "MOMENT_UNKNOWN");
  const absl::Time then = suite.now();
  ASSERT_TRUE(suite.AdvanceTo(then + absl::Hours(1)).ok());
  std::vector<ResourceName> names;
  for (const v1::Definition& definition : definitions) {
    names.push_back(*ResourceName::Parse(definition.name()));
  }
  ASSERT_TRUE(suite.Delete(names).violations.empty());
  EXPECT_EQ(GetErrorDetails(suite.StateAsOf(query, then).status()).reason, "MOMENT_UNKNOWN");
}

}  // namespace
}  // namespace kpisuite
