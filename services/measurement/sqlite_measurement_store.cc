#include "services/measurement/sqlite_measurement_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/measurement/sqlite_past.h"
#include "services/measurement/sqlite_schema.h"
#include "services/measurement/sqlite_snapshot.h"

namespace kpisuite {
namespace {

absl::StatusOr<std::vector<FeedHead>> FindOrMakeHeads(Database& database, int partitions,
                                                      const Clock& clock) {
  {
    ASSIGN_OR_RETURN(const ReadSnapshot snapshot, database.BeginRead());
    ASSIGN_OR_RETURN(std::vector<FeedHead> heads, ReadHeads(snapshot.connection()));
    if (static_cast<int>(heads.size()) == partitions) return heads;
    if (!heads.empty()) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, "INVALID_FIELD",
          absl::StrCat(database.path(), " has ", heads.size(), " partitions, want ", partitions));
    }
  }
  ASSIGN_OR_RETURN(WriteTransaction transaction, database.BeginWriteBelowFloor());
  const int64_t incarnation = absl::ToUnixSeconds(clock.Now());
  for (int part = 0; part < partitions; ++part) {
    RETURN_IF_ERROR(transaction.connection().Execute(
        "INSERT INTO head(part, incarnation, last_seq, trimmed_seq, commit_nano)"
        " VALUES(?, ?, 0, 0, 0)",
        {part, incarnation}));
  }
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads, ReadHeads(transaction.connection()));
  RETURN_IF_ERROR(transaction.Commit());
  return heads;
}

// A unit between Ingest and its answer.
struct PendingUnit {
  IngestUnit unit;
  MeasurementStore::IngestDone done;
  IngestOutcome outcome;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteMeasurementStore>> SqliteMeasurementStore::Create(
    const SqliteMeasurementStoreOptions& options, const Clock& clock) {
  DatabaseOptions database_options;
  database_options.directory = options.directory;
  database_options.file_name = "measurement.db";
  database_options.schema = MeasurementSchema();
  database_options.free_space_floor_bytes = options.free_space_floor_bytes;
  database_options.ballast_bytes = options.ballast_bytes;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Create(database_options));
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads,
                   FindOrMakeHeads(*database, options.partitions, clock));
  return std::unique_ptr<SqliteMeasurementStore>(
      new SqliteMeasurementStore(std::move(database), std::move(heads), options.committer));
}

SqliteMeasurementStore::SqliteMeasurementStore(std::unique_ptr<Database> database,
                                               std::vector<FeedHead> heads,
                                               const GroupCommitterOptions& options)
    : partitions_(static_cast<int>(heads.size())),
      database_(std::move(database)),
      heads_(std::move(heads)),
      committer_(*database_, options,
                 [this](const absl::Status& status) { OnGroupFinished(status); }) {}

SqliteMeasurementStore::~SqliteMeasurementStore() { committer_.Shutdown(); }

void SqliteMeasurementStore::Ingest(IngestUnit unit, IngestDone done) {
  const auto pending =
      std::make_shared<PendingUnit>(PendingUnit{std::move(unit), std::move(done), IngestOutcome()});
  CommitUnit commit;
  commit.bytes = pending->unit.MemoryBytes();
  commit.rows = pending->unit.RowCount();
  commit.apply = [this, pending](Connection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(pending->outcome, ingest_.Apply(connection, pending->unit));
    return absl::OkStatus();
  };
  commit.done = [pending](const absl::Status& status) {
    if (status.ok()) {
      pending->done(std::move(pending->outcome));
    } else {
      pending->done(status);
    }
  };
  const absl::Status submitted = committer_.Submit(std::move(commit));
  if (!submitted.ok()) pending->done(submitted);
}

void SqliteMeasurementStore::OnGroupFinished(const absl::Status& status) {
  if (!status.ok()) {
    ingest_.RollBack();
    return;
  }
  groups_committed_.fetch_add(1, std::memory_order_relaxed);
  bool moved = false;
  {
    const std::vector<FeedHead> heads = ingest_.Commit();
    MutexLock lock(mutex_);
    for (const FeedHead& head : heads) {
      FeedHead& known = heads_[head.part];
      moved |= known.last_seq != head.last_seq;
      // Entries may have been forgotten after the group has looked.
      const int64_t trimmed_seq = std::max(known.trimmed_seq, head.trimmed_seq);
      known = head;
      known.trimmed_seq = trimmed_seq;
    }
  }
  if (moved && listener_) listener_();
}

std::vector<FeedHead> SqliteMeasurementStore::Heads() const {
  MutexLock lock(mutex_);
  return heads_;
}

