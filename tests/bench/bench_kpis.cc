// bench_kpis: what a touched KPI costs the engine of a partition when there are more idle ones, and
// what a late correction costs next to a sample that comes in order.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/options.h"
#include "tests/bench/kpi_population.h"
#include "tests/bench/statistics.h"

namespace kpisuite {
namespace {

constexpr int kTwoYears = 730;  // days of the past behind a chart
constexpr int kOneYear = 365;
constexpr int kLateDays = 340;
constexpr double kMostForLate = 3;  // times the CPU of a sample in order

struct Options {
  int touched = 1000;
  int rounds = 50;
  int largest = 1'000'000;
  bool smoke = false;

  std::vector<int> populations() const {
    if (smoke) return {1000, 10'000};
    std::vector<int> sizes;
    for (const int kpis : {1000, 100'000, 1'000'000}) {
      if (kpis <= largest) sizes.push_back(kpis);
    }
    return sizes;
  }
};

// One population and what was measured on it, by round.
struct Measured {
  explicit Measured(const PopulationSpec& spec) : population(spec) {}
  KpiPopulation population;
  EngineCounters before;
  std::vector<double> same;  // microseconds for each KPI, the same ones in every round
  std::vector<double> any;
};
using AllMeasured = std::vector<std::unique_ptr<Measured>>;

// Any `count` different ones.
std::vector<int> Draw(int kpis, int count, std::mt19937& generator) {
  std::vector<int> all(static_cast<size_t>(kpis));
  for (int i = 0; i < kpis; ++i) all[static_cast<size_t>(i)] = i;
  std::vector<int> chosen;
  std::sample(all.begin(), all.end(), std::back_inserter(chosen), count, generator);
  return chosen;
}

std::vector<double> Ratios(const std::vector<double>& micros, const std::vector<double>& first) {
  std::vector<double> ratios;
  for (size_t i = 0; i < micros.size(); ++i) ratios.push_back(micros[i] / first[i]);
  return ratios;
}

// "3.10 us, 1.02x (1.00 to 1.04)"
std::string Cost(const std::vector<double>& micros, const std::vector<double>& first) {
  const std::vector<double> ratios = Ratios(micros, first);
  const RatioInterval interval = MedianInterval(ratios);
  char text[96];
  std::snprintf(text, sizeof(text), "%.2f us, %.2fx (%.2f to %.2f)", Median(micros), Median(ratios),
                interval.low, interval.high);
  return text;
}

absl::StatusOr<AllMeasured> Build(const Options& options, bool charted) {
  AllMeasured all;
  for (const int kpis : options.populations()) {
    all.push_back(std::make_unique<Measured>(PopulationSpec{.kpis = kpis,
                                                            .touched = options.touched,
                                                            .past_days = charted ? kTwoYears : 0,
                                                            .charted = charted}));
    KpiPopulation& population = all.back()->population;
    RETURN_IF_ERROR(population.Build());
    std::printf("%8d KPIs  built in %.1f s of CPU, %.0f bytes each\n", kpis,
                population.build_seconds(), population.bytes_per_kpi());
    std::fflush(stdout);
    RETURN_IF_ERROR(population.Insert(population.touched()).status());
    all.back()->before = population.counters();
  }
  return all;
}

// Work that was counted, of which idle KPIs must not cause any.
absl::Status SameWork(const Measured& first, const Measured& other) {
  const auto counted = [](const Measured& measured) {
    const EngineCounters& after = measured.population.counters();
    return std::vector<int64_t>{after.samples - measured.before.samples,
                                after.kpis_touched - measured.before.kpis_touched,
                                after.evaluations - measured.before.evaluations,
                                after.pane_reloads - measured.before.pane_reloads};
  };
  const std::vector<int64_t> want = counted(first);
  const std::vector<int64_t> got = counted(other);
  if (got == want) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("idle KPIs cause work: samples, KPIs, evaluations and reloads of ",
                   first.population.spec().kpis, " KPIs: ", want[0], ", ", want[1], ", ", want[2],
                   ", ", want[3], "; of ", other.population.spec().kpis, ": ", got[0], ", ", got[1],
                   ", ", got[2], ", ", got[3]));
}

// With and without charts: idle KPIs.
absl::Status MeasureIdle(const Options& options, bool charted) {
  std::printf(charted ? "with process control and pace; two years of past behind those touched\n"
                      : "a count by month with a target\n");
  ASSIGN_OR_RETURN(const AllMeasured all, Build(options, charted));
  std::mt19937 generator(1);
  for (int round = 0; round < options.rounds; ++round) {
    for (const auto& measured : all) {
      KpiPopulation& population = measured->population;
      ASSIGN_OR_RETURN(const double same, population.Insert(population.touched()));
      measured->same.push_back(same);
      // Without a past any other KPI is as good.
      if (charted) continue;
      ASSIGN_OR_RETURN(const double any,
                       population.Insert(Draw(population.spec().kpis, options.touched, generator)));
      measured->any.push_back(any);
    }
  }
  for (const auto& measured : all) {
    RETURN_IF_ERROR(measured->population.Check());
    RETURN_IF_ERROR(SameWork(*all[0], *measured));
    std::printf("%8d KPIs  always the same: %s", measured->population.spec().kpis,
                Cost(measured->same, all[0]->same).c_str());
    if (!charted) std::printf("; any of them: %s", Cost(measured->any, all[0]->any).c_str());
    std::printf("\n");
  }
  return absl::OkStatus();
}

// A sample of today, and the correction of one of the days before it in the same year; an error
// when that costs too much.
absl::Status MeasureLate(const Options& options, v1::Aggregation aggregation, bool charted) {
  KpiPopulation population({.kpis = options.touched,
                            .touched = options.touched,
                            .past_days = charted ? 3 * kOneYear : kOneYear,
                            .window = "YEAR",
                            .aggregation = aggregation,
                            .charted = charted});
  RETURN_IF_ERROR(population.Build());
  std::mt19937 generator(1);
  std::uniform_int_distribution<int> days(30, kLateDays);
  std::vector<double> in_order;
  std::vector<double> late;
  for (int round = 0; round < options.rounds; ++round) {
    ASSIGN_OR_RETURN(const double today, population.Insert(population.touched()));
    ASSIGN_OR_RETURN(const double past, population.Correct(days(generator)));
    in_order.push_back(today);
    late.push_back(past);
  }
  RETURN_IF_ERROR(population.Check());
  std::printf("%-6s%-30s in order %.2f us; late %s\n",
              v1::Aggregation_Name(aggregation).substr(12).c_str(),
              charted ? " with process control and pace" : "", Median(in_order),
              Cost(late, in_order).c_str());
  // The whole interval, so that a noisy machine does not fail.
  const double least = MedianInterval(Ratios(late, in_order)).low;
  if (least <= kMostForLate) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a late correction costs at least ", least,
                                          " times a sample in order, want at most ", kMostForLate));
}

absl::Status Run(const Options& options) {
  std::printf(
      "PartitionEngine %s in one thread; %d KPIs touched in each of %d rounds by one sample"
      " each,\nCPU from change batch to state for each touched KPI; ratios to the first"
      " line, or to what is in order\n",
      KPISUITE_VERSION, options.touched, options.rounds);
  RETURN_IF_ERROR(MeasureIdle(options, false));
  RETURN_IF_ERROR(MeasureIdle(options, true));
  std::printf("corrections of 30 to %d days ago in a year\n", kLateDays);
  for (const auto aggregation : {v1::AGGREGATION_SUM, v1::AGGREGATION_MEDIAN}) {
    RETURN_IF_ERROR(MeasureLate(options, aggregation, false));
  }
  return MeasureLate(options, v1::AGGREGATION_SUM, true);
}

int Main(int argc, char** argv) {
  Options options;
  OptionParser parser("bench_kpis", "Measures what idle KPIs and late corrections cost.");
  parser.Add("touched", options.touched, 1, 1000, "KPIs that are touched in each round.");
  parser.Add("rounds", options.rounds, 1, 10'000, "How often each population is measured.");
  parser.Add("largest", options.largest, 1000, 1'000'000, "Most KPIs of a population.");
  parser.Add("smoke", options.smoke, "Only counted work, in small populations.");
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
