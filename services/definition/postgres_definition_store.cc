#include "services/definition/postgres_definition_store.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/definition/definition_schema.h"

namespace kpisuite {
namespace {

constexpr int64_t kMaxChangesAtOnce = 5'000;

constexpr char kLastPosition[] = "SELECT position FROM store";

// Nothing was stored; a repetition finds what the other one has stored.
absl::Status TakenByAnother() {
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                   "another process has changed definitions at the same moment; nothing was "
                   "stored, retry with the same request_id");
}

// The names of revisions in columns.
struct NameColumns {
  void Add(const ResourceName& name) {
    workspaces.Add(name.workspace);
    collections.Add(CollectionOf(name.kind));
    ids.Add(name.id);
  }
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn collections = PostgresColumn::Texts();
  PostgresColumn ids = PostgresColumn::Texts();
};

absl::Status AddSet(const AppliedSet& set, PostgresPipeline& pipeline) {
  NameColumns names;
  PostgresColumn revisions = PostgresColumn::Int64s();
  PostgresColumn deletions = PostgresColumn::Int64s();
  PostgresColumn bytes = PostgresColumn::Bytes();
  PostgresColumn ordinals = PostgresColumn::Int64s();
  for (const v1::Definition& revision : set.revisions) {
    ASSIGN_OR_RETURN(const ResourceName name, ResourceName::Parse(revision.name()));
    names.Add(name);
    revisions.Add(revision.revision());
    deletions.Add(int64_t{revision.deleted()});
    bytes.Add(revision.SerializeAsString());
    ordinals.Add(ordinals.size());
  }
  pipeline.Add("INSERT INTO applied_set(position, commit_nanos) VALUES($1, $2)",
               {set.position, absl::ToUnixNanos(set.commit_time)});
  pipeline.Add(
      "INSERT INTO definition SELECT i.workspace, i.collection, i.id, i.revision, i.deleted <> 0"
      " FROM unnest($1, $2, $3, $4, $5) AS i(workspace, collection, id, revision, deleted)"
      " ON CONFLICT(workspace, collection, id)"
      " DO UPDATE SET revision = excluded.revision, deleted = excluded.deleted",
      {names.workspaces, names.collections, names.ids, revisions, deletions});
  pipeline.Add("INSERT INTO revision SELECT * FROM unnest($1, $2, $3, $4, $5)",
               {names.workspaces, names.collections, names.ids, revisions, bytes});
  pipeline.Add("INSERT INTO change SELECT $1, i.* FROM unnest($2, $3, $4, $5, $6) i",
               {set.position, ordinals, names.workspaces, names.collections, names.ids, revisions});
  pipeline.Add("UPDATE store SET position = $1", {set.position});
  return absl::OkStatus();
}

void AddLedgerEntry(const LedgerEntry& entry, absl::Time now, PostgresPipeline& pipeline) {
  pipeline.Add("DELETE FROM request WHERE time_nanos < $1", {absl::ToUnixNanos(now - kLedgerAge)});
  pipeline.Add(
      "INSERT INTO request(workspace, request_id, fingerprint, response, time_nanos)"
      " VALUES($1, $2, $3, $4, $5)",
      {entry.workspace, entry.request_id, PostgresBytes{entry.fingerprint},
       PostgresBytes{entry.response}, absl::ToUnixNanos(now)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresDefinitionStore>> PostgresDefinitionStore::Create(
    const PostgresTarget& target) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<PostgresDatabase> database,
      PostgresDatabase::Create({.target = target, .schema = PostgresDefinitionSchema()}));
  std::unique_ptr<PostgresDefinitionStore> store(new PostgresDefinitionStore(std::move(database)));
  RETURN_IF_ERROR(store->FindOrMakeStore());
  return store;
}

absl::Status PostgresDefinitionStore::FindOrMakeStore() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  absl::BitGen random;
  // Of several processes that start at once the first one's number stays.
  RETURN_IF_ERROR(transaction.connection().Execute(
      "WITH made AS (INSERT INTO store(id, incarnation, position) VALUES(0, $1, 1)"
      " ON CONFLICT DO NOTHING RETURNING position)"
      " INSERT INTO applied_set(position, commit_nanos) SELECT position, 0 FROM made",
      {absl::Uniform<int64_t>(random, 1, std::numeric_limits<int64_t>::max())}));
  ASSIGN_OR_RETURN(const PostgresResult found,
                   transaction.connection().Query("SELECT incarnation FROM store"));
  incarnation_ = found.Int64(0, 0);
  return transaction.Commit();
}

absl::StatusOr<StoredDefinitions> PostgresDefinitionStore::Load() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  StoredDefinitions stored;
  ASSIGN_OR_RETURN(const PostgresResult position, transaction.connection().Query(kLastPosition));
  stored.position = position.Int64(0, 0);
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query("SELECT bytes, deleted FROM definition"
                                     " JOIN revision USING(workspace, collection, id, revision)"
                                     " WHERE NOT deleted OR collection = 'metrics'"));
  for (int row = 0; row < rows.rows(); ++row) {
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(row, 0)));
    (rows.Bool(row, 1) ? stored.deleted_metrics : stored.live).push_back(std::move(definition));
  }
  return stored;
}

