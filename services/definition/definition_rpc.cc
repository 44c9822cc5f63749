#include "services/definition/definition_rpc.h"

#include <memory>
#include <string>

#include "libs/base/status_macros.h"
#include "services/definition/definition_watch.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxActorBytes = 254;

// Who calls, as far as the client says so.
std::string ActorOf(const CallContext& call) {
  return call.ClientMetadata("x-kpi-actor").value_or("").substr(0, kMaxActorBytes);
}

}  // namespace

DefinitionRpc::DefinitionRpc(DefinitionService& service, const CallEnvironment& environment)
    : service_(service), dispatcher_("kpisuite.v1.DefinitionService", environment) {}

grpc::ServerUnaryReactor* DefinitionRpc::ApplyDefinitions(
    grpc::CallbackServerContext* context, const v1::ApplyDefinitionsRequest* request,
    v1::ApplyDefinitionsResponse* response) {
  return dispatcher_.Unary<v1::ApplyDefinitionsRequest, v1::ApplyDefinitionsResponse>(
      context, "ApplyDefinitions", request, response,
      [this](CallContext& call, const v1::ApplyDefinitionsRequest& request) {
        return service_.Apply(request, ActorOf(call));
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::GetDefinition(grpc::CallbackServerContext* context,
                                                       const v1::GetDefinitionRequest* request,
                                                       v1::Definition* response) {
  return dispatcher_.Unary<v1::GetDefinitionRequest, v1::Definition>(
      context, "GetDefinition", request, response,
      [this](CallContext&, const v1::GetDefinitionRequest& request) {
        return service_.Get(request);
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::BatchGetDefinitions(
    grpc::CallbackServerContext* context, const v1::BatchGetDefinitionsRequest* request,
    v1::BatchGetDefinitionsResponse* response) {
  return dispatcher_.Unary<v1::BatchGetDefinitionsRequest, v1::BatchGetDefinitionsResponse>(
      context, "BatchGetDefinitions", request, response,
      [this](CallContext&, const v1::BatchGetDefinitionsRequest& request) {
        return service_.BatchGet(request);
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::ListDefinitions(grpc::CallbackServerContext* context,
                                                         const v1::ListDefinitionsRequest* request,
                                                         v1::ListDefinitionsResponse* response) {
  return dispatcher_.Unary<v1::ListDefinitionsRequest, v1::ListDefinitionsResponse>(
      context, "ListDefinitions", request, response,
      [this](CallContext&, const v1::ListDefinitionsRequest& request) {
        return service_.List(request);
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::DeleteDefinition(
    grpc::CallbackServerContext* context, const v1::DeleteDefinitionRequest* request,
    v1::DeleteDefinitionResponse* response) {
  return dispatcher_.Unary<v1::DeleteDefinitionRequest, v1::DeleteDefinitionResponse>(
      context, "DeleteDefinition", request, response,
      [this](CallContext& call, const v1::DeleteDefinitionRequest& request) {
        return service_.Delete(request, ActorOf(call));
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::ListRevisions(grpc::CallbackServerContext* context,
                                                       const v1::ListRevisionsRequest* request,
                                                       v1::ListRevisionsResponse* response) {
  return dispatcher_.Unary<v1::ListRevisionsRequest, v1::ListRevisionsResponse>(
      context, "ListRevisions", request, response,
      [this](CallContext&, const v1::ListRevisionsRequest& request) {
        return service_.ListRevisions(request);
      });
}

grpc::ServerWriteReactor<v1::WatchDefinitionsResponse>* DefinitionRpc::WatchDefinitions(
    grpc::CallbackServerContext* context, const v1::WatchDefinitionsRequest* request) {
  return dispatcher_.ServerStream<v1::WatchDefinitionsRequest, v1::WatchDefinitionsResponse>(
      context, "WatchDefinitions", request, SourceThread::kExecutor,
      [this](CallContext&, const v1::WatchDefinitionsRequest& request, StreamWaker waker)
          -> absl::StatusOr<std::unique_ptr<StreamSource<v1::WatchDefinitionsResponse>>> {
        return DefinitionWatch::Create(service_, request, std::move(waker));
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::ListTemplates(grpc::CallbackServerContext* context,
                                                       const v1::ListTemplatesRequest* request,
                                                       v1::ListTemplatesResponse* response) {
  return dispatcher_.Unary<v1::ListTemplatesRequest, v1::ListTemplatesResponse>(
      context, "ListTemplates", request, response,
      [this](CallContext&, const v1::ListTemplatesRequest& request) {
        return service_.ListTemplates(request);
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::InstantiateTemplate(
    grpc::CallbackServerContext* context, const v1::InstantiateTemplateRequest* request,
    v1::InstantiateTemplateResponse* response) {
  return dispatcher_.Unary<v1::InstantiateTemplateRequest, v1::InstantiateTemplateResponse>(
      context, "InstantiateTemplate", request, response,
      [this](CallContext&, const v1::InstantiateTemplateRequest& request) {
        return service_.InstantiateTemplate(request);
      });
}

grpc::ServerUnaryReactor* DefinitionRpc::GetDefinitionServerInfo(
    grpc::CallbackServerContext* context, const v1::GetDefinitionServerInfoRequest* request,
    v1::ServerInfo* response) {
  return dispatcher_.Unary<v1::GetDefinitionServerInfoRequest, v1::ServerInfo>(
      context, "GetDefinitionServerInfo", request, response,
      [this](CallContext&, const v1::GetDefinitionServerInfoRequest&)
          -> absl::StatusOr<v1::ServerInfo> { return service_.Info(); });
}

}  // namespace kpisuite
