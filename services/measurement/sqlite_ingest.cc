#include "services/measurement/sqlite_ingest.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/sqlite_schema.h"
#include "services/measurement/sqlite_snapshot.h"

namespace kpisuite {
namespace {

// Beyond so many series the memory starts anew: what it has lost is found in the table.
constexpr size_t kMostRemembered = 1'000'000;

SqlParameter OrNull(int64_t value, int64_t none) {
  if (value == none) return std::nullopt;
  return value;
}

SqlParameter OrNull(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// One unit on its way into the tables.
class UnitWriter {
 public:
  UnitWriter(Connection& connection, const IngestUnit& unit, SeriesMemory& series)
      : connection_(connection), unit_(unit), series_(series) {}

  absl::StatusOr<IngestOutcome> Write();
  const FeedHead& head() const { return head_; }

 private:
  absl::StatusOr<bool> FindRequest(IngestOutcome& outcome);
  absl::Status CheckMetrics();
  absl::Status ReadHead();
  absl::Status WriteSeries(const SeriesRows& rows);
  absl::Status InsertRows(const SeriesRows& rows, uint64_t series_id);
  absl::Status RetractRows(const SeriesRows& rows, uint64_t series_id);
  absl::Status ChangeRow(Statement& find, uint64_t series_id, const SampleRow& row);
  absl::Status Overwrite(uint64_t series_id, const SampleRow& row, bool retract);
  absl::Status MoveWatermarks(IngestOutcome& outcome);
  absl::Status MoveKept();
  absl::Status AppendFeed();
  absl::Status RememberRequest(const IngestOutcome& outcome);

  Connection& connection_;
  const IngestUnit& unit_;
  SeriesMemory& series_;
  FeedHead head_;
  int64_t commit_nano_ = 0;
  ChangeBatchBuilder changes_;
};

constexpr char kFindSample[] =
    "SELECT value, weight, business_day, entity FROM sample"
    " WHERE series = ? AND time = ? AND sample_id = ?";

// The live content of the current row; nullopt: it is withdrawn.
std::optional<SampleContent> LiveContent(const Statement& row) {
  if (row.IsNull(0)) return std::nullopt;
  SampleContent content;
  content.value = row.Int64(0);
  content.weight = row.OptionalInt64(1).value_or(kNoWeight);
  content.business_day = static_cast<int32_t>(row.OptionalInt64(2).value_or(kNoBusinessDay));
  content.entity = std::string(row.Text(3));
  return content;
}

absl::StatusOr<IngestOutcome> UnitWriter::Write() {
  IngestOutcome outcome;
  outcome.part = unit_.part;
  RETURN_IF_ERROR(ReadHead());
  outcome.incarnation = head_.incarnation;
  ASSIGN_OR_RETURN(const bool known, FindRequest(outcome));
  if (known) return outcome;
  RETURN_IF_ERROR(CheckMetrics());
  for (const SeriesRows& rows : unit_.series) RETURN_IF_ERROR(WriteSeries(rows));
  RETURN_IF_ERROR(MoveWatermarks(outcome));
  RETURN_IF_ERROR(MoveKept());
  outcome.counts = changes_.counts();
  if (!changes_.empty()) RETURN_IF_ERROR(AppendFeed());
  outcome.seq = head_.last_seq;
  outcome.answer_note = unit_.answer_note;
  RETURN_IF_ERROR(RememberRequest(outcome));
  return outcome;
}

absl::StatusOr<bool> UnitWriter::FindRequest(IngestOutcome& outcome) {
  if (unit_.request_id.empty()) return false;
  ASSIGN_OR_RETURN(Statement find,
                   connection_.Prepare("SELECT part, fingerprint, seq, inserted, corrected,"
                                       " retracted, unchanged, answer_note FROM request"
                                       " WHERE workspace = ? AND request_id = ?"));
  RETURN_IF_ERROR(find.Bind({unit_.workspace, unit_.request_id}));
  bool known = false;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return known;
    if (find.Bytes(1) != unit_.fingerprint) return RequestIdReused(unit_.request_id);
    if (find.Int64(0) != unit_.part) continue;
    known = true;
    outcome.duplicate = true;
    outcome.seq = find.Int64(2);
    outcome.counts = {find.Int64(3), find.Int64(4), find.Int64(5), find.Int64(6)};
    outcome.answer_note = std::string(find.Bytes(7));
  }
}

// The traits, and what is kept.
absl::Status UnitWriter::CheckMetrics() {
  KeptByMetric kept;
  for (const MetricTraits& one : unit_.metrics) {
    ASSIGN_OR_RETURN(
        Statement find,
        connection_.Prepare("SELECT traits, kept_from_nano FROM metric LEFT JOIN kept_sample"
                            " USING(workspace, metric) WHERE workspace = ? AND metric = ?"));
    RETURN_IF_ERROR(find.Bind({unit_.workspace, one.metric}));
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (found && find.Text(0) != one.traits) {
      return TraitsChanged(one.metric, find.Text(0), one.traits);
    }
    if (found && !find.IsNull(1)) kept[one.metric].from_nano = find.Int64(1);
    if (found || unit_.operation == IngestOperation::kRetract) continue;
    RETURN_IF_ERROR(
        connection_.Execute("INSERT INTO metric(workspace, metric, traits) VALUES(?, ?, ?)",
                            {unit_.workspace, one.metric, one.traits}));
  }
  return CheckKept(unit_, kept);
}

absl::Status UnitWriter::ReadHead() {
  ASSIGN_OR_RETURN(
      Statement find,
      connection_.Prepare(
          "SELECT incarnation, last_seq, trimmed_seq, commit_nano FROM head WHERE part = ?"));
  RETURN_IF_ERROR(find.Bind({unit_.part}));
  ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return absl::InternalError(absl::StrCat("no partition ", unit_.part));
  head_ = {unit_.part, find.Int64(0), find.Int64(1), find.Int64(2)};
  commit_nano_ = std::max(find.Int64(3), absl::ToUnixNanos(unit_.record_time));
  return absl::OkStatus();
}

absl::Status UnitWriter::WriteSeries(const SeriesRows& rows) {
  const std::string key = SeriesMemory::KeyOf(unit_, rows);
  ASSIGN_OR_RETURN(KnownSeries known, series_.Find(connection_, key, unit_, rows));
  if (unit_.operation == IngestOperation::kRetract) {
    changes_.BeginSeries(rows.metric, rows.slice, known.id);
    return RetractRows(rows, known.id);
  }
  if (known.id == 0) {
    ASSIGN_OR_RETURN(known, series_.Add(connection_, key, unit_, rows));
  }
  const auto has_business_day = [](const SampleRow& row) {
    return row.content.business_day != kNoBusinessDay;
  };
  if (!known.has_business_day &&
      std::any_of(rows.rows.begin(), rows.rows.end(), has_business_day)) {
    RETURN_IF_ERROR(series_.SetHasBusinessDay(connection_, key, known.id));
  }
  changes_.BeginSeries(rows.metric, rows.slice, known.id);
  return InsertRows(rows, known.id);
}

// Most rows are new: each is inserted without a look, and only a conflict is looked at.
absl::Status UnitWriter::InsertRows(const SeriesRows& rows, uint64_t series_id) {
  ASSIGN_OR_RETURN(
      Statement insert,
      connection_.Prepare("INSERT INTO sample(series, time, sample_id, revision, seq, value,"
                          " weight, business_day, entity) VALUES(?, ?, ?, 1, ?, ?, ?, ?, ?)"
                          " ON CONFLICT DO NOTHING"));
  ASSIGN_OR_RETURN(Statement find, connection_.Prepare(kFindSample));
  const int64_t seq = head_.last_seq + 1;
  for (const SampleRow& row : rows.rows) {
    const SampleContent& content = row.content;
    RETURN_IF_ERROR(
        insert.Run({series_id, row.time_nano, row.sample_id, seq, content.value,
                    OrNull(content.weight, kNoWeight), OrNull(content.business_day, kNoBusinessDay),
                    OrNull(content.entity)}));
    if (connection_.changed_rows() == 1) {
      changes_.AddRow(row, RowEffect::kInserted, nullptr);
    } else {
      RETURN_IF_ERROR(ChangeRow(find, series_id, row));
    }
  }
  return absl::OkStatus();
}

absl::Status UnitWriter::RetractRows(const SeriesRows& rows, uint64_t series_id) {
  ASSIGN_OR_RETURN(Statement find, connection_.Prepare(kFindSample));
  for (const SampleRow& row : rows.rows) RETURN_IF_ERROR(ChangeRow(find, series_id, row));
  return absl::OkStatus();
}

// A row whose identity is, or may be, in the table.
absl::Status UnitWriter::ChangeRow(Statement& find, uint64_t series_id, const SampleRow& row) {
  RETURN_IF_ERROR(find.Bind({series_id, row.time_nano, row.sample_id}));
  ASSIGN_OR_RETURN(const bool found, find.Step());
  const std::optional<SampleContent> live = found ? LiveContent(find) : std::nullopt;
  const SampleContent* const content = live.has_value() ? &*live : nullptr;
  const RowEffect effect = EffectOf(unit_.operation, content, row.content);
  changes_.AddRow(row, effect, content);
  if (effect == RowEffect::kUnchanged) return absl::OkStatus();
  return Overwrite(series_id, row, effect == RowEffect::kRetracted);
}

absl::Status UnitWriter::Overwrite(uint64_t series_id, const SampleRow& row, bool retract) {
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO sample_revision(series, time, sample_id, revision, seq, value, weight,"
      " business_day, entity) SELECT series, time, sample_id, revision, seq, value, weight,"
      " business_day, entity FROM sample WHERE series = ? AND time = ? AND sample_id = ?",
      {series_id, row.time_nano, row.sample_id}));
  const int64_t seq = head_.last_seq + 1;
  if (retract) {
    return connection_.Execute(
        "UPDATE sample SET revision = revision + 1, seq = ?, value = NULL, weight = NULL,"
        " business_day = NULL, entity = NULL WHERE series = ? AND time = ? AND sample_id = ?",
        {seq, series_id, row.time_nano, row.sample_id});
  }
  const SampleContent& content = row.content;
  return connection_.Execute(
      "UPDATE sample SET revision = revision + 1, seq = ?, value = ?, weight = ?,"
      " business_day = ?, entity = ? WHERE series = ? AND time = ? AND sample_id = ?",
      {seq, content.value, OrNull(content.weight, kNoWeight),
       OrNull(content.business_day, kNoBusinessDay), OrNull(content.entity), series_id,
       row.time_nano, row.sample_id});
}

absl::Status UnitWriter::MoveWatermarks(IngestOutcome& outcome) {
  for (const WatermarkMove& move : unit_.watermarks) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO watermark(workspace, metric, complete_through_nano) VALUES(?, ?, ?)"
        " ON CONFLICT DO UPDATE SET complete_through_nano = excluded.complete_through_nano"
        " WHERE complete_through_nano < excluded.complete_through_nano",
        {unit_.workspace, move.metric, move.complete_through_nano}));
    if (connection_.changed_rows() == 1) changes_.AddWatermark(move);
    ASSIGN_OR_RETURN(const std::optional<int64_t> now,
                     connection_.QueryInt64("SELECT complete_through_nano FROM watermark"
                                            " WHERE workspace = ? AND metric = ?",
                                            {unit_.workspace, move.metric}));
    outcome.watermarks.push_back({move.metric, now.value_or(move.complete_through_nano)});
  }
  return absl::OkStatus();
}

