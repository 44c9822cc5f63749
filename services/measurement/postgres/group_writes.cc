#include "services/measurement/postgres/group_writes.h"

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
constexpr char kFeed[] =
    "INSERT INTO feed(part, seq, commit_nano, reason, bytes, batch)"
    " SELECT $1, i.seq, i.nano, i.reason, length(i.batch), i.batch"
    " FROM unnest($2, $3, $4, $5) AS i(seq, nano, reason, batch)";
constexpr char kRequests[] =
    "INSERT INTO request(part, workspace, request_id, fingerprint, created_nano, seq, inserted,"
    " corrected, retracted, unchanged, answer_note)"
    " SELECT $1, i.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) i";
constexpr char kHead[] =
    "UPDATE head SET incarnation = $2, last_seq = $3, commit_nano = $4, last_series = $5"
    " WHERE part = $1";

// Rows of `sample` and `sample_revision` in columns.
class RowColumns {
 public:
  void Add(const PartitionGroup& group, const GroupRow& row) {
    series_.Add(static_cast<int64_t>(group.series[row.series].id));
    times_.Add(row.time_nano);
    ids_.Add(row.sample_id);
    revisions_.Add(row.revision);
    seqs_.Add(row.seq);
    if (!row.live.has_value()) {
      values_.AddNull();
      weights_.AddNull();
      days_.AddNull();
      entities_.AddNull();
      return;
    }
    values_.Add(row.live->value);
    weights_.AddOrNull(row.live->weight, kNoWeight);
    days_.AddOrNull(row.live->business_day, kNoBusinessDay);
    entities_.AddOrNull(row.live->entity);
  }

  void AddTo(PostgresPipeline& pipeline, absl::string_view sql, int part) const {
    if (series_.empty()) return;
    pipeline.Add(
        sql, {part, series_, times_, ids_, revisions_, seqs_, values_, weights_, days_, entities_});
  }

 private:
  PostgresColumn series_ = PostgresColumn::Int64s();
  PostgresColumn times_ = PostgresColumn::Int64s();
  PostgresColumn ids_ = PostgresColumn::Texts();
  PostgresColumn revisions_ = PostgresColumn::Int64s();
  PostgresColumn seqs_ = PostgresColumn::Int64s();
  PostgresColumn values_ = PostgresColumn::Int64s();
  PostgresColumn weights_ = PostgresColumn::Int64s();
  PostgresColumn days_ = PostgresColumn::Int64s();
  PostgresColumn entities_ = PostgresColumn::Texts();
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
    if (row.changed) latest.Add(group, row);
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

void AddFeed(const PartitionGroup& group, PostgresPipeline& pipeline) {
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
  if (!seqs.empty()) pipeline.Add(kFeed, {group.part(), seqs, nanos, reasons, batches});
}

void AddRequests(const PartitionGroup& group, PostgresPipeline& pipeline) {
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
  if (ids.empty()) return;
  pipeline.Add(kRequests, {group.part(), workspaces, ids, fingerprints, numbers[0], numbers[1],
                           numbers[2], numbers[3], numbers[4], numbers[5], notes});
}

}  // namespace

void AddGroupWrites(const PartitionGroup& group, PostgresPipeline& pipeline) {
  AddTraits(group, pipeline);
  AddSeries(group, pipeline);
  AddRows(group, pipeline);
  AddWatermarks(group, pipeline);
  AddFeed(group, pipeline);
  AddRequests(group, pipeline);
  pipeline.Add(kHead, {group.part(), group.head.incarnation, group.head.last_seq, group.commit_nano,
                       group.last_series});
}

}  // namespace kpisuite
