// StandaloneSuite: the three services in one process.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/rpc/runtime.h"
#include "libs/rpc/server.h"
#include "services/definition/definition_module.h"
#include "services/definition/mounted_definitions.h"
#include "services/evaluation/evaluation_server.h"
#include "services/measurement/measurement_server.h"
#include "services/standalone/options.h"

namespace kpisuite {

// Outlives the gRPC server that serves rpcs(). The services reach each other through servers
// without a port, so that nothing depends on the public one being up.
class StandaloneSuite {
 public:
  // Opens the stores and starts to follow. Errors: those of the services. `runtime` outlives it.
  static absl::StatusOr<std::unique_ptr<StandaloneSuite>> Create(const StandaloneOptions& options,
                                                                 ServerRuntime& runtime);
  StandaloneSuite(const StandaloneSuite&) = delete;
  StandaloneSuite& operator=(const StandaloneSuite&) = delete;
  ~StandaloneSuite();

  std::vector<grpc::Service*> rpcs();
  // After the last call: ends the followers and commits what is queued.
  absl::Status Flush();

 private:
  StandaloneSuite() = default;

  std::unique_ptr<DefinitionModule> definition_;
  std::unique_ptr<MountedDefinitions> mounted_;
  std::unique_ptr<RpcServer> definition_server_;
  std::unique_ptr<MeasurementServer> measurement_;
  std::unique_ptr<RpcServer> measurement_server_;
  std::unique_ptr<EvaluationServer> evaluation_;
};

}  // namespace kpisuite
