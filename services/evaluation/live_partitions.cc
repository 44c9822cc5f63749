#include "services/evaluation/live_partitions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Whether it is the KPI of that resource name or contains it.
bool Reads(const KpiDefinition& kpi, const std::string& name) {
  if (kpi.resource_name() == name) return true;
  const std::string components = absl::StrCat("workspaces/", kpi.workspace, "/kpis/");
  return std::any_of(kpi.component_finality.begin(), kpi.component_finality.end(),
                     [&](const auto& component) { return components + component.first == name; });
}

}  // namespace

LivePartitions::LivePartitions(StateLog& log, KpiDirectory& directory)
    : log_(log),
      directory_(directory),
      versions_([&log](const std::string& kpi, const std::string& window,
                       int64_t before) { return log.LastClosed(kpi, window, before); },
                [this](const std::string& kpi) { return DecisionsAbout(kpi); }) {}

int32_t LivePartitions::PartOf(const KpiDefinition& kpi) const {
  if (parts_.empty()) return kUnknownPart;
  return PartitionOf(kpi.workspace, kpi.partition_group, static_cast<int>(parts_.size()));
}

PartitionEngine* LivePartitions::EngineOf(int32_t part) const {
  return parts_[static_cast<size_t>(part)].engine.get();
}

void LivePartitions::ApplyDefinitions(bool snapshot, absl::Span<const v1::Definition> definitions,
                                      int64_t position) {
  // Others decide about the KPIs of their partitions.
  const bool alone = std::all_of(parts_.begin(), parts_.end(),
                                 [](const Part& part) { return part.engine != nullptr; });
  if (!alone) decisions_known_ = false;
  const CatalogChanges changes =
      snapshot ? catalog_.Reset(definitions, position) : catalog_.Apply(definitions, position);
  // What a snapshot replaces was of another life of the change log, or of none.
  const std::set<ResourceName> others = versions_.Follow(
      definitions, changes, catalog_, snapshot ? KpiVersions::kAnyPosition : position);
  for (Part& part : parts_) {
    if (part.engine != nullptr) part.engine->SetDefinitionPosition(position);
  }
  for (const KpiChange& change : changes.kpis) {
    if (change.after == nullptr) {
      Take(change.name.ToString());
    } else {
      Place(change.after);
    }
  }
  for (const ResourceName& name : others) {
    const auto kpi = catalog_.FindKpi(name.workspace, name.id);
    if (kpi != nullptr) Place(kpi);
  }
  // Also partitions without a changed KPI now reflect the position.
  for (int32_t part = 0; part < static_cast<int32_t>(parts_.size()); ++part) {
    if (EngineOf(part) != nullptr) touched_.insert(part);
  }
}

void LivePartitions::Take(const std::string& name) {
  directory_.Remove(name);
  const auto it = part_of_kpi_.find(name);
  if (it == part_of_kpi_.end()) return;
  if (PartitionEngine* const engine = EngineOf(it->second)) engine->RemoveKpi(name);
  part_of_kpi_.erase(it);
}

void LivePartitions::Place(const std::shared_ptr<const KpiDefinition>& kpi) {
  const std::string name = kpi->resource_name();
  const int32_t part = PartOf(*kpi);
  if (part == kUnknownPart) {
    directory_.Put(std::make_shared<KpiInfo>(kpi, part));
    return;
  }
  const auto placed = part_of_kpi_.find(name);
  if (placed != part_of_kpi_.end() && placed->second != part) Take(name);
  PartitionEngine* const engine = EngineOf(part);
  if (engine == nullptr) {
    part_of_kpi_[name] = part;
    directory_.Put(std::make_shared<KpiInfo>(kpi, part));
    return;
  }
  if (engine->Find(name) == nullptr) {
    part_of_kpi_[name] = part;
    if (const absl::Status seeded = SeedFromLog({name}); !seeded.ok()) {
      LogError("the state log cannot be read; revisions of closed periods start again",
               {{"kpi", name}, {"status", seeded}});
    }
  }
  if (const absl::Status set = engine->SetVersions(versions_.ChainOf(kpi, catalog_)); !set.ok()) {
    LogError("a KPI cannot be evaluated", {{"kpi", name}, {"status", set}});
    Take(name);
    return;
  }
  directory_.Put(std::make_shared<KpiInfo>(kpi, part));
}

