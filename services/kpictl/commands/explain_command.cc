#include <memory>
#include <string>

#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/explanation_view.h"
#include "services/kpictl/commands/state_options.h"

namespace kpisuite {
namespace {

struct ExplainOptions {
  StateKeyOptions key;
  std::string at_least;
};

absl::StatusOr<ExitCode> RunExplain(const ExplainOptions& options, Context& context) {
  v1::ExplainStateRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), MakeStateKey(options.key, context));
  request.set_at_least(options.at_least);
  v1::Explanation explanation;
  RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
    return context.clients().evaluation().ExplainState(&call, request, &explanation);
  }));
  const std::string text =
      ExplanationText(explanation, context.clock().Now(), context.output().terminal().colored);
  context.output().WriteOne(explanation, text, InputTable(explanation));
  return ExitCode::kOk;
}

}  // namespace

void AddExplainCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App& command = AddCommand(
      app, "explain", "Show why a KPI has its value and status: inputs, target, bands, data",
      "kpictl explain on-time-performance --window DAY --period 2001-02-14 --slice origin=ORD");
  AddStateKeyOptions(command, options->key, true);
  command.add_option("--at-least", options->at_least,
                     "wait until the state includes this position token");
  OnRun(command, context, options, RunExplain);
}

}  // namespace kpisuite
