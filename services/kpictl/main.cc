// kpictl: the command line of the KPI suite.
#include <grpc/support/log.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/rpc/channel.h"
#include "services/kpictl/commands/command_line.h"

namespace {

// Messages of the transport are for developers; a failed call says what a user needs.
void QuietTransport() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) QuietTransport();
  std::ios::sync_with_stdio(false);
  const kpisuite::Streams streams{.in = std::cin,
                                  .out = std::cout,
                                  .err = std::cerr,
                                  .in_is_terminal = isatty(STDIN_FILENO) != 0,
                                  .out_is_terminal = isatty(STDOUT_FILENO) != 0,
                                  .err_is_terminal = isatty(STDERR_FILENO) != 0};
  const kpisuite::SystemClock clock;
  return kpisuite::RunKpictl(std::vector<std::string>(argv + 1, argv + argc), streams, clock,
                             kpisuite::MakeChannel);
}