absl::Status UnitWriter::MoveKept() {
  for (const KeptMove& move : unit_.kept) {
    ASSIGN_OR_RETURN(KeptSamples known, FindSqliteKept(connection_, unit_.workspace, move.metric));
    if (!known.MoveTo(move.kept)) continue;
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT OR REPLACE INTO kept_sample(workspace, metric, kept_from_nano, first_business_day)"
        " VALUES(?, ?, ?, ?)",
        {unit_.workspace, move.metric, known.from_nano,
         OrNull(known.first_business_day, kNoBusinessDay)}));
    changes_.AddKept(move.metric, known);
  }
  return absl::OkStatus();
}

absl::Status UnitWriter::AppendFeed() {
  ++head_.last_seq;
  const std::string batch = changes_.Finish(unit_.workspace, unit_.part, head_.incarnation,
                                            head_.last_seq, absl::FromUnixNanos(commit_nano_));
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO feed(key, commit_nano, reason, batch) VALUES(?, ?, ?, ?)",
      {FeedKey(unit_.part, head_.last_seq), commit_nano_, unit_.reason, Blob{batch}}));
  return connection_.Execute("UPDATE head SET last_seq = ?, commit_nano = ? WHERE part = ?",
                             {head_.last_seq, commit_nano_, unit_.part});
}

