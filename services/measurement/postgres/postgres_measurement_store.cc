#include "services/measurement/postgres/postgres_measurement_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/measurement/postgres/past_samples.h"
#include "services/measurement/postgres/schema.h"
#include "services/measurement/postgres/snapshot.h"
#include "services/measurement/postgres/time_partitions.h"

namespace kpisuite {
namespace {

// At most so many entries of the feed are looked at for one page.
constexpr int64_t kMaxPageEntries = 2'000;

// The first of several processes that start at once makes the partitions.
absl::StatusOr<std::vector<FeedHead>> FindOrMakeHeads(PostgresDatabase& database, int partitions,
                                                      absl::Time now) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database.BeginWrite());
  PostgresConnection& connection = transaction.connection();
  RETURN_IF_ERROR(connection.Execute("LOCK TABLE schema_version IN EXCLUSIVE MODE"));
  RETURN_IF_ERROR(MakeTimePartitions(connection, now));
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads, ReadPostgresHeads(connection));
  if (heads.empty()) {
    RETURN_IF_ERROR(connection.Execute(
        "INSERT INTO head SELECT part, $2, 0, 0, 0, 0 FROM generate_series(0, $1 - 1) part",
        {partitions, absl::ToUnixSeconds(now)}));
    ASSIGN_OR_RETURN(heads, ReadPostgresHeads(connection));
  }
  RETURN_IF_ERROR(transaction.Commit());
  return heads;
}

// In the order of their first units.
std::vector<std::vector<QueuedUnit>> ByPartition(std::vector<QueuedUnit> units) {
  std::vector<std::vector<QueuedUnit>> parts;
  absl::flat_hash_map<int, size_t> index;
  for (QueuedUnit& one : units) {
    const auto [known, added] = index.try_emplace(one.unit.part, parts.size());
    if (added) parts.emplace_back();
    parts[known->second].push_back(std::move(one));
  }
  return parts;
}

UnitGroup GroupOf(const std::vector<QueuedUnit>& units, const FeedHead& known) {
  UnitGroup group{{}, known};
  group.units.reserve(units.size());
  for (const QueuedUnit& one : units) group.units.push_back(&one.unit);
  return group;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresMeasurementStore>> PostgresMeasurementStore::Create(
    const PostgresMeasurementStoreOptions& options, const Clock& clock) {
  PostgresDatabaseOptions database_options;
  database_options.target = options.target;
  database_options.schema = PostgresMeasurementSchema();
  database_options.connections = options.readers;
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresDatabase> database,
                   PostgresDatabase::Create(database_options));
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads,
                   FindOrMakeHeads(*database, options.partitions, clock.Now()));
  return std::unique_ptr<PostgresMeasurementStore>(
      new PostgresMeasurementStore(options, std::move(database), std::move(heads), clock));
}

PostgresMeasurementStore::PostgresMeasurementStore(const PostgresMeasurementStoreOptions& options,
                                                   std::unique_ptr<PostgresDatabase> database,
                                                   std::vector<FeedHead> heads, const Clock& clock)
    : partitions_(static_cast<int>(heads.size())),
      database_(std::move(database)),
      heads_(*database_, std::move(heads), options.poll_interval),
      upkeep_(*database_, clock),
      writers_([&] {
        std::vector<std::unique_ptr<GroupWriter>> writers;
        for (int i = 0; i < options.queue.writers; ++i) {
          writers.push_back(std::make_unique<GroupWriter>(*database_));
        }
        return writers;
      }()),
      queue_(options.queue, [this](int writer, std::vector<QueuedUnit> group) {
        return WriteGroup(*writers_[writer], std::move(group));
      }) {}

PostgresMeasurementStore::~PostgresMeasurementStore() { Shutdown(); }

void PostgresMeasurementStore::Shutdown() {
  queue_.Shutdown();
  heads_.Stop();
  upkeep_.Stop();
}

void PostgresMeasurementStore::Ingest(IngestUnit unit, IngestDone done) {
  const size_t bytes = unit.MemoryBytes();
  QueuedUnit queued{std::move(unit), std::move(done), bytes};
  const absl::Status submitted = queue_.Submit(queued);
  if (!submitted.ok()) queued.done(submitted);
}

