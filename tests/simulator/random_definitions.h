// RandomDefinitions: metrics, calendars, KPIs and targets by chance, and how they change.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "tests/harness/definition_node.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

inline constexpr char kSimulatedWorkspace[] = "sim";

// Where and when a run takes place: near a change of clocks.
struct Scene {
  std::vector<std::string> zones;
  absl::Time start;
};
Scene ChooseScene(uint64_t seed);

struct SimulatedMetric {
  std::string id;
  std::vector<std::string> dimensions;
  int scale = 0;
  bool is_event = true;
};

// Proposes definitions to `definitions`, which decides. Not thread-safe.
class RandomDefinitions {
 public:
  // All outlive the object.
  RandomDefinitions(Stage& stage, DefinitionNode& definitions, const Scene& scene)
      : stage_(stage), definitions_(definitions), scene_(scene) {}

  // The definitions a run begins with.
  void Begin();
  // Changes one of them: adds, edits or removes.
  void Change();

  const std::vector<SimulatedMetric>& metrics() const { return metrics_; }

 private:
  void AddMetric(int number);
  void AddCalendars();
  v1::Timeliness MakeTimeliness();
  // Proposes a KPI with this number, new or in place of the one that has it.
  bool ProposeKpi(int number);
  v1::Definition MakeKpi(int number, bool with_slices);
  void FillInputs(int number, bool with_slices, v1::Kpi& kpi);
  void AddMetricInput(const std::string& alias, const SimulatedMetric& metric, bool with_slices,
                      v1::Kpi& kpi);
  void FillTime(v1::Kpi& kpi);
  void FillStatus(v1::Kpi& kpi);
  void FillBands(v1::Kpi& kpi);
  void EditKpi();
  void EditInput(v1::Kpi& kpi);
  void EditTimeliness();
  void ProposeTarget();
  void Remove(const std::string& collection, int number);
  bool Propose(v1::Definition definition, const char* what);

  Stage& stage_;
  DefinitionNode& definitions_;
  const Scene& scene_;
  std::vector<SimulatedMetric> metrics_;
};

}  // namespace kpisuite
