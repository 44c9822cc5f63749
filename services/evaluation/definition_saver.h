// DefinitionSaver: keeps the definitions that are followed in the state log, next to other
// processes that follow and save the same.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "libs/rpc/definition_follower.h"
#include "services/evaluation/live_partitions.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

// The first process to have a position saves the definitions and what it decided about versions of
// KPIs. What the owner of a KPI's partition decides about it counts: it replaces what another has
// saved. Not thread-safe.
class DefinitionSaver {
 public:
  // The references outlive it.
  DefinitionSaver(StateLog& log, LivePartitions& live) : log_(log), live_(live) {}

  // Saves a set that `live` has applied, at position `after` before. What cannot be saved is tried
  // again with the next set, or by Retry.
  void Save(const DefinitionUpdate& update, int64_t after);
  // Saves what failed before, when its time has come.
  void Retry(absl::Time now);

 private:
  absl::StatusOr<DefinitionsSaved> SaveAll();
  void SaveOwnVersions();
  void Finish(const absl::StatusOr<DefinitionsSaved>& saved);

  StateLog& log_;
  LivePartitions& live_;
  int64_t position_ = 0;
  int64_t incarnation_ = 0;
  // Decided here and not in the log, as far as is known; by KPI.
  std::map<std::string, SavedVersions> unsaved_;
  bool failed_ = false;
  absl::Time retry_at_ = absl::InfinitePast();
};

}  // namespace kpisuite