absl::Status UnitWriter::RememberRequest(const IngestOutcome& outcome) {
  if (unit_.request_id.empty()) return absl::OkStatus();
  const int64_t now = absl::ToUnixNanos(unit_.record_time);
  const IngestCounts& counts = outcome.counts;
  return connection_.Execute(
      "INSERT INTO request(workspace, request_id, part, fingerprint, created_nano, seq, inserted,"
      " corrected, retracted, unchanged, answer_note) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {unit_.workspace, unit_.request_id, unit_.part, Blob{unit_.fingerprint}, now, outcome.seq,
       counts.inserted, counts.corrected, counts.retracted, counts.unchanged,
       Blob{unit_.answer_note}});
}

}  // namespace

std::string SeriesMemory::KeyOf(const IngestUnit& unit, const SeriesRows& rows) {
  return absl::StrCat(unit.workspace, "/", rows.metric, "/", rows.slice.ToString());
}

absl::StatusOr<KnownSeries> SeriesMemory::Find(Connection& connection, const std::string& key,
                                               const IngestUnit& unit, const SeriesRows& rows) {
  if (const auto known = committed_.find(key); known != committed_.end()) return known->second;
  ASSIGN_OR_RETURN(Statement find,
                   connection.Prepare("SELECT id, has_business_day FROM series"
                                      " WHERE workspace = ? AND metric = ? AND slice = ?"));
  RETURN_IF_ERROR(find.Bind({unit.workspace, rows.metric, rows.slice.ToString()}));
  ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return KnownSeries();
  const KnownSeries known{static_cast<uint64_t>(find.Int64(0)), find.Int64(1) != 0};
  uncommitted_.emplace_back(key, known);
  return known;
}

