#include <memory>
#include <string>

#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/drivers_view.h"
#include "services/kpictl/commands/state_options.h"

namespace kpisuite {
namespace {

struct DriversOptions {
  StateKeyOptions key;
  std::string from;
  std::string by;
  std::string at_least;
};

absl::StatusOr<ExitCode> RunDrivers(const DriversOptions& options, Context& context) {
  v1::ExplainChangeRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), MakeStateKey(options.key, context));
  request.set_base_period(options.from);
  request.set_dimension(options.by);
  request.set_at_least(options.at_least);
  v1::ChangeExplanation change;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().ExplainChange(&call, request, &change);
  }));
  const std::string text = ChangeText(change, context.output().terminal().colored);
  context.output().WriteOne(change, text, DriverTable(change));
  return ExitCode::kOk;
}

}  // namespace

void AddDriversCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DriversOptions>();
  CLI::App& command = AddCommand(
      app, "drivers", "Show what drove a change: members of a dimension, or inputs of the formula",
      "kpictl drivers on-time-performance --window MONTH --period 2001-03 --by origin");
  AddStateKeyOptions(command, options->key, true);
  command.add_option("--from", options->from,
                     "the period the change is told from; default: the one before");
  command.add_option("--by", options->by, "dimension whose members are the drivers");
  command.add_option("--at-least", options->at_least,
                     "wait until both states include this position token");
  OnRun(command, context, options, RunDrivers);
}

}  // namespace kpisuite
