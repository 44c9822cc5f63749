// ServerOptions, ServerRuntime and ServeUntilSignal: what every server process has in common.
//
//   OptionParser parser("kpi-definition", "Keeps definitions.");
//   ServerOptions server;
//   AddServerOptions(server, parser);            // and the service's own options
//   if (auto exit_code = parser.Parse(argc, argv)) return *exit_code;
//   BlockShutdownSignals();
//   SystemClock clock;
//   ServerRuntime runtime(server, clock);
//   ... stores, clients, service, rpc (with a Dispatcher on runtime.environment()) ...
//   return ServeUntilSignal(server, runtime, {&rpc}, {"kpi-definition", {{"store", "sqlite"}}},
//   flush);
#pragma once

#include <grpcpp/impl/service_type.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/executor.h"
#include "libs/base/log.h"
#include "libs/rpc/call_gate.h"
#include "libs/rpc/dispatcher.h"
#include "libs/rpc/metrics.h"
#include "libs/rpc/options.h"
#include "libs/rpc/readiness.h"
#include "libs/rpc/stream_registry.h"

namespace kpisuite {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  std::string admin_listen = "127.0.0.1:0";
  std::string ports_file;  // empty = none
  std::string log_level = "info";
  absl::Duration drain_delay = absl::Seconds(3);
  absl::Duration drain_timeout = absl::Seconds(10);
  absl::Duration slow_reader_timeout = absl::Seconds(60);
  int executor_threads = 4;
  int max_calls = 4096;
};

// Adds --listen, --admin-listen, --ports-file, --log-level, --drain-delay, --drain-timeout,
// --slow-reader-timeout, --executor-threads and --max-calls. The present values are the defaults.
void AddServerOptions(ServerOptions& options, OptionParser& parser);

// Owns what all services of a process share; members are destroyed in reverse order.
class ServerRuntime {
 public:
  // Sets the log level and sends the log of gRPC through libs/base/log.h. `clock` outlives it.
  ServerRuntime(const ServerOptions& options, const Clock& clock);
  ServerRuntime(const ServerRuntime&) = delete;
  ServerRuntime& operator=(const ServerRuntime&) = delete;

  const Clock& clock() const { return clock_; }
  Metrics& metrics() { return metrics_; }
  Readiness& readiness() { return readiness_; }
  Executor& executor() { return executor_; }
  StreamRegistry& streams() { return streams_; }
  CallGate& gate() { return gate_; }
  // `listener` is called once by ServeUntilSignal, with the port at which the process serves.
  void OnListening(std::function<void(int port)> listener) { on_listening_ = std::move(listener); }
  void Listening(int port) const {
    if (on_listening_) on_listening_(port);
  }
  CallEnvironment environment();

 private:
  const Clock& clock_;
  const CallLimits limits_;
  Metrics metrics_;
  Readiness readiness_;
  Executor executor_;
  StreamRegistry streams_;
  CallGate gate_;
  std::function<void(int port)> on_listening_;
};

// What the start line in the log says.
struct ServerIdentity {
  std::string name;   // "kpi-definition"
  LogFields engines;  // {"store", "sqlite"}, {"cache", "redis"}
};

// Blocks SIGTERM and SIGINT in this thread and those it starts from now on, and ignores SIGPIPE.
// Called before the first thread.
void BlockShutdownSignals();

// Serves `services` and the admin port, logs the start line, writes the ports file
// ({"grpc": port, "admin": port}), waits for SIGTERM or SIGINT and drains: /readyz 503 and health
// NOT_SERVING; drain_delay more seconds of service (a second signal cuts them short); streams and
// new calls end with UNAVAILABLE SHUTTING_DOWN; running calls get drain_timeout; the connections
// are closed; queued work is finished; then `flush`. Returns the exit code of the process; failures
// are logged. Health follows runtime.readiness().
int ServeUntilSignal(const ServerOptions& options, ServerRuntime& runtime,
                     const std::vector<grpc::Service*>& services, const ServerIdentity& identity,
                     const std::function<absl::Status()>& flush);

}  // namespace kpisuite
