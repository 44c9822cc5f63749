#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/state_options.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

// The unit of a figure is known, its display decimals are not: enough for what an estimate is.
constexpr int kPlaces = 2;

struct ForecastOptions {
  StateKeyOptions key;
  int periods = 3;
  std::string at_least;
};

Cell Figure(const std::string& decimal, const std::string& unit) {
  if (decimal.empty()) return {"–", Style::kPlain, ""};
  return {AmountText(decimal, unit, kPlaces), Style::kPlain, decimal};
}

Table ForecastTable(const v1::Forecast& forecast) {
  Table table({{"PERIOD"},
               {"FORECAST", true},
               {"LOW", true},
               {"HIGH", true},
               {"METHOD", false, Column::Shown::kCsvOnly},
               {"WAPE", true, Column::Shown::kCsvOnly}});
  for (const v1::ForecastPoint& point : forecast.points()) {
    table.AddRow({{point.period().id()},
                  Figure(point.value(), forecast.unit()),
                  Figure(point.lo(), forecast.unit()),
                  Figure(point.hi(), forecast.unit()),
                  {forecast.method()},
                  {forecast.wape()}});
  }
  return table;
}

std::string ErrorText(const std::string& wape) {
  return wape.empty() ? "unknown" : AmountText(wape, "%", 1);
}

// How it was made and how far it was off in the past.
std::string MethodText(const v1::Forecast& forecast) {
  std::string text = absl::StrCat("\n", forecast.method(), " over ", forecast.history_periods(),
                                  " periods up to ", forecast.last_period(),
                                  "; error in the back-test (WAPE): ", ErrorText(forecast.wape()),
                                  "\nlow to high held 80 % of those errors\n");
  for (const v1::ForecastCandidate& candidate : forecast.candidates()) {
    if (candidate.method() == forecast.method()) continue;
    absl::StrAppend(&text, candidate.method(), " was off by ", ErrorText(candidate.wape()), "\n");
  }
  return text;
}

std::string ForecastText(const v1::Forecast& forecast, bool colored) {
  if (forecast.nd_reason() != v1::ND_REASON_UNSPECIFIED) {
    return absl::StrCat("no forecast (",
                        absl::StripPrefix(v1::NdReason_Name(forecast.nd_reason()), "ND_REASON_"),
                        "): ", forecast.history_periods(), " closed periods of ", forecast.window(),
                        " can be used\n");
  }
  return absl::StrCat(ForecastTable(forecast).Render({.colored = colored}), MethodText(forecast));
}

absl::StatusOr<ExitCode> RunForecast(const ForecastOptions& options, Context& context) {
  v1::GetForecastRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), MakeStateKey(options.key, context));
  request.set_periods(options.periods);
  request.set_at_least(options.at_least);
  v1::Forecast forecast;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().GetForecast(&call, request, &forecast);
  }));
  const std::string text = ForecastText(forecast, context.output().terminal().colored);
  context.output().WriteOne(forecast, text, ForecastTable(forecast));
  return ExitCode::kOk;
}

}  // namespace

void AddForecastCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ForecastOptions>();
  CLI::App& command =
      AddCommand(app, "forecast", "Forecast the next periods, with the error of the past",
                 "kpictl forecast flights-per-day --window MONTH --periods 6");
  AddStateKeyOptions(command, options->key, false);
  command.add_option("--periods", options->periods, "how many periods, 1 to 36 [3]");
  command.add_option("--at-least", options->at_least,
                     "wait until the series includes this position token");
  OnRun(command, context, options, RunForecast);
}

}  // namespace kpisuite
