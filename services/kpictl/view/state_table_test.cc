#include "services/kpictl/view/state_table.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

v1::KpiState Sample() {
  v1::KpiState state;
  state.set_kpi("workspaces/default/kpis/otp");
  state.set_display_name("On-time performance");
  state.set_window("DAY");
  state.mutable_period()->set_id("2001-03-31");
  state.set_unit("%");
  state.set_display_decimals(1);
  state.set_direction(v1::DIRECTION_HIGHER);
  state.set_value("0.8125");
  state.mutable_target()->set_value("0.8");
  state.set_variance("0.0125");
  state.set_fvp("0.015625");
  state.set_status(v1::STATUS_ON_TARGET);
  state.add_flags(v1::STATE_FLAG_PROVISIONAL);
  state.mutable_last_event_time()->set_seconds(986'083'200);
  state.set_row_count(224);
  return state;
}

TEST(StateTable, ShowsWhatAPersonAsks) {
  const StateTableOptions options{.display_names = true, .trend = true};
  Table table = MakeStateTable(options);
  const absl::Time now = absl::FromUnixSeconds(986'083'200) + absl::Hours(5);
  table.AddRow(MakeStateRow(Sample(), options, now, "▁█", false));
  EXPECT_EQ(table.Render({.terminal = true}),
            "KPI                  WINDOW  SLICE  PERIOD      AGE   VALUE  TARGET          VARIANCE"
            "  STATUS       TREND  FLAGS\n"
            "On-time performance  DAY     total  2001-03-31  5 h  81.3 %  80.0 %  +1.3 pp (+1.6 %)"
            "  ● ON_TARGET  ▁█     PROVISIONAL\n");
}

TEST(StateTable, CsvIsExact) {
  const StateTableOptions options;
  Table table = MakeStateTable(options);
  table.AddRow(MakeStateRow(Sample(), options, absl::UnixEpoch(), "", true));
  const std::string csv = table.RenderCsv();
  EXPECT_NE(csv.find("\notp,DAY,,2001-03-31,2001-04-01T00:00:00Z,0.8125,0.8,0.0125,ON_TARGET,"),
            std::string::npos)
      << csv;
}

}  // namespace
}  // namespace kpisuite
