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
constexpr char kKept[] =
    "INSERT INTO kept_sample(part, workspace, metric, kept_from_nano, first_business_day)"
    " SELECT $1, i.* FROM unnest($2, $3, $4, $5) i ON CONFLICT(workspace, metric, part)"
    " DO UPDATE SET kept_from_nano = excluded.kept_from_nano,"
    " first_business_day = excluded.first_business_day";
// Everything that is new, and the heads above it; nothing in partitions whose head is not as it
// was. All parts of a statement see the same moment, which may be before the lock of a head row was
// got; but when the row is then as the writer has left it, nobody has written to the partition
// since. A request that only this moment does not show violates the key.
//
// Heads are locked in the order of $1. Arrays of sub-selects are made once; joins may not be.
constexpr char kAdditions[] =
    "WITH moved AS (UPDATE head SET incarnation = i.incarnation, last_seq = i.last_seq,"
    " commit_nano = i.commit_nano, last_series = i.last_series"
    " FROM unnest($1, $2, $3, $4, $5, $6, $7)"
    " AS i(part, old_incarnation, old_seq, incarnation, last_seq, commit_nano, last_series)"
    " WHERE head.part = i.part AND ($8 OR head.incarnation = i.old_incarnation"
    " AND head.last_seq = i.old_seq AND i.part <> ALL(ARRAY("
    "SELECT q.part FROM unnest($23, $24, $25, $26) AS q(part, workspace, request_id, fingerprint)"
    " CROSS JOIN LATERAL (SELECT FROM request WHERE workspace = q.workspace"
    " AND request_id = q.request_id AND (part = q.part OR fingerprint <> q.fingerprint) OFFSET 0) r"
    "))) RETURNING head.part, trimmed_seq),"
    " new_sample AS (INSERT INTO sample(part, series, time, sample_id, revision, seq, value,"
    " weight, business_day, entity)"
    " SELECT i.part, i.series, i.time, i.sample_id, 1, i.seq, i.value, i.weight, i.day, i.entity"
    " FROM unnest($9, $10, $11, $12, $13, $14, $15, $16, $17)"
    " AS i(part, series, time, sample_id, seq, value, weight, day, entity)"
    " WHERE i.part = ANY(ARRAY(SELECT part FROM moved))),"
    " new_feed AS (INSERT INTO feed(part, seq, commit_nano, reason, bytes, batch)"
    " SELECT i.part, i.seq, i.nano, i.reason, length(i.batch), i.batch"
    " FROM unnest($18, $19, $20, $21, $22) AS i(part, seq, nano, reason, batch)"
    " WHERE i.part = ANY(ARRAY(SELECT part FROM moved))),"
    " new_request AS (INSERT INTO request(part, workspace, request_id, fingerprint, created_nano,"
    " seq, inserted, corrected, retracted, unchanged, answer_note)"
    " SELECT i.* FROM unnest($23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)"
    " AS i(part, workspace, request_id, fingerprint, created_nano, seq, inserted, corrected,"
    " retracted, unchanged, answer_note) WHERE i.part = ANY(ARRAY(SELECT part FROM moved)))"
    " SELECT part, trimmed_seq FROM moved";

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

void AddKept(const PartitionGroup& group, PostgresPipeline& pipeline) {
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  PostgresColumn nanos = PostgresColumn::Int64s();
  PostgresColumn days = PostgresColumn::Int64s();
  for (const auto& [name, known] : group.kept) {
    if (!known.moved) continue;
    AddSparse(nanos.size(), int64_t{known.kept.first_business_day}, int64_t{kNoBusinessDay}, days);
    workspaces.Add(name.first);
    metrics.Add(name.second);
    nanos.Add(known.kept.from_nano);
  }
  if (!nanos.empty()) pipeline.Add(kKept, {group.part(), workspaces, metrics, nanos, days});
}

