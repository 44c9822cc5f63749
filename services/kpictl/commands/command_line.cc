#include "services/kpictl/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/document/suggestion.h"
#include "services/kpictl/commands/command.h"

namespace kpisuite {
namespace {

constexpr char kDescription[] =
    "Defines KPIs, records what they measure and shows how they stand.\n"
    "Data goes to stdout, everything else to stderr.\n"
    "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 not authorised, 5 conflict,\n"
    "6 invalid input, 7 unavailable.";

void AddSharedOptions(CLI::App& app, SharedOptions& options) {
  const auto add = [&](const std::string& flags, std::string& value, const std::string& variable,
                       const std::string& help) {
    app.add_option(flags, value, help)->envname(variable)->group("Shared options");
  };
  const auto shown = [](const std::string& help, const std::string& value) {
    return absl::StrCat(help, " [", value, "]");
  };
  add("--server", options.server, "KPI_SERVER",
      "host:port of those of the three below that are not given");
  add("--definition", options.endpoints.definition, "KPI_DEFINITION",
      shown("host:port of the definition service", options.endpoints.definition));
  add("--measurement", options.endpoints.measurement, "KPI_MEASUREMENT",
      shown("host:port of the measurement service", options.endpoints.measurement));
  add("--evaluation", options.endpoints.evaluation, "KPI_EVALUATION",
      shown("host:port of the evaluation service", options.endpoints.evaluation));
  add("-w,--workspace", options.workspace, "KPI_WORKSPACE",
      shown("workspace to work in", options.workspace));
  add("--timeout", options.timeout, "KPI_TIMEOUT",
      shown("longest wait for one call", options.timeout));
  add("-o,--output", options.output, "KPI_OUTPUT",
      shown("table, wide, json, jsonl, yaml or csv", options.output));
  add("--color", options.color, "KPI_COLOR",
      shown("auto, always or never; NO_COLOR is respected", options.color));
}

// What a flag says wins over what a variable says, then the address of one service over that of
// all.
void ChooseEndpoints(const CLI::App& app, SharedOptions& options) {
  if (options.server.empty()) return;
  const std::vector<CLI::Option*>& typed = app.parse_order();
  const auto is_flag = [&](const CLI::Option* option) {
    return std::find(typed.begin(), typed.end(), option) != typed.end();
  };
  const bool server_is_flag = is_flag(app.get_option("--server"));
  Endpoints& endpoints = options.endpoints;
  for (const auto& [name, address] : {std::pair("--definition", &endpoints.definition),
                                      std::pair("--measurement", &endpoints.measurement),
                                      std::pair("--evaluation", &endpoints.evaluation)}) {
    const CLI::Option* option = app.get_option(name);
    if (option->count() == 0 || (server_is_flag && !is_flag(option))) *address = options.server;
  }
}

void AddCommands(CLI::App& app, Context& context) {
  AddApplyCommand(app, context);
  AddDiffCommand(app, context);
  AddCheckCommand(app, context);
  AddGetCommands(app, context);
  AddDescribeCommand(app, context);
  AddDeleteCommand(app, context);
  AddTemplatesCommand(app, context);
  AddWriteCommand(app, context);
  AddImportCommand(app, context);
  AddScorecardCommand(app, context);
  AddStatesCommand(app, context);
  AddHistoryCommand(app, context);
  AddFinalityCommands(app, context);
  AddExplainCommand(app, context);
  AddDriversCommand(app, context);
  AddForecastCommand(app, context);
  AddSimulateCommand(app, context);
  AddWatchCommand(app, context);
  AddWaitCommand(app, context);
  AddSchemaCommand(app, context);
  AddProbeCommand(app, context);
  AddMigrateCommand(app, context);
  AddInfoCommands(app, context);
  AddCompletionCommand(app, context);
}

// Every name a word on this command line could have meant.
std::vector<std::string> KnownFlags(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  return names;
}

const CLI::App& ChosenCommand(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? app : ChosenCommand(*chosen.front());
}

std::string UnexpectedArgument(const CLI::App& app) {
  const CLI::App& command = ChosenCommand(app);
  for (const std::string& word : app.remaining(true)) {
    if (absl::StartsWith(word, "-")) {
      std::vector<std::string> flags = KnownFlags(command);
      const std::vector<std::string> shared = KnownFlags(app);
      flags.insert(flags.end(), shared.begin(), shared.end());
      const std::string name = std::vector<std::string>(absl::StrSplit(word, '='))[0];
      return absl::StrCat("unknown flag ", name, DidYouMean(name, flags));
    }
    if (&command == &app) {
      std::vector<std::string> names;
      for (const CLI::App* candidate : app.get_subcommands({})) {
        names.push_back(candidate->get_name());
      }
      return absl::StrCat("unknown command \"", word, "\"", DidYouMean(word, names));
    }
    return absl::StrCat("unexpected argument \"", word, "\"");
  }
  return "";
}

// How a command is called: `kpictl templates list`.
std::string PathOf(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? "kpictl" : absl::StrCat(PathOf(*parent), " ", command.get_name());
}

// Tells what is wrong with a command line; 0 when help was asked for.
int ReportParseError(const CLI::App& app, const CLI::Error& error, const Streams& streams) {
  if (error.get_exit_code() == 0) {
    streams.out << app.help();
    return static_cast<int>(ExitCode::kOk);
  }
  const std::string unexpected = UnexpectedArgument(app);
  const CLI::App& command = ChosenCommand(app);
  const std::string help = absl::StrCat(PathOf(command), " --help");
  streams.err << "kpictl: " << (unexpected.empty() ? error.what() : unexpected) << "\n"
              << "Run '" << help << "' for the flags and an example.\n";
  return static_cast<int>(ExitCode::kUsage);
}

int ReportFailure(const absl::Status& status, const Streams& streams) {
  streams.err << "kpictl: " << status.message() << "\n";
  const ErrorDetails details = GetErrorDetails(status);
  // The message names the first violation.
  for (size_t i = 1; i < details.violations.size(); ++i) {
    const FieldViolation& violation = details.violations[i];
    streams.err << "  " << violation.field << ": " << violation.description << "\n";
  }
  if (details.retry_after.has_value()) {
    streams.err << "  try again in " << absl::FormatDuration(*details.retry_after) << "\n";
  }
  return static_cast<int>(IsUsageError(status) ? ExitCode::kUsage : ExitCodeFor(status));
}

}  // namespace

CLI::App& AddCommand(CLI::App& app, const std::string& name, const std::string& summary,
                     const std::string& example) {
  CLI::App* command = app.add_subcommand(name, summary);
  command->footer(absl::StrCat("Example:\n  ", example,
                               "\n\nkpictl --help lists the options that all commands share."));
  return *command;
}

int RunKpictl(std::vector<std::string> arguments, const Streams& streams, const Clock& clock,
              const ChannelFactory& make_channel) {
  Context context(streams, clock, make_channel);
  CLI::App app(kDescription, "kpictl");
  app.fallthrough();
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer("Example:\n  kpictl apply -f kpis.yaml && kpictl scorecard");
  AddSharedOptions(app, context.options());
  AddCommands(app, context);
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::Error& error) {
    return ReportParseError(app, error, streams);
  }
  ChooseEndpoints(app, context.options());
  if (const absl::Status status = context.Prepare(); !status.ok()) {
    return ReportFailure(status, streams);
  }
  const absl::StatusOr<ExitCode> code = context.command()();
  streams.out.flush();
  return code.ok() ? static_cast<int>(*code) : ReportFailure(code.status(), streams);
}

}  // namespace kpisuite
