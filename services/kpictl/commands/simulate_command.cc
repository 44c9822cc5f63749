#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_files.h"
#include "services/kpictl/commands/simulation_view.h"
#include "services/kpictl/commands/state_options.h"

namespace kpisuite {
namespace {

struct SimulateOptions {
  std::vector<std::string> files;
  StateKeyOptions key;
  std::string start;
  std::string end;
  std::string at_least;
};

// What is wrong with the drafts, with its place in the files. The paths of the server begin with
// `drafts`, those of files with `definitions`.
absl::Status PrintDraftViolations(const absl::Status& status, const DefinitionSet& definitions,
                                  Context& context) {
  v1::ApplyDefinitionsResponse response;
  const ErrorDetails details = GetErrorDetails(status);
  for (const FieldViolation& found : details.violations) {
    if (!absl::StartsWith(found.field, "drafts[")) continue;
    v1::Violation& violation = *response.add_violations();
    violation.set_field(absl::StrCat("definitions", found.field.substr(sizeof("drafts") - 1)));
    violation.set_description(found.description);
    violation.set_code(found.reason);
    violation.set_line(found.line);
    violation.set_column(found.column);
  }
  if (response.violations().empty()) return status;
  PrintViolations(response.violations(), "", definitions, context.err());
  return absl::InvalidArgumentError(absl::StrCat(
      response.violations_size(), response.violations_size() == 1 ? " violation" : " violations",
      "; nothing was simulated"));
}

absl::StatusOr<ExitCode> RunSimulate(const SimulateOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const DefinitionSet definitions,
                   ReadDefinitionFiles(options.files, context.options().workspace,
                                       context.streams().in, context.err()));
  v1::SimulateKpiRequest request;
  request.set_parent(context.parent());
  for (const v1::Definition& draft : definitions.definitions()) *request.add_drafts() = draft;
  if (!options.key.kpi.empty()) {
    ASSIGN_OR_RETURN(const v1::StateKey key, MakeStateKey(options.key, context));
    request.set_kpi(key.kpi());
  }
  request.set_window(options.key.window);
  request.set_slice(options.key.slice);
  request.set_start_period(options.start);
  request.set_end_period(options.end);
  request.set_at_least(options.at_least);
  v1::SimulateKpiResponse response;
  const absl::Status simulated =
      context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
        return context.clients().evaluation().SimulateKpi(&call, request, &response);
      });
  if (!simulated.ok()) return PrintDraftViolations(simulated, definitions, context);
  for (const std::string& warning : response.warnings()) {
    context.err() << "warning: " << warning << "\n";
  }
  const Table table = SimulationTable(response);
  if (context.output().is_for_people()) {
    context.output().WriteTable(table);
    context.output().stream() << "\n" << SimulationSummary(response);
  } else {
    context.output().WriteOne(response, "", table);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddSimulateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App& command = AddCommand(
      app, "simulate",
      "Show what drafts would have said: statuses, changes and flaps next to the live KPI",
      "kpictl simulate -f draft.yaml on-time-performance --window MONTH --start 2001-01");
  command
      .add_option("-f,--file", options->files, "file, directory or - for stdin; may be repeated")
      ->required()
      ->allow_extra_args(false);
  command.add_option("kpi", options->key.kpi, "name of the KPI [that of the drafts]");
  command.add_option("--window", options->key.window, "window [the first of the draft]");
  command.add_option("--slice", options->key.slice,
                     "slice, for instance origin=ORD, or destination=SFO;origin=ORD [the total]");
  command.add_option("--start", options->start, "id of the first period [the first with data]");
  command.add_option("--end", options->end, "id of the last period [the current one]");
  command.add_option("--at-least", options->at_least,
                     "wait until the samples of this position token are included");
  OnRun(command, context, options, RunSimulate);
}

}  // namespace kpisuite
