// kpi-standalone: definition, measurement and evaluation in one process.
#include <string>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/process_metrics.h"
#include "libs/rpc/runtime.h"
#include "services/standalone/options.h"
#include "services/standalone/suite.h"

int main(int argc, char** argv) {
  using namespace kpisuite;  // NOLINT: the composition root

  ServerOptions server_options;
  server_options.listen = "127.0.0.1:7000";
  server_options.admin_listen = "127.0.0.1:7100";
  StandaloneOptions options;
  OptionParser parser("kpi-standalone", "Definition, measurement and evaluation in one process.");
  AddServerOptions(server_options, parser);
  AddStandaloneOptions(options, parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;

  BlockShutdownSignals();
  SystemClock clock;
  ServerRuntime runtime(server_options, clock);
  AddStoreMetrics(options.store, runtime.metrics());
  const auto suite = StandaloneSuite::Create(options, runtime);
  if (!suite.ok()) {
    LogError("cannot start",
             {{"service", "kpi-standalone"}, {"error", std::string(suite.status().message())}});
    return kExitFailure;
  }
  return ServeUntilSignal(
      server_options, runtime, (*suite)->rpcs(),
      {"kpi-standalone", {{"store", options.store}, {"cache", options.cache_address.ToString()}}},
      [&suite] { return (*suite)->Flush(); });
}
