// kpi-simulator: runs seeds until one fails, and then makes its run as small as it can.
//
//   kpi_simulator FIRST COUNT [--require-coverage]
//   kpi_simulator --seed N [--operations N] [--without FAULT]... [--trace]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/kpi/aggregate.h"
#include "tests/simulator/simulation.h"

namespace kpisuite {
namespace {

constexpr int64_t kLeastOccurrences = 20;

// The command that repeats a run.
std::string CommandOf(const SimulationOptions& options) {
  std::string command = absl::StrCat("kpi_simulator --seed ", options.seed);
  if (options.operations.has_value()) {
    absl::StrAppend(&command, " --operations ", *options.operations);
  }
  for (size_t i = 0; i < kFaultKinds; ++i) {
    if ((options.disabled_faults >> i & 1) != 0) {
      absl::StrAppend(&command, " --without ", FaultName(static_cast<Fault>(i)));
    }
  }
  return command + " --trace";
}

bool Fails(const SimulationOptions& options) { return !Simulate(options).failures.empty(); }

// Fewer operations and fewer kinds of faults, as long as it still fails.
SimulationOptions Shrink(SimulationOptions options) {
  for (size_t i = 0; i < kFaultKinds; ++i) {
    SimulationOptions simpler = options;
    simpler.disabled_faults |= uint64_t{1} << i;
    if (Fails(simpler)) options = simpler;
  }
  const int operations = Simulate(options).operations;
  for (int fewer = 0; fewer < operations; ++fewer) {
    SimulationOptions shorter = options;
    shorter.operations = fewer;
    if (Fails(shorter)) return shorter;
  }
  return options;
}

void Report(const SimulationOptions& failed) {
  std::printf("seed %llu fails; making it smaller\n", static_cast<unsigned long long>(failed.seed));
  SimulationOptions smallest = Shrink(failed);
  smallest.trace = true;
  const SimulationResult result = Simulate(smallest);
  for (const std::string& failure : result.failures) std::printf("FAILED %s\n", failure.c_str());
  std::printf("repeat with: %s\n", CommandOf(smallest).c_str());
}

// Names everything that occurred less often than a check needs to mean something.
bool CheckCoverage(const SimulationResult& total) {
  bool covered = true;
  const auto require = [&](absl::string_view what, int64_t count) {
    if (count >= kLeastOccurrences) return;
    covered = false;
    std::printf("FAILED %s occurred %lld times, want at least %lld\n", std::string(what).c_str(),
                static_cast<long long>(count), static_cast<long long>(kLeastOccurrences));
  };
  for (size_t i = 0; i < kFaultKinds; ++i) {
    require(FaultName(static_cast<Fault>(i)), total.faults[i]);
  }
  for (int kind = 1; kind <= static_cast<int>(AggregationKind::kCountDistinct); ++kind) {
    const std::string name =
        absl::StrCat("aggregation ", AggregationKindName(static_cast<AggregationKind>(kind)));
    const auto found = total.counts.find(name);
    require(name, found == total.counts.end() ? 0 : found->second);
  }
  for (const char* name :
       {"kpi added", "kpi replaced", "kpi edited", "kpis removed", "target proposed",
        "timeliness edited", "request acknowledged", "repetition recognised", "state compared"}) {
    const auto found = total.counts.find(name);
    require(name, found == total.counts.end() ? 0 : found->second);
  }
  return covered;
}

int RunSeeds(uint64_t first, uint64_t count, bool require_coverage) {
  SimulationResult total;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const SimulationResult result = Simulate({.seed = seed});
    if (!result.failures.empty()) {
      Report({.seed = seed});
      return 1;
    }
    total.operations += result.operations;
    for (size_t i = 0; i < kFaultKinds; ++i) total.faults[i] += result.faults[i];
    for (const auto& [name, number] : result.counts) total.counts[name] += number;
  }
  for (size_t i = 0; i < kFaultKinds; ++i) {
    std::printf("%8lld  %s\n", static_cast<long long>(total.faults[i]),
                std::string(FaultName(static_cast<Fault>(i))).c_str());
  }
  for (const auto& [name, number] : total.counts) {
    std::printf("%8lld  %s\n", static_cast<long long>(number), name.c_str());
  }
  std::printf("%8d  operations in %llu runs, all checks passed\n", total.operations,
              static_cast<unsigned long long>(count));
  return require_coverage && !CheckCoverage(total) ? 1 : 0;
}

int Usage() {
  std::fprintf(stderr,
               "usage: kpi_simulator FIRST COUNT [--require-coverage]\n"
               "       kpi_simulator --seed N [--operations N] [--without FAULT]... [--trace]\n");
  return 2;
}

int RunOne(int argc, char** argv) {
  SimulationOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--trace") {
      options.trace = true;
      continue;
    }
    if (i + 1 == argc) return Usage();
    const std::string value = argv[++i];
    int operations = 0;
    if (flag == "--seed" && absl::SimpleAtoi(value, &options.seed)) continue;
    if (flag == "--operations" && absl::SimpleAtoi(value, &operations)) {
      options.operations = operations;
      continue;
    }
    size_t fault = 0;
    while (fault < kFaultKinds && FaultName(static_cast<Fault>(fault)) != value) ++fault;
    if (flag != "--without" || fault == kFaultKinds) return Usage();
    options.disabled_faults |= uint64_t{1} << fault;
  }
  const SimulationResult result = Simulate(options);
  for (const std::string& failure : result.failures) std::printf("FAILED %s\n", failure.c_str());
  std::printf("%s\n", result.failures.empty() ? "all checks passed" : "failed");
  return result.failures.empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  uint64_t first = 0;
  uint64_t count = 0;
  const bool is_range =
      argc >= 3 && absl::SimpleAtoi(argv[1], &first) && absl::SimpleAtoi(argv[2], &count);
  if (!is_range) return argc >= 2 ? RunOne(argc, argv) : Usage();
  const bool require_coverage = argc == 4 && std::strcmp(argv[3], "--require-coverage") == 0;
  if (argc > 3 && !require_coverage) return Usage();
  return RunSeeds(first, count, require_coverage);
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
