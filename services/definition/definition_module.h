// DefinitionModule: everything of the definition service in one object, for the program and for
// those that serve several services in one process.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/dispatcher.h"
#include "services/definition/definition_refresher.h"
#include "services/definition/definition_rpc.h"
#include "services/definition/definition_service.h"
#include "services/definition/definition_store.h"

namespace kpisuite {

class DefinitionModule {
 public:
  // Loads what is in the store. What `environment` refers to outlives the module; the module
  // outlives the server.
  static absl::StatusOr<std::unique_ptr<DefinitionModule>> Create(
      std::unique_ptr<DefinitionStore> store, const CallEnvironment& environment);
  DefinitionModule(const DefinitionModule&) = delete;
  DefinitionModule& operator=(const DefinitionModule&) = delete;

  // To be registered with a server.
  grpc::Service* rpc() { return &rpc_; }
  DefinitionService& service() { return *service_; }

 private:
  DefinitionModule(std::unique_ptr<DefinitionStore> store,
                   std::unique_ptr<DefinitionService> service, const CallEnvironment& environment)
      : store_(std::move(store)),
        service_(std::move(service)),
        rpc_(*service_, environment),
        refresher_(*service_, *store_) {}

  const std::unique_ptr<DefinitionStore> store_;
  const std::unique_ptr<DefinitionService> service_;
  DefinitionRpc rpc_;
  DefinitionRefresher refresher_;
};

}  // namespace kpisuite