absl::Status LivePartitions::SeedFromLog(absl::Span<const std::string> kpis) {
  if (kpis.empty()) return absl::OkStatus();
  return log_.VisitLatest(kpis, [this](LoggedState logged) {
    const auto part = part_of_kpi_.find(logged.id.kpi);
    if (part == part_of_kpi_.end()) return absl::OkStatus();
    PartitionEngine* const engine = EngineOf(part->second);
    if (engine != nullptr && engine->Find(logged.id.kpi) == nullptr) {
      engine->Seed(std::move(logged));
    }
    return absl::OkStatus();
  });
}

absl::Status LivePartitions::LoadDecisions() {
  if (decisions_known_) return absl::OkStatus();
  ASSIGN_OR_RETURN(FinalityDecisions all, log_.LoadDecisions());
  decisions_.clear();
  for (FinalityDecision& decision : all) {
    decisions_[decision.kpi].push_back(std::move(decision));
  }
  decisions_known_ = true;
  return absl::OkStatus();
}

void LivePartitions::TellDecisions(PartitionEngine& engine) const {
  for (const auto& [kpi, decisions] : decisions_) engine.SetFinality(kpi, decisions);
}

absl::StatusOr<FinalityDecisions> LivePartitions::DecisionsAbout(absl::string_view kpi) {
  RETURN_IF_ERROR(LoadDecisions());
  const auto found = decisions_.find(kpi);
  return found == decisions_.end() ? FinalityDecisions() : found->second;
}

absl::Status LivePartitions::Decide(const FinalityDecision& decision) {
  RETURN_IF_ERROR(LoadDecisions());
  const auto of = part_of_kpi_.find(decision.kpi);
  if (of == part_of_kpi_.end() || EngineOf(of->second) == nullptr) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                     "another evaluator has taken over the KPI");
  }
  const OwnedPart writer{of->second, parts_[static_cast<size_t>(of->second)].epoch};
  // Whether a decision that could not be written was stored is known when the log is read again.
  decisions_known_ = false;
  RETURN_IF_ERROR(log_.SaveDecision(decision, writer));
  decisions_known_ = true;
  decisions_[decision.kpi].push_back(decision);
  for (Part& part : parts_) {
    if (part.engine != nullptr) TellDecisions(*part.engine);
  }
  for (const auto& kpi : catalog_.Kpis()) {
    const auto placed = part_of_kpi_.find(kpi->resource_name());
    if (placed == part_of_kpi_.end() || !Reads(*kpi, decision.kpi)) continue;
    PartitionEngine* const engine = EngineOf(placed->second);
    if (engine == nullptr) continue;
    touched_.insert(placed->second);
    RETURN_IF_ERROR(engine->SetVersions(versions_.ChainOf(kpi, catalog_)));
  }
  return absl::OkStatus();
}

void LivePartitions::SetPartitions(int partitions) {
  parts_.resize(static_cast<size_t>(partitions));
  for (const auto& kpi : catalog_.Kpis()) Place(kpi);
}

void LivePartitions::BeginEngine(const PartBegin& begin) {
  const int32_t number = begin.head.part();
  Part& part = parts_[static_cast<size_t>(number)];
  part.engine =
      std::make_unique<PartitionEngine>(number, begin.head.incarnation(), begin.head.last_seq());
  part.engine->SetDefinitionPosition(catalog_.position());
  part.engine->FindRecordedWith([this](const std::string& kpi) { return ReadRecorded(log_, kpi); });
  part.engine->FindClosedStatesWith(
      [this](const std::string& kpi, bool final) { return log_.ClosedStates(kpi, final); });
  TellDecisions(*part.engine);
  part.epoch = begin.epoch;
  part.generation = next_generation_++;
  part.settled = false;
  touched_.insert(number);
}

absl::Status LivePartitions::AdoptVersions(const std::set<std::string>& kpis) {
  ASSIGN_OR_RETURN(const FollowedDefinitions saved, log_.LoadVersions());
  if (saved.position > catalog_.position()) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                     absl::StrCat("the state log knows definitions up to ", saved.position,
                                  ", followed are those up to ", catalog_.position()));
  }
  if (saved.position == catalog_.position()) versions_.Adopt(kpis, saved.versions);
  return absl::OkStatus();
}

