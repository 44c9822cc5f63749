#include "services/measurement/postgres/group_reads.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr char kHead[] =
    "SELECT incarnation, last_seq, trimmed_seq, commit_nano, last_series FROM head"
    " WHERE part = $1 FOR UPDATE";
// OFFSET 0 keeps the planner from turning a look-up by key into a join of its own choice, which
// without statistics, or with old ones, reads a whole partition.
constexpr char kRequests[] =
    "SELECT r.* FROM unnest($1, $2) AS i(workspace, request_id) CROSS JOIN LATERAL"
    " (SELECT workspace, request_id, part, fingerprint, seq, inserted, corrected, retracted,"
    " unchanged, answer_note FROM request WHERE workspace = i.workspace"
    " AND request_id = i.request_id OFFSET 0) r";
// And what is kept, in the same statement: both are asked for by nearly every group.
constexpr char kTraits[] =
    "SELECT m.*, k.* FROM unnest($2, $3) AS i(workspace, metric) CROSS JOIN LATERAL"
    " (SELECT workspace, metric, traits FROM metric WHERE workspace = i.workspace"
    " AND metric = i.metric OFFSET 0) m LEFT JOIN LATERAL"
    " (SELECT kept_from_nano, first_business_day FROM kept_sample"
    " WHERE workspace = i.workspace AND metric = i.metric AND part = $1 OFFSET 0) k ON true";
constexpr char kWatermarks[] =
    "SELECT w.* FROM unnest($2, $3) AS i(workspace, metric) CROSS JOIN LATERAL"
    " (SELECT workspace, metric, complete_through_nano FROM watermark"
    " WHERE workspace = i.workspace AND metric = i.metric AND part = $1 OFFSET 0) w";
constexpr char kKept[] =
    "SELECT k.* FROM unnest($2, $3) AS i(workspace, metric) CROSS JOIN LATERAL"
    " (SELECT workspace, metric, kept_from_nano, first_business_day FROM kept_sample"
    " WHERE workspace = i.workspace AND metric = i.metric AND part = $1 OFFSET 0) k";
constexpr char kSeries[] =
    "SELECT i.number, s.id, s.has_business_day"
    " FROM unnest($2, $3, $4) WITH ORDINALITY AS i(workspace, metric, slice, number)"
    " CROSS JOIN LATERAL (SELECT id, has_business_day FROM series WHERE workspace = i.workspace"
    " AND metric = i.metric AND substr(slice, 1, 400) = substr(i.slice, 1, 400)"
    " AND slice = i.slice AND part = $1 OFFSET 0) s";
constexpr char kRows[] =
    "SELECT i.number, s.* FROM unnest($2, $3, $4) WITH ORDINALITY"
    " AS i(series, time, sample_id, number) CROSS JOIN LATERAL"
    " (SELECT revision, seq, value, weight, business_day, entity FROM sample WHERE part = $1"
    " AND series = i.series AND time = i.time AND sample_id = i.sample_id OFFSET 0) s";

constexpr char kLast[] =
    "SELECT i.number, (SELECT max(time) FROM sample WHERE part = $1 AND series = i.series)"
    " FROM unnest($2) WITH ORDINALITY AS i(series, number)";

// Workspaces and names of the keys of a map, as two columns.
template <typename Map>
std::pair<PostgresColumn, PostgresColumn> NamesOf(const Map& map) {
  std::pair<PostgresColumn, PostgresColumn> columns(PostgresColumn::Texts(),
                                                    PostgresColumn::Texts());
  for (const auto& [name, ignored] : map) {
    columns.first.Add(name.first);
    columns.second.Add(name.second);
  }
  return columns;
}

PartitionGroup::Name NameIn(const PostgresResult& rows, int row) {
  return {std::string(rows.Bytes(row, 0)), std::string(rows.Bytes(row, 1))};
}

// Two columns from `column` on; both are null where all samples are kept.
KeptSamples KeptIn(const PostgresResult& rows, int row, int column) {
  KeptSamples kept;
  kept.from_nano = rows.OptionalInt64(row, column).value_or(kept.from_nano);
  kept.first_business_day =
      static_cast<int32_t>(rows.OptionalInt64(row, column + 1).value_or(kNoBusinessDay));
  return kept;
}

}  // namespace

void GroupReads::AddHead() { head_ = pipeline_.Add(kHead, {group_.part()}); }

void GroupReads::AddNames() {
  if (!group_.requests.empty()) {
    const auto [workspaces, ids] = NamesOf(group_.requests);
    requests_ = pipeline_.Add(kRequests, {workspaces, ids});
  }
  if (!group_.traits.empty()) {
    const auto [workspaces, metrics] = NamesOf(group_.traits);
    traits_ = pipeline_.Add(kTraits, {group_.part(), workspaces, metrics});
  }
  if (!group_.watermarks.empty()) {
    const auto [workspaces, metrics] = NamesOf(group_.watermarks);
    watermarks_ = pipeline_.Add(kWatermarks, {group_.part(), workspaces, metrics});
  }
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  for (const auto& [name, ignored] : group_.kept) {
    if (group_.traits.contains(name)) continue;
    workspaces.Add(name.first);
    metrics.Add(name.second);
  }
  if (!metrics.empty()) kept_ = pipeline_.Add(kKept, {group_.part(), workspaces, metrics});
}

