#include <memory>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_view.h"
#include "services/kpictl/commands/kind_argument.h"

namespace kpisuite {
namespace {

struct DeleteOptions {
  std::vector<std::string> arguments;
  std::string etag;
  std::string reason;
  bool dry_run = false;
};

absl::StatusOr<ExitCode> RunDelete(const DeleteOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ParseResourceArguments(options.arguments, context.options().workspace));
  if (names.empty()) return UsageError("want the names of what is to be deleted");
  if (!options.etag.empty() && names.size() > 1) return UsageError("--etag goes with one name");
  std::vector<v1::Definition> deleted;
  for (const std::string& name : names) {
    v1::DeleteDefinitionRequest request;
    request.set_name(name);
    request.set_etag(options.etag);
    request.set_reason(options.reason);
    request.set_validate_only(options.dry_run);
    request.set_request_id(NewRequestId());
    v1::DeleteDefinitionResponse response;
    RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
      return context.clients().definition().DeleteDefinition(&call, request, &response);
    }));
    context.err() << (options.dry_run ? "would delete " : "deleted ") << name << "\n";
    deleted.push_back(response.definition());
    if (deleted.back().name().empty()) deleted.back().set_name(name);
  }
  context.output().WriteList(Pointers(deleted), DefinitionTable(deleted, true), CommentedYaml);
  return ExitCode::kOk;
}

}  // namespace

void AddDeleteCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DeleteOptions>();
  CLI::App& command =
      AddCommand(app, "delete",
                 "Delete definitions that nothing refers to, one after the other; revisions stay",
                 "kpictl delete kpi on-time-performance --reason 'replaced'");
  command.add_option("resource", options->arguments, "KIND NAME... or KIND/NAME...")->required();
  command.add_option("--etag", options->etag, "delete only if this is the current etag");
  command.add_option("--reason", options->reason, "why; kept with the revision");
  command.add_flag("--dry-run", options->dry_run, "check only");
  OnRun(command, context, options, RunDelete);
}

}  // namespace kpisuite