std::vector<QueuedUnit> PostgresMeasurementStore::WriteGroup(GroupWriter& writer,
                                                             std::vector<QueuedUnit> group) {
  std::vector<std::vector<QueuedUnit>> parts = ByPartition(std::move(group));
  std::vector<UnitGroup> groups;
  for (const auto& units : parts) groups.push_back(GroupOf(units, HeadOf(units)));
  auto written = writer.WriteRemembered(groups);
  std::vector<std::vector<QueuedUnit>> unwritten;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (written[i].has_value()) {
      Settle(writer, *std::move(written[i]), std::move(parts[i]));
    } else {
      unwritten.push_back(std::move(parts[i]));
    }
  }
  std::vector<QueuedUnit> again;
  std::vector<QueuedUnit> locked;
  for (std::vector<QueuedUnit>& units : unwritten) {
    // One wait for a lock at a time: what has come meanwhile goes before the next.
    if (locked.empty()) {
      locked = WritePart(writer, std::move(units));
    } else {
      std::move(units.begin(), units.end(), std::back_inserter(again));
    }
  }
  std::move(locked.begin(), locked.end(), std::back_inserter(again));
  return again;
}

FeedHead PostgresMeasurementStore::HeadOf(const std::vector<QueuedUnit>& units) const {
  return heads_.Head(units.front().unit.part);
}

std::vector<QueuedUnit> PostgresMeasurementStore::WritePart(GroupWriter& writer,
                                                            std::vector<QueuedUnit> group) {
  absl::StatusOr<WrittenGroup> written = writer.Write(GroupOf(group, HeadOf(group)));
  return Settle(writer, std::move(written), std::move(group));
}

std::vector<QueuedUnit> PostgresMeasurementStore::Settle(GroupWriter& writer,
                                                         absl::StatusOr<WrittenGroup> written,
                                                         std::vector<QueuedUnit> group) {
  if (written.ok()) {
    groups_committed_.fetch_add(1, std::memory_order_relaxed);
    heads_.Advance(written->head);
    for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(written->outcomes[i]));
    return {};
  }
  std::vector<QueuedUnit> again;
  if (absl::IsInternal(written.status()) && group.size() > 1) {
    // One of them cannot be written; the others are not to suffer for it.
    for (QueuedUnit& one : group) {
      if (!again.empty()) {
        again.push_back(std::move(one));  // they keep their order
        continue;
      }
      std::vector<QueuedUnit> alone;
      alone.push_back(std::move(one));
      again = WritePart(writer, std::move(alone));
    }
    return again;
  }
  for (QueuedUnit& one : group) {
    if (IsLockTimeout(written.status()) && !one.give_up.passed()) {
      again.push_back(std::move(one));
    } else {
      one.done(written.status());
    }
  }
  return again;
}

absl::StatusOr<ChangePage> PostgresMeasurementStore::ReadChanges(int part, int64_t incarnation,
                                                                 int64_t seq, size_t limit_bytes) {
  FeedHead head = heads_.Head(part);
  if (!CheckFeedPosition(head, incarnation, seq).ok()) {
    // The position may come from another process, which knows of a later commit.
    RETURN_IF_ERROR(heads_.Refresh());
    head = heads_.Head(part);
    RETURN_IF_ERROR(CheckFeedPosition(head, incarnation, seq));
  }
  ChangePage page;
  page.last_seq = seq;
  if (seq == head.last_seq) return page;
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query(
          "SELECT seq, batch FROM (SELECT seq, batch, bytes,"
          " sum(bytes) OVER (ORDER BY seq) AS until FROM (SELECT seq, batch, bytes FROM feed"
          " WHERE part = $1 AND seq > $2 AND seq <= $3 AND bytes > 0 ORDER BY seq LIMIT $5) page)"
          " summed"
          " WHERE until <= $4 OR until = bytes ORDER BY seq",
          {part, seq, head.last_seq, static_cast<int64_t>(limit_bytes), kMaxPageEntries}));
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.Int64(row, 0) != page.last_seq + 1) break;
    page.batches.emplace_back(rows.Bytes(row, 1));
    ++page.last_seq;
  }
  if (!page.batches.empty()) return page;
  // Trimmed or lost since the head was looked at.
  RETURN_IF_ERROR(heads_.Refresh());
  RETURN_IF_ERROR(CheckFeedPosition(heads_.Head(part), incarnation, seq));
  return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                   absl::StrCat("partition ", part, " has no entry after ", seq));
}