void GroupReads::AddSeries() {
  PostgresColumn workspaces = PostgresColumn::Texts();
  PostgresColumn metrics = PostgresColumn::Texts();
  PostgresColumn slices = PostgresColumn::Texts();
  for (size_t i = 0; i < group_.series.size(); ++i) {
    const GroupSeries& series = group_.series[i];
    if (series.id != 0) continue;
    asked_series_.push_back(i);
    workspaces.Add(series.workspace);
    metrics.Add(series.metric);
    slices.Add(series.slice);
  }
  series_ = pipeline_.Add(kSeries, {group_.part(), workspaces, metrics, slices});
}

void GroupReads::AddRows() {
  PostgresColumn series = PostgresColumn::Int64s();
  PostgresColumn times = PostgresColumn::Int64s();
  PostgresColumn ids = PostgresColumn::Texts();
  for (size_t i = 0; i < group_.rows.size(); ++i) {
    const GroupRow& row = group_.rows[i];
    const GroupSeries& known = group_.series[row.series];
    if (known.id == 0 || row.time_nano > known.last_nano) continue;
    asked_rows_.push_back(i);
    series.Add(static_cast<int64_t>(known.id));
    times.Add(row.time_nano);
    ids.Add(row.sample_id);
  }
  if (!series.empty()) rows_ = pipeline_.Add(kRows, {group_.part(), series, times, ids});
}

void GroupReads::AddLast() {
  PostgresColumn series = PostgresColumn::Int64s();
  for (size_t i = 0; i < group_.series.size(); ++i) {
    const GroupSeries& one = group_.series[i];
    if (one.id == 0 || one.last_nano != kUnknownLast) continue;
    asked_last_.push_back(i);
    series.Add(static_cast<int64_t>(one.id));
  }
  if (!series.empty()) last_ = pipeline_.Add(kLast, {group_.part(), series});
}

absl::Status GroupReads::Take(absl::Span<const PostgresResult> results) {
  if (head_.has_value()) {
    const PostgresResult& head = results[*head_];
    if (head.rows() == 0) return absl::InternalError(absl::StrCat("no partition ", group_.part()));
    group_.head = {group_.part(), head.Int64(0, 0), head.Int64(0, 1), head.Int64(0, 2)};
    group_.commit_nano = head.Int64(0, 3);
    group_.last_series = head.Int64(0, 4);
  }
  if (requests_.has_value()) TakeRequests(results[*requests_]);
  if (traits_.has_value()) {
    const PostgresResult& rows = results[*traits_];
    for (int row = 0; row < rows.rows(); ++row) {
      group_.traits[NameIn(rows, row)].traits = std::string(rows.Bytes(row, 2));
      group_.kept[NameIn(rows, row)].kept = KeptIn(rows, row, 3);
    }
  }
  if (watermarks_.has_value()) {
    const PostgresResult& rows = results[*watermarks_];
    for (int row = 0; row < rows.rows(); ++row) {
      group_.watermarks[NameIn(rows, row)].nano = rows.Int64(row, 2);
    }
  }
  if (kept_.has_value()) {
    const PostgresResult& rows = results[*kept_];
    for (int row = 0; row < rows.rows(); ++row) {
      group_.kept[NameIn(rows, row)].kept = KeptIn(rows, row, 2);
    }
  }
  if (series_.has_value()) {
    const PostgresResult& rows = results[*series_];
    for (int row = 0; row < rows.rows(); ++row) {
      GroupSeries& series = group_.series[asked_series_[rows.Int64(row, 0) - 1]];
      series.id = static_cast<uint64_t>(rows.Int64(row, 1));
      series.has_business_day = rows.Bool(row, 2);
    }
  }
  if (rows_.has_value()) TakeRows(results[*rows_]);
  if (last_.has_value()) {
    const PostgresResult& rows = results[*last_];
    for (int row = 0; row < rows.rows(); ++row) {
      group_.series[asked_last_[rows.Int64(row, 0) - 1]].last_nano =
          rows.OptionalInt64(row, 1).value_or(std::numeric_limits<int64_t>::min());
    }
  }
  return absl::OkStatus();
}

void GroupReads::TakeRequests(const PostgresResult& rows) {
  for (int row = 0; row < rows.rows(); ++row) {
    GroupRequest request;
    request.part = static_cast<int>(rows.Int64(row, 2));
    request.fingerprint = std::string(rows.Bytes(row, 3));
    request.outcome.seq = rows.Int64(row, 4);
    request.outcome.counts = {rows.Int64(row, 5), rows.Int64(row, 6), rows.Int64(row, 7),
                              rows.Int64(row, 8)};
    request.outcome.answer_note = std::string(rows.Bytes(row, 9));
    group_.requests[NameIn(rows, row)].push_back(std::move(request));
  }
}

void GroupReads::TakeRows(const PostgresResult& rows) {
  for (int row = 0; row < rows.rows(); ++row) {
    GroupRow& known = group_.rows[asked_rows_[rows.Int64(row, 0) - 1]];
    known.revision = rows.Int64(row, 1);
    known.seq = rows.Int64(row, 2);
    if (rows.IsNull(row, 3)) continue;
    known.live =
        SampleContent{rows.Int64(row, 3), rows.OptionalInt64(row, 4).value_or(kNoWeight),
                      static_cast<int32_t>(rows.OptionalInt64(row, 5).value_or(kNoBusinessDay)),
                      std::string(rows.Bytes(row, 6))};
  }
}

}  // namespace kpisuite