absl::Status LivePartitions::Begin(const std::vector<PartBegin>& begins) {
  std::set<int32_t> parts;
  for (const PartBegin& begin : begins) parts.insert(begin.head.part());
  std::vector<std::shared_ptr<const KpiDefinition>> kpis;
  std::set<std::string> names;
  for (const auto& kpi : catalog_.Kpis()) {
    if (!parts.contains(PartOf(*kpi))) continue;
    kpis.push_back(kpi);
    names.insert(kpi->resource_name());
  }
  // Without them facts would count that are held out.
  decisions_known_ = false;
  RETURN_IF_ERROR(LoadDecisions());
  RETURN_IF_ERROR(AdoptVersions(names));
  for (const PartBegin& begin : begins) BeginEngine(begin);
  for (const auto& kpi : kpis) part_of_kpi_[kpi->resource_name()] = PartOf(*kpi);
  const absl::Status seeded = SeedFromLog(std::vector<std::string>(names.begin(), names.end()));
  if (!seeded.ok()) {
    for (const int32_t part : parts) End(part);
    return seeded;
  }
  for (const auto& kpi : kpis) {
    const std::string name = kpi->resource_name();
    const absl::Status set =
        EngineOf(part_of_kpi_.at(name))->SetVersions(versions_.ChainOf(kpi, catalog_));
    if (!set.ok()) {
      LogError("a KPI cannot be evaluated", {{"kpi", name}, {"status", set}});
      Take(name);
      continue;
    }
    directory_.Put(std::make_shared<KpiInfo>(kpi, part_of_kpi_.at(name)));
  }
  return absl::OkStatus();
}

void LivePartitions::End(int32_t part) {
  Part& slot = parts_[static_cast<size_t>(part)];
  slot.engine = nullptr;
  slot.settled = false;
  slot.generation = next_generation_++;
  touched_.erase(part);
}

absl::Status LivePartitions::Apply(std::shared_ptr<const v1::ChangeBatch> batch) {
  const int32_t part = batch->position().part();
  if (part < 0 || part >= static_cast<int32_t>(parts_.size())) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
                     absl::StrCat("the feed has a partition ", part, " that was not announced"));
  }
  PartitionEngine* const engine = EngineOf(part);
  if (engine == nullptr) return absl::OkStatus();
  touched_.insert(part);
  return engine->Apply(std::move(batch));
}

absl::Status LivePartitions::Answer(int32_t part, int64_t generation, const LoadAnswer& answer) {
  Part& slot = parts_[static_cast<size_t>(part)];
  if (slot.generation != generation) return absl::OkStatus();
  touched_.insert(part);
  return slot.engine->Answer(answer);
}

void LivePartitions::AskAgain(int32_t part, int64_t generation, int64_t load) {
  Part& slot = parts_[static_cast<size_t>(part)];
  if (slot.generation != generation) return;
  slot.engine->AskAgain(load);
  touched_.insert(part);
}

std::vector<PartLoad> LivePartitions::TakeLoads() {
  std::vector<PartLoad> loads;
  for (Part& part : parts_) {
    if (part.engine == nullptr) continue;
    for (LoadRequest& request : part.engine->TakeLoads()) {
      loads.push_back(
          {part.engine->part(), part.engine->incarnation(), part.generation, std::move(request)});
    }
  }
  return loads;
}

std::vector<PartTick> LivePartitions::Tick(absl::Time now, int max_evaluations) {
  for (const Part& part : parts_) {
    if (part.engine == nullptr || part.engine->NextWakeup() > now) continue;
    touched_.insert(part.engine->part());
  }
  std::vector<PartTick> ticks;
  std::set<int32_t> unfinished;
  for (const int32_t number : touched_) {
    Part& part = parts_[static_cast<size_t>(number)];
    ticks.push_back({number, part.epoch, part.engine->Tick(now, max_evaluations)});
    if (ticks.back().output.more) unfinished.insert(number);
    if (!part.engine->loading() && !part.engine->HasDirty()) part.settled = true;
  }
  touched_ = std::move(unfinished);
  return ticks;
}

absl::Time LivePartitions::NextWakeup() const {
  absl::Time next = absl::InfiniteFuture();
  for (const Part& part : parts_) {
    if (part.engine != nullptr) next = std::min(next, part.engine->NextWakeup());
  }
  return next;
}

LivePartitions::Located LivePartitions::Find(absl::string_view kpi) const {
  const auto it = part_of_kpi_.find(kpi);
  if (it == part_of_kpi_.end()) return {};
  PartitionEngine* const engine = EngineOf(it->second);
  return engine == nullptr ? Located() : Located{engine, engine->Find(kpi)};
}

}  // namespace kpisuite
