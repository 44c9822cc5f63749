// DefinitionRpc: kpisuite.v1.DefinitionService over gRPC. Decodes, calls, encodes.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "libs/rpc/dispatcher.h"
#include "services/definition/definition_service.h"

namespace kpisuite {

// Thread-safe. Outlives the server that it is registered with.
class DefinitionRpc final : public v1::DefinitionService::CallbackService {
 public:
  // `service` and what `environment` refers to outlive it.
  DefinitionRpc(DefinitionService& service, const CallEnvironment& environment);

  grpc::ServerUnaryReactor* ApplyDefinitions(grpc::CallbackServerContext* context,
                                             const v1::ApplyDefinitionsRequest* request,
                                             v1::ApplyDefinitionsResponse* response) override;
  grpc::ServerUnaryReactor* GetDefinition(grpc::CallbackServerContext* context,
                                          const v1::GetDefinitionRequest* request,
                                          v1::Definition* response) override;
  grpc::ServerUnaryReactor* BatchGetDefinitions(grpc::CallbackServerContext* context,
                                                const v1::BatchGetDefinitionsRequest* request,
                                                v1::BatchGetDefinitionsResponse* response) override;
  grpc::ServerUnaryReactor* ListDefinitions(grpc::CallbackServerContext* context,
                                            const v1::ListDefinitionsRequest* request,
                                            v1::ListDefinitionsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteDefinition(grpc::CallbackServerContext* context,
                                             const v1::DeleteDefinitionRequest* request,
                                             v1::DeleteDefinitionResponse* response) override;
  grpc::ServerUnaryReactor* ListRevisions(grpc::CallbackServerContext* context,
                                          const v1::ListRevisionsRequest* request,
                                          v1::ListRevisionsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchDefinitionsResponse>* WatchDefinitions(
      grpc::CallbackServerContext* context, const v1::WatchDefinitionsRequest* request) override;
  grpc::ServerUnaryReactor* ListTemplates(grpc::CallbackServerContext* context,
                                          const v1::ListTemplatesRequest* request,
                                          v1::ListTemplatesResponse* response) override;
  grpc::ServerUnaryReactor* InstantiateTemplate(grpc::CallbackServerContext* context,
                                                const v1::InstantiateTemplateRequest* request,
                                                v1::InstantiateTemplateResponse* response) override;
  grpc::ServerUnaryReactor* GetDefinitionServerInfo(
      grpc::CallbackServerContext* context, const v1::GetDefinitionServerInfoRequest* request,
      v1::ServerInfo* response) override;

 private:
  DefinitionService& service_;
  Dispatcher dispatcher_;
};

}  // namespace kpisuite
