#include "services/evaluation/engine/revisions.h"

#include <gtest/gtest.h>

#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {
namespace {

class Revisions : public ::testing::Test {
 protected:
  // The day was closed with 80 and revised to 100 two days later.
  void Say(int day, const std::string& newest = "100") {
    LoggedState entry{.id = {kTestKpi, "DAY", "", window_.At(*kpi_->calendar, TestTime(day)).id},
                      .first_day = DayNumber(absl::CivilDay(2024, 3, day)),
                      .revision = 1,
                      .cause = v1::HISTORY_CAUSE_CLOSED,
                      .record_time = TestTime(day + 1),
                      .value = "80"};
    entries_.push_back(entry);
    entry.revision = 2;
    entry.cause = v1::HISTORY_CAUSE_RESTATED;
    entry.record_time = TestTime(day + 2);
    entry.value = newest;
    entries_.push_back(entry);
  }

  v1::Explanation Explain(int day) {
    v1::Explanation explanation;
    explanation.mutable_state()->set_value("40");
    explanation.mutable_state()->mutable_period()->set_life(v1::PERIOD_LIFE_CLOSED);
    AddRevisions(*kpi_, window_, window_.At(*kpi_->calendar, TestTime(day)), entries_,
                 TestTime(day + 1, 12), explanation);
    return explanation;
  }

  const std::shared_ptr<const KpiDefinition> kpi_ =
      ResolveKpi({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)}, "k");
  const Window window_ = kpi_->windows[0];
  std::vector<LoggedState> entries_;
};

TEST_F(Revisions, OfThreePeriodsTell) {
  for (const int day : {1, 2, 3}) Say(day);
  EXPECT_GT(Explain(10).revisions_size(), 0);
}

TEST_F(Revisions, OfAPeriodThatIsWithheldNowTellNothing) {
  for (const int day : {1, 2}) Say(day);
  Say(3, "(SUPPRESSED)");
  EXPECT_EQ(Explain(10).revisions_size(), 0);
  EXPECT_FALSE(Explain(10).state().has_nowcast());
}

}  // namespace
}  // namespace kpisuite
