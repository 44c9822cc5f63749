#include "services/evaluation/withheld_history.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/evaluation/log/memory_state_log.h"

namespace kpisuite {
namespace {

LoggedState Entry(int32_t first_day, int32_t revision, const std::string& value) {
  LoggedState logged{.id = {"workspaces/w/kpis/k", "DAY", "team=a", std::to_string(first_day)},
                     .first_day = first_day,
                     .revision = revision,
                     .cause = v1::HISTORY_CAUSE_CLOSED,
                     .record_time = absl::FromUnixSeconds(1'000'000 + 10 * revision),
                     .status = v1::STATUS_ON_TARGET,
                     .value = value};
  v1::KpiState state;
  state.set_value(value);
  logged.state = std::make_shared<const std::string>(state.SerializeAsString());
  return logged;
}

TEST(FindWithheld, TellsThePeriodsWhoseNewestEntryIsWithheld) {
  MemoryStateLog log;
  ASSERT_TRUE(log.Append({Entry(1, 1, "8"), Entry(1, 2, "(SUPPRESSED)"), Entry(2, 1, "7"),
                          Entry(3, 1, "(SUPPRESSED)"), Entry(3, 2, "6")},
                         {})
                  .ok());
  HistoryQuery query{.kpi = "workspaces/w/kpis/k", .window = "DAY", .slice = "team=a"};
  const auto rows = log.History(query);
  ASSERT_TRUE(rows.ok());
  const auto withheld = FindWithheld(log, query, *rows);
  ASSERT_TRUE(withheld.ok());
  EXPECT_EQ(*withheld, (std::vector<bool>{true, true, false, false, false}));
  // What was known before it was withheld is not told either.
  query.view = HistoryQuery::View::kFirstClosed;
  const auto first = log.History(query);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE((*FindWithheld(log, query, *first))[0]);
}

TEST(WithheldState, TellsWhichStateItIsAndNothingOfItsValue) {
  v1::KpiState state;
  state.set_kpi("workspaces/w/kpis/k");
  state.set_slice("team=a");
  state.set_version("7");
  state.set_value("8");
  state.set_value_double(8);
  state.set_variance("1");
  state.set_score("2.5");
  state.set_row_count(3);
  state.mutable_band()->set_basis_value("8");
  state.mutable_pace()->set_projected("9");
  state.add_reasons("value 8");
  const v1::KpiState withheld = WithheldState(state);
  EXPECT_EQ(withheld.slice(), "team=a");
  EXPECT_EQ(withheld.version(), "7");
  EXPECT_EQ(withheld.nd_reason(), v1::ND_REASON_SUPPRESSED);
  EXPECT_EQ(withheld.status(), v1::STATUS_NO_DATA);
  EXPECT_EQ(withheld.ShortDebugString().find('8'), std::string::npos);
  EXPECT_EQ(withheld.ShortDebugString().find('9'), std::string::npos);
  EXPECT_EQ(withheld.row_count(), 0);
}

}  // namespace
}  // namespace kpisuite
