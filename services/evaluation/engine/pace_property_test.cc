// The pace that an engine keeps, with what it remembers of the past, equals that of an engine which
// reads everything anew: under late samples, corrections, retractions and watermarks that lag.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

constexpr int kNoLimit = 1'000'000;
constexpr int kKpis = 2;
constexpr int kDaysBack = 90;
constexpr const char* kRegions[] = {"EU", "US", ""};
constexpr const char* kSampleIds[] = {"s0", "p0", "p1"};
constexpr v1::Aggregation kAggregations[] = {v1::AGGREGATION_SUM, v1::AGGREGATION_AVG,
                                             v1::AGGREGATION_LAST};

class PaceRun {
 public:
  explicit PaceRun(uint32_t seed) : random_(seed) {
    std::vector<v1::Definition> definitions = {TestMetric("m")};
    for (int i = 0; i < kKpis; ++i) definitions.push_back(DrawKpi(absl::StrCat("k", i)));
    for (int i = 0; i < kKpis; ++i) {
      kpis_.push_back(ResolveKpi(definitions, absl::StrCat("k", i)));
      EXPECT_TRUE(engine_.SetKpi(kpis_.back()).ok());
    }
  }

  // Returns how many paces were compared.
  int Run() {
    for (int i = 0; i < 60; ++i) Write();
    for (int step = 0; step < 60; ++step) {
      now_ += absl::Minutes(absl::Uniform(random_, 0, 30 * 60));
      feed_.SetTime(now_);
      Act();
      feed_.AnswerAll(engine_);
      engine_.Tick(now_, kNoLimit);
      if (step % 6 == 5) Compare();
      if (::testing::Test::HasFailure()) break;
    }
    return compared_;
  }

 private:
  int Below(int end) { return absl::Uniform(random_, 0, end); }

  v1::Definition DrawKpi(const std::string& id) {
    v1::Definition definition = TestKpi(id, "m", kAggregations[Below(3)]);
    v1::Kpi& kpi = *definition.mutable_kpi();
    kpi.add_windows("WEEK");
    kpi.mutable_pace()->set_profile(Below(3) == 0 ? "CALENDAR" : "HISTORY");
    kpi.mutable_pace()->set_prior(static_cast<v1::PacePrior>(1 + Below(3)));
    kpi.mutable_pace()->set_history_periods(6 + Below(3));
    if (Below(3) == 0) kpi.set_min_denominator(2);
    if (Below(3) == 0) kpi.mutable_final_after()->set_seconds(86'400 * (1 + Below(30)));
    return definition;
  }

  void Apply(const FeedForTest::Batch& batch) {
    if (batch == nullptr) return;
    ASSERT_TRUE(engine_.Apply(batch).ok());
  }

  void Write() {
    const absl::Time time = now_ - absl::Hours(Below(Below(2) == 0 ? 48 : 24 * kDaysBack));
    Apply(feed_.Write({"m", kRegions[Below(3)], absl::ToUnixNanos(time), kSampleIds[Below(3)]},
                      Below(50)));
  }

  void Act() {
    const int action = Below(10);
    if (action < 6) return Write();
    if (action == 9) {
      return Apply(feed_.Advance("m", now_ - absl::Hours(Below(80))));
    }
    if (feed_.rows().empty()) return;
    auto row = feed_.rows().begin();
    std::advance(row, Below(static_cast<int>(feed_.rows().size())));
    const FeedForTest::Row chosen = row->first;
    if (action == 8) return Apply(feed_.Retract(chosen));
    Apply(feed_.Write(chosen, Below(50)));
  }

  void Compare() {
    PartitionEngine naive(0, kTestIncarnation, feed_.seq());
    for (const auto& kpi : kpis_) ASSERT_TRUE(naive.SetKpi(kpi).ok());
    for (int i = 0; i < 3; ++i) {
      naive.Tick(now_, kNoLimit);
      feed_.AnswerAll(naive);
    }
    naive.Tick(now_, kNoLimit);
    for (int i = 0; i < 2; ++i) {
      feed_.AnswerAll(engine_);
      engine_.Tick(now_, kNoLimit);
    }
    const std::map<std::string, std::string> kept = ContentsOf(engine_);
    for (const auto& [key, content] : ContentsOf(naive)) {
      if (!absl::StrContains(content, "pace {")) continue;
      const auto found = kept.find(key);
      ASSERT_NE(found, kept.end()) << key;
      EXPECT_EQ(found->second, content) << key;
      ++compared_;
    }
  }

  std::mt19937 random_;
  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
  std::vector<std::shared_ptr<const KpiDefinition>> kpis_;
  absl::Time now_ = TestTime(4) + absl::Hours(24 * kDaysBack);
  int compared_ = 0;
};

TEST(PaceProperty, WhatIsRememberedOfThePastEqualsWhatIsReadAnew) {
  int compared = 0;
  for (uint32_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    compared += PaceRun(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(compared, 200);
}

}  // namespace
}  // namespace kpisuite