absl::StatusOr<ChangePage> SqliteMeasurementStore::ReadChanges(int part, int64_t incarnation,
                                                               int64_t seq, size_t limit_bytes) {
  FeedHead head;
  {
    MutexLock lock(mutex_);
    head = heads_[part];
  }
  RETURN_IF_ERROR(CheckFeedPosition(head, incarnation, seq));
  ChangePage page;
  page.last_seq = seq;
  if (seq == head.last_seq) return page;
  ASSIGN_OR_RETURN(const ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement find,
                   snapshot.connection().Prepare(
                       "SELECT key, batch FROM feed WHERE key > ? AND key <= ? ORDER BY key"));
  RETURN_IF_ERROR(find.Bind({FeedKey(part, seq), FeedKey(part, head.last_seq)}));
  size_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return page;
    const absl::string_view batch = find.Bytes(1);
    if (batch.empty()) {
      // Forgotten since the head was looked at.
      head.trimmed_seq = SeqOfFeedKey(find.Int64(0));
      return CheckFeedPosition(head, incarnation, seq);
    }
    if (!page.batches.empty() && bytes + batch.size() > limit_bytes) return page;
    bytes += batch.size();
    page.batches.emplace_back(batch);
    page.last_seq = SeqOfFeedKey(find.Int64(0));
  }
}

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> SqliteMeasurementStore::Snapshot() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  return OpenSqliteSnapshot(std::move(snapshot));
}

absl::StatusOr<int64_t> SqliteMeasurementStore::ForgetChanges(int part, absl::Time before,
                                                              int64_t limit) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWriteBelowFloor());
  Connection& connection = transaction.connection();
  ASSIGN_OR_RETURN(const std::optional<int64_t> trimmed,
                   connection.QueryInt64("SELECT trimmed_seq FROM head WHERE part = ?", {part}));
  const int64_t first = FeedKey(part, trimmed.value_or(0));
  // Times of recording never go back.
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> last,
      connection.QueryInt64("SELECT max(key) FROM (SELECT key, commit_nano FROM feed"
                            " WHERE key > ? AND key < ? ORDER BY key LIMIT ?)"
                            " WHERE commit_nano < ?",
                            {first, FeedKey(part + 1, 0), limit, absl::ToUnixNanos(before)}));
  if (!last.has_value()) return 0;
  RETURN_IF_ERROR(
      connection.Execute("UPDATE feed SET batch = x'' WHERE key > ? AND key <= ?", {first, *last}));
  RETURN_IF_ERROR(connection.Execute("UPDATE head SET trimmed_seq = ? WHERE part = ?",
                                     {SeqOfFeedKey(*last), part}));
  RETURN_IF_ERROR(transaction.Commit());
  MutexLock lock(mutex_);
  heads_[part].trimmed_seq = SeqOfFeedKey(*last);
  return *last - first;
}

absl::StatusOr<int64_t> SqliteMeasurementStore::ForgetRequests(absl::Time before, int64_t limit) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWriteBelowFloor());
  Connection& connection = transaction.connection();
  RETURN_IF_ERROR(connection.Execute(
      "DELETE FROM request WHERE (workspace, request_id, part) IN (SELECT workspace, request_id,"
      " part FROM request INDEXED BY request_created WHERE created_nano < ? LIMIT ?)",
      {absl::ToUnixNanos(before), limit}));
  const int64_t forgotten = connection.changed_rows();
  RETURN_IF_ERROR(transaction.Commit());
  return forgotten;
}

absl::StatusOr<std::vector<PastSamples>> SqliteMeasurementStore::FindPast(absl::Time cutoff) {
  ASSIGN_OR_RETURN(const ReadSnapshot snapshot, database_->BeginRead());
  return FindSqlitePast(snapshot.connection(), cutoff);
}

absl::StatusOr<PastDeletion> SqliteMeasurementStore::DeletePast(
    absl::Time cutoff, absl::FunctionRef<bool()> stopping) {
  return DeleteSqlitePast(*database_, cutoff, stopping);
}

absl::Status SqliteMeasurementStore::SaveDefinitions(const DefinitionsUpdate& update) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  Connection& connection = transaction.connection();
  if (update.replace_all) RETURN_IF_ERROR(connection.Execute("DELETE FROM definition"));
  for (const std::string& name : update.deleted) {
    RETURN_IF_ERROR(connection.Execute("DELETE FROM definition WHERE name = ?", {name}));
  }
  for (const SavedDefinition& changed : update.changed) {
    RETURN_IF_ERROR(
        connection.Execute("INSERT OR REPLACE INTO definition(name, bytes) VALUES(?, ?)",
                           {changed.name, Blob{changed.bytes}}));
  }
  RETURN_IF_ERROR(connection.Execute(
      "INSERT OR REPLACE INTO definition_position(id, position, incarnation) VALUES(0, ?, ?)",
      {update.position, update.incarnation}));
  return transaction.Commit();
}

absl::StatusOr<SavedDefinitions> SqliteMeasurementStore::LoadDefinitions() {
  ASSIGN_OR_RETURN(const ReadSnapshot snapshot, database_->BeginRead());
  SavedDefinitions saved;
  {
    ASSIGN_OR_RETURN(Statement find, snapshot.connection().Prepare(
                                         "SELECT position, incarnation FROM definition_position"));
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return saved;
    saved.position = find.Int64(0);
    saved.incarnation = find.Int64(1);
  }
  ASSIGN_OR_RETURN(Statement find, snapshot.connection().Prepare(
                                       "SELECT name, bytes FROM definition ORDER BY name"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return saved;
    saved.definitions.push_back({std::string(find.Text(0)), std::string(find.Bytes(1))});
  }
}

}  // namespace kpisuite
