#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/document/json_schema.h"
#include "services/kpictl/commands/command.h"

namespace kpisuite {
namespace {

struct NoOptions {};

absl::StatusOr<ExitCode> RunVersion(const NoOptions&, Context& context) {
  v1::ServerInfo info;
  info.set_service("kpictl");
  info.set_version(KPISUITE_VERSION);
  Table table({{"PROGRAM"}, {"VERSION"}});
  table.AddRow({{info.service()}, {info.version()}});
  context.output().WriteOne(info, absl::StrCat("kpictl ", KPISUITE_VERSION, "\n"), table);
  return ExitCode::kOk;
}

absl::Status Ask(Service service, Context& context, v1::ServerInfo& info) {
  return context.clients().Call(service, [&](grpc::ClientContext& call) {
    switch (service) {
      case Service::kDefinition:
        return context.clients().definition().GetDefinitionServerInfo(&call, {}, &info);
      case Service::kMeasurement:
        return context.clients().measurement().GetMeasurementServerInfo(&call, {}, &info);
      case Service::kEvaluation: break;
    }
    return context.clients().evaluation().GetEvaluationServerInfo(&call, {}, &info);
  });
}

// Asks all three, also when one of them does not answer.
absl::StatusOr<ExitCode> RunInfo(const NoOptions&, Context& context) {
  Table table(
      {{"SERVICE"}, {"ADDRESS"}, {"VERSION"}, {"STORE"}, {"CACHE"}, {"DEFINITION POSITION", true}});
  std::vector<v1::ServerInfo> infos;
  absl::Status failure;
  for (const Service service :
       {Service::kDefinition, Service::kMeasurement, Service::kEvaluation}) {
    v1::ServerInfo info;
    const absl::Status status = Ask(service, context, info);
    if (!status.ok()) {
      context.err() << "kpictl: " << status.message() << "\n";
      failure.Update(status);
      continue;
    }
    table.AddRow({{info.service()},
                  {context.clients().address(service)},
                  {info.version()},
                  {info.store_engine()},
                  {info.cache_engine()},
                  {absl::StrCat(info.definition_position())}});
    infos.push_back(std::move(info));
  }
  context.output().WriteList(Pointers(infos), table);
  return ExitCodeFor(failure);
}

absl::StatusOr<ExitCode> RunSchema(const NoOptions&, Context& context) {
  context.output().stream() << DefinitionJsonSchema();
  return ExitCode::kOk;
}

}  // namespace

void AddInfoCommands(CLI::App& app, Context& context) {
  OnRun(AddCommand(app, "version", "Show the version of kpictl", "kpictl version"), context,
        std::make_shared<NoOptions>(), RunVersion);
  OnRun(AddCommand(app, "info", "Show version, engines and position of the three services",
                   "kpictl info -o json"),
        context, std::make_shared<NoOptions>(), RunInfo);
}

void AddSchemaCommand(CLI::App& app, Context& context) {
  OnRun(AddCommand(app, "schema", "Print the JSON Schema of definition files, for editors",
                   "kpictl schema > kpisuite.schema.json"),
        context, std::make_shared<NoOptions>(), RunSchema);
}

}  // namespace kpisuite
