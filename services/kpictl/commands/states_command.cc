#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/state_options.h"
#include "services/kpictl/commands/state_query.h"
#include "services/kpictl/view/state_table.h"

namespace kpisuite {
namespace {

struct StatesOptions {
  StateFilterOptions filter;
  std::string period;
  std::string at_least;
};

absl::StatusOr<ExitCode> RunStates(const StatesOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const std::vector<v1::KpiState> states,
                   ListStates(options.filter, options.period, options.at_least, context));
  const StateTableOptions layout;
  Table table = MakeStateTable(layout);
  for (const v1::KpiState& state : states) {
    table.AddRow(MakeStateRow(state, layout, context.clock().Now(), "", false));
    if (state.freshness().stale()) {
      context.err() << "warning: " << IdOf(state.kpi())
                    << " may be out of date: " << state.freshness().stale_reason() << "\n";
    }
  }
  context.output().WriteList(Pointers(states), table);
  return ExitCode::kOk;
}

struct WaitOptions {
  std::string token;
};

absl::StatusOr<ExitCode> RunWait(const WaitOptions& options, Context& context) {
  v1::ListStatesRequest request;
  request.set_parent(context.parent());
  request.set_at_least(options.token);
  request.set_page_size(1);
  v1::ListStatesResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().ListStates(&call, request, &response);
  }));
  context.err() << "the states include the position\n";
  return ExitCode::kOk;
}

}  // namespace

void AddStatesCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<StatesOptions>();
  CLI::App& command =
      AddCommand(app, "states", "List how KPIs stand, by KPI, window and slice",
                 "kpictl states on-time-performance --window MONTH --grouping origin -o csv");
  AddStateFilterOptions(command, options->filter);
  command.add_option("--period", options->period,
                     "CURRENT, LATEST_CLOSED or LATEST_WITH_DATA [LATEST_WITH_DATA]");
  command.add_option("--at-least", options->at_least,
                     "wait until the states include this position token");
  OnRun(command, context, options, RunStates);
}

void AddWaitCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<WaitOptions>();
  CLI::App& command =
      AddCommand(app, "wait", "Wait until the states include what a write or apply returned",
                 "kpictl wait \"$(kpictl import flights.csv ... -o json | jq -r .positionToken)\"");
  command.add_option("token", options->token, "position token")->required();
  OnRun(command, context, options, RunWait);
}

}  // namespace kpisuite
