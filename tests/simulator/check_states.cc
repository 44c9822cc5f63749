// Every state equals a naive recomputation.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/state_text.h"
#include "tests/simulator/checks.h"
#include "tests/simulator/naive_kpi.h"

namespace kpisuite {
namespace {

std::string Line(const StateId& id) { return absl::StrReplaceAll(id.Key(), {{"\n", " "}}); }

size_t WindowNumber(const KpiDefinition& kpi, const std::string& id) {
  size_t number = 0;
  while (number < kpi.windows.size() && kpi.windows[number].id() != id) ++number;
  return number;
}

bool HasWindow(const KpiDefinition& kpi, const std::string& id) {
  return WindowNumber(kpi, id) < kpi.windows.size();
}

// The number of the version that a period is of; nothing when the newest has no such window. What
// can be evaluated no more counts as having every window.
std::optional<size_t> VersionOf(const std::vector<KpiVersion>& chain, const std::string& window,
                                absl::CivilDay first_day) {
  const KpiDefinition& newest = *chain.back().kpi;
  if (!HasWindow(newest, window)) return std::nullopt;
  const Period period =
      newest.windows[WindowNumber(newest, window)].At(*newest.calendar, first_day);
  std::optional<size_t> owner;
  for (size_t i = chain.size(); i-- > 0;) {
    if (chain[i].kpi != nullptr && !HasWindow(*chain[i].kpi, window)) continue;
    owner = i;
    if (chain[i].first_day == INT32_MIN) break;
    if (period.last_day() >= DayOfNumber(chain[i].first_day)) break;
  }
  return owner;
}

// Window, slice and first day.
using StatePlaceKey = std::tuple<std::string, std::string, absl::CivilDay>;
using KeptStates = std::map<StatePlaceKey, ChangedState>;

// Checks the kept states of one KPI.
class KpiChecker {
 public:
  // `naive` is parallel to the chain; empty for what can be evaluated no more.
  KpiChecker(SimulatedSuite& suite, const std::vector<KpiVersion>& chain,
             const std::vector<std::optional<NaiveKpi>>& naive, const KeptStates& kept,
             const std::set<std::string>& restated)
      : suite_(suite), chain_(chain), naive_(naive), kept_(kept), restated_(restated) {}

  void Check(absl::Time now) {
    for (const auto& [key, state] : kept_) {
      const auto& [window, slice, first_day] = key;
      const NaiveKpi* naive = NaiveOf(window, first_day);
      if (naive == nullptr) {
        return suite_.stage.Fail(Line(state.id) + " is of a version that cannot be evaluated");
      }
      const NaivePlace place{WindowNumber(naive->kpi(), window), slice, first_day};
      if (naive->RowsAt(place) == 0) continue;
      std::optional<absl::CivilDay>& latest = latest_[{window, slice}];
      latest = std::max(latest.value_or(first_day), first_day);
    }
    for (const auto& [key, state] : kept_) CheckState(key, state, now);
    for (size_t version = 0; version < naive_.size(); ++version) {
      if (naive_[version].has_value()) CheckAllKept(version);
    }
  }

 private:
  const NaiveKpi* NaiveOf(const std::string& window, absl::CivilDay first_day) const {
    const std::optional<size_t> version = VersionOf(chain_, window, first_day);
    return version.has_value() && naive_[*version].has_value() ? &*naive_[*version] : nullptr;
  }

  void CheckAllKept(size_t version) {
    const NaiveKpi& naive = *naive_[version];
    for (const NaivePlace& place : naive.PlacesWithRows()) {
      const std::string& window = naive.kpi().windows[place.window].id();
      if (VersionOf(chain_, window, place.first_day) != version) continue;
      if (kept_.contains({window, place.slice, place.first_day})) continue;
      suite_.stage.Fail(absl::StrCat(naive.kpi().id, " ", window, " \"", place.slice, "\" ",
                                     absl::FormatCivilTime(place.first_day),
                                     " has rows and no state"));
    }
  }

