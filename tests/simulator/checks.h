// What must hold in a simulated run (RELIABILITY 5, I1 to I7 and I12).
#pragma once

#include "tests/simulator/random_definitions.h"
#include "tests/simulator/simulated_cache.h"
#include "tests/simulator/simulated_evaluation.h"
#include "tests/simulator/simulated_measurement.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

// Everything that takes part in a run.
struct SimulatedSuite {
  Stage& stage;
  DefinitionNode& definitions;
  SimulatedMeasurement& measurement;
  SimulatedCache& cache;
  SimulatedEvaluation& evaluation;
  const std::vector<SimulatedMetric>& metrics;
};

// Every kept state of a partition whose last tick left nothing to do equals the naive
// recomputation, and every slice and period with rows is kept.
void CheckStates(SimulatedSuite& suite, int part);

// Of a suite in which nothing is left to do: samples, feed, log, cache and watchers agree.
void CheckEverything(SimulatedSuite& suite);

// The log alone: revisions are dense, periods close once, nothing is logged twice.
void CheckLog(SimulatedSuite& suite);

}  // namespace kpisuite
