#include "tests/bench/kpi_population.h"

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/catalog.h"
#include "tests/bench/suite_processes.h"

namespace kpisuite {
namespace {

constexpr int kSeriesInBatch = 100;
constexpr int kDefinedAtOnce = 10'000;
constexpr int kMaxEvaluations = 1'000'000;

double ThreadCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double HeapBytes() {
  const struct mallinfo2 heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd);
}

std::string IdOf(int kpi) { return absl::StrCat("load-", kpi); }

// A day late in its month and year, with most of both behind it.
constexpr char kNow[] = "2025-12-15T12:00:00Z";

absl::Time Now() {
  absl::Time now;
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, kNow, &now, &error) ? now : absl::UnixEpoch();
}

void AddRow(absl::Time time, v1::RowChange kind, int64_t before, int64_t after,
            v1::SeriesChanges& changes) {
  changes.add_time_unix_nano(absl::ToUnixNanos(time));
  changes.add_kinds(kind);
  changes.add_old_values(before);
  changes.add_new_values(after);
}

}  // namespace

KpiPopulation::KpiPopulation(const PopulationSpec& spec)
    : spec_(spec),
      now_(Now()),
      today_(static_cast<size_t>(spec.kpis), 0),
      corrections_(static_cast<size_t>(spec.past_days) + 1, 0) {
  for (int i = 0; i < spec.touched; ++i) {
    touched_.push_back(static_cast<int>(static_cast<int64_t>(i) * spec.kpis / spec.touched));
  }
}

absl::Status KpiPopulation::Build() {
  const double bytes = HeapBytes();
  const double start = ThreadCpuSeconds();
  for (int first = 0; first < spec_.kpis; first += kDefinedAtOnce) {
    RETURN_IF_ERROR(Define(first, std::min(first + kDefinedAtOnce, spec_.kpis)));
  }
  RETURN_IF_ERROR(Fill());
  build_seconds_ = ThreadCpuSeconds() - start;
  bytes_per_kpi_ = (HeapBytes() - bytes) / spec_.kpis;
  return absl::OkStatus();
}

absl::Status KpiPopulation::Define(int first, int end) {
  std::vector<v1::Definition> definitions;
  for (int i = first; i < end; ++i) {
    definitions.push_back(BenchMetric(IdOf(i)));
    v1::Definition kpi = BenchKpi(IdOf(i), IdOf(i), spec_.aggregation);
    kpi.mutable_kpi()->set_windows(0, spec_.window);
    if (spec_.charted) {
      kpi.mutable_kpi()->mutable_process_control();
      kpi.mutable_kpi()->mutable_pace();
    }
    definitions.push_back(std::move(kpi));
  }
  Catalog catalog;
  catalog.Apply(definitions, 1);
  const auto kpis = catalog.Kpis();
  if (kpis.size() != static_cast<size_t>(end - first)) {
    return absl::InternalError("not every KPI of the benchmark is valid");
  }
  for (const auto& kpi : kpis) RETURN_IF_ERROR(engine_.SetKpi(kpi));
  for (const LoadRequest& load : engine_.TakeLoads()) {
    RETURN_IF_ERROR(engine_.Answer({.id = load.id, .seq = seq_}));
  }
  Tick();
  return absl::OkStatus();
}

// The past of the touched ones, and today's first sample of all.
absl::Status KpiPopulation::Fill() {
  for (size_t i = 0; i < touched_.size(); i += kSeriesInBatch) {
    Batches batches;
    for (size_t k = i; k < std::min(i + kSeriesInBatch, touched_.size()); ++k) {
      v1::SeriesChanges& changes = AddSeries(touched_[k], batches);
      for (int day = spec_.past_days; day >= 1; --day) {
        AddRow(now_ - day * absl::Hours(24), v1::ROW_CHANGE_INSERTED, 0, 1, changes);
      }
    }
    RETURN_IF_ERROR(Apply(batches, 1).status());
  }
  std::vector<int> all(static_cast<size_t>(spec_.kpis));
  std::iota(all.begin(), all.end(), 0);
  return Insert(all).status();
}

