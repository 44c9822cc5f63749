// Incremental states equal those that an engine computes from aggregates of the samples alone.
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

constexpr int kNoLimit = 1'000'000;
constexpr v1::Aggregation kAggregations[] = {v1::AGGREGATION_SUM,  v1::AGGREGATION_AVG,
                                             v1::AGGREGATION_MAX,  v1::AGGREGATION_MIN,
                                             v1::AGGREGATION_LAST, v1::AGGREGATION_MEDIAN};

constexpr const char* kRegions[] = {"EU", "US", "AP", ""};
constexpr const char* kSampleIds[] = {"s0", "s1", "p0", "p1"};

// One engine under random writes, corrections, moves, retractions and watermarks; batches and
// answers arrive late, answers also ahead of their batches.
class RandomRun {
 public:
  explicit RandomRun(uint32_t seed) : random_(seed) {
    std::vector<v1::Definition> definitions = {TestMetric("m")};
    definitions[0].mutable_metric()->mutable_timeliness()->mutable_max_age()->set_seconds(
        absl::Uniform(random_, 0, 2) == 0 ? 20'000 : 400'000);
    AddHierarchy(*definitions[0].mutable_metric());
    for (int i = 0; i < 3; ++i) {
      const auto aggregation = kAggregations[absl::Uniform<size_t>(random_, 0, 6)];
      definitions.push_back(TestKpi(absl::StrCat("k", i), "m", aggregation));
      if (absl::Bernoulli(random_, 0.5)) {
        (*definitions.back().mutable_kpi()->mutable_inputs())["x"].set_where(
            absl::Bernoulli(random_, 0.5) ? "value > 20" : "zone != West || value > 20");
      }
      if (absl::Bernoulli(random_, 0.6)) {
        definitions.back().mutable_kpi()->add_slices()->add_dimensions("zone");
      }
      definitions.back().mutable_kpi()->set_min_denominator(absl::Uniform(random_, -3, 4));
      if (definitions.back().kpi().min_denominator() < 0) {
        definitions.back().mutable_kpi()->clear_min_denominator();
      }
    }
    for (int i = 0; i < 3; ++i) kpis_.push_back(ResolveKpi(definitions, absl::StrCat("k", i)));
  }

  void Run() {
    Define(0);
    for (int step = 0; step < 80; ++step) {
      Act();
      Deliver();
      if (step == 20) Define(1);
      if (step == 50) Define(2);
      now_ += absl::Minutes(absl::Uniform(random_, 0, 90));
      if (absl::Bernoulli(random_, 0.5)) engine_.Tick(now_, kNoLimit);
    }
    Drain();
    Compare();
  }

 private:
  // Regions in zones; one of them moves, within or after the days of the samples.
  void AddHierarchy(v1::Metric& metric) {
    v1::Hierarchy& hierarchy = *metric.add_hierarchies();
    hierarchy.set_dimension("region");
    hierarchy.add_levels("zone");
    const auto add = [&](const char* region, const char* zone, const std::string& from) {
      v1::HierarchyMember& member = *hierarchy.add_members();
      member.set_member(region);
      member.add_path(zone);
      member.set_effective_from(from);
    };
    add("EU", "East", "");
    add("US", "West", "");
    add("US", "East", absl::StrCat("2024-03-0", absl::Uniform(random_, 2, 10)));
    if (absl::Bernoulli(random_, 0.5)) add("AP", "West", "2024-03-06");
  }

  void Define(size_t kpi) { ASSERT_TRUE(engine_.SetKpi(kpis_[kpi]).ok()); }

  FeedForTest::Row RandomRow() {
    return {
        "m", kRegions[absl::Uniform<size_t>(random_, 0, 4)],
        absl::ToUnixNanos(TestTime(absl::Uniform(random_, 4, 8), absl::Uniform(random_, 0, 24))),
        kSampleIds[absl::Uniform<size_t>(random_, 0, 4)]};
  }

  void Act() {
    const int action = absl::Uniform(random_, 0, 10);
    FeedForTest::Batch batch;
    if (action < 6) {
      batch = feed_.Write(RandomRow(), absl::Uniform(random_, 0, 50));
    } else if (action < 9 && !feed_.rows().empty()) {
      auto row = feed_.rows().begin();
      std::advance(row, absl::Uniform<size_t>(random_, 0, feed_.rows().size()));
      batch = feed_.Retract(FeedForTest::Row(row->first));
    } else {
      batch = feed_.Advance("m", TestTime(absl::Uniform(random_, 4, 9)));
    }
    if (batch != nullptr) batches_.push_back(batch);
  }

  void Deliver() {
    while (!batches_.empty() && absl::Bernoulli(random_, 0.6)) {
      ASSERT_TRUE(engine_.Apply(batches_.front()).ok());
      batches_.pop_front();
    }
    for (LoadRequest& load : engine_.TakeLoads()) loads_.push_back(std::move(load));
    while (!loads_.empty() && absl::Bernoulli(random_, 0.4)) {
      answers_.push_back(feed_.Answer(loads_.front()));
      loads_.pop_front();
    }
    while (!answers_.empty() && absl::Bernoulli(random_, 0.4)) {
      ASSERT_TRUE(engine_.Answer(answers_.front()).ok());
      answers_.pop_front();
    }
  }

  void Drain() {
    for (const FeedForTest::Batch& batch : batches_) ASSERT_TRUE(engine_.Apply(batch).ok());
    for (const LoadAnswer& answer : answers_) ASSERT_TRUE(engine_.Answer(answer).ok());
    for (const LoadRequest& load : loads_) ASSERT_TRUE(engine_.Answer(feed_.Answer(load)).ok());
    feed_.AnswerAll(engine_);
    engine_.Tick(now_, kNoLimit);
    feed_.AnswerAll(engine_);
    const TickOutput output = engine_.Tick(now_, kNoLimit);
    EXPECT_EQ(output.evaluated_seq, feed_.seq());
  }

  void Compare() {
    PartitionEngine naive(0, kTestIncarnation, feed_.seq());
    for (const auto& kpi : kpis_) ASSERT_TRUE(naive.SetKpi(kpi).ok());
    feed_.AnswerAll(naive);
    naive.Tick(now_, kNoLimit);
    // Members that have moved by now are loaded where they belong.
    feed_.AnswerAll(naive);
    naive.Tick(now_, kNoLimit);
    for (const MembershipView view : {MembershipView::kAsIs, MembershipView::kAsWas}) {
      const std::map<std::string, std::string> incremental = ContentsOf(engine_, view);
      // The engine that was there all the time also keeps states that time or lost samples left.
      for (const auto& [key, content] : ContentsOf(naive, view)) {
        const auto found = incremental.find(key);
        ASSERT_NE(found, incremental.end()) << key;
        EXPECT_EQ(found->second, content) << key;
      }
    }
  }

  std::mt19937 random_;
  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
  std::vector<std::shared_ptr<const KpiDefinition>> kpis_;
  std::deque<FeedForTest::Batch> batches_;
  std::deque<LoadRequest> loads_;
  std::deque<LoadAnswer> answers_;
  absl::Time now_ = TestTime(4);
};

TEST(Incremental, EqualsNaiveForRandomChangesInAnyOrderOfArrival) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomRun(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace kpisuite
