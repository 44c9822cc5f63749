#include "services/measurement/postgres/group_writes.h"

#include <utility>
#include <vector>

namespace kpisuite {
namespace {

// A metric that another partition has named first meanwhile is an error, after which the group is
// repeated: its traits may be others.
constexpr char kTraits[] =
    "INSERT INTO metric(workspace, metric, traits) SELECT * FROM unnest($1, $2, $3)";
constexpr char kSeries[] =
    "INSERT INTO series(part, id, workspace, metric, slice, has_business_day)"
    " SELECT $1, i.id, i.workspace, i.metric, i.slice, i.has_day <> 0"
    " FROM unnest($2, $3, $4, $5, $6) AS i(id, workspace, metric, slice, has_day)";
constexpr char kMarks[] =
    "UPDATE series SET has_business_day = true WHERE part = $1 AND id = ANY($2)";
// The latest revisions of samples that were stored before.
constexpr char kRows[] =
    "INSERT INTO sample(part, series, time, sample_id, revision, seq, value, weight,"
    " business_day, entity) SELECT $1, i.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) i"
    " ON CONFLICT(part, series, time, sample_id) DO UPDATE SET revision = excluded.revision,"
    " seq = excluded.seq, value = excluded.value, weight = excluded.weight,"
    " business_day = excluded.business_day, entity = excluded.entity";
constexpr char kRevisions[] =
    "INSERT INTO sample_revision(part, series, time, sample_id, revision, seq, value, weight,"
    " business_day, entity) SELECT $1, i.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) i";
constexpr char kWatermarks[] =
    "INSERT INTO watermark(part, workspace, metric, complete_through_nano)"
    " SELECT $1, i.* FROM unnest($2, $3, $4) i ON CONFLICT(workspace, metric, part)"
    " DO UPDATE SET complete_through_nano = excluded.complete_through_nano";
// Everything that is new, and the head above it, or nothing. All parts of a statement see the same
// moment, which may be before the lock of the head row was got; but when the row is then as the
// writer has left it, nobody has written to the partition since. A request that only this moment
// does not show violates the key.
constexpr char kAdditions[] =
    "WITH moved AS (UPDATE head SET incarnation = $5, last_seq = $6, commit_nano = $7,"
    " last_series = $8 WHERE part = $1 AND incarnation = $2 AND last_seq = $3 AND ($4 OR NOT EXISTS"
    " (SELECT FROM unnest($21, $22, $23) AS i(workspace, request_id, fingerprint)"
    " CROSS JOIN LATERAL (SELECT FROM request WHERE workspace = i.workspace"
    " AND request_id = i.request_id AND (part = $1 OR fingerprint <> i.fingerprint) OFFSET 0) r))"
    " RETURNING trimmed_seq),"
    " new_sample AS (INSERT INTO sample(part, series, time, sample_id, revision, seq, value,"
    " weight, business_day, entity)"
    " SELECT $1, i.series, i.time, i.sample_id, 1, i.seq, i.value, i.weight, i.day, i.entity"
    " FROM unnest($9, $10, $11, $12, $13, $14, $15, $16)"
    " AS i(series, time, sample_id, seq, value, weight, day, entity)"
    " WHERE (SELECT count(*) FROM moved) = 1),"
    " new_feed AS (INSERT INTO feed(part, seq, commit_nano, reason, bytes, batch)"
    " SELECT $1, i.seq, i.nano, i.reason, length(i.batch), i.batch"
    " FROM unnest($17, $18, $19, $20) AS i(seq, nano, reason, batch)"
    " WHERE (SELECT count(*) FROM moved) = 1),"
    " new_request AS (INSERT INTO request(part, workspace, request_id, fingerprint, created_nano,"
    " seq, inserted, corrected, retracted, unchanged, answer_note)"
    " SELECT $1, i.* FROM unnest($21, $22, $23, $24, $25, $26, $27, $28, $29, $30) i"
    " WHERE (SELECT count(*) FROM moved) = 1)"
    " SELECT trimmed_seq FROM moved";

// Null is not added: unnest() fills up the columns that are shorter than others.
template <typename Cell, typename None>
void AddSparse(int64_t row, const Cell& cell, const None& none, PostgresColumn& column) {
  if (cell == none) return;
  while (column.size() < row) column.AddNull();
  column.Add(cell);
}

// Rows of `sample` and `sample_revision` in columns.
struct RowColumns {
  void Add(const PartitionGroup& group, const GroupRow& row) {
    const int64_t number = series.size();
    series.Add(static_cast<int64_t>(group.series[row.series].id));
    times.Add(row.time_nano);
    ids.Add(row.sample_id);
    revisions.Add(row.revision);
    seqs.Add(row.seq);
    if (!row.live.has_value()) return;
    while (values.size() < number) values.AddNull();
    values.Add(row.live->value);
    AddSparse(number, row.live->weight, kNoWeight, weights);
    AddSparse(number, int64_t{row.live->business_day}, int64_t{kNoBusinessDay}, days);
    AddSparse(number, absl::string_view(row.live->entity), "", entities);
  }

  void AddTo(PostgresPipeline& pipeline, absl::string_view sql, int part) const {
    if (series.empty()) return;
    pipeline.Add(sql, {part, series, times, ids, revisions, seqs, values, weights, days, entities});
  }

