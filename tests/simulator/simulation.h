// One simulated run: a seed decides everything.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/faults.h"

namespace kpisuite {

struct SimulationOptions {
  uint64_t seed = 0;
  // Operations of the outside world; nothing: as many as the seed says.
  std::optional<int> operations;
  uint64_t disabled_faults = 0;  // bit n: fault number n
  bool trace = false;            // one line for everything that happens, on stdout
};

struct SimulationResult {
  std::vector<std::string> failures;  // empty: everything held
  int operations = 0;
  FaultCounts faults{};
  std::map<std::string, int64_t> counts;  // of workload and checks, by name
};

SimulationResult Simulate(const SimulationOptions& options);

}  // namespace kpisuite
