#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/change_view.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_files.h"

namespace kpisuite {
namespace {

struct ApplyOptions {
  std::vector<std::string> files;
  std::string owned_set;
  bool prune = false;
  bool yes = false;
  bool dry_run = false;
  std::string reason;
};

// Asks on the terminal; without one, --yes is needed.
absl::Status ConfirmDeletions(int deletions, const ApplyOptions& options, Context& context) {
  if (deletions == 0 || options.yes) return absl::OkStatus();
  const std::string question =
      absl::StrCat("delete ", deletions, deletions == 1 ? " definition" : " definitions");
  if (!context.streams().in_is_terminal) {
    return UsageError(absl::StrCat("this would ", question, "; repeat with --yes to do it"));
  }
  context.err() << question << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(context.streams().in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return absl::OkStatus();
  return absl::CancelledError("nothing was applied");
}

absl::StatusOr<ExitCode> RunApply(const ApplyOptions& options, Context& context) {
  if (options.prune && options.owned_set.empty()) return UsageError("--prune needs --owned-set");
  ASSIGN_OR_RETURN(const DefinitionSet definitions,
                   ReadDefinitionFiles(options.files, context.options().workspace,
                                       context.streams().in, context.err()));
  v1::ApplyDefinitionsRequest request = ApplyRequest(definitions, context);
  request.set_reason(options.reason);
  request.set_owned_set(options.owned_set);
  request.set_prune(options.prune);
  ASSIGN_OR_RETURN(v1::ApplyDefinitionsResponse response, Validate(request, definitions, context));
  PrintChanges(response, /*whole=*/false, context.err_is_colored(), context.err());
  if (!options.dry_run) {
    RETURN_IF_ERROR(ConfirmDeletions(CountDeletions(response), options, context));
    request.set_request_id(NewRequestId());
    RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
      return context.clients().definition().ApplyDefinitions(&call, request, &response);
    }));
  }
  const int changed = CountChanges(response);
  context.err() << (options.dry_run ? "would change " : "changed ") << changed << " of "
                << response.changes_size() << " definitions\n";
  if (context.output().is_for_people()) {
    context.output().WriteTable(ChangeTable(response));
  } else {
    context.output().WriteOne(response, "", ChangeTable(response));
  }
  return ExitCode::kOk;
}

struct DiffOptions {
  std::vector<std::string> files;
  std::string owned_set;
  bool prune = false;
};

constexpr auto kSame = ExitCode::kOk;
constexpr auto kDiffers = static_cast<ExitCode>(1);

// Exit code 1 says that something differs, so that a failure must have another.
absl::StatusOr<ExitCode> RunDiff(const DiffOptions& options, Context& context) {
  if (options.prune && options.owned_set.empty()) return UsageError("--prune needs --owned-set");
  const auto compare = [&]() -> absl::StatusOr<v1::ApplyDefinitionsResponse> {
    ASSIGN_OR_RETURN(const DefinitionSet definitions,
                     ReadDefinitionFiles(options.files, context.options().workspace,
                                         context.streams().in, context.err()));
    v1::ApplyDefinitionsRequest request = ApplyRequest(definitions, context);
    request.set_owned_set(options.owned_set);
    request.set_prune(options.prune);
    return Validate(request, definitions, context);
  };
  const absl::StatusOr<v1::ApplyDefinitionsResponse> response = compare();
  if (!response.ok()) {
    const bool generic = ExitCodeFor(response.status()) == ExitCode::kFailure;
    return generic ? UsageError(response.status().message()) : response.status();
  }
  if (context.output().is_for_people()) {
    PrintChanges(*response, /*whole=*/true, context.output().terminal().colored,
                 context.output().stream());
  } else {
    context.output().WriteOne(*response, "", ChangeTable(*response));
  }
  return CountChanges(*response) == 0 ? kSame : kDiffers;
}

struct CheckOptions {
  std::vector<std::string> files;
  bool offline = false;
};

absl::StatusOr<ExitCode> RunCheck(const CheckOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const DefinitionSet definitions,
                   ReadDefinitionFiles(options.files, context.options().workspace,
                                       context.streams().in, context.err()));
  if (!options.offline) {
    RETURN_IF_ERROR(Validate(ApplyRequest(definitions, context), definitions, context).status());
  }
  context.err() << definitions.definitions().size() << " definitions are "
                << (options.offline
                        ? "well-formed (formulas, units and references were not checked)"
                        : "valid")
                << "\n";
  return ExitCode::kOk;
}

void AddFilesOption(CLI::App& command, std::vector<std::string>& files) {
  command.add_option("-f,--file", files, "file, directory or - for stdin; may be repeated")
      ->required()
      ->allow_extra_args(false);
}

}  // namespace

void AddApplyCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App& command = AddCommand(app, "apply",
                                 "Create and update definitions from files, all or nothing; shows "
                                 "the difference first",
                                 "kpictl apply -f kpis.yaml --reason \"new year's targets\"");
  AddFilesOption(command, options->files);
  command.add_option("--owned-set", options->owned_set,
                     "the set that consists of exactly these definitions");
  command.add_flag("--prune", options->prune, "delete members of the set that the files leave out");
  command.add_flag("--yes", options->yes, "delete without asking");
  command.add_flag("--dry-run", options->dry_run, "check and show the difference only");
  command.add_option("--reason", options->reason, "why; kept with each revision");
  OnRun(command, context, options, RunApply);
}

void AddDiffCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App& command =
      AddCommand(app, "diff",
                 "Show what apply would change; exit code 0 nothing, 1 something, above 1 an error",
                 "kpictl diff -f definitions/");
  AddFilesOption(command, options->files);
  command.add_option("--owned-set", options->owned_set,
                     "the set that consists of exactly these definitions");
  command.add_flag("--prune", options->prune, "show members of the set that would be deleted");
  OnRun(command, context, options, RunDiff);
}

void AddCheckCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App& command = AddCommand(app, "check",
                                 "Check definition files against the server without changing "
                                 "anything",
                                 "kpictl check -f kpis.yaml");
  AddFilesOption(command, options->files);
  command.add_flag("--offline", options->offline, "check syntax and fields only, without a server");
  OnRun(command, context, options, RunCheck);
}

}  // namespace kpisuite
