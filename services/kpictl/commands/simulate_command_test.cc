#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/kpictl/commands/fake_services_for_test.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kDraft[] =
    "apiVersion: kpisuite/v1\n"
    "kind: Kpi\n"
    "metadata: {name: otp}\n"
    "spec: {formula: late / all}\n";

v1::SimulatedPeriod Simulated(const std::string& period, const std::string& value,
                              v1::Status status) {
  v1::SimulatedPeriod simulated;
  v1::KpiState& draft = *simulated.mutable_draft();
  draft.mutable_period()->set_id(period);
  draft.mutable_period()->set_life(v1::PERIOD_LIFE_CLOSED);
  draft.set_value(value);
  draft.set_unit("%");
  draft.set_display_decimals(1);
  draft.set_status(status);
  return simulated;
}

class SimulateCommandTest : public testing::Test {
 protected:
  SimulateCommandTest() : file_("draft.yaml", kDraft) {
    v1::SimulateKpiResponse& response = suite_.evaluation.simulation;
    *response.add_periods() = Simulated("2001-07", "0.81", v1::STATUS_ON_TARGET);
    *response.add_periods() = Simulated("2001-08", "0.7", v1::STATUS_WARNING);
    response.set_changes(1);
    response.set_live_changes(2);
    response.set_live_flaps(1);
    response.set_different(1);
    for (v1::SimulatedPeriod& period : *response.mutable_periods()) {
      period.set_live_value("0.81");
      period.set_live_status(v1::STATUS_ON_TARGET);
    }
    response.mutable_periods(1)->set_different(true);
    response.add_warnings("drafts[0].description: got nothing, want a sentence");
  }

  RunResult Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "-f", file_.path()});
    return suite_.Run(std::move(arguments));
  }

  FakeSuite suite_;
  TemporaryFile file_;
};

TEST_F(SimulateCommandTest, ShowsDraftAndLiveNextToEachOther) {
  const RunResult result = Run({});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "PERIOD    DRAFT  DRAFT STATUS    LIVE  LIVE STATUS  DIFFERENT  FLAGS\n"
            "2001-07  81.0 %  ● ON_TARGET   81.0 %  ● ON_TARGET\n"
            "2001-08  70.0 %  ▲ WARNING     81.0 %  ● ON_TARGET  !\n"
            "\n"
            "2 periods, draft: 1 change of status, 0 flaps\n"
            "1 differs from the live KPI, which has 2 changes of status, 1 flap\n");
  EXPECT_THAT(result.err, HasSubstr("warning: drafts[0].description"));
}

TEST_F(SimulateCommandTest, AKpiThatIsNewHasNothingToCompareWith) {
  for (v1::SimulatedPeriod& period : *suite_.evaluation.simulation.mutable_periods()) {
    period.clear_live_value();
    period.clear_live_status();
    period.clear_different();
  }
  const RunResult result = Run({});
  EXPECT_THAT(result.out, HasSubstr("2001-08  70.0 %  ▲ WARNING        –  –\n"));
  EXPECT_THAT(result.out, HasSubstr("nothing live to compare with"));
}

TEST_F(SimulateCommandTest, AsksForWhatTheFlagsSay) {
  const RunResult result = Run({"otp", "--window", "MONTH", "--slice", "origin=ORD", "--start",
                                "2001-01", "--end", "2001-08", "--at-least", "token"});
  ASSERT_EQ(result.code, 0) << result.err;
  const v1::SimulateKpiRequest& request = suite_.evaluation.simulated.at(0);
  EXPECT_EQ(request.parent(), "workspaces/default");
  EXPECT_EQ(request.drafts(0).name(), "workspaces/default/kpis/otp");
  EXPECT_EQ(request.kpi(), "workspaces/default/kpis/otp");
  EXPECT_EQ(request.window(), "MONTH");
  EXPECT_EQ(request.slice(), "origin=ORD");
  EXPECT_EQ(request.start_period(), "2001-01");
  EXPECT_EQ(request.end_period(), "2001-08");
  EXPECT_EQ(request.at_least(), "token");
}

TEST_F(SimulateCommandTest, EveryFormatHasTheWholeAnswer) {
  EXPECT_THAT(Run({"-o", "json"}).out, HasSubstr("\"liveChanges\": 2"));
  EXPECT_THAT(Run({"-o", "csv"}).out,
              HasSubstr("2001-08,0.7,,WARNING,0.81,ON_TARGET,true,CLOSED,\n"));
  EXPECT_THAT(Run({"-o", "yaml"}).out, HasSubstr("different: 1"));
}

TEST_F(SimulateCommandTest, WhatIsWrongWithADraftHasItsPlaceInTheFile) {
  suite_.evaluation.failure = ToGrpcStatus(InvalidFields(
      {{"drafts[0].kpi.formula", "got late, want a declared input", "UNDECLARED_IDENTIFIER"}}));
  const RunResult result = Run({});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("draft.yaml:4:"));
  EXPECT_THAT(result.err, HasSubstr("got late, want a declared input [UNDECLARED_IDENTIFIER]"));
  EXPECT_THAT(result.err, HasSubstr("1 violation; nothing was simulated"));
}

}  // namespace
}  // namespace kpisuite
