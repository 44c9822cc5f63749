// kpi-definition: keeps definitions, their revisions and their change log.
#include <optional>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/process_metrics.h"
#include "libs/rpc/runtime.h"
#include "services/definition/definition_module.h"
#include "services/definition/mounted_definitions.h"
#include "services/definition/open_definition_store.h"
#include "services/definition/options.h"

int main(int argc, char** argv) {
  using namespace kpisuite;  // NOLINT: the composition root

  DefinitionOptions options;
  options.server.listen = "127.0.0.1:7001";
  options.server.admin_listen = "127.0.0.1:7101";
  OptionParser parser("kpi-definition", "Keeps definitions of metrics and KPIs.");
  AddDefinitionOptions(options, parser);
  if (const std::optional<int> exit_code = parser.Parse(argc, argv)) return *exit_code;

  BlockShutdownSignals();
  SystemClock clock;
  ServerRuntime runtime(options.server, clock);
  AddStoreMetrics(options.store, runtime.metrics());
  auto store = OpenDefinitionStore(options);
  const auto module = store.ok()
                          ? DefinitionModule::Create(*std::move(store), runtime.environment())
                          : store.status();
  if (!module.ok()) {
    LogError("cannot start", {{"error", module.status().message()}});
    return kExitFailure;
  }
  const MountedDefinitions mounted(options.mounted, (*module)->service(), runtime.metrics());
  return ServeUntilSignal(options.server, runtime, {(*module)->rpc()},
                          {"kpi-definition", {{"store", options.store}}},
                          [] { return absl::OkStatus(); });
}