  PostgresColumn series = PostgresColumn::Int64s();
  PostgresColumn times = PostgresColumn::Int64s();
  PostgresColumn ids = PostgresColumn::Texts();
  PostgresColumn revisions = PostgresColumn::Int64s();
  PostgresColumn seqs = PostgresColumn::Int64s();
  PostgresColumn values = PostgresColumn::Int64s();
  PostgresColumn weights = PostgresColumn::Int64s();
  PostgresColumn days = PostgresColumn::Int64s();
  PostgresColumn entities = PostgresColumn::Texts();
};

void AddTraits(const PartitionGroup& group, PostgresPipeline& pipeline) {
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  PostgresColumn traits = PostgresColumn::Texts();
  for (const auto& [name, known] : group.traits) {
    if (!known.added) continue;
    workspaces.Add(name.first);
    metrics.Add(name.second);
    traits.Add(known.traits);
  }
  if (!metrics.empty()) pipeline.Add(kTraits, {workspaces, metrics, traits});
}

void AddSeries(const PartitionGroup& group, PostgresPipeline& pipeline) {
  PostgresColumn ids = PostgresColumn::Int64s();
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  PostgresColumn slices = PostgresColumn::Texts();
  PostgresColumn days = PostgresColumn::Int64s();
  PostgresColumn marked = PostgresColumn::Int64s();
  for (const GroupSeries& one : group.series) {
    if (one.marked && !one.added) marked.Add(static_cast<int64_t>(one.id));
    if (!one.added) continue;
    ids.Add(static_cast<int64_t>(one.id));
    workspaces.Add(one.workspace);
    metrics.Add(one.metric);
    slices.Add(one.slice);
    days.Add(int64_t{one.has_business_day});
  }
  if (!ids.empty()) {
    pipeline.Add(kSeries, {group.part(), ids, workspaces, metrics, slices, days});
  }
  if (!marked.empty()) pipeline.Add(kMarks, {group.part(), marked});
}

void AddRows(const PartitionGroup& group, PostgresPipeline& pipeline) {
  RowColumns revisions;
  for (const GroupRow& row : group.revisions) revisions.Add(group, row);
  revisions.AddTo(pipeline, kRevisions, group.part());
  RowColumns latest;
  for (const GroupRow& row : group.rows) {
    if (row.changed && !row.IsFirst()) latest.Add(group, row);
  }
  latest.AddTo(pipeline, kRows, group.part());
}

void AddWatermarks(const PartitionGroup& group, PostgresPipeline& pipeline) {
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  PostgresColumn nanos = PostgresColumn::Int64s();
  for (const auto& [name, known] : group.watermarks) {
    if (!known.moved) continue;
    workspaces.Add(name.first);
    metrics.Add(name.second);
    nanos.Add(*known.nano);
  }
  if (!nanos.empty()) pipeline.Add(kWatermarks, {group.part(), workspaces, metrics, nanos});
}

void AddFeed(const PartitionGroup& group, std::vector<PostgresValue>& values) {
  PostgresColumn seqs = PostgresColumn::Int64s();
  PostgresColumn nanos = PostgresColumn::Int64s();
  PostgresColumn reasons = PostgresColumn::Texts();
  PostgresColumn batches = PostgresColumn::Bytes();
  for (const GroupFeedEntry& entry : group.feed) {
    seqs.Add(entry.seq);
    nanos.Add(entry.commit_nano);
    reasons.Add(entry.reason);
    batches.Add(entry.batch);
  }
  for (const PostgresColumn* one : {&seqs, &nanos, &reasons, &batches}) values.emplace_back(*one);
}

void AddRequests(const PartitionGroup& group, std::vector<PostgresValue>& values) {
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn ids = PostgresColumn::Texts();
  PostgresColumn fingerprints = PostgresColumn::Bytes();
  PostgresColumn notes = PostgresColumn::Bytes();
  std::vector<PostgresColumn> numbers(6, PostgresColumn::Int64s());
  for (const auto& [name, answers] : group.requests) {
    for (const GroupRequest& one : answers) {
      if (!one.added) continue;
      workspaces.Add(name.first);
      ids.Add(name.second);
      fingerprints.Add(one.fingerprint);
      notes.Add(one.outcome.answer_note);
      const IngestCounts& counts = one.outcome.counts;
      const int64_t cells[] = {one.created_nano, one.outcome.seq,  counts.inserted,
                               counts.corrected, counts.retracted, counts.unchanged};
      for (size_t i = 0; i < numbers.size(); ++i) numbers[i].Add(cells[i]);
    }
  }
  for (const PostgresColumn* one : {&workspaces, &ids, &fingerprints}) values.emplace_back(*one);
  for (const PostgresColumn& one : numbers) values.emplace_back(one);
  values.emplace_back(notes);
}

}  // namespace

void AddGroupChanges(const PartitionGroup& group, PostgresPipeline& pipeline) {
  AddTraits(group, pipeline);
  AddSeries(group, pipeline);
  AddRows(group, pipeline);
  AddWatermarks(group, pipeline);
}

size_t AddGroupAdditions(const PartitionGroup& group, const FeedHead& before, bool locked,
                         PostgresPipeline& pipeline) {
  const FeedHead& head = group.head;
  std::vector<PostgresValue> values = {
      group.part(),     before.incarnation, before.last_seq,   locked,
      head.incarnation, head.last_seq,      group.commit_nano, group.last_series};
  RowColumns rows;
  for (const GroupRow& row : group.rows) {
    if (row.changed && row.IsFirst()) rows.Add(group, row);
  }
  for (const PostgresColumn* one : {&rows.series, &rows.times, &rows.ids, &rows.seqs, &rows.values,
                                    &rows.weights, &rows.days, &rows.entities}) {
    values.emplace_back(*one);
  }
  AddFeed(group, values);
  AddRequests(group, values);
  return pipeline.Add(kAdditions, std::move(values));
}

}  // namespace kpisuite