absl::StatusOr<KnownSeries> SeriesMemory::Add(Connection& connection, const std::string& key,
                                              const IngestUnit& unit, const SeriesRows& rows) {
  RETURN_IF_ERROR(connection.Execute(
      "INSERT INTO series(part, workspace, metric, slice, has_business_day) VALUES(?, ?, ?, ?, 0)",
      {unit.part, unit.workspace, rows.metric, rows.slice.ToString()}));
  const KnownSeries added{static_cast<uint64_t>(connection.last_insert_row_id()), false};
  uncommitted_.emplace_back(key, added);
  return added;
}

absl::Status SeriesMemory::SetHasBusinessDay(Connection& connection, const std::string& key,
                                             uint64_t id) {
  uncommitted_.emplace_back(key, KnownSeries{id, true});
  return connection.Execute("UPDATE series SET has_business_day = 1 WHERE id = ?", {id});
}

void SeriesMemory::Commit() {
  if (committed_.size() + uncommitted_.size() > kMostRemembered) committed_.clear();
  for (auto& [key, known] : uncommitted_) committed_[std::move(key)] = known;
  uncommitted_.clear();
}

absl::StatusOr<IngestOutcome> SqliteIngest::Apply(Connection& connection, const IngestUnit& unit) {
  const size_t uncommitted = series_.uncommitted();
  UnitWriter writer(connection, unit, series_);
  absl::StatusOr<IngestOutcome> outcome = writer.Write();
  if (outcome.ok()) {
    moved_heads_[unit.part] = writer.head();
  } else {
    series_.Forget(uncommitted);
  }
  return outcome;
}

std::vector<FeedHead> SqliteIngest::Commit() {
  series_.Commit();
  std::vector<FeedHead> moved;
  for (const auto& [part, head] : moved_heads_) moved.push_back(head);
  moved_heads_.clear();
  return moved;
}

void SqliteIngest::RollBack() {
  series_.Forget(0);
  moved_heads_.clear();
}

}  // namespace kpisuite
