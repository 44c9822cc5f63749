// A whole server process around EchoRpc, for the tests of options, ports file and drain.
#include "libs/rpc/runtime.h"
#include "libs/rpc/testdata/echo_rpc.h"

int main(int argc, char** argv) {
  kpisuite::OptionParser parser("kpi-echo", "Repeats what it is told.");
  kpisuite::ServerOptions options;
  kpisuite::AddServerOptions(options, parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  kpisuite::BlockShutdownSignals();
  kpisuite::SystemClock clock;
  kpisuite::ServerRuntime runtime(options, clock);
  kpisuite::EchoRpc rpc(kpisuite::DefaultEchoHandlers(), runtime.environment());
  return kpisuite::ServeUntilSignal(options, runtime, {&rpc}, {"kpi-echo", {{"store", "none"}}},
                                    [] {
                                      kpisuite::LogInfo("flushed");
                                      return absl::OkStatus();
                                    });
}
