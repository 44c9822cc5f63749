// MeasurementServer: store, catalog, service and rpc of measurement, put together.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/executor.h"
#include "libs/rpc/runtime.h"
#include "services/measurement/change_notifier.h"
#include "services/measurement/definition_link.h"
#include "services/measurement/measurement_rpc.h"
#include "services/measurement/measurement_service.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/metric_catalog.h"
#include "services/measurement/options.h"
#include "services/measurement/retention.h"

namespace kpisuite {

// Used by kpi-measurement and kpi-standalone. Outlives the gRPC server.
class MeasurementServer {
 public:
  // Opens the store that `options` name, loads the last known definitions and starts to follow the
  // definition service behind `definition`, which may be away. Errors: those of
  // OpenMeasurementStore. `runtime` outlives it.
  static absl::StatusOr<std::unique_ptr<MeasurementServer>> Create(
      const MeasurementOptions& options, std::shared_ptr<grpc::Channel> definition,
      ServerRuntime& runtime);
  MeasurementServer(const MeasurementServer&) = delete;
  MeasurementServer& operator=(const MeasurementServer&) = delete;
  ~MeasurementServer();

  grpc::Service* rpc() { return &rpc_; }

  // After the last call: ends what still runs and commits what is queued.
  absl::Status Flush();

 private:
  MeasurementServer(std::shared_ptr<MeasurementStore> store, std::unique_ptr<MetricCatalog> catalog,
                    std::shared_ptr<grpc::Channel> definition, const RetentionOptions& retention,
                    ServerRuntime& runtime);

  void AddMetrics(Metrics& metrics) const;

  const std::shared_ptr<MeasurementStore> store_;
  const std::unique_ptr<MetricCatalog> catalog_;
  ChangeNotifier notifier_;
  DefinitionLink definitions_;
  MeasurementService service_;
  Executor scans_;
  MeasurementRpc rpc_;
  Retention retention_;
};

}  // namespace kpisuite
