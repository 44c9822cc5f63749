// Every state equals a naive recomputation.
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/state_text.h"
#include "tests/simulator/checks.h"
#include "tests/simulator/naive_kpi.h"

namespace kpisuite {
namespace {

using KeptStates = std::map<NaivePlace, ChangedState>;

std::string Line(const StateId& id) { return absl::StrReplaceAll(id.Key(), {{"\n", " "}}); }

// Checks the kept states of one KPI.
class KpiChecker {
 public:
  KpiChecker(SimulatedSuite& suite, const NaiveKpi& naive, const KeptStates& kept,
             const std::set<std::string>& restated)
      : suite_(suite), naive_(naive), kept_(kept), restated_(restated) {}

  void Check(absl::Time now) {
    for (const auto& [place, state] : kept_) {
      if (naive_.RowsAt(place) == 0) continue;
      std::optional<absl::CivilDay>& latest = latest_[{place.window, place.slice}];
      latest = std::max(latest.value_or(place.first_day), place.first_day);
    }
    for (const auto& [place, state] : kept_) CheckState(place, state, now);
    for (const NaivePlace& place : naive_.PlacesWithRows()) {
      if (kept_.contains(place)) continue;
      suite_.stage.Fail(absl::StrCat(
          naive_.kpi().id, " ", naive_.kpi().windows[place.window].id(), " \"", place.slice, "\" ",
          absl::FormatCivilTime(place.first_day), " has rows and no state"));
    }
  }

 private:
  void CheckState(const NaivePlace& place, const ChangedState& kept, absl::Time now) {
    v1::KpiState state;
    if (!state.ParseFromString(*kept.state)) return suite_.stage.Fail("a state cannot be read");
    const auto latest = latest_.find({place.window, place.slice});
    const bool is_latest = latest == latest_.end() || place.first_day >= *latest->second;
    const bool may_settle = state.period().life() == v1::PERIOD_LIFE_CLOSING &&
                            state.revision() == 0 &&
                            now < FromTimestamp(state.tick()) + kBackfillSettles;
    const std::string expected =
        naive_.Expect(place, {.now = now,
                              .latest = is_latest,
                              .restated = restated_.contains(kept.id.Key()),
                              .settling = may_settle});
    const std::string actual = NaiveKpi::Describe(state);
    suite_.stage.Count("state compared");
    if (actual == expected) return;
    suite_.stage.Fail(absl::StrCat(Line(kept.id), " at ", absl::FormatTime(now), "\n    is      ",
                                   actual, "\n    must be ", expected));
  }

  SimulatedSuite& suite_;
  const NaiveKpi& naive_;
  const KeptStates& kept_;
  const std::set<std::string>& restated_;
  std::map<std::pair<size_t, std::string>, std::optional<absl::CivilDay>> latest_;
};

std::set<std::string> RestatedKeys(const SimulatedEvaluation& evaluation) {
  std::set<std::string> keys;
  for (const LoggedState& entry : evaluation.logged()) {
    if (entry.cause == v1::HISTORY_CAUSE_RESTATED) keys.insert(entry.id.Key());
  }
  return keys;
}

size_t WindowNumber(const KpiDefinition& kpi, const std::string& id) {
  size_t number = 0;
  while (number < kpi.windows.size() && kpi.windows[number].id() != id) ++number;
  return number;
}

}  // namespace

void CheckStates(SimulatedSuite& suite, int part) {
  const PartitionEngine& engine = *suite.evaluation.Engine(part);
  const SampleTable table = suite.measurement.TableAt(part, engine.seq());
  const std::set<std::string> restated = RestatedKeys(suite.evaluation);
  std::map<std::string, KeptStates> kept_by_kpi;
  for (const ChangedState& state : engine.Snapshot()) {
    const KpiRuntime* runtime = engine.Find(state.id.kpi);
    if (runtime == nullptr) return suite.stage.Fail(state.id.kpi + " is kept and unknown");
    kept_by_kpi[state.id.kpi][{WindowNumber(runtime->kpi(), state.id.window), state.id.slice,
                               DayOfNumber(state.first_day)}] = state;
  }
  for (const auto& kpi : suite.evaluation.catalog().Kpis()) {
    if (PartitionOf(kpi->workspace, kpi->partition_group, kSimulatedPartitions) != part) continue;
    const KpiRuntime* runtime = engine.Find(kpi->resource_name());
    if (runtime == nullptr || runtime->kpi().revision != kpi->revision) {
      suite.stage.Fail(absl::StrCat(kpi->resource_name(), " is not evaluated as it is defined"));
      continue;
    }
    const absl::StatusOr<NaiveKpi> naive = NaiveKpi::Create(kpi, table);
    if (!naive.ok()) return suite.stage.Fail(naive.status().ToString());
    for (const MetricInput& input : kpi->inputs) {
      suite.stage.Count(absl::StrCat("aggregation ", AggregationKindName(input.aggregation.kind)));
    }
    KpiChecker(suite, *naive, kept_by_kpi[kpi->resource_name()], restated)
        .Check(suite.evaluation.LastTick(part));
  }
  if (engine.Runtimes().size() < kept_by_kpi.size()) suite.stage.Fail("states of removed KPIs");
}

}  // namespace kpisuite