absl::StatusOr<int64_t> PostgresMeasurementStore::ForgetChanges(int part, absl::Time before,
                                                                int64_t limit) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  PostgresConnection& connection = transaction.connection();
  // The lock of a writer: neither it nor another process that forgets comes between.
  ASSIGN_OR_RETURN(
      const PostgresResult head,
      connection.Query("SELECT trimmed_seq FROM head WHERE part = $1 FOR UPDATE", {part}));
  const int64_t first = head.Int64(0, 0);
  // Times of recording never go back.
  ASSIGN_OR_RETURN(const PostgresResult last,
                   connection.Query("SELECT max(seq) FROM (SELECT seq, commit_nano FROM feed"
                                    " WHERE part = $1 AND seq > $2 ORDER BY seq LIMIT $3) next"
                                    " WHERE commit_nano < $4",
                                    {part, first, limit, absl::ToUnixNanos(before)}));
  if (last.IsNull(0, 0)) return 0;
  RETURN_IF_ERROR(connection.Execute(
      "UPDATE feed SET batch = '', bytes = 0 WHERE part = $1 AND seq > $2 AND seq <= $3",
      {part, first, last.Int64(0, 0)}));
  RETURN_IF_ERROR(connection.Execute("UPDATE head SET trimmed_seq = $2 WHERE part = $1",
                                     {part, last.Int64(0, 0)}));
  RETURN_IF_ERROR(WithoutConflicts(transaction.Commit()));
  RETURN_IF_ERROR(heads_.Refresh());
  return last.Int64(0, 0) - first;
}

absl::StatusOr<int64_t> PostgresMeasurementStore::ForgetRequests(absl::Time before, int64_t limit) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(
      const PostgresResult forgotten,
      transaction.connection().Query(
          "DELETE FROM request WHERE (workspace, request_id, part) IN"
          " (SELECT workspace, request_id, part FROM request WHERE created_nano < $1 LIMIT $2"
          " FOR UPDATE SKIP LOCKED)",
          {absl::ToUnixNanos(before), limit}));
  RETURN_IF_ERROR(WithoutConflicts(transaction.Commit()));
  return forgotten.changed_rows();
}

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> PostgresMeasurementStore::Snapshot() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginRead());
  return OpenPostgresSnapshot(std::move(transaction));
}

absl::StatusOr<std::vector<PastSamples>> PostgresMeasurementStore::FindPast(absl::Time cutoff) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  return FindPostgresPast(transaction.connection(), cutoff);
}

absl::StatusOr<PastDeletion> PostgresMeasurementStore::DeletePast(
    absl::Time cutoff, absl::FunctionRef<bool()> stopping) {
  return DropPostgresPast(*database_, cutoff, stopping);
}

absl::Status PostgresMeasurementStore::SaveDefinitions(const DefinitionsUpdate& update) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  PostgresConnection& connection = transaction.connection();
  ASSIGN_OR_RETURN(
      const PostgresResult saved,
      connection.Query("SELECT position, incarnation FROM definition_position FOR UPDATE"));
  const bool same_life = saved.Int64(0, 1) == update.incarnation;
  // Another process has heard as much or more of the same log.
  if (same_life && saved.Int64(0, 0) >= update.position) return absl::OkStatus();
  if (update.replace_all) RETURN_IF_ERROR(connection.Execute("DELETE FROM definition"));
  PostgresColumn deleted = PostgresColumn::Texts();
  for (const std::string& name : update.deleted) deleted.Add(name);
  RETURN_IF_ERROR(connection.Execute("DELETE FROM definition WHERE name = ANY($1)", {deleted}));
  PostgresColumn names = PostgresColumn::Texts();
  PostgresColumn bytes = PostgresColumn::Bytes();
  for (const SavedDefinition& changed : update.changed) {
    names.Add(changed.name);
    bytes.Add(changed.bytes);
  }
  RETURN_IF_ERROR(
      connection.Execute("INSERT INTO definition(name, bytes) SELECT * FROM unnest($1, $2)"
                         " ON CONFLICT(name) DO UPDATE SET bytes = excluded.bytes",
                         {names, bytes}));
  RETURN_IF_ERROR(
      connection.Execute("UPDATE definition_position SET position = $1, incarnation = $2",
                         {update.position, update.incarnation}));
  return transaction.Commit();
}

absl::StatusOr<SavedDefinitions> PostgresMeasurementStore::LoadDefinitions() {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  SavedDefinitions saved;
  ASSIGN_OR_RETURN(
      const PostgresResult position,
      transaction.connection().Query("SELECT position, incarnation FROM definition_position"));
  saved.position = position.Int64(0, 0);
  saved.incarnation = position.Int64(0, 1);
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query("SELECT name, bytes FROM definition ORDER BY name"));
  for (int row = 0; row < rows.rows(); ++row) {
    saved.definitions.push_back({std::string(rows.Bytes(row, 0)), std::string(rows.Bytes(row, 1))});
  }
  return saved;
}

}  // namespace kpisuite
