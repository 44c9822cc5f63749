#include "services/evaluation/cold_reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/cache/memory_state_cache.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/log/memory_state_log.h"

namespace kpisuite {
namespace {

constexpr char kDay5[] = "2024-03-05";
constexpr char kDay6[] = "2024-03-06";
const absl::Time kNow = TestTime(6, 12);

// The owner has gone a second ago. The 5th was closed, the 6th is open.
class ColdReaderTest : public testing::Test {
 protected:
  ColdReaderTest() {
    Log(kDay5, 1, "4");
    Log(kDay6, 0, "7");
    Cache({State(kDay5, "4"), State(kDay6, "7")});
  }

  static StateId Id(const std::string& period) { return {kTestKpi, "DAY", "", period}; }

  void Log(const std::string& period, int32_t revision, const std::string& value) {
    const absl::CivilDay day(2024, 3, period == kDay5 ? 5 : 6);
    ASSERT_TRUE(
        log_.Append(
                {{.id = Id(period),
                  .first_day = DayNumber(day),
                  .revision = revision,
                  .cause = revision > 0 ? v1::HISTORY_CAUSE_CLOSED : v1::HISTORY_CAUSE_TRANSITION,
                  .record_time = kNow,
                  .value = value,
                  .state = std::make_shared<const std::string>(State(period, value).payload)}},
                {})
            .ok());
  }
  struct Cached {
    std::string key;
    std::string payload;
  };
  Cached State(const std::string& period, const std::string& value) {
    v1::KpiState state;
    state.mutable_period()->set_id(period);
    state.set_value(value);
    state.set_definition_revision(1);
    return {Id(period).Key(), state.SerializeAsString()};
  }
  void Cache(const std::vector<Cached>& states) {
    Publication publication{.frontier = {.fence = {1, 1}, .as_of = kNow - absl::Seconds(1)},
                            .frontier_write = FrontierWrite::kEstablish};
    for (const Cached& state : states) {
      publication.updates.push_back(
          {.key = state.key,
           .version = {.incarnation = 1},
           .payload = std::make_shared<const std::string>(state.payload)});
    }
    ASSERT_TRUE(cache_.Publish(publication).ok());
  }

  v1::KpiState Read(const std::string& period, absl::Time now = kNow) {
    const ResolvedKey key{.kpi = kpi_,
                          .period = PeriodSelector::Of(period, PeriodSelector::Kind::kCurrent)};
    const auto answer = reader_.Read({key}, now, "the owner is away").front();
    EXPECT_TRUE(answer.ok()) << answer.status();
    v1::KpiState state;
    if (answer.ok()) state.ParseFromString(*answer->state + answer->suffix);
    return state;
  }

  v1::Definition definition_ = TestKpi("k", "m", v1::AGGREGATION_SUM);
  std::shared_ptr<const KpiInfo> kpi_ =
      std::make_shared<KpiInfo>(ResolveKpi({TestMetric("m"), definition_}), 0);
  MemoryStateCache cache_;
  MemoryStateLog log_;
  ColdReader reader_{cache_, log_};
};

TEST_F(ColdReaderTest, TheCacheVouchesForAPeriodWhileItsFrontierIsFresh) {
  EXPECT_EQ(Read(kDay5).value(), "4");
  EXPECT_FALSE(Read(kDay5).freshness().stale());
  EXPECT_FALSE(Read("CURRENT").freshness().stale());
  EXPECT_TRUE(Read(kDay5, kNow + absl::Seconds(5)).freshness().stale());
  EXPECT_TRUE(Read(kDay5, kNow - absl::Hours(1)).freshness().stale()) << "a clock was set back";
}

TEST_F(ColdReaderTest, TheLastClosedPeriodIsNotTheOpenOne) {
  const v1::KpiState state = Read("LATEST_CLOSED");
  EXPECT_EQ(state.period().id(), kDay5);
  EXPECT_EQ(state.value(), "4");
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_REDIS);
  EXPECT_TRUE(state.freshness().stale()) << "the 6th may have been closed since";
}

TEST_F(ColdReaderTest, WhichPeriodIsTheLastIsNotKnownForCertain) {
  const v1::KpiState state = Read("LATEST_WITH_DATA");
  EXPECT_EQ(state.period().id(), kDay6);
  EXPECT_TRUE(state.freshness().stale());
}

TEST_F(ColdReaderTest, AStateUnderAnotherDefinitionIsStale) {
  definition_.set_revision(2);
  kpi_ = std::make_shared<KpiInfo>(ResolveKpi({TestMetric("m"), definition_}), 0);
  EXPECT_EQ(Read(kDay5).value(), "4");
  EXPECT_TRUE(Read(kDay5).freshness().stale());
}

}  // namespace
}  // namespace kpisuite
