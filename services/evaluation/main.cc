// kpi-evaluation: keeps the state of every KPI up to date and explains it.
#include <string>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/process_metrics.h"
#include "libs/rpc/runtime.h"
#include "services/evaluation/evaluation_server.h"
#include "services/evaluation/options.h"

int main(int argc, char** argv) {
  using namespace kpisuite;  // NOLINT: the composition root

  ServerOptions server_options;
  server_options.listen = "127.0.0.1:7003";
  server_options.admin_listen = "127.0.0.1:7103";
  EvaluationOptions options;
  OptionParser parser("kpi-evaluation", "Keeps the state of every KPI up to date.");
  AddServerOptions(server_options, parser);
  AddEvaluationOptions(options, parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;

  BlockShutdownSignals();
  SystemClock clock;
  ServerRuntime runtime(server_options, clock);
  AddStoreMetrics(options.store, runtime.metrics());
  const auto server = EvaluationServer::Create(options, MakeChannel(options.definition),
                                               MakeChannel(options.measurement), runtime);
  if (!server.ok()) {
    LogError("cannot start",
             {{"service", "kpi-evaluation"}, {"error", std::string(server.status().message())}});
    return kExitFailure;
  }
  runtime.OnListening([&](int port) {
    (*server)->ReachableAt(AdvertisedAddress(options, server_options.listen, port));
  });
  return ServeUntilSignal(server_options, runtime, {(*server)->rpc(), (*server)->replica_rpc()},
                          {"kpi-evaluation",
                           {{"store", options.store},
                            {"cache", options.cache_address.ToString()},
                            {"definition", options.definition},
                            {"measurement", options.measurement}}},
                          [&server] { return (*server)->Flush(); });
}
