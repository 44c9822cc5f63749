#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/kpictl/commands/fake_services_for_test.h"
#include "services/kpictl/commands/state_query.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

v1::KpiState State(const std::string& kpi, const std::string& window, const std::string& value,
                   v1::Status status) {
  v1::KpiState state;
  state.set_kpi("workspaces/default/kpis/" + kpi);
  state.set_display_name("The " + kpi);
  state.set_window(window);
  state.mutable_period()->set_id("2001-08");
  state.set_value(value);
  state.set_unit("%");
  state.set_display_decimals(1);
  state.set_status(status);
  state.set_direction(v1::DIRECTION_HIGHER);
  state.mutable_target()->set_value("0.8");
  state.mutable_last_event_time()->set_seconds(999'996'400);
  return state;
}

class StateCommandsTest : public testing::Test {
 protected:
  StateCommandsTest() {
    suite_.evaluation.states = {State("otp", "MONTH", "0.81", v1::STATUS_ON_TARGET),
                                State("otp", "DAY", "0.7", v1::STATUS_OFF_TARGET),
                                State("p90", "MONTH", "0.5", v1::STATUS_WARNING)};
    suite_.evaluation.states[2].set_objective("workspaces/default/objectives/run");
  }

  FakeSuite suite_;
};

TEST_F(StateCommandsTest, StatesReadsEveryPage) {
  const RunResult result = suite_.Run({"states"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "KPI  WINDOW  SLICE  PERIOD   AGE   VALUE  TARGET  VARIANCE  STATUS        FLAGS\n"
            "otp  MONTH   total  2001-08  1 h  81.0 %  80.0 %         –  ● ON_TARGET\n"
            "otp  DAY     total  2001-08  1 h  70.0 %  80.0 %         –  ✖ OFF_TARGET\n"
            "p90  MONTH   total  2001-08  1 h  50.0 %  80.0 %         –  ▲ WARNING\n");
  EXPECT_EQ(suite_.evaluation.listed.size(), 3u);
}

TEST_F(StateCommandsTest, StatesPrintsOneJsonObjectALine) {
  const RunResult result = suite_.Run({"states", "-o", "jsonl"});
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 3);
  EXPECT_THAT(result.out, StartsWith("{\"kpi\":\"workspaces/default/kpis/otp\","));
}

TEST_F(StateCommandsTest, FlagsBecomeAFilter) {
  suite_.Run({"states", "otp", "--window", "MONTH", "--slice", "origin=\"X\"", "--status",
              "OFF_TARGET", "--filter", "labels.team = ops", "--period", "LATEST_CLOSED",
              "--at-least", "token"});
  const v1::ListStatesRequest& request = suite_.evaluation.listed.at(0);
  EXPECT_EQ(request.filter(),
            "kpi = otp AND labels.team = ops AND status = OFF_TARGET AND window = \"MONTH\" AND "
            "slice = \"origin=\\\"X\\\"\"");
  EXPECT_EQ(request.period(), "LATEST_CLOSED");
  EXPECT_EQ(request.at_least(), "token");
  EXPECT_EQ(suite_.Run({"states", "--status", "GREEN"}).code, 2);
  EXPECT_EQ(suite_.Run({"states", "metrics/x"}).code, 2);
}

TEST_F(StateCommandsTest, ANamedKpiWithoutAStateIsNotFound) {
  suite_.evaluation.states.clear();
  EXPECT_EQ(suite_.Run({"states", "nope"}).code, 3);
  EXPECT_EQ(suite_.Run({"states"}).code, 0);
}

TEST_F(StateCommandsTest, OldStatesAreMarked) {
  suite_.evaluation.states[0].mutable_freshness()->set_stale(true);
  suite_.evaluation.states[0].mutable_freshness()->set_stale_reason("redis is gone");
  EXPECT_THAT(suite_.Run({"states"}).err, HasSubstr("otp may be out of date: redis is gone"));
}

TEST_F(StateCommandsTest, ScorecardGroupsByObjective) {
  v1::Definition objective;
  objective.set_name("workspaces/default/objectives/run");
  objective.set_display_name("Run on time");
  suite_.definition.definitions[objective.name()] = objective;
  EXPECT_EQ(suite_.Run({"scorecard"}).out,
            "KPI      WINDOW  SLICE  PERIOD   AGE   VALUE  TARGET  VARIANCE  STATUS        FLAGS\n"
            "Run on time\n"
            "The p90  MONTH   total  2001-08  1 h  50.0 %  80.0 %         –  ▲ WARNING\n"
            "(no objective)\n"
            "The otp  MONTH   total  2001-08  1 h  81.0 %  80.0 %         –  ● ON_TARGET\n"
            "         DAY     total  2001-08  1 h  70.0 %  80.0 %         –  ✖ OFF_TARGET\n");
  EXPECT_TRUE(suite_.evaluation.histories.empty()) << "no sparklines without a terminal";
}

