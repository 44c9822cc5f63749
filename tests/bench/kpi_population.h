// KpiPopulation: the engine of a partition with many KPIs, of which a few have a past and are
// touched.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/input.pb.h"
#include "kpisuite/v1/measurement.pb.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

struct PopulationSpec {
  int kpis = 1000;
  // Spread evenly over all of them; these are touched, and have one sample of value 1 at noon of
  // each of the last `past_days` days before today. The others have one sample of today.
  int touched = 1000;
  int past_days = 0;
  std::string window = "MONTH";
  v1::Aggregation aggregation = v1::AGGREGATION_COUNT;
  // Process control and pace, with their defaults.
  bool charted = false;
};

// Each KPI reads a metric of its own. Definitions are kept by the engine alone, without a catalog.
// Not thread-safe.
class KpiPopulation {
 public:
  explicit KpiPopulation(const PopulationSpec& spec);
  KpiPopulation(const KpiPopulation&) = delete;
  KpiPopulation& operator=(const KpiPopulation&) = delete;

  absl::Status Build();

  const std::vector<int>& touched() const { return touched_; }
  // One new sample of today for each of `kpis`; microseconds of CPU for each of them, from the
  // change batch to the state.
  absl::StatusOr<double> Insert(const std::vector<int>& kpis);
  // The same, for a sample of noon `days_ago` (1 to past_days) of each touched KPI, which becomes
  // greater by 1.
  absl::StatusOr<double> Correct(int days_ago);
  // The current states of the touched KPIs say what was sent; COUNT, SUM and MEDIAN only.
  absl::Status Check();

  const PopulationSpec& spec() const { return spec_; }
  const EngineCounters& counters() const { return engine_.counters(); }
  // How much the heap grew while it was built, for each KPI.
  double bytes_per_kpi() const { return bytes_per_kpi_; }
  // Seconds of CPU for that.
  double build_seconds() const { return build_seconds_; }

 private:
  using Batches = std::vector<std::shared_ptr<v1::ChangeBatch>>;

  absl::Status Define(int first, int end);
  absl::Status Fill();
  v1::SeriesChanges& AddSeries(int kpi, Batches& batches);
  absl::StatusOr<double> Apply(const Batches& batches, size_t kpis);
  void Tick();
  absl::StatusOr<std::string> Expected(int kpi) const;

  const PopulationSpec spec_;
  const absl::Time now_;
  PartitionEngine engine_{0, 1, 0};
  int64_t seq_ = 0;
  std::vector<int> touched_;
  std::vector<int64_t> today_;        // samples of today, by KPI
  std::vector<int64_t> corrections_;  // by days ago
  double bytes_per_kpi_ = 0;
  double build_seconds_ = 0;
};

}  // namespace kpisuite
