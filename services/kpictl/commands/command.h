// How commands are declared.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "services/kpictl/commands/context.h"

namespace kpisuite {

// Adds a command to `app`. `summary` is one line; `example` is shown below its help.
CLI::App& AddCommand(CLI::App& app, const std::string& name, const std::string& summary,
                     const std::string& example);

// Makes `run(options, context)` what happens when `command` is chosen. `options` are kept alive.
template <typename Options, typename Run>
void OnRun(CLI::App& command, Context& context, std::shared_ptr<Options> options, Run run) {
  command.callback([&context, options = std::move(options), run] {
    context.SetCommand([&context, options, run] { return run(*options, context); });
  });
}

// The commands; each adds one subcommand (or a few of one kind) to `app`, which keeps references
// to `context`.
void AddApplyCommand(CLI::App& app, Context& context);
void AddDiffCommand(CLI::App& app, Context& context);
void AddCheckCommand(CLI::App& app, Context& context);
void AddGetCommands(CLI::App& app, Context& context);
void AddDescribeCommand(CLI::App& app, Context& context);
void AddDeleteCommand(CLI::App& app, Context& context);
void AddTemplatesCommand(CLI::App& app, Context& context);
void AddWriteCommand(CLI::App& app, Context& context);
void AddImportCommand(CLI::App& app, Context& context);
void AddStatesCommand(CLI::App& app, Context& context);
void AddScorecardCommand(CLI::App& app, Context& context);
void AddFinalityCommands(CLI::App& app, Context& context);
void AddHistoryCommand(CLI::App& app, Context& context);
void AddDriversCommand(CLI::App& app, Context& context);
void AddSimulateCommand(CLI::App& app, Context& context);
void AddForecastCommand(CLI::App& app, Context& context);
void AddExplainCommand(CLI::App& app, Context& context);
void AddWatchCommand(CLI::App& app, Context& context);
void AddWaitCommand(CLI::App& app, Context& context);
void AddSchemaCommand(CLI::App& app, Context& context);
void AddProbeCommand(CLI::App& app, Context& context);
void AddMigrateCommand(CLI::App& app, Context& context);
void AddInfoCommands(CLI::App& app, Context& context);
void AddCompletionCommand(CLI::App& app, Context& context);

}  // namespace kpisuite
