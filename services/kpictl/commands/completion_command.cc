#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/document/definition_kinds.h"
#include "services/kpictl/commands/command.h"

namespace kpisuite {
namespace {

struct CompletionOptions {
  std::string shell;
};

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back(absl::StrCat("--", name));
  }
  return flags;
}

std::string KindNames() {
  std::vector<std::string> names;
  for (const DocumentKind& kind : DocumentKinds()) names.push_back(kind.collection);
  return absl::StrJoin(names, " ");
}

std::vector<std::string> SubcommandsOf(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* inner : command.get_subcommands({})) names.push_back(inner->get_name());
  return names;
}

// The flags of a command and of its subcommands.
std::vector<std::string> AllFlagsOf(const CLI::App& command) {
  std::vector<std::string> flags = FlagsOf(command);
  for (const CLI::App* inner : command.get_subcommands({})) {
    for (std::string& flag : FlagsOf(*inner)) {
      if (std::find(flags.begin(), flags.end(), flag) == flags.end()) flags.push_back(flag);
    }
  }
  return flags;
}

bool TakesKind(const std::string& command) {
  return command == "get" || command == "list" || command == "describe" || command == "delete";
}

// The commands of `app` with what may follow each of them.
std::string BashScript(const CLI::App& app) {
  std::vector<std::string> commands;
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
    const std::string inner = absl::StrJoin(SubcommandsOf(*command), " ");
    absl::StrAppend(&cases, "    ", command->get_name(), ") words=\"",
                    absl::StrJoin(AllFlagsOf(*command), " "), "\"",
                    TakesKind(command->get_name()) ? "; plain=\"$kinds\"" : "",
                    inner.empty() ? "" : absl::StrCat("; plain=\"", inner, "\""), " ;;\n");
  }
  return absl::StrCat(R"(# Completion of kpictl for bash: source <(kpictl completion bash)
_kpictl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local commands=")",
                      absl::StrJoin(commands, " "), "\"\n  local kinds=\"", KindNames(),
                      "\"\n  local shared=\"", absl::StrJoin(FlagsOf(app), " "), R"("
  local words="" plain="" command="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $commands " in *" $word "*) command=$word; break ;; esac
  done
  case $previous in
    -o|--output) COMPREPLY=($(compgen -W "table wide json jsonl yaml csv" -- "$current")); return ;;
    -f|--file) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $command in
    "") plain=$commands ;;
)",
                      cases, R"(  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words $shared" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$plain" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
complete -F _kpictl kpictl
)");
}

// Zsh runs the script of bash.
std::string ZshScript(const CLI::App& app) {
  return absl::StrCat(
      "#compdef kpictl\n# Completion of kpictl for zsh: ", "source <(kpictl completion zsh)\n",
      "autoload -U +X bashcompinit && bashcompinit\n", BashScript(app));
}

std::string FishText(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string FishScript(const CLI::App& app) {
  std::string script = "# Completion of kpictl for fish: kpictl completion fish | source\n";
  const auto add_flags = [&](const CLI::App& command, const std::string& condition) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        absl::StrAppend(&script, "complete -c kpictl", condition, " -l ", name, " -d ",
                        FishText(option->get_description()), "\n");
      }
    }
  };
  add_flags(app, "");
  absl::StrAppend(&script, "complete -c kpictl -s o -l output -x -a ",
                  "'table wide json jsonl yaml csv'\n");
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string& name = command->get_name();
    absl::StrAppend(&script, "complete -c kpictl -n __fish_use_subcommand -f -a ", name, " -d ",
                    FishText(command->get_description()), "\n");
    const std::string condition = absl::StrCat(" -n '__fish_seen_subcommand_from ", name, "'");
    add_flags(*command, condition);
    for (const CLI::App* inner : command->get_subcommands({})) add_flags(*inner, condition);
    if (const std::string inner = absl::StrJoin(SubcommandsOf(*command), " "); !inner.empty()) {
      absl::StrAppend(&script, "complete -c kpictl", condition, " -f -a '", inner, "'\n");
    }
    if (TakesKind(name)) {
      absl::StrAppend(&script, "complete -c kpictl", condition, " -f -a '", KindNames(), "'\n");
    }
  }
  return script;
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<CompletionOptions>();
  CLI::App& command = AddCommand(app, "completion", "Print a completion script for a shell",
                                 "source <(kpictl completion bash)");
  command.add_option("shell", options->shell, "bash, zsh or fish")->required();
  OnRun(command, context, options,
        [&app](const CompletionOptions& chosen, Context& run) -> absl::StatusOr<ExitCode> {
          if (chosen.shell == "bash") {
            run.output().stream() << BashScript(app);
          } else if (chosen.shell == "zsh") {
            run.output().stream() << ZshScript(app);
          } else if (chosen.shell == "fish") {
            run.output().stream() << FishScript(app);
          } else {
            return UsageError(
                absl::StrCat("shell: got \"", chosen.shell, "\", want bash, zsh or fish"));
          }
          return ExitCode::kOk;
        });
}

}  // namespace kpisuite
