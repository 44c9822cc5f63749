#include "libs/rpc/runtime.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <utility>

#include "absl/synchronization/mutex.h"
#include "libs/rpc/address.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kStreamTick = absl::Seconds(1);
// Queued requests are at most this large together; see Executor.
constexpr size_t kMaxQueuedBytes = size_t{64} << 20;
constexpr size_t kMaxQueuedItems = 4096;

void WriteGrpcLog(gpr_log_func_args* args) {
  const LogFields fields = {{"source", "grpc"}};
  switch (args->severity) {
    case GPR_LOG_SEVERITY_DEBUG: LogDebug(args->message, fields); return;
    case GPR_LOG_SEVERITY_INFO: LogInfo(args->message, fields); return;
    case GPR_LOG_SEVERITY_ERROR: LogWarning(args->message, fields); return;
  }
}

// The library writes a line for each text that is not UTF-8, which any client may send.
void WriteProtobufLog(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  LogDebug(message, {{"source", "protobuf"}});
}

}  // namespace

void AddServerOptions(ServerOptions& options, OptionParser& parser) {
  parser.Add("listen", options.listen, "Address of the gRPC port; port 0 takes a free one.");
  parser.Add("admin-listen", options.admin_listen,
             "Address of the HTTP port with /livez /readyz /metrics /version.");
  parser.Add("ports-file", options.ports_file,
             "File that gets {\"grpc\": port, \"admin\": port} once the server serves.");
  parser.Add("log-level", options.log_level, "debug, info, warning, error or off.");
  parser.Add("drain-delay", options.drain_delay,
             "How long to go on serving after SIGTERM, so that clients turn away.");
  parser.Add("drain-timeout", options.drain_timeout, "How long running calls may take after that.");
  parser.Add("slow-reader-timeout", options.slow_reader_timeout,
             "A stream whose reader takes no message for so long ends with SLOW_CONSUMER.");
  parser.Add("executor-threads", options.executor_threads, 1, 256,
             "Threads that run blocking work.");
  parser.Add("max-calls", options.max_calls, 1, 1'000'000,
             "Unary calls in flight per service; more are refused with RESOURCE_EXHAUSTED.");
  parser.AddCheck([&options] { return ParseAddress("listen", options.listen).status(); });
  parser.AddCheck(
      [&options] { return ParseAddress("admin-listen", options.admin_listen).status(); });
  parser.AddCheck([&options] { return SetLogLevel(options.log_level); });
}

ServerRuntime::ServerRuntime(const ServerOptions& options, const Clock& clock)
    : clock_(clock),
      limits_({.max_calls = options.max_calls}),
      executor_({.threads = options.executor_threads,
                 .max_items = kMaxQueuedItems,
                 .max_bytes = kMaxQueuedBytes},
                clock),
      streams_({.slow_write = options.slow_reader_timeout}, clock, kStreamTick) {
  // Debian's Abseil looks for cycles among the mutexes of gRPC at each lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  gpr_set_log_function(WriteGrpcLog);
  google::protobuf::SetLogHandler(WriteProtobufLog);
  metrics_.AddGaugeReader("kpisuite_ready", "1 while /readyz says so.", {},
                          [this] { return readiness_.ready() ? 1.0 : 0.0; });
  metrics_.AddGaugeReader("kpisuite_executor_queued_items", "Work waiting for a thread.", {},
                          [this] { return static_cast<double>(executor_.queued_items()); });
  metrics_.AddGaugeReader("kpisuite_executor_queued_bytes", "Size of the work waiting.", {},
                          [this] { return static_cast<double>(executor_.queued_bytes()); });
}

CallEnvironment ServerRuntime::environment() {
  return {executor_, streams_, gate_, metrics_, clock_, limits_};
}

}  // namespace kpisuite