  void CheckState(const StatePlaceKey& key, const ChangedState& kept, absl::Time now) {
    const auto& [window, slice, first_day] = key;
    v1::KpiState state;
    if (!state.ParseFromString(*kept.state)) return suite_.stage.Fail("a state cannot be read");
    const auto latest = latest_.find({window, slice});
    const bool is_latest = latest == latest_.end() || first_day >= *latest->second;
    const bool may_settle = state.period().life() == v1::PERIOD_LIFE_CLOSING &&
                            state.revision() == 0 &&
                            now < FromTimestamp(state.tick()) + kBackfillSettles;
    const NaiveKpi& naive = *NaiveOf(window, first_day);
    const std::string expected = naive.Expect({WindowNumber(naive.kpi(), window), slice, first_day},
                                              {.now = now,
                                               .latest = is_latest,
                                               .restated = restated_.contains(kept.id.Key()),
                                               .settling = may_settle});
    const std::string actual = NaiveKpi::Describe(state);
    suite_.stage.Count("state compared");
    if (&naive.kpi() != chain_.back().kpi.get()) suite_.stage.Count("earlier version compared");
    if (actual == expected) return;
    suite_.stage.Fail(absl::StrCat(Line(kept.id), " at ", absl::FormatTime(now), "\n    is      ",
                                   actual, "\n    must be ", expected));
  }

  SimulatedSuite& suite_;
  const std::vector<KpiVersion>& chain_;
  const std::vector<std::optional<NaiveKpi>>& naive_;
  const KeptStates& kept_;
  const std::set<std::string>& restated_;
  std::map<std::pair<std::string, std::string>, std::optional<absl::CivilDay>> latest_;
};

std::set<std::string> RestatedKeys(const SimulatedEvaluation& evaluation) {
  std::set<std::string> keys;
  for (const LoggedState& entry : evaluation.logged()) {
    if (entry.cause == v1::HISTORY_CAUSE_RESTATED) keys.insert(entry.id.Key());
  }
  return keys;
}

}  // namespace

void CheckStates(SimulatedSuite& suite, int part) {
  const PartitionEngine& engine = *suite.evaluation.Engine(part);
  const SampleTable table = suite.measurement.TableAt(part, engine.seq());
  const std::set<std::string> restated = RestatedKeys(suite.evaluation);
  std::map<std::string, KeptStates> kept_by_kpi;
  for (const ChangedState& state : engine.Snapshot()) {
    if (engine.Find(state.id.kpi) == nullptr) {
      return suite.stage.Fail(state.id.kpi + " is kept and unknown");
    }
    kept_by_kpi[state.id.kpi][{state.id.window, state.id.slice, DayOfNumber(state.first_day)}] =
        state;
  }
  for (const auto& kpi : suite.evaluation.catalog().Kpis()) {
    if (PartitionOf(kpi->workspace, kpi->partition_group, kSimulatedPartitions) != part) continue;
    const KpiRuntime* runtime = engine.Find(kpi->resource_name());
    if (runtime == nullptr || runtime->kpi().revision != kpi->revision) {
      suite.stage.Fail(absl::StrCat(kpi->resource_name(), " is not evaluated as it is defined"));
      continue;
    }
    const std::vector<KpiVersion> chain =
        suite.evaluation.versions().ChainOf(kpi, suite.evaluation.catalog());
    std::vector<std::optional<NaiveKpi>> naive;
    for (const KpiVersion& version : chain) {
      naive.emplace_back();
      if (version.kpi == nullptr) continue;
      absl::StatusOr<NaiveKpi> created = NaiveKpi::Create(version.kpi, table);
      if (!created.ok()) return suite.stage.Fail(created.status().ToString());
      naive.back() = *std::move(created);
    }
    for (const MetricInput& input : kpi->inputs) {
      suite.stage.Count(absl::StrCat("aggregation ", AggregationKindName(input.aggregation.kind)));
    }
    KpiChecker(suite, chain, naive, kept_by_kpi[kpi->resource_name()], restated)
        .Check(suite.evaluation.LastTick(part));
  }
  if (engine.Runtimes().size() < kept_by_kpi.size()) suite.stage.Fail("states of removed KPIs");
}

}  // namespace kpisuite
