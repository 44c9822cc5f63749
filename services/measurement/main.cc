// kpi-measurement: keeps samples and publishes their changes.
#include <string>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/process_metrics.h"
#include "libs/rpc/runtime.h"
#include "services/measurement/measurement_server.h"
#include "services/measurement/options.h"

int main(int argc, char** argv) {
  using namespace kpisuite;  // NOLINT: the composition root

  ServerOptions server_options;
  server_options.listen = "127.0.0.1:7002";
  server_options.admin_listen = "127.0.0.1:7102";
  MeasurementOptions options;
  OptionParser parser("kpi-measurement", "Keeps samples and publishes their changes.");
  AddServerOptions(server_options, parser);
  AddMeasurementOptions(options, parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;

  BlockShutdownSignals();
  SystemClock clock;
  ServerRuntime runtime(server_options, clock);
  AddStoreMetrics(options.store, runtime.metrics());
  const auto server = MeasurementServer::Create(options, MakeChannel(options.definition), runtime);
  if (!server.ok()) {
    LogError("cannot start",
             {{"service", "kpi-measurement"}, {"error", std::string(server.status().message())}});
    return kExitFailure;
  }
  return ServeUntilSignal(
      server_options, runtime, {(*server)->rpc()},
      {"kpi-measurement", {{"store", options.store}, {"definition", options.definition}}},
      [&server] { return (*server)->Flush(); });
}
