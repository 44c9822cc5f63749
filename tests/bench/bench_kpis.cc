// bench_kpis: what a touched KPI costs the engine of a partition when there are more idle ones.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/catalog.h"
#include "libs/rpc/options.h"
#include "services/evaluation/engine/partition_engine.h"
#include "tests/bench/statistics.h"
#include "tests/bench/suite_processes.h"

namespace kpisuite {
namespace {

constexpr int kSeriesInBatch = 100;
constexpr int kMaxEvaluations = 1'000'000;

struct Options {
  int touched = 1000;
  int rounds = 50;
  bool smoke = false;

  std::vector<int> populations() const {
    if (smoke) return {touched, 2 * touched};
    return {1000, 10'000, 100'000};
  }
};

double ThreadCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string IdOf(int kpi) { return absl::StrCat("load-", kpi); }

// The engine of a partition with so many KPIs, each over a metric of its own.
class Population {
 public:
  explicit Population(int kpis) : kpis_(kpis), samples_(static_cast<size_t>(kpis), 0) {}
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;

  absl::Status Build() {
    std::vector<v1::Definition> definitions;
    for (int i = 0; i < kpis_; ++i) {
      definitions.push_back(BenchMetric(IdOf(i)));
      definitions.push_back(BenchKpi(IdOf(i), IdOf(i), v1::AGGREGATION_COUNT));
    }
    catalog_.Apply(definitions, 1);
    for (const auto& kpi : catalog_.Kpis()) RETURN_IF_ERROR(engine_.SetKpi(kpi));
    for (const LoadRequest& load : engine_.TakeLoads()) {
      RETURN_IF_ERROR(engine_.Answer({.id = load.id, .seq = 0}));
    }
    Tick();
    return absl::OkStatus();
  }

  // One sample for each of `kpis`; microseconds of CPU for each of them, from batch to state.
  absl::StatusOr<double> Touch(const std::vector<int>& kpis) {
    std::vector<std::shared_ptr<v1::ChangeBatch>> batches;
    for (size_t i = 0; i < kpis.size(); ++i) {
      if (i % kSeriesInBatch == 0) batches.push_back(NewBatch());
      AddSample(kpis[i], *batches.back());
    }
    const double start = ThreadCpuSeconds();
    for (const auto& batch : batches) {
      RETURN_IF_ERROR(engine_.Apply(batch));
      Tick();
    }
    return (ThreadCpuSeconds() - start) * 1e6 / static_cast<double>(kpis.size());
  }

  // The states of `kpis` say how many samples were sent.
  absl::Status Check(const std::vector<int>& kpis) {
    for (const int kpi : kpis) {
      const KpiRuntime& runtime = *engine_.Find(BenchKpiName(IdOf(kpi)));
      const Period period = runtime.kpi().windows[0].At(*runtime.kpi().calendar, now_);
      ASSIGN_OR_RETURN(const auto bytes, engine_.Read(runtime, "", 0, period, now_));
      v1::KpiState state;
      state.ParseFromString(*bytes);
      const std::string want = absl::StrCat(samples_[static_cast<size_t>(kpi)]);
      if (state.value() != want) {
        return absl::DataLossError(absl::StrCat("got ", state.value(), ", want ", want));
      }
    }
    return absl::OkStatus();
  }

  int kpis() const { return kpis_; }
  const EngineCounters& counters() const { return engine_.counters(); }
  std::vector<double> same;  // microseconds for each touched KPI, by round
  std::vector<double> any;

 private:
  std::shared_ptr<v1::ChangeBatch> NewBatch() {
    auto batch = std::make_shared<v1::ChangeBatch>();
    batch->mutable_position()->set_incarnation(1);
    batch->mutable_position()->set_seq(++seq_);
    batch->set_workspace(kBenchParent);
    return batch;
  }

  void AddSample(int kpi, v1::ChangeBatch& batch) {
    v1::SeriesChanges& changes = *batch.add_series();
    changes.set_metric(IdOf(kpi));
    changes.set_series_id(static_cast<uint64_t>(kpi) + 1);
    changes.add_time_unix_nano(absl::ToUnixNanos(now_) + samples_[static_cast<size_t>(kpi)]++);
    changes.add_kinds(v1::ROW_CHANGE_INSERTED);
    changes.add_old_values(0);
    changes.add_new_values(1);
  }

