#include "tests/harness/evaluation_node.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"

namespace kpisuite {

std::optional<int32_t> LastClosedIn(const StateEntries& log, const std::string& kpi,
                                    const std::string& window, int64_t before_position) {
  std::optional<int32_t> last;
  for (const LoggedState& logged : log) {
    const bool counts = logged.id.kpi == kpi && logged.id.window == window &&
                        logged.revision >= 1 && logged.definition_position < before_position;
    if (counts) last = std::max(last.value_or(logged.first_day), logged.first_day);
  }
  return last;
}

RecordedValues RecordedIn(const StateEntries& log, const std::string& kpi) {
  RecordedValues recorded;
  for (const LoggedState& logged : log) {
    if (logged.id.kpi == kpi) recorded.Note(logged);
  }
  return recorded;
}

void PublishedStates::Publish(const TickOutput& output) {
  for (const ChangedState& update : output.updates) {
    const std::string key = update.id.Key();
    if (update.removed) {
      states_.erase(key);
      continue;
    }
    const auto [it, fresh] = states_.try_emplace(key, update);
    if (!fresh && it->second.version < update.version) it->second = update;
  }
}

EvaluationNode::EvaluationNode(const std::vector<FeedHead>& heads, const StateEntries& log,
                               const FinalityDecisions& decisions)
    : versions_([&log](const std::string& kpi, const std::string& window,
                       int64_t before) { return LastClosedIn(log, kpi, window, before); },
                [this](const std::string& kpi) { return DecisionsAbout(kpi); }) {
  for (const FinalityDecision& decision : decisions) decisions_[decision.kpi].push_back(decision);
  for (const FeedHead& head : heads) {
    engines_.emplace_back(head.part, head.incarnation, head.last_seq);
    engines_.back().FindRecordedWith(
        [&log](const std::string& kpi) { return RecordedIn(log, kpi); });
    for (const auto& [kpi, about] : decisions_) engines_.back().SetFinality(kpi, about);
  }
  for (const LoggedState& logged : log) {
    engines_[static_cast<size_t>(logged.part)].Seed(logged);
  }
}

absl::Status EvaluationNode::DeliverDefinitions(const DefinitionChange& change) {
  if (change.position <= catalog_.position()) return absl::OkStatus();
  const CatalogChanges changes = catalog_.Apply(change.definitions, change.position);
  const std::set<ResourceName> others =
      versions_.Follow(change.definitions, changes, catalog_, change.position);
  for (const KpiChange& kpi : changes.kpis) {
    const bool leaves = kpi.before != nullptr &&
                        (kpi.after == nullptr || &EngineFor(*kpi.before) != &EngineFor(*kpi.after));
    if (leaves) EngineFor(*kpi.before).RemoveKpi(kpi.name.ToString());
    if (kpi.after == nullptr) continue;
    RETURN_IF_ERROR(EngineFor(*kpi.after).SetVersions(versions_.ChainOf(kpi.after, catalog_)));
  }
  for (const ResourceName& name : others) {
    const auto kpi = catalog_.FindKpi(name.workspace, name.id);
    if (kpi == nullptr) continue;
    RETURN_IF_ERROR(EngineFor(*kpi).SetVersions(versions_.ChainOf(kpi, catalog_)));
  }
  for (PartitionEngine& engine : engines_) engine.SetDefinitionPosition(change.position);
  return absl::OkStatus();
}

absl::Status EvaluationNode::DeliverDecision(const FinalityDecision& decision) {
  FinalityDecisions& about = decisions_[decision.kpi];
  about.push_back(decision);
  for (PartitionEngine& engine : engines_) engine.SetFinality(decision.kpi, about);
  for (const auto& kpi : catalog_.Kpis()) {
    const std::string components = absl::StrCat("workspaces/", kpi->workspace, "/kpis/");
    bool reads = kpi->resource_name() == decision.kpi;
    for (const auto& [id, rule] : kpi->component_finality) {
      reads |= components + id == decision.kpi;
    }
    if (!reads) continue;
    RETURN_IF_ERROR(EngineFor(*kpi).SetVersions(versions_.ChainOf(kpi, catalog_)));
  }
  return absl::OkStatus();
}

absl::Status EvaluationNode::DeliverBatch(std::shared_ptr<const v1::ChangeBatch> batch) {
  PartitionEngine& engine = engines_.at(static_cast<size_t>(batch->position().part()));
  return engine.Apply(std::move(batch));
}

PartitionEngine* EvaluationNode::EngineOf(absl::string_view kpi) {
  const auto found = std::find_if(engines_.begin(), engines_.end(),
                                  [&](const auto& engine) { return engine.Find(kpi) != nullptr; });
  return found == engines_.end() ? nullptr : &*found;
}

absl::Time EvaluationNode::NextWakeup() const {
  absl::Time next = absl::InfiniteFuture();
  for (const PartitionEngine& engine : engines_) next = std::min(next, engine.NextWakeup());
  return next;
}

PartitionEngine& EvaluationNode::EngineFor(const KpiDefinition& kpi) {
  const int part =
      PartitionOf(kpi.workspace, kpi.partition_group, static_cast<int>(engines_.size()));
  return engines_[static_cast<size_t>(part)];
}

}  // namespace kpisuite
