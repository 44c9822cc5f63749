#include "services/evaluation/definition_saver.h"

#include <utility>
#include <vector>

#include "libs/base/log.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(2);

}  // namespace

void DefinitionSaver::Save(const DefinitionUpdate& update, int64_t after) {
  position_ = update.position;
  incarnation_ = update.incarnation;
  std::vector<SavedVersions> changed = live_.versions().TakeUnsaved();
  for (const SavedVersions& versions : changed) unsaved_[versions.kpi] = versions;
  if (failed_) return Finish(SaveAll());
  if (update.snapshot) changed = live_.versions().All();
  const absl::StatusOr<DefinitionsSaved> saved =
      log_.SaveDefinitions({.snapshot = update.snapshot,
                            .definitions = update.definitions,
                            .versions = changed,
                            .after = after,
                            .position = update.position,
                            .incarnation = update.incarnation});
  Finish(saved.ok() && *saved == DefinitionsSaved::kGap ? SaveAll() : saved);
}

void DefinitionSaver::Retry(absl::Time now) {
  if (!failed_ || now < retry_at_) return;
  Finish(SaveAll());
  retry_at_ = now + kRetry;
}

absl::StatusOr<DefinitionsSaved> DefinitionSaver::SaveAll() {
  std::vector<v1::Definition> all;
  for (const ResourceName& name : live_.catalog().Names()) {
    all.push_back(*live_.catalog().Find(name)->definition);
  }
  const std::vector<SavedVersions> versions = live_.versions().All();
  return log_.SaveDefinitions({.snapshot = true,
                               .definitions = all,
                               .versions = versions,
                               .position = position_,
                               .incarnation = incarnation_});
}

void DefinitionSaver::Finish(const absl::StatusOr<DefinitionsSaved>& saved) {
  failed_ = !saved.ok();
  if (failed_) {
    LogWarning("definitions cannot be saved; a start without the definition service will lack them",
               {{"position", position_}, {"status", saved.status()}});
  } else if (*saved == DefinitionsSaved::kKnown) {
    SaveOwnVersions();
  } else {
    unsaved_.clear();
  }
}

void DefinitionSaver::SaveOwnVersions() {
  std::map<int32_t, std::vector<SavedVersions>> by_part;
  for (const auto& [kpi, versions] : unsaved_) {
    const auto part = live_.kpis().find(kpi);
    if (part == live_.kpis().end() || part->second == kUnknownPart) continue;
    if (live_.parts()[static_cast<size_t>(part->second)].engine == nullptr) continue;
    by_part[part->second].push_back(versions);
  }
  for (const auto& [part, versions] : by_part) {
    const int64_t epoch = live_.parts()[static_cast<size_t>(part)].epoch;
    const absl::StatusOr<bool> saved =
        log_.SaveVersions(versions, position_, incarnation_, {part, epoch});
    if (!saved.ok()) {
      failed_ = true;
      return;
    }
    // The log may be further than this process: with the set that brings it there.
    if (!*saved) continue;
    for (const SavedVersions& of_kpi : versions) unsaved_.erase(of_kpi.kpi);
  }
}

}  // namespace kpisuite
