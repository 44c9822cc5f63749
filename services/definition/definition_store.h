// DefinitionStore: revisions, change log and request ledger.
//
// Two engines pass one contract suite (definition_store_contract_test.cc): SQLite
// (sqlite_definition_store.h) and PostgreSQL (postgres_definition_store.h). Each keeps every
// revision for ever, and a log of the sets that were applied, under positions that are dense from
// 1, which is the creation of the store. Answers of requests are remembered for a day.
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
  virtual ~DefinitionStore() = default;

  // "sqlite", "postgres".
  virtual absl::string_view engine() const = 0;
  // Whether other processes may write to it too: then what is in memory may be behind.
  virtual bool shared() const = 0;

  // Life of the change log: random when the store is created.
  virtual int64_t incarnation() const = 0;

  // One consistent view.
  virtual absl::StatusOr<StoredDefinitions> Load() = 0;
  virtual absl::StatusOr<int64_t> LastPosition() = 0;

  // Stores a set and its ledger entry as one. The set's position is the last one + 1 (INTERNAL
  // otherwise; UNAVAILABLE when another process has taken it or has answered the request, and then
  // nothing was stored); a set without revisions has no position and stores the entry alone.
  // RESOURCE_EXHAUSTED (DISK_FULL): nothing was stored. UNAVAILABLE: unknown, see LastPosition.
  virtual absl::Status Commit(const AppliedSet& set, const std::optional<LedgerEntry>& entry,
                              absl::Time now) = 0;

  // The entry of a request of the last 24 hours.
  virtual absl::StatusOr<std::optional<LedgerEntry>> FindRequest(absl::string_view workspace,
                                                                 absl::string_view request_id,
                                                                 absl::Time now) = 0;

  // The sets after a position, at least one when there is any, then until `max_bytes`.
  virtual absl::StatusOr<std::vector<AppliedSet>> ReadSets(int64_t after_position,
                                                           size_t max_bytes) = 0;

  // The last revision, deletions included, of each name that was ever applied.
  virtual absl::StatusOr<std::map<ResourceName, int64_t>> LastRevisions(
      absl::Span<const ResourceName> names) = 0;
  // Revisions below `before`, newest first: at most `limit`, at least one when there is any, then
  // until `max_bytes`.
  virtual absl::StatusOr<std::vector<v1::Definition>> ReadRevisions(const ResourceName& name,
                                                                    int64_t before, int limit,
                                                                    size_t max_bytes) = 0;
  // Nothing when there is no such revision.
  absl::StatusOr<std::optional<v1::Definition>> ReadRevision(const ResourceName& name,
                                                             int64_t revision);
};

// How long the answer of a request is remembered.
inline constexpr absl::Duration kLedgerAge = absl::Hours(24);

// A stored revision from its bytes; INTERNAL when they are damaged.
absl::StatusOr<v1::Definition> ParseStoredDefinition(absl::string_view bytes);

}  // namespace kpisuite
