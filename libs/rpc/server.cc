#include "libs/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/address.h"

namespace kpisuite {
namespace {

constexpr int kKeepaliveMilliseconds = 120'000;
constexpr int kKeepaliveTimeoutMilliseconds = 20'000;
// Clients ping every 2 minutes too; more often than once a minute is abuse.
constexpr int kMinPingIntervalMilliseconds = 60'000;
// Without an age, round-robin clients of a headless name never see new pods.
constexpr int kMaxConnectionAgeMilliseconds = 300'000;
constexpr int kHandshakeTimeoutMilliseconds = 10'000;

// Both are flags of the process, read when a server is built.
void EnablePluginsOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

void Configure(const RpcServerLimits& limits, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits.max_message_bytes);
  builder.SetMaxSendMessageSize(limits.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMilliseconds);
  grpc::ResourceQuota quota("kpisuite");
  quota.Resize(limits.memory_quota_bytes);
  builder.SetResourceQuota(quota);
}

bool IsListening(int socket) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

// The TCP port of this end; 0 for another file or socket.
int LocalPort(int file) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

std::vector<int> SocketsOfPort(int port) {
  std::vector<int> sockets;
  std::error_code ignored;  // a file that was closed meanwhile
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    int file = -1;
    if (absl::SimpleAtoi(entry.path().filename().string(), &file) && LocalPort(file) == port) {
      sockets.push_back(file);
    }
  }
  return sockets;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(
    const std::string& listen, const std::vector<grpc::Service*>& services,
    const RpcServerLimits& limits) {
  EnablePluginsOnce();
  grpc::ServerBuilder builder;
  Configure(limits, builder);
  int port = 0;
  if (!listen.empty()) {
    RETURN_IF_ERROR(ParseAddress("listen", listen).status());
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  }
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || (!listen.empty() && port <= 0)) {
    return absl::FailedPreconditionError(
        absl::StrCat("listen: cannot listen on ", listen,
                     ": the port is taken or the address is not of this machine"));
  }
  auto started = std::unique_ptr<RpcServer>(new RpcServer(std::move(server), port, limits));
  started->SetServing(false);
  return started;
}

RpcServer::RpcServer(std::unique_ptr<grpc::Server> server, int port, const RpcServerLimits& limits)
    : server_(std::move(server)), port_(port), limits_(limits) {}

RpcServer::~RpcServer() { Shutdown(absl::ZeroDuration()); }

std::shared_ptr<grpc::Channel> RpcServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(limits_.max_message_bytes);
  arguments.SetMaxSendMessageSize(limits_.max_message_bytes);
  return server_->InProcessChannel(arguments);
}

void RpcServer::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void RpcServer::CloseConnections() {
  if (port_ == 0) return;
  // The library tells neither its sockets nor a way to close them; the port is nobody else's.
  std::vector<int> connections;
  for (const int socket : SocketsOfPort(port_)) {
    if (IsListening(socket)) {
      shutdown(socket, SHUT_RDWR);  // nobody comes back
    } else {
      connections.push_back(socket);
    }
  }
  for (const int socket : connections) shutdown(socket, SHUT_RDWR);
}

void RpcServer::Shutdown(absl::Duration timeout) {
  if (shut_down_) return;
  shut_down_ = true;
  server_->Shutdown(absl::ToChronoTime(absl::Now() + timeout));
  server_->Wait();
}

}  // namespace kpisuite
