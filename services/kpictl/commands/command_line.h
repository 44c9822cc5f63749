// kpictl as a function: arguments in, exit code out.
#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "services/kpictl/commands/clients.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {

// Runs one command line (without the program's name). Data goes to streams.out, everything else
// to streams.err. Returns the exit code of exit_code.h.
int RunKpictl(std::vector<std::string> arguments, const Streams& streams, const Clock& clock,
              const ChannelFactory& make_channel);

}  // namespace kpisuite
