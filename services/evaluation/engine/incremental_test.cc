// Incremental states equal those that an engine computes from aggregates of the samples alone.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

constexpr int kNoLimit = 1'000'000;
constexpr v1::Aggregation kAggregations[] = {v1::AGGREGATION_SUM,  v1::AGGREGATION_AVG,
                                             v1::AGGREGATION_MAX,  v1::AGGREGATION_MIN,
                                             v1::AGGREGATION_LAST, v1::AGGREGATION_MEDIAN};

constexpr const char* kExpressions[] = {"abs(value - weight)", "value * weight", "value / weight",
                                        "if(value > 20, value, weight)"};
constexpr const char* kRegions[] = {"EU", "US", "AP", ""};
constexpr const char* kSampleIds[] = {"s0", "s1", "p0", "p1"};

// One engine under random writes, corrections, moves, retractions and watermarks; batches and
// answers arrive late, answers also ahead of their batches.
class RandomRun {
 public:
  explicit RandomRun(uint32_t seed, bool capped = false) : random_(seed), capped_(capped) {
    std::vector<v1::Definition> definitions = {TestMetric("m")};
    definitions[0].mutable_metric()->mutable_timeliness()->mutable_max_age()->set_seconds(
        absl::Uniform(random_, 0, 2) == 0 ? 20'000 : 400'000);
    AddHierarchy(*definitions[0].mutable_metric());
    for (int i = 0; i < 3; ++i) {
      const auto aggregation = kAggregations[absl::Uniform<size_t>(random_, 0, 6)];
      definitions.push_back(TestKpi(absl::StrCat("k", i), "m", aggregation));
      DrawFinality(definitions.back());
      if (absl::Bernoulli(random_, 0.5)) {
        (*definitions.back().mutable_kpi()->mutable_inputs())["x"].set_where(
            absl::Bernoulli(random_, 0.5) ? "value > 20" : "zone != West || value > 20");
      }
      if (absl::Bernoulli(random_, 0.6)) {
        definitions.back().mutable_kpi()->add_slices()->add_dimensions("zone");
      }
      DrawExpression((*definitions.back().mutable_kpi()->mutable_inputs())["x"]);
      if (capped_) definitions.back().mutable_kpi()->set_max_slices(absl::Uniform(random_, 1, 4));
      definitions.back().mutable_kpi()->set_min_denominator(absl::Uniform(random_, -3, 4));
      if (definitions.back().kpi().min_denominator() < 0) {
        definitions.back().mutable_kpi()->clear_min_denominator();
      }
    }
    for (int i = 0; i < 3; ++i) kpis_.push_back({{ResolveKpi(definitions, Name(i))}});
    definitions_ = std::move(definitions);
  }

  void Run() {
    Define(0);
    for (int step = 0; step < 80; ++step) {
      feed_.SetTime(now_);
      Act();
      Deliver();
      if (absl::Bernoulli(random_, 0.05)) Decide();
      if (step == 20) Define(1);
      if (step == 50) Define(2);
      if (step > 20 && step % 15 == 0) Redefine(absl::Uniform<size_t>(random_, 0, 2));
      now_ += absl::Minutes(absl::Uniform(random_, 0, 90));
      if (absl::Bernoulli(random_, 0.5)) Tick();
    }
    Drain();
    Compare();
  }

 private:
  TickOutput Tick() {
    TickOutput output = engine_.Tick(now_, kNoLimit);
    // The log keeps what was removed: a window that comes back has such states again, without rows.
    for (const ChangedState& update : output.updates) {
      if (update.removed) logged_.erase(update.id.Key());
    }
    for (const LoggedState& entry : output.log) logged_[entry.id.Key()] = entry;
    return output;
  }

  static std::string Name(size_t kpi) { return absl::StrCat("k", kpi); }

  void Define(size_t kpi) {
    ASSERT_TRUE(engine_.SetVersions(kpis_[kpi]).ok());
    defined_ = std::max(defined_, kpi + 1);
  }

  void DrawFinality(v1::Definition& definition) {
    *definition.mutable_create_time() = ToTimestamp(TestTime(4, absl::Uniform(random_, 0, 24)));
    if (absl::Bernoulli(random_, 0.3)) {
      definition.mutable_kpi()->mutable_final_after()->set_seconds(absl::Uniform(random_, 0, 100) *
                                                                   3600);
    }
    if (absl::Bernoulli(random_, 0.5)) {
      definition.mutable_kpi()->mutable_materiality()->set_absolute("5");
    }
  }

  // Samples without weights, and of weight 0, are left out of most.
  void DrawExpression(v1::Input& input) {
    input.clear_expression();
    input.clear_expression_scale();
    if (absl::Bernoulli(random_, 0.5)) return;
    input.set_expression(kExpressions[absl::Uniform<size_t>(random_, 0, 4)]);
    input.set_expression_scale(absl::Uniform(random_, 0, 4));
  }

