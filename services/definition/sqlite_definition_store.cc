#include "services/definition/sqlite_definition_store.h"

#include <limits>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/definition/definition_schema.h"

namespace kpisuite {
namespace {

constexpr char kFindKey[] =
    "SELECT key, revision FROM definition WHERE workspace = ? AND collection = ? AND id = ?";

absl::StatusOr<int64_t> QueryLastPosition(Connection& connection) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> position,
                   connection.QueryInt64("SELECT max(position) FROM applied_set"));
  return position.value_or(0);
}

// Stores one revision and points its name at it; the key of the name.
absl::StatusOr<int64_t> StoreRevision(Connection& connection, const v1::Definition& revision) {
  ASSIGN_OR_RETURN(const ResourceName name, ResourceName::Parse(revision.name()));
  RETURN_IF_ERROR(connection.Execute(
      "INSERT INTO definition(workspace, collection, id, revision, deleted) "
      "VALUES(?, ?, ?, ?, ?) ON CONFLICT(workspace, collection, id) "
      "DO UPDATE SET revision = excluded.revision, deleted = excluded.deleted",
      {name.workspace, CollectionOf(name.kind), name.id, revision.revision(), revision.deleted()}));
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> key,
      connection.QueryInt64(kFindKey, {name.workspace, CollectionOf(name.kind), name.id}));
  const std::string bytes = revision.SerializeAsString();
  RETURN_IF_ERROR(
      connection.Execute("INSERT INTO revision(definition, revision, bytes) VALUES(?, ?, ?)",
                         {key.value_or(0), revision.revision(), Blob{bytes}}));
  return key.value_or(0);
}

absl::Status StoreSet(Connection& connection, const AppliedSet& set) {
  ASSIGN_OR_RETURN(const int64_t last, QueryLastPosition(connection));
  if (set.position != last + 1) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                     absl::StrCat("position ", set.position, " does not follow ", last));
  }
  RETURN_IF_ERROR(connection.Execute("INSERT INTO applied_set(position, commit_nanos) VALUES(?, ?)",
                                     {set.position, absl::ToUnixNanos(set.commit_time)}));
  int64_t ordinal = 0;
  for (const v1::Definition& revision : set.revisions) {
    ASSIGN_OR_RETURN(const int64_t key, StoreRevision(connection, revision));
    RETURN_IF_ERROR(connection.Execute(
        "INSERT INTO change(position, ordinal, definition, revision) VALUES(?, ?, ?, ?)",
        {set.position, ordinal++, key, revision.revision()}));
  }
  return absl::OkStatus();
}

absl::Status StoreLedger(Connection& connection, const LedgerEntry& entry, absl::Time now) {
  RETURN_IF_ERROR(connection.Execute("DELETE FROM request WHERE time_nanos < ?",
                                     {absl::ToUnixNanos(now - kLedgerAge)}));
  return connection.Execute(
      "INSERT INTO request(workspace, request_id, fingerprint, response, time_nanos) "
      "VALUES(?, ?, ?, ?, ?)",
      {entry.workspace, entry.request_id, Blob{entry.fingerprint}, Blob{entry.response},
       absl::ToUnixNanos(now)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteDefinitionStore>> SqliteDefinitionStore::Create(
    const std::string& directory) {
  DatabaseOptions options;
  options.directory = directory;
  options.file_name = "definition.db";
  options.schema = SqliteDefinitionSchema();
  options.free_space_floor_bytes = kDefaultFreeSpaceFloorBytes;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Create(options));
  std::unique_ptr<SqliteDefinitionStore> store(new SqliteDefinitionStore(std::move(database)));
  RETURN_IF_ERROR(store->ReadIncarnation());
  return store;
}

// Gives a new store its incarnation and its first position.
absl::Status SqliteDefinitionStore::ReadIncarnation() {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWriteBelowFloor());
  Connection& connection = transaction.connection();
  ASSIGN_OR_RETURN(const std::optional<int64_t> known,
                   connection.QueryInt64("SELECT incarnation FROM store"));
  if (known.has_value()) {
    incarnation_ = *known;
    return absl::OkStatus();
  }
  absl::BitGen random;
  incarnation_ = absl::Uniform<int64_t>(random, 1, std::numeric_limits<int64_t>::max());
  RETURN_IF_ERROR(connection.Execute("INSERT INTO store(incarnation) VALUES(?)", {incarnation_}));
  RETURN_IF_ERROR(
      connection.Execute("INSERT INTO applied_set(position, commit_nanos) VALUES(1, 0)"));
  return transaction.Commit();
}

absl::StatusOr<StoredDefinitions> SqliteDefinitionStore::Load() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  StoredDefinitions stored;
  ASSIGN_OR_RETURN(stored.position, QueryLastPosition(snapshot.connection()));
  ASSIGN_OR_RETURN(
      Statement rows,
      snapshot.connection().Prepare("SELECT revision.bytes, deleted FROM definition JOIN revision "
                                    "ON revision.definition = definition.key "
                                    "AND revision.revision = definition.revision "
                                    "WHERE deleted = 0 OR collection = 'metrics'"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return stored;
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(0)));
    (rows.Int64(1) != 0 ? stored.deleted_metrics : stored.live).push_back(std::move(definition));
  }
}