TEST_F(StateCommandsTest, ScorecardHasColoursAndTrendsOnATerminal) {
  v1::HistoryEntry entry;
  *entry.mutable_state() = suite_.evaluation.states[0];
  suite_.evaluation.history = {entry, entry};
  suite_.evaluation.history[1].mutable_state()->mutable_period()->set_id("2001-09");
  suite_.evaluation.history[1].mutable_state()->set_value("0.9");
  const RunResult result = suite_.Run({"scorecard", "--color", "always"});
  EXPECT_THAT(result.out, HasSubstr("\x1b[32m● ON_TARGET\x1b[0m"));
  EXPECT_THAT(result.out, HasSubstr("▁█"));
  EXPECT_EQ(suite_.evaluation.histories.at(0).start_period(), "2000-09");
}

TEST_F(StateCommandsTest, HistoryReadsWhatIsAskedFor) {
  v1::HistoryEntry entry;
  *entry.mutable_state() = suite_.evaluation.states[0];
  suite_.evaluation.history = {entry};
  const RunResult result = suite_.Run({"history", "otp", "--from", "2001-01", "--to", "2001-08",
                                       "--window", "MONTH", "--as-of", "2001-09-01T00:00:00Z"});
  EXPECT_EQ(result.out,
            "PERIOD    VALUE  TARGET  VARIANCE  STATUS       FLAGS\n"
            "2001-08  81.0 %  80.0 %         –  ● ON_TARGET\n");
  const v1::GetHistoryRequest& request = suite_.evaluation.histories.at(0);
  EXPECT_EQ(request.kpi(), "workspaces/default/kpis/otp");
  EXPECT_EQ(request.start_period(), "2001-01");
  EXPECT_EQ(request.view(), v1::HISTORY_VIEW_AS_OF);
  EXPECT_EQ(request.as_of().seconds(), 999302400);
  EXPECT_EQ(suite_.Run({"history", "otp", "--view", "some"}).code, 2);
  EXPECT_EQ(suite_.Run({"history", "otp", "--as-of", "then"}).code, 2);
  EXPECT_EQ(suite_.Run({"history"}).code, 2);
}

TEST_F(StateCommandsTest, HistoryTellsWhatARestatementReplaced) {
  v1::HistoryEntry entry;
  *entry.mutable_state() = suite_.evaluation.states[0];
  entry.set_cause(v1::HISTORY_CAUSE_RESTATED);
  entry.mutable_state()->mutable_restatement()->set_old_value("0.805");
  entry.mutable_state()->mutable_restatement()->set_minor(true);
  suite_.evaluation.history = {entry};
  const RunResult result = suite_.Run({"history", "otp", "--view", "all", "-o", "wide"});
  EXPECT_THAT(result.out, HasSubstr("RESTATED (minor)"));
  EXPECT_THAT(result.out, HasSubstr("80.5 %"));
}

