// bench_echo: a bare gRPC server of the callback API that answers GetState with prebuilt bytes.
// It is what GetState is compared with: nothing can answer these bytes over gRPC with less work.
// With --redis-port it asks Redis for them at each call, through the suite's own call path: what
// GetState would be if no state were near.
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "libs/base/clock.h"
#include "libs/rpc/dispatcher.h"
#include "libs/rpc/options.h"
#include "libs/rpc/runtime.h"

namespace kpisuite {
namespace {

using EchoService =
    v1::EvaluationService::WithRawCallbackMethod_GetState<v1::EvaluationService::CallbackService>;

class Echo final : public EchoService {
 public:
  explicit Echo(const std::string& payload) : slice_(payload), answer_(&slice_, 1) {}

  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                     grpc::ByteBuffer* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const grpc::Slice slice_;
  const grpc::ByteBuffer answer_;
};

struct RedisDeleter {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, RedisDeleter>;

// This thread's connection to the one Redis of the process; null when it cannot be reached.
redisContext* ConnectionTo(int port) {
  thread_local const std::unique_ptr<redisContext, RedisDeleter> connection(
      redisConnect("127.0.0.1", port));
  return connection == nullptr || connection->err != 0 ? nullptr : connection.get();
}

// The reply to a command in the form of redisCommand; null without an answer.
template <typename... Arguments>
Reply AskRedis(int port, const char* command, Arguments... arguments) {
  redisContext* connection = ConnectionTo(port);
  if (connection == nullptr) return nullptr;
  return Reply(static_cast<redisReply*>(redisCommand(connection, command, arguments...)));
}

constexpr char kKey[] = "bench_echo";
// More threads than cores, since each waits for Redis.
constexpr int kRedisThreads = 8;

// Answers what Redis has under one key, by blocking calls on the executor.
class Relay final : public EchoService {
 public:
  Relay(int redis_port, const CallEnvironment& environment)
      : redis_port_(redis_port), dispatcher_("kpisuite.v1.EvaluationService", environment) {}

  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override {
    return dispatcher_.Unary<grpc::ByteBuffer, grpc::ByteBuffer>(
        context, "GetState", request, response,
        [this](CallContext&, const grpc::ByteBuffer&) -> absl::StatusOr<grpc::ByteBuffer> {
          const Reply reply = AskRedis(redis_port_, "GET %s", kKey);
          if (reply == nullptr || reply->type != REDIS_REPLY_STRING) {
            return absl::UnavailableError("Redis does not answer");
          }
          const grpc::Slice slice(reply->str, reply->len);
          return grpc::ByteBuffer(&slice, 1);
        });
  }

 private:
  const int redis_port_;
  Dispatcher dispatcher_;
};

// The service that answers `payload`; null when Redis does not take it.
std::unique_ptr<grpc::Service> MakeService(const std::string& payload, int redis_port,
                                           ServerRuntime& runtime) {
  if (redis_port == 0) return std::make_unique<Echo>(payload);
  const Reply stored = AskRedis(redis_port, "SET %s %b", kKey, payload.data(), payload.size());
  if (stored == nullptr || stored->type != REDIS_REPLY_STATUS) return nullptr;
  return std::make_unique<Relay>(redis_port, runtime.environment());
}

int Main(int argc, char** argv) {
  std::string listen = "127.0.0.1:0";
  std::string ports_file;
  std::string payload_file;
  int redis_port = 0;
  OptionParser parser("bench_echo", "Answers every GetState with the same bytes.");
  parser.Add("listen", listen, "Where to listen.");
  parser.Add("ports-file", ports_file, "Where to write the port.");
  parser.Add("payload", payload_file, "File that holds the answer.");
  parser.Add("redis-port", redis_port, 0, 65535, "Redis to ask at each call; 0: none.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  std::ostringstream payload;
  payload << std::ifstream(payload_file).rdbuf();

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ServerOptions options;
  options.executor_threads = kRedisThreads;
  const SystemClock clock;
  ServerRuntime runtime(options, clock);
  const std::unique_ptr<grpc::Service> service = MakeService(payload.str(), redis_port, runtime);
  if (service == nullptr) {
    std::fprintf(stderr, "bench_echo: Redis does not answer on port %d\n", redis_port);
    return kExitFailure;
  }
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service.get());
  const auto server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::fprintf(stderr, "bench_echo: cannot listen on %s\n", listen.c_str());
    return kExitFailure;
  }
  // In one step: who waits for the file must not see half of it.
  std::ofstream(ports_file + ".tmp") << "{\"grpc\": " << port << ", \"admin\": 0}\n";
  std::rename((ports_file + ".tmp").c_str(), ports_file.c_str());
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  runtime.executor().Shutdown();
  return kExitOk;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
