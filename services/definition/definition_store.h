// DefinitionStore: revisions, change log and request ledger on SQLite.
//
// Tables: `definition` has a row for each name ever applied, `revision` the bytes of each revision
// (never changed), `change` the log: which revisions one applied set made, in order, under its
// position. Positions are dense from 1, which is the creation of the store. `request` remembers
// answers for a day.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/names.h"
#include "libs/storage/database.h"

namespace kpisuite {

// An answer kept for a repeated request.
struct LedgerEntry {
  std::string workspace;
  std::string request_id;
  std::string fingerprint;  // of the request
  std::string response;     // bytes of the answer
};

// One applied set.
struct AppliedSet {
  int64_t position = 0;
  absl::Time commit_time;
  std::vector<v1::Definition> revisions;  // all of one workspace; deletions are `deleted`
};

// What a service needs at its start.
struct StoredDefinitions {
  int64_t position = 0;
  std::vector<v1::Definition> live;
  std::vector<v1::Definition> deleted_metrics;  // their deletion revisions
};

// Thread-safe; every call may block. Any call may return UNAVAILABLE (STORE_UNAVAILABLE).
class DefinitionStore {
 public:
  // Opens or creates `definition.db` in the directory. Errors: see Database::Create.
  static absl::StatusOr<std::unique_ptr<DefinitionStore>> Create(const std::string& directory);
  DefinitionStore(const DefinitionStore&) = delete;
  DefinitionStore& operator=(const DefinitionStore&) = delete;

  // Life of the change log: random when the store is created.
  int64_t incarnation() const { return incarnation_; }

  // One consistent view.
  absl::StatusOr<StoredDefinitions> Load();
  absl::StatusOr<int64_t> LastPosition();

  // Stores a set and its ledger entry as one. The set's position is the last one + 1 (INTERNAL
  // otherwise); a set without revisions has no position and stores the entry alone.
  // RESOURCE_EXHAUSTED (DISK_FULL): nothing was stored. UNAVAILABLE: unknown, see LastPosition.
  absl::Status Commit(const AppliedSet& set, const std::optional<LedgerEntry>& entry,
                      absl::Time now);

  // The entry of a request of the last 24 hours.
  absl::StatusOr<std::optional<LedgerEntry>> FindRequest(absl::string_view workspace,
                                                         absl::string_view request_id,
                                                         absl::Time now);

  // The sets after a position, at least one when there is any, then until `max_bytes`.
  absl::StatusOr<std::vector<AppliedSet>> ReadSets(int64_t after_position, size_t max_bytes);

  // The last revision, deletions included, of each name that was ever applied.
  absl::StatusOr<std::map<ResourceName, int64_t>> LastRevisions(
      absl::Span<const ResourceName> names);
  // Nothing when there is no such revision.
  absl::StatusOr<std::optional<v1::Definition>> ReadRevision(const ResourceName& name,
                                                             int64_t revision);
  // Revisions below `before`, newest first: at most `limit`, at least one when there is any, then
  // until `max_bytes`.
  absl::StatusOr<std::vector<v1::Definition>> ReadRevisions(const ResourceName& name,
                                                            int64_t before, int limit,
                                                            size_t max_bytes);

 private:
  explicit DefinitionStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  absl::Status ReadIncarnation();

  const std::unique_ptr<Database> database_;
  int64_t incarnation_ = 0;
};

}  // namespace kpisuite