void AddHeads(absl::Span<const GroupAdditions> all, std::vector<PostgresValue>& values) {
  std::vector<PostgresColumn> columns(7, PostgresColumn::Int64s());
  for (const auto& [group, before] : all) {
    const int64_t cells[] = {group->part(),           before.incarnation,   before.last_seq,
                             group->head.incarnation, group->head.last_seq, group->commit_nano,
                             group->last_series};
    for (size_t i = 0; i < columns.size(); ++i) columns[i].Add(cells[i]);
  }
  for (const PostgresColumn& one : columns) values.emplace_back(one);
}

void AddFirstRows(absl::Span<const GroupAdditions> all, std::vector<PostgresValue>& values) {
  PostgresColumn parts = PostgresColumn::Int64s();
  RowColumns rows;
  for (const auto& [group, before] : all) {
    for (const GroupRow& row : group->rows) {
      if (!row.changed || !row.IsFirst()) continue;
      parts.Add(group->part());
      rows.Add(*group, row);
    }
  }
  for (const PostgresColumn* one : {&parts, &rows.series, &rows.times, &rows.ids, &rows.seqs,
                                    &rows.values, &rows.weights, &rows.days, &rows.entities}) {
    values.emplace_back(*one);
  }
}

void AddFeed(absl::Span<const GroupAdditions> all, std::vector<PostgresValue>& values) {
  PostgresColumn parts = PostgresColumn::Int64s();
  PostgresColumn seqs = PostgresColumn::Int64s();
  PostgresColumn nanos = PostgresColumn::Int64s();
  PostgresColumn reasons = PostgresColumn::Texts();
  PostgresColumn batches = PostgresColumn::Bytes();
  for (const auto& [group, before] : all) {
    for (const GroupFeedEntry& entry : group->feed) {
      parts.Add(group->part());
      seqs.Add(entry.seq);
      nanos.Add(entry.commit_nano);
      reasons.Add(entry.reason);
      batches.Add(entry.batch);
    }
  }
  for (const PostgresColumn* one : {&parts, &seqs, &nanos, &reasons, &batches}) {
    values.emplace_back(*one);
  }
}

struct RequestColumns {
  void Add(int part, const PartitionGroup::Name& name, const GroupRequest& one) {
    parts.Add(part);
    workspaces.Add(name.first);
    ids.Add(name.second);
    fingerprints.Add(one.fingerprint);
    notes.Add(one.outcome.answer_note);
    const IngestCounts& counts = one.outcome.counts;
    const int64_t cells[] = {one.created_nano, one.outcome.seq,  counts.inserted,
                             counts.corrected, counts.retracted, counts.unchanged};
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i].Add(cells[i]);
  }

  PostgresColumn parts = PostgresColumn::Int64s();
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn ids = PostgresColumn::Texts();
  PostgresColumn fingerprints = PostgresColumn::Bytes();
  std::vector<PostgresColumn> numbers = std::vector(6, PostgresColumn::Int64s());
  PostgresColumn notes = PostgresColumn::Bytes();
};

void AddRequests(absl::Span<const GroupAdditions> all, std::vector<PostgresValue>& values) {
  RequestColumns columns;
  for (const auto& [group, before] : all) {
    for (const auto& [name, answers] : group->requests) {
      for (const GroupRequest& one : answers) {
        if (one.added) columns.Add(group->part(), name, one);
      }
    }
  }
  for (const PostgresColumn* one :
       {&columns.parts, &columns.workspaces, &columns.ids, &columns.fingerprints}) {
    values.emplace_back(*one);
  }
  for (const PostgresColumn& one : columns.numbers) values.emplace_back(one);
  values.emplace_back(columns.notes);
}

}  // namespace

void AddGroupChanges(const PartitionGroup& group, PostgresPipeline& pipeline) {
  AddTraits(group, pipeline);
  AddSeries(group, pipeline);
  AddRows(group, pipeline);
  AddWatermarks(group, pipeline);
  AddKept(group, pipeline);
}

size_t AddGroupAdditions(absl::Span<const GroupAdditions> all, bool locked,
                         PostgresPipeline& pipeline) {
  std::vector<PostgresValue> values;
  AddHeads(all, values);
  values.emplace_back(locked);
  AddFirstRows(all, values);
  AddFeed(all, values);
  AddRequests(all, values);
  return pipeline.Add(kAdditions, std::move(values));
}

}  // namespace kpisuite
