// bench_echo: a bare gRPC server of the callback API that answers GetState with prebuilt bytes.
// It is what GetState is compared with: nothing can answer these bytes over gRPC with less work.
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "libs/rpc/options.h"

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

int Main(int argc, char** argv) {
  std::string listen = "127.0.0.1:0";
  std::string ports_file;
  std::string payload_file;
  OptionParser parser("bench_echo", "Answers every GetState with the same bytes.");
  parser.Add("listen", listen, "Where to listen.");
  parser.Add("ports-file", ports_file, "Where to write the port.");
  parser.Add("payload", payload_file, "File that holds the answer.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  std::ostringstream payload;
  payload << std::ifstream(payload_file).rdbuf();

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Echo echo(payload.str());
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
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
  return kExitOk;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