absl::StatusOr<int64_t> PostgresDefinitionStore::LastPosition() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult position, transaction.connection().Query(kLastPosition));
  return position.Int64(0, 0);
}

absl::Status PostgresDefinitionStore::Commit(const AppliedSet& set,
                                             const std::optional<LedgerEntry>& entry,
                                             absl::Time now) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  PostgresPipeline pipeline(transaction.connection());
  if (!set.revisions.empty()) {
    ASSIGN_OR_RETURN(const PostgresResult last,
                     transaction.connection().Query("SELECT position FROM store FOR UPDATE"));
    if (set.position <= last.Int64(0, 0)) return TakenByAnother();
    if (set.position != last.Int64(0, 0) + 1) {
      return MakeError(
          absl::StatusCode::kInternal, "INTERNAL",
          absl::StrCat("position ", set.position, " does not follow ", last.Int64(0, 0)));
    }
    RETURN_IF_ERROR(AddSet(set, pipeline));
  }
  if (entry.has_value()) AddLedgerEntry(*entry, now, pipeline);
  pipeline.Add("COMMIT");
  const absl::Status committed = pipeline.Run().status();
  if (absl::IsAlreadyExists(committed) || absl::IsAborted(committed)) return TakenByAnother();
  return committed;
}

absl::StatusOr<std::optional<LedgerEntry>> PostgresDefinitionStore::FindRequest(
    absl::string_view workspace, absl::string_view request_id, absl::Time now) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult found,
                   transaction.connection().Query(
                       "SELECT fingerprint, response FROM request"
                       " WHERE workspace = $1 AND request_id = $2 AND time_nanos >= $3",
                       {workspace, request_id, absl::ToUnixNanos(now - kLedgerAge)}));
  if (found.rows() == 0) return std::optional<LedgerEntry>();
  return std::optional<LedgerEntry>(LedgerEntry{std::string(workspace), std::string(request_id),
                                                std::string(found.Bytes(0, 0)),
                                                std::string(found.Bytes(0, 1))});
}

absl::StatusOr<std::vector<AppliedSet>> PostgresDefinitionStore::ReadSets(int64_t after_position,
                                                                          size_t max_bytes) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  // Whole sets: of the last one that is looked at all changes are there.
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query(
          "SELECT position, commit_nanos, bytes FROM applied_set JOIN change USING(position)"
          " JOIN revision USING(workspace, collection, id, revision)"
          " WHERE position > $1 AND position <= (SELECT max(position) FROM"
          " (SELECT position FROM change WHERE position > $1 ORDER BY position, ordinal"
          " LIMIT $2) next) ORDER BY position, ordinal",
          {after_position, kMaxChangesAtOnce}));
  std::vector<AppliedSet> sets;
  size_t bytes = 0;
  for (int row = 0; row < rows.rows(); ++row) {
    const int64_t position = rows.Int64(row, 0);
    if (sets.empty() || sets.back().position != position) {
      if (bytes >= max_bytes && !sets.empty()) return sets;
      sets.push_back({position, absl::FromUnixNanos(rows.Int64(row, 1)), {}});
    }
    bytes += rows.Bytes(row, 2).size();
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(row, 2)));
    sets.back().revisions.push_back(std::move(definition));
  }
  return sets;
}

absl::StatusOr<std::map<ResourceName, int64_t>> PostgresDefinitionStore::LastRevisions(
    absl::Span<const ResourceName> names) {
  std::map<ResourceName, int64_t> revisions;
  if (names.empty()) return revisions;
  NameColumns columns;
  for (const ResourceName& name : names) columns.Add(name);
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   transaction.connection().Query(
                       "SELECT i.number, d.revision FROM unnest($1, $2, $3) WITH ORDINALITY"
                       " AS i(workspace, collection, id, number) CROSS JOIN LATERAL"
                       " (SELECT revision FROM definition WHERE workspace = i.workspace"
                       " AND collection = i.collection AND id = i.id OFFSET 0) d",
                       {columns.workspaces, columns.collections, columns.ids}));
  for (int row = 0; row < rows.rows(); ++row) {
    revisions[names[rows.Int64(row, 0) - 1]] = rows.Int64(row, 1);
  }
  return revisions;
}

absl::StatusOr<std::vector<v1::Definition>> PostgresDefinitionStore::ReadRevisions(
    const ResourceName& name, int64_t before, int limit, size_t max_bytes) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query(
          "SELECT bytes FROM (SELECT revision, bytes, sum(length(bytes))"
          " OVER (ORDER BY revision DESC) - length(bytes) AS bytes_before FROM"
          " (SELECT revision, bytes FROM revision WHERE workspace = $1 AND collection = $2"
          " AND id = $3 AND revision < $4 ORDER BY revision DESC LIMIT $5) newest) summed"
          " WHERE bytes_before < $6 ORDER BY revision DESC",
          {name.workspace, CollectionOf(name.kind), name.id, before, limit,
           static_cast<int64_t>(max_bytes)}));
  std::vector<v1::Definition> revisions;
  for (int row = 0; row < rows.rows(); ++row) {
    ASSIGN_OR_RETURN(v1::Definition definition, ParseStoredDefinition(rows.Bytes(row, 0)));
    revisions.push_back(std::move(definition));
  }
  return revisions;
}

}  // namespace kpisuite