absl::StatusOr<double> KpiPopulation::Insert(const std::vector<int>& kpis) {
  Batches batches;
  for (const int kpi : kpis) {
    const int64_t before = today_[static_cast<size_t>(kpi)]++;
    AddRow(now_ + absl::Nanoseconds(before), v1::ROW_CHANGE_INSERTED, 0, 1,
           AddSeries(kpi, batches));
  }
  return Apply(batches, kpis.size());
}

absl::StatusOr<double> KpiPopulation::Correct(int days_ago) {
  const int64_t value = ++corrections_[static_cast<size_t>(days_ago)];
  Batches batches;
  for (const int kpi : touched_) {
    AddRow(now_ - days_ago * absl::Hours(24), v1::ROW_CHANGE_CORRECTED, value, value + 1,
           AddSeries(kpi, batches));
  }
  return Apply(batches, touched_.size());
}

v1::SeriesChanges& KpiPopulation::AddSeries(int kpi, Batches& batches) {
  if (batches.empty() || batches.back()->series_size() == kSeriesInBatch) {
    auto batch = std::make_shared<v1::ChangeBatch>();
    batch->mutable_position()->set_incarnation(1);
    batch->mutable_position()->set_seq(++seq_);
    batch->set_workspace(kBenchParent);
    batches.push_back(std::move(batch));
  }
  v1::SeriesChanges& changes = *batches.back()->add_series();
  changes.set_metric(IdOf(kpi));
  changes.set_series_id(static_cast<uint64_t>(kpi) + 1);
  return changes;
}

absl::StatusOr<double> KpiPopulation::Apply(const Batches& batches, size_t kpis) {
  const double start = ThreadCpuSeconds();
  for (const auto& batch : batches) {
    RETURN_IF_ERROR(engine_.Apply(batch));
    Tick();
  }
  return (ThreadCpuSeconds() - start) * 1e6 / static_cast<double>(kpis);
}

void KpiPopulation::Tick() {
  while (engine_.Tick(now_, kMaxEvaluations).more) {
  }
}

// Of the window's current period.
absl::StatusOr<std::string> KpiPopulation::Expected(int kpi) const {
  const KpiRuntime& runtime = *engine_.Find(BenchKpiName(IdOf(kpi)));
  const Period period = runtime.kpi().windows[0].At(*runtime.kpi().calendar, now_);
  int64_t count = today_[static_cast<size_t>(kpi)];
  int64_t sum = count;
  for (int day = 1; day <= spec_.past_days; ++day) {
    if (now_ - day * absl::Hours(24) < period.start) break;
    const int64_t value = 1 + corrections_[static_cast<size_t>(day)];
    ++count;
    sum += value;
  }
  switch (spec_.aggregation) {
    case v1::AGGREGATION_COUNT: return absl::StrCat(count);
    case v1::AGGREGATION_SUM: return absl::StrCat(sum);
    case v1::AGGREGATION_MEDIAN: return std::string("1");  // as long as few are corrected
    default: return absl::UnimplementedError("aggregation without an expectation");
  }
}

absl::Status KpiPopulation::Check() {
  for (const int kpi : touched_) {
    const KpiRuntime& runtime = *engine_.Find(BenchKpiName(IdOf(kpi)));
    const Period period = runtime.kpi().windows[0].At(*runtime.kpi().calendar, now_);
    ASSIGN_OR_RETURN(const auto bytes, engine_.Read(runtime, "", 0, period, now_));
    v1::KpiState state;
    state.ParseFromString(*bytes);
    ASSIGN_OR_RETURN(const std::string want, Expected(kpi));
    if (state.value() != want) {
      return absl::DataLossError(absl::StrCat("got ", state.value(), ", want ", want));
    }
    if (state.has_control() != spec_.charted) {
      return absl::DataLossError("a chart is missing, or one too many");
    }
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