TEST_F(StateCommandsTest, ExplainShowsTheWhole) {
  v1::Explanation& explanation = suite_.evaluation.explanation;
  *explanation.mutable_state() = suite_.evaluation.states[0];
  explanation.set_formula("onTime / flights");
  explanation.set_time_zone("America/Chicago");
  explanation.set_band_text("ON_TARGET begins at 0 %");
  v1::ExplainedInput& input = *explanation.add_inputs();
  input.set_alias("onTime");
  input.set_source("workspaces/default/metrics/delay");
  input.set_aggregation(v1::AGGREGATION_COUNT);
  input.set_where("value <= 15");
  input.set_value("81");
  input.set_row_count(100);
  const RunResult result =
      suite_.Run({"explain", "otp", "--slice", "origin=ORD", "--period", "2001-08"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("The otp (otp)\nMONTH 2001-08, total, America/Chicago\n"));
  EXPECT_THAT(result.out, HasSubstr("Status      ● ON_TARGET\nValue       81.0 %  exactly 0.81\n"));
  EXPECT_THAT(result.out, HasSubstr("Formula     onTime / flights\n"));
  EXPECT_THAT(result.out, HasSubstr("  onTime  delay   COUNT        value <= 15     81"));
  EXPECT_EQ(suite_.evaluation.explained.at(0).key().slice(), "origin=ORD");
  EXPECT_THAT(suite_.Run({"explain", "otp", "-o", "json"}).out, HasSubstr("\"formula\""));
}

TEST_F(StateCommandsTest, DriversShowsWhatMovedTheValue) {
  v1::ChangeExplanation& change = suite_.evaluation.change;
  *change.mutable_before() = suite_.evaluation.states[0];
  *change.mutable_after() = suite_.evaluation.states[0];
  change.mutable_before()->mutable_period()->set_id("2001-07");
  change.mutable_before()->set_value("0.8");
  change.set_method(v1::CHANGE_METHOD_MIX_RATE);
  change.set_dimension("origin");
  change.set_change("0.01");
  v1::ChangeDriver& driver = *change.add_drivers();
  driver.set_name("ORD");
  driver.set_before("0.75");
  driver.set_after("0.78");
  driver.set_contribution("0.012");
  driver.set_rate("0.015");
  driver.set_mix("-0.003");
  driver.set_share_of_net("1.2");
  driver.set_share_of_gross("0.6");
  v1::ChangeDriver& gone = *change.add_drivers();
  gone.set_name("DFW");
  gone.set_nd_reason(v1::ND_REASON_DIV0);
  change.add_warnings("concentration: ORD holds more than half of the movement");
  const RunResult result =
      suite_.Run({"drivers", "otp", "--period", "2001-08", "--from", "2001-07", "--by", "origin"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("MONTH 2001-07 to 2001-08, total\n"));
  EXPECT_THAT(result.out, HasSubstr("80.0 % to 81.0 %: +1.0 pp, by origin (MIX_RATE)\n"));
  EXPECT_THAT(result.out, HasSubstr("+1.2 pp  +1.5 pp  -0.3 pp  120.0 %    60.0 %\n"));
  EXPECT_THAT(result.out, HasSubstr("no value (DIV0)"));
  EXPECT_THAT(result.out, HasSubstr("! concentration: ORD"));
  EXPECT_EQ(suite_.evaluation.changes_explained.at(0).base_period(), "2001-07");
  EXPECT_EQ(suite_.evaluation.changes_explained.at(0).dimension(), "origin");
  EXPECT_THAT(suite_.Run({"drivers", "otp", "-o", "csv"}).out,
              HasSubstr("ORD,0.75,0.78,0.012,0.015,-0.003,1.2,0.6\n"));
}

TEST_F(StateCommandsTest, AnUnknownKpiIsExitCodeThree) {
  suite_.evaluation.failure =
      ToGrpcStatus(MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "there is no such KPI"));
  EXPECT_EQ(suite_.Run({"explain", "nope"}).code, 3);
  EXPECT_EQ(suite_.Run({"history", "nope"}).code, 3);
}

TEST_F(StateCommandsTest, WatchResumesAfterABreak) {
  suite_.evaluation.break_watch_after = 2;
  const RunResult result = suite_.Run({"watch", "--once", "-o", "jsonl"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 3) << "none twice, none lost";
  ASSERT_EQ(suite_.evaluation.watched.size(), 2u);
  EXPECT_EQ(suite_.evaluation.watched[1].resume_token(), "2");
  EXPECT_THAT(result.err, HasSubstr("connection ended: shutting down; resuming"));
}

TEST_F(StateCommandsTest, WatchEndsAfterACount) {
  EXPECT_EQ(suite_.Run({"watch", "-n", "1"}).out,
            "01:46:40  otp                           MONTH    total           2001-08     81.0 % "
            "         ● ON_TARGET\n");
  EXPECT_EQ(suite_.Run({"watch", "-n", "0"}).code, 2);
  EXPECT_EQ(suite_.Run({"watch", "a", "b"}).code, 2);
}

TEST_F(StateCommandsTest, WaitPassesTheTokenOn) {
  EXPECT_EQ(suite_.Run({"wait", "abc"}).code, 0);
  EXPECT_EQ(suite_.evaluation.listed.at(0).at_least(), "abc");
  suite_.evaluation.failure = ToGrpcStatus(
      MakeError(absl::StatusCode::kDeadlineExceeded, "POSITION_TIMEOUT", "not reached"));
  EXPECT_EQ(suite_.Run({"wait", "abc"}).code, 7);
}

TEST(PeriodBefore, CountsPeriodsNotDays) {
  EXPECT_EQ(PeriodBefore("2001-08", 11), "2000-09");
  EXPECT_EQ(PeriodBefore("2021-W01", 1), "2020-W53");
  EXPECT_EQ(PeriodBefore("fy04:2025-P03", 1), "");
}

}  // namespace
}  // namespace kpisuite