  // Days become final, or what is held out of them is released.
  void Decide() {
    const size_t kpi = absl::Uniform<size_t>(random_, 0, defined_);
    const int32_t day = DayNumber(absl::ToCivilDay(now_, absl::UTCTimeZone()));
    FinalityDecision decision{.kpi = "workspaces/w/kpis/" + Name(kpi),
                              .end_day = day - absl::Uniform(random_, 0, 3),
                              .time = std::max(now_, engine_.last_commit())};
    if (absl::Bernoulli(random_, 0.4)) {
      decision.kind = FinalityDecision::Kind::kRelease;
      decision.first_day = decision.end_day - absl::Uniform(random_, 1, 3);
    }
    decisions_[kpi].push_back(decision);
    engine_.SetFinality(decision.kpi, decisions_[kpi]);
    Define(kpi);
  }

  // Another aggregation, for all periods or from a day on; or another target, which continues the
  // series.
  void Redefine(size_t kpi) {
    v1::Kpi& changed = *definitions_[1 + kpi].mutable_kpi();
    if (absl::Bernoulli(random_, 0.5)) {
      changed.mutable_target()->set_fixed(absl::StrCat(absl::Uniform(random_, 1, 40)));
    } else {
      DrawSeries(changed);
    }
    std::vector<KpiVersion>& versions = kpis_[kpi];
    const int32_t first_day = DayNumber(absl::CivilDay(2024, 3, absl::Uniform(random_, 4, 10)));
    std::erase_if(versions,
                  [&](const KpiVersion& version) { return version.first_day >= first_day; });
    if (absl::Bernoulli(random_, 0.3)) versions.clear();
    versions.push_back(
        {ResolveKpi(definitions_, Name(kpi)), versions.empty() ? INT32_MIN : first_day});
    Define(kpi);
  }

  void DrawSeries(v1::Kpi& changed) {
    v1::Input& input = (*changed.mutable_inputs())["x"];
    input.set_aggregation(kAggregations[absl::Uniform<size_t>(random_, 0, 6)]);
    input.clear_carry_forward();
    DrawExpression(input);
    if (input.aggregation() == v1::AGGREGATION_LAST) input.set_carry_forward("NONE");
    changed.clear_windows();
    changed.add_windows("DAY");
    if (absl::Bernoulli(random_, 0.7)) changed.add_windows("MONTH");
    if (absl::Bernoulli(random_, 0.3)) changed.add_windows("WEEK");
    changed.set_compare_across_breaks(absl::Bernoulli(random_, 0.5));
  }

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
    for (int i = 0; i < 4; ++i) {
      Tick();
      feed_.AnswerAll(engine_);
    }
    const TickOutput output = Tick();
    EXPECT_EQ(output.evaluated_seq, feed_.seq());
  }

  void Compare() {
    PartitionEngine naive(0, kTestIncarnation, feed_.seq());
    for (const auto& [kpi, decisions] : decisions_) {
      naive.SetFinality("workspaces/w/kpis/" + Name(kpi), decisions);
    }
    // Which slices are kept is decided once: the log tells a new engine of it.
    if (capped_) {
      for (const auto& [key, entry] : logged_) naive.Seed(entry);
    }
    for (const auto& versions : kpis_) ASSERT_TRUE(naive.SetVersions(versions).ok());
    naive.Tick(now_, kNoLimit);
    feed_.AnswerAll(naive);
    naive.Tick(now_, kNoLimit);
    // Members that have moved by now are loaded where they belong, and those of too many slices.
    for (int i = 0; i < 3; ++i) {
      feed_.AnswerAll(naive);
      naive.Tick(now_, kNoLimit);
    }
    for (const MembershipView view : {MembershipView::kAsIs, MembershipView::kAsWas}) {
      // Nothing is logged AS_WAS: slices whose samples were all withdrawn are forgotten.
      if (capped_ && view == MembershipView::kAsWas) continue;
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
  const bool capped_;
  std::map<std::string, LoggedState> logged_;  // the last entry of each state
  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
  std::vector<v1::Definition> definitions_;
  std::vector<std::vector<KpiVersion>> kpis_;
  std::map<size_t, FinalityDecisions> decisions_;  // by place of the KPI
  size_t defined_ = 0;
  std::deque<FeedForTest::Batch> batches_;
  std::deque<LoadRequest> loads_;
  std::deque<LoadAnswer> answers_;
  absl::Time now_ = TestTime(4);
};

// A part of them with sanitizers, which are some 60 times as slow.
uint32_t RunsOf(uint32_t all) { return getenv("KPISUITE_SANITIZED") != nullptr ? all / 4 : all; }

TEST(Incremental, EqualsNaiveForRandomChangesInAnyOrderOfArrival) {
  for (uint32_t seed = 0; seed < RunsOf(300); ++seed) {
    SCOPED_TRACE(seed);
    RandomRun(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Incremental, EqualsARestartFromTheLogWhereThereAreTooManySlices) {
  for (uint32_t seed = 1000; seed < 1000 + RunsOf(170); ++seed) {
    SCOPED_TRACE(seed);
    RandomRun(seed, true).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace kpisuite