absl::StatusOr<int64_t> SqliteDefinitionStore::LastPosition() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  return QueryLastPosition(snapshot.connection());
}

absl::Status SqliteDefinitionStore::Commit(const AppliedSet& set,
                                           const std::optional<LedgerEntry>& entry,
                                           absl::Time now) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  if (!set.revisions.empty()) RETURN_IF_ERROR(StoreSet(transaction.connection(), set));
  if (entry.has_value()) RETURN_IF_ERROR(StoreLedger(transaction.connection(), *entry, now));
  return transaction.Commit();
}

absl::StatusOr<std::optional<LedgerEntry>> SqliteDefinitionStore::FindRequest(
    absl::string_view workspace, absl::string_view request_id, absl::Time now) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(
      Statement rows,
      snapshot.connection().Prepare("SELECT fingerprint, response FROM request "
                                    "WHERE workspace = ? AND request_id = ? AND time_nanos >= ?"));
  RETURN_IF_ERROR(rows.Bind({workspace, request_id, absl::ToUnixNanos(now - kLedgerAge)}));
  ASSIGN_OR_RETURN(const bool found, rows.Step());
  if (!found) return std::optional<LedgerEntry>();
  return std::optional<LedgerEntry>(LedgerEntry{std::string(workspace), std::string(request_id),
                                                std::string(rows.Bytes(0)),
                                                std::string(rows.Bytes(1))});
}

absl::StatusOr<std::vector<AppliedSet>> SqliteDefinitionStore::ReadSets(int64_t after_position,
                                                                        size_t max_bytes) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement rows,
                   snapshot.connection().Prepare(
                       "SELECT position, commit_nanos, revision.bytes FROM applied_set "
                       "JOIN change USING(position) "
                       "JOIN revision ON revision.definition = change.definition "
                       "AND revision.revision = change.revision "
                       "WHERE position > ? ORDER BY position, ordinal"));
  RETURN_IF_ERROR(rows.Bind({after_position}));
  std::vector<AppliedSet> sets;
  size_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return sets;
    const int64_t position = rows.Int64(0);
    if (sets.empty() || sets.back().position != position) {
      if (bytes >= max_bytes) return sets;
      sets.push_back({position, absl::FromUnixNanos(rows.Int64(1)), {}});
    }
    bytes += rows.Bytes(2).size();
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(2)));
    sets.back().revisions.push_back(std::move(definition));
  }
}

absl::StatusOr<std::map<ResourceName, int64_t>> SqliteDefinitionStore::LastRevisions(
    absl::Span<const ResourceName> names) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement row, snapshot.connection().Prepare(kFindKey));
  std::map<ResourceName, int64_t> revisions;
  for (const ResourceName& name : names) {
    RETURN_IF_ERROR(row.Bind({name.workspace, CollectionOf(name.kind), name.id}));
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) revisions[name] = row.Int64(1);
  }
  return revisions;
}

absl::StatusOr<std::vector<v1::Definition>> SqliteDefinitionStore::ReadRevisions(
    const ResourceName& name, int64_t before, int limit, size_t max_bytes) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(
      Statement rows,
      snapshot.connection().Prepare(
          "SELECT bytes FROM revision JOIN definition ON definition.key = revision.definition "
          "WHERE workspace = ? AND collection = ? AND id = ? AND revision.revision < ? "
          "ORDER BY revision.revision DESC LIMIT ?"));
  RETURN_IF_ERROR(rows.Bind({name.workspace, CollectionOf(name.kind), name.id, before, limit}));
  std::vector<v1::Definition> revisions;
  size_t bytes = 0;
  while (bytes < max_bytes) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) break;
    bytes += rows.Bytes(0).size();
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(0)));
    revisions.push_back(std::move(definition));
  }
  return revisions;
}

}  // namespace kpisuite
