#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/definition_view.h"
#include "services/kpictl/commands/kind_argument.h"

namespace kpisuite {
namespace {

struct ListOptions {
  std::string kind;
  std::string filter;
};

absl::StatusOr<std::vector<v1::Definition>> ListAll(const std::string& collection,
                                                    const std::string& filter, Context& context) {
  v1::ListDefinitionsRequest request;
  request.set_parent(context.parent());
  request.set_collection(collection);
  request.set_filter(filter);
  request.set_page_size(1000);
  std::vector<v1::Definition> definitions;
  while (true) {
    v1::ListDefinitionsResponse response;
    RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
      return context.clients().definition().ListDefinitions(&call, request, &response);
    }));
    for (v1::Definition& definition : *response.mutable_definitions()) {
      definitions.push_back(std::move(definition));
    }
    if (response.next_page_token().empty()) return definitions;
    request.set_page_token(response.next_page_token());
  }
}

absl::StatusOr<ExitCode> RunList(const ListOptions& options, Context& context) {
  std::string collection;
  if (!options.kind.empty()) {
    ASSIGN_OR_RETURN(const DocumentKind* kind, ParseKind(options.kind));
    collection = kind->collection;
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Definition> definitions,
                   ListAll(collection, options.filter, context));
  context.output().WriteList(Pointers(definitions),
                             DefinitionTable(definitions, collection.empty()), CommentedYaml);
  return ExitCode::kOk;
}

struct GetOptions {
  std::vector<std::string> arguments;
  int64_t revision = 0;
  std::string filter;
};

absl::StatusOr<std::vector<v1::Definition>> GetRevision(const std::string& name, int64_t revision,
                                                        Context& context) {
  v1::GetDefinitionRequest request;
  request.set_name(name);
  request.set_revision(revision);
  v1::Definition definition;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().GetDefinition(&call, request, &definition);
  }));
  return std::vector<v1::Definition>{std::move(definition)};
}

absl::StatusOr<ExitCode> RunGet(const GetOptions& options, Context& context) {
  const bool whole_kind =
      options.arguments.size() == 1 && !absl::StrContains(options.arguments.front(), "/");
  if (whole_kind) return RunList({options.arguments.front(), options.filter}, context);
  if (!options.filter.empty()) return UsageError("--filter goes with a kind alone");
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ParseResourceArguments(options.arguments, context.options().workspace));
  if (options.revision != 0 && names.size() > 1) return UsageError("--revision goes with one name");

  std::vector<v1::Definition> definitions;
  std::vector<std::string> missing;
  if (names.size() == 1) {
    ASSIGN_OR_RETURN(definitions, GetRevision(names.front(), options.revision, context));
  } else {
    v1::BatchGetDefinitionsRequest request;
    request.set_parent(context.parent());
    for (const std::string& name : names) request.add_names(name);
    v1::BatchGetDefinitionsResponse response;
    RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
      return context.clients().definition().BatchGetDefinitions(&call, request, &response);
    }));
    definitions.assign(response.definitions().begin(), response.definitions().end());
    missing.assign(response.missing_names().begin(), response.missing_names().end());
  }
  context.output().WriteList(Pointers(definitions), DefinitionTable(definitions, true),
                             CommentedYaml);
  if (missing.empty()) return ExitCode::kOk;
  return absl::NotFoundError(absl::StrCat("not found: ", absl::StrJoin(missing, ", ")));
}

}  // namespace

void AddGetCommands(CLI::App& app, Context& context) {
  auto get = std::make_shared<GetOptions>();
  CLI::App& get_command =
      AddCommand(app, "get", "Show definitions by name; -o yaml gives files to apply again",
                 "kpictl get kpi on-time-performance -o yaml");
  get_command.add_option("resource", get->arguments, "KIND, KIND NAME..., or KIND/NAME...")
      ->required();
  get_command.add_option("--revision", get->revision, "an earlier revision of one definition")
      ->check(CLI::PositiveNumber);
  get_command.add_option("--filter", get->filter, "for a kind alone: as in list");
  OnRun(get_command, context, get, RunGet);

  auto list = std::make_shared<ListOptions>();
  CLI::App& list_command = AddCommand(
      app, "list", "List definitions of one kind, or of all",
      "kpictl list kpis --filter 'objective = run-on-time AND labels.team = operations'");
  list_command.add_option("kind", list->kind, "metrics, kpis, targets, objectives, ...");
  list_command.add_option("--filter", list->filter,
                          "comparisons joined by AND: objective, owner, perspective, metric, "
                          "ownedSet, labels.KEY = X; name : PREFIX");
  OnRun(list_command, context, list, RunList);
}

}  // namespace kpisuite
