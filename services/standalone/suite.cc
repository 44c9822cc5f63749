#include "services/standalone/suite.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/definition/sqlite_definition_store.h"
#include "services/evaluation/options.h"

namespace kpisuite {

absl::StatusOr<std::unique_ptr<StandaloneSuite>> StandaloneSuite::Create(
    const StandaloneOptions& options, ServerRuntime& runtime) {
  ASSIGN_OR_RETURN(const std::string directory, StateLogDirectoryOf(options.store));
  std::unique_ptr<StandaloneSuite> suite(new StandaloneSuite());
  ASSIGN_OR_RETURN(std::unique_ptr<DefinitionStore> definitions,
                   SqliteDefinitionStore::Create(directory));
  ASSIGN_OR_RETURN(suite->definition_,
                   DefinitionModule::Create(std::move(definitions), runtime.environment()));
  suite->mounted_ = std::make_unique<MountedDefinitions>(
      options.mounted, suite->definition_->service(), runtime.metrics());
  ASSIGN_OR_RETURN(suite->definition_server_, RpcServer::Start("", {suite->definition_->rpc()}));
  ASSIGN_OR_RETURN(
      suite->measurement_,
      MeasurementServer::Create({.store = options.store, .retention = options.retention},
                                suite->definition_server_->InProcessChannel(), runtime));
  ASSIGN_OR_RETURN(suite->measurement_server_, RpcServer::Start("", {suite->measurement_->rpc()}));
  ASSIGN_OR_RETURN(
      suite->evaluation_,
      EvaluationServer::Create({.store = options.store, .cache_address = options.cache_address},
                               suite->definition_server_->InProcessChannel(),
                               suite->measurement_server_->InProcessChannel(), runtime));
  return suite;
}

StandaloneSuite::~StandaloneSuite() {
  // Servers end before the services that they call, followers before the servers that they call.
  evaluation_.reset();
  measurement_server_.reset();
  measurement_.reset();
  definition_server_.reset();
}

std::vector<grpc::Service*> StandaloneSuite::rpcs() {
  return {definition_->rpc(), measurement_->rpc(), evaluation_->rpc()};
}

absl::Status StandaloneSuite::Flush() {
  RETURN_IF_ERROR(evaluation_->Flush());
  return measurement_->Flush();
}

}  // namespace kpisuite
