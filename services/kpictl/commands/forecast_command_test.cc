#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/kpictl/commands/fake_services_for_test.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

class ForecastCommandTest : public testing::Test {
 protected:
  ForecastCommandTest() {
    v1::Forecast& forecast = suite_.evaluation.forecast;
    forecast.set_unit("%");
    forecast.set_window("MONTH");
    forecast.set_last_period("2001-08");
    forecast.set_history_periods(24);
    forecast.set_method("THETA");
    forecast.set_wape("0.043");
    for (const char* method : {"THETA", "SEASONAL_NAIVE"}) {
      forecast.add_candidates()->set_method(method);
    }
    forecast.mutable_candidates(0)->set_wape("0.043");
    v1::ForecastPoint& point = *forecast.add_points();
    point.mutable_period()->set_id("2001-09");
    point.set_value("0.8125");
    point.set_lo("0.79");
  }

  FakeSuite suite_;
};

TEST_F(ForecastCommandTest, ShowsMethodErrorAndInterval) {
  const RunResult result = suite_.Run({"forecast", "otp"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "PERIOD   FORECAST      LOW  HIGH\n"
            "2001-09   81.25 %  79.00 %     –\n"
            "\n"
            "THETA over 24 periods up to 2001-08; error in the back-test (WAPE): 4.3 %\n"
            "low to high held 80 % of those errors\n"
            "SEASONAL_NAIVE was off by unknown\n");
}

TEST_F(ForecastCommandTest, SaysWhyThereIsNone) {
  v1::Forecast& forecast = suite_.evaluation.forecast;
  forecast.clear_points();
  forecast.set_history_periods(5);
  forecast.set_nd_reason(v1::ND_REASON_NOT_READY);
  EXPECT_EQ(suite_.Run({"forecast", "otp"}).out,
            "no forecast (NOT_READY): 5 closed periods of MONTH can be used\n");
}

TEST_F(ForecastCommandTest, AsksForWhatTheFlagsSay) {
  const RunResult result =
      suite_.Run({"forecast", "otp", "--window", "MONTH", "--slice", "origin=ORD", "--periods", "6",
                  "--at-least", "token", "-o", "csv"});
  EXPECT_EQ(result.out, "period,forecast,low,high,method,wape\n2001-09,0.8125,0.79,,THETA,0.043\n");
  const v1::GetForecastRequest& request = suite_.evaluation.forecasts.at(0);
  EXPECT_EQ(request.key().kpi(), "workspaces/default/kpis/otp");
  EXPECT_EQ(request.key().window(), "MONTH");
  EXPECT_EQ(request.key().slice(), "origin=ORD");
  EXPECT_EQ(request.periods(), 6);
  EXPECT_EQ(request.at_least(), "token");
}

}  // namespace
}  // namespace kpisuite
