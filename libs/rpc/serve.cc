// BlockShutdownSignals and ServeUntilSignal of runtime.h.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/admin.h"
#include "libs/rpc/runtime.h"
#include "libs/rpc/server.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kLastAnswers = absl::Milliseconds(50);

sigset_t ShutdownSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

int WaitForSignal() {
  const sigset_t signals = ShutdownSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

// Sleeps for `delay`, or until the next signal: who asks twice does not want to wait.
void WaitForDelayOrSignal(absl::Duration delay) {
  const sigset_t signals = ShutdownSignals();
  const timespec timeout = absl::ToTimespec(delay);
  sigtimedwait(&signals, nullptr, &timeout);
}

// Readers see the whole file or none.
absl::Status WritePortsFile(const std::string& path, int grpc_port, int admin_port) {
  if (path.empty()) return absl::OkStatus();
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".tmp");
  std::FILE* file = std::fopen(temporary.c_str(), "w");
  bool written = file != nullptr;
  if (written) {
    written = std::fprintf(file, "{\"grpc\": %d, \"admin\": %d}\n", grpc_port, admin_port) > 0;
    written = std::fclose(file) == 0 && written;
  }
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("ports-file: cannot write ", path, ": ", std::strerror(errno)));
}

void LogStart(const ServerIdentity& identity, const ServerOptions& options, int grpc_port,
              int admin_port) {
  LogFields fields = {{"service", identity.name}, {"version", KPISUITE_VERSION},
                      {"listen", options.listen}, {"grpc_port", grpc_port},
                      {"admin_port", admin_port}, {"pid", getpid()}};
  fields.insert(fields.end(), identity.engines.begin(), identity.engines.end());
  LogInfo("serving", fields);
}

absl::Status Drain(const ServerOptions& options, ServerRuntime& runtime, RpcServer& server,
                   const std::function<absl::Status()>& flush) {
  runtime.readiness().SetNotReady("draining", "the process is stopping");
  WaitForDelayOrSignal(options.drain_delay);
  runtime.streams().EndAll(MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                                     "the server is stopping; resume elsewhere"));
  runtime.gate().Close();
  const Deadline end = Deadline::After(options.drain_timeout);
  // Answers leave the library a moment after they were given.
  if (runtime.gate().WaitUntilIdle(options.drain_timeout)) absl::SleepFor(kLastAnswers);
  server.CloseConnections();
  server.Shutdown(end.left());
  runtime.executor().Shutdown();
  return flush();
}

absl::Status Serve(const ServerOptions& options, ServerRuntime& runtime,
                   const std::vector<grpc::Service*>& services, const ServerIdentity& identity,
                   const std::function<absl::Status()>& flush) {
  ASSIGN_OR_RETURN(const auto admin, AdminServer::Start(options.admin_listen, identity.name,
                                                        runtime.readiness(), runtime.metrics()));
  ASSIGN_OR_RETURN(const std::shared_ptr<RpcServer> server,
                   RpcServer::Start(options.listen, services));
  // Held weakly: the readiness outlives the server.
  runtime.readiness().Subscribe([weak = std::weak_ptr<RpcServer>(server)](bool ready) {
    if (const auto alive = weak.lock()) alive->SetServing(ready);
  });
  RETURN_IF_ERROR(WritePortsFile(options.ports_file, server->port(), admin->port()));
  LogStart(identity, options, server->port(), admin->port());
  runtime.Listening(server->port());
  const int signal = WaitForSignal();
  LogInfo("draining", {{"service", identity.name}, {"signal", strsignal(signal)}});
  RETURN_IF_ERROR(Drain(options, runtime, *server, flush));
  LogInfo("stopped", {{"service", identity.name}});
  return absl::OkStatus();
}

}  // namespace

void BlockShutdownSignals() {
  const sigset_t signals = ShutdownSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int ServeUntilSignal(const ServerOptions& options, ServerRuntime& runtime,
                     const std::vector<grpc::Service*>& services, const ServerIdentity& identity,
                     const std::function<absl::Status()>& flush) {
  const absl::Status status = Serve(options, runtime, services, identity, flush);
  if (status.ok()) return kExitOk;
  LogError("the server cannot run",
           {{"service", identity.name}, {"error", std::string(status.message())}});
  return kExitFailure;
}

}  // namespace kpisuite