  void Tick() {
    while (engine_.Tick(now_, kMaxEvaluations).more) {
    }
  }

  const int kpis_;
  const absl::Time now_ = absl::Now();
  Catalog catalog_;
  PartitionEngine engine_{0, 1, 0};
  int64_t seq_ = 0;
  std::vector<int64_t> samples_;  // sent, by KPI
};

// `count` KPIs spread evenly over all.
std::vector<int> Spread(int kpis, int count) {
  std::vector<int> chosen;
  for (int i = 0; i < count; ++i) {
    chosen.push_back(static_cast<int>(static_cast<int64_t>(i) * kpis / count));
  }
  return chosen;
}

// Any `count` different ones.
std::vector<int> Draw(int kpis, int count, std::mt19937& generator) {
  std::vector<int> all = Spread(kpis, kpis);
  std::vector<int> chosen;
  std::sample(all.begin(), all.end(), std::back_inserter(chosen), count, generator);
  return chosen;
}

// "3.10 us, 1.02 (1.00 to 1.04) of the first"
std::string Cost(const std::vector<double>& micros, const std::vector<double>& first) {
  std::vector<double> ratios;
  for (size_t i = 0; i < micros.size(); ++i) ratios.push_back(micros[i] / first[i]);
  const RatioInterval interval = MedianInterval(ratios);
  char text[96];
  std::snprintf(text, sizeof(text), "%.2f us, %.2fx (%.2f to %.2f)", Median(micros), Median(ratios),
                interval.low, interval.high);
  return text;
}

absl::Status Run(const Options& options) {
  std::printf(
      "PartitionEngine %s in one thread; %d KPIs touched in each of %d rounds by one sample"
      " each,\nCPU from change batch to state for each touched KPI; ratios to the first"
      " line\n",
      KPISUITE_VERSION, options.touched, options.rounds);
  std::vector<std::unique_ptr<Population>> populations;
  for (const int kpis : options.populations()) {
    populations.push_back(std::make_unique<Population>(kpis));
    RETURN_IF_ERROR(populations.back()->Build());
  }
  std::mt19937 generator(1);
  std::vector<std::vector<int>> spread;
  for (const auto& population : populations) {
    spread.push_back(Spread(population->kpis(), options.touched));
    RETURN_IF_ERROR(population->Touch(spread.back()).status());
  }
  std::vector<EngineCounters> before;
  for (const auto& population : populations) before.push_back(population->counters());
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < populations.size(); ++i) {
      Population& population = *populations[i];
      ASSIGN_OR_RETURN(const double same, population.Touch(spread[i]));
      population.same.push_back(same);
      ASSIGN_OR_RETURN(const double any,
                       population.Touch(Draw(population.kpis(), options.touched, generator)));
      population.any.push_back(any);
    }
  }
  for (size_t i = 0; i < populations.size(); ++i) {
    Population& population = *populations[i];
    RETURN_IF_ERROR(population.Check(spread[i]));
    const EngineCounters& after = population.counters();
    std::printf("%7d KPIs  always the same: %s; any of them: %s; %.3f touched per sample\n",
                population.kpis(), Cost(population.same, populations[0]->same).c_str(),
                Cost(population.any, populations[0]->any).c_str(),
                static_cast<double>(after.kpis_touched - before[i].kpis_touched) /
                    static_cast<double>(after.samples - before[i].samples));
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  OptionParser parser("bench_kpis", "Measures what idle KPIs cost.");
  parser.Add("touched", options.touched, 1, 1000, "KPIs that are touched in each round.");
  parser.Add("rounds", options.rounds, 1, 10'000, "How often each population is measured.");
  parser.Add("smoke", options.smoke, "Only whether it works: small populations.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  if (options.smoke) options.rounds = 2;
  const absl::Status status = Run(options);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_kpis: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
