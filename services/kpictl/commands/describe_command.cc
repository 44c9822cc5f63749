#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_view.h"
#include "services/kpictl/commands/kind_argument.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

// Enough to see who changed it lately; `get --revision` shows the others.
constexpr int kShownRevisions = 10;

struct DescribeOptions {
  std::vector<std::string> arguments;
};

std::string RevisionLines(const v1::ListRevisionsResponse& revisions) {
  Table table({{"REVISION", true}, {"WHEN"}, {"WHO"}, {"WHY"}});
  for (const v1::Definition& revision : revisions.revisions()) {
    table.AddRow({{absl::StrCat(revision.revision())},
                  TimeCell(revision.update_time()),
                  {revision.updater()},
                  {revision.deleted() ? absl::StrCat("(deleted) ", revision.change_reason())
                                      : revision.change_reason()}});
  }
  return table.Render({});
}

absl::StatusOr<ExitCode> RunDescribe(const DescribeOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ParseResourceArguments(options.arguments, context.options().workspace));
  if (names.size() != 1) return UsageError("want one definition: KIND NAME or KIND/NAME");
  v1::GetDefinitionRequest get;
  get.set_name(names.front());
  v1::Definition definition;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().GetDefinition(&call, get, &definition);
  }));
  v1::ListRevisionsRequest list;
  list.set_name(names.front());
  list.set_page_size(kShownRevisions);
  v1::ListRevisionsResponse revisions;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().ListRevisions(&call, list, &revisions);
  }));
  const std::string owned_set =
      definition.owned_set().empty()
          ? ""
          : absl::StrCat("# member of the owned set ", definition.owned_set(), "\n");
  const std::string text =
      absl::StrCat(owned_set, CommentedYaml(definition), "\n", RevisionLines(revisions));
  context.output().WriteOne(definition, text, DefinitionTable({definition}, true));
  return ExitCode::kOk;
}

}  // namespace

void AddDescribeCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<DescribeOptions>();
  CLI::App& command = AddCommand(app, "describe", "Show one definition and who changed it when",
                                 "kpictl describe kpi on-time-performance");
  command.add_option("resource", options->arguments, "KIND NAME or KIND/NAME")->required();
  OnRun(command, context, options, RunDescribe);
}

}  // namespace kpisuite
