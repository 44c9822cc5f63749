// RpcServer: a gRPC server with the suite's transport settings, health and reflection.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/server.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kpisuite {

struct RpcServerLimits {
  int max_message_bytes = 8 << 20;
  int max_streams_per_connection = 256;
  size_t memory_quota_bytes = size_t{512} << 20;
};

class RpcServer {
 public:
  // Listens on `listen` ("host:port", port 0 = any; empty = in-process channels only) and serves
  // `services`, which outlive the server. Health starts as NOT_SERVING. FAILED_PRECONDITION when
  // the address cannot be bound (also when another process listens there).
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      const std::string& listen, const std::vector<grpc::Service*>& services,
      const RpcServerLimits& limits = {});
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;
  ~RpcServer();  // Shutdown(0)

  int port() const { return port_; }  // 0 without a listening address

  // A channel that skips the network.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Health of the server (the service name is empty). Thread-safe.
  void SetServing(bool serving);

  // Stops listening and closes all connections; whoever has a call on one sees UNAVAILABLE. Before
  // Shutdown, when nothing is to be answered any more: in gRPC 1.51 a call that reaches a server
  // while it shuts down ends CANCELLED, which no client may repeat by itself.
  void CloseConnections();

  // Refuses new calls, waits for the running ones, cancels them after `timeout`. Idempotent.
  void Shutdown(absl::Duration timeout);

 private:
  RpcServer(std::unique_ptr<grpc::Server> server, int port, const RpcServerLimits& limits);

  std::unique_ptr<grpc::Server> server_;
  const int port_;
  const RpcServerLimits limits_;
  bool shut_down_ = false;
};

}  // namespace kpisuite
