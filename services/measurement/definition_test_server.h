// DefinitionTestServer: the part of a definition service that measurement follows, from memory.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// Serves WatchDefinitions and GetDefinitionServerInfo on a free port until destroyed. Thread-safe.
class DefinitionTestServer {
 public:
  DefinitionTestServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  DefinitionTestServer(const DefinitionTestServer&) = delete;
  DefinitionTestServer& operator=(const DefinitionTestServer&) = delete;
  ~DefinitionTestServer() {
    service_.Stop();
    server_->Shutdown();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Applies one set; returns its position.
  int64_t Apply(std::vector<v1::Definition> set) { return service_.Apply(std::move(set)); }

 private:
  class Service final : public v1::DefinitionService::Service {
   public:
    int64_t Apply(std::vector<v1::Definition> set) {
      MutexLock lock(mutex_);
      for (v1::Definition& definition : set) {
        definition.set_revision(static_cast<int64_t>(sets_.size()) + 1);
      }
      sets_.push_back(std::move(set));
      changed_.NotifyAll();
      return static_cast<int64_t>(sets_.size());
    }

    void Stop() {
      MutexLock lock(mutex_);
      stopped_ = true;
      changed_.NotifyAll();
    }

    grpc::Status GetDefinitionServerInfo(grpc::ServerContext*,
                                         const v1::GetDefinitionServerInfoRequest*,
                                         v1::ServerInfo* response) override {
      MutexLock lock(mutex_);
      response->set_definition_position(static_cast<int64_t>(sets_.size()));
      return grpc::Status::OK;
    }

    grpc::Status WatchDefinitions(
        grpc::ServerContext* context, const v1::WatchDefinitionsRequest* request,
        grpc::ServerWriter<v1::WatchDefinitionsResponse>* writer) override {
      size_t next = static_cast<size_t>(request->after_position());
      bool announced = false;
      while (true) {
        v1::WatchDefinitionsResponse message;
        {
          MutexLock lock(mutex_);
          while (next >= sets_.size() && announced && !stopped_ && !context->IsCancelled()) {
            changed_.WaitFor(mutex_, absl::Milliseconds(20));
          }
          if (stopped_ || context->IsCancelled()) return grpc::Status::OK;
          message.set_incarnation(1);
          if (next < sets_.size()) {
            // The sets in order have the same effect as a snapshot of an empty start.
            message.set_snapshot(next == 0);
            for (const v1::Definition& one : sets_[next]) *message.add_definitions() = one;
            message.set_position(static_cast<int64_t>(++next));
          } else {
            announced = true;
            message.set_heartbeat(true);
            message.set_position(static_cast<int64_t>(next));
          }
        }
        if (!writer->Write(message)) return grpc::Status::OK;
      }
    }

   private:
    Mutex mutex_;
    CondVar changed_;
    // The first is the creation of the log.
    std::vector<std::vector<v1::Definition>> sets_ GUARDED_BY(mutex_) = {{}};
    bool stopped_ GUARDED_BY(mutex_) = false;
  };

  Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A metric of workspace "w".
inline v1::Definition MetricDefinitionOf(const std::string& id, int scale,
                                         const std::vector<std::string>& dimensions,
                                         v1::SampleIdentity identity) {
  v1::Definition definition;
  definition.set_name("workspaces/w/metrics/" + id);
  definition.mutable_metric()->set_unit("min");
  definition.mutable_metric()->set_scale(scale);
  for (const std::string& dimension : dimensions) {
    definition.mutable_metric()->add_dimensions(dimension);
  }
  definition.mutable_metric()->set_identity(identity);
  return definition;
}

}  // namespace kpisuite
