#include "services/evaluation/log/postgres_state_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/evaluation/log/entry_identity.h"
#include "services/evaluation/log/logged_names.h"

namespace kpisuite {
namespace {

// Their rows are in memory together.
constexpr size_t kKpisAtOnce = 20;

// One step in the index for each.
constexpr char kLoggedKpis[] =
    "WITH RECURSIVE logged AS ((SELECT kpi FROM state_log ORDER BY kpi LIMIT 1) UNION ALL"
    " SELECT (SELECT s.kpi FROM state_log AS s WHERE s.kpi > logged.kpi ORDER BY s.kpi LIMIT 1)"
    " FROM logged WHERE logged.kpi IS NOT NULL)"
    " SELECT kpi FROM logged WHERE kpi IS NOT NULL";

// `state` stands for the column or for NULL.
std::string Columns(absl::string_view state) {
  return absl::StrCat(
      "part, kpi, \"window\", slice, period, first_day, revision, cause, recorded_at, closed_at, "
      "restated, status, value, ",
      state,
      ", number, old_value, old_status, restated_by, minor, definition_position, final, "
      "author, reason");
}

// Reads a row of Columns().
HistoryEntryRow ReadRow(const PostgresResult& rows, int row) {
  const auto text = [&](int column) { return std::string(rows.Bytes(row, column)); };
  HistoryEntryRow entry;
  LoggedState& logged = entry.logged;
  logged.part = static_cast<int32_t>(rows.Int64(row, 0));
  logged.id = {text(1), text(2), text(3), text(4)};
  logged.first_day = static_cast<int32_t>(rows.Int64(row, 5));
  logged.revision = static_cast<int32_t>(rows.Int64(row, 6));
  logged.cause = CauseNamed(rows.Bytes(row, 7));
  logged.record_time = absl::FromUnixNanos(rows.Int64(row, 8));
  if (!rows.IsNull(row, 9)) logged.closed_at = absl::FromUnixNanos(rows.Int64(row, 9));
  logged.restated = rows.Bool(row, 10);
  logged.status = StatusNamed(rows.Bytes(row, 11));
  logged.value = text(12);
  if (!rows.IsNull(row, 13)) logged.state = std::make_shared<const std::string>(text(13));
  entry.place = {logged.first_day, rows.Int64(row, 14)};
  if (!rows.IsNull(row, 15)) {
    logged.restatement = RestatementNote{.old_value = text(15),
                                         .old_status = StatusNamed(rows.Bytes(row, 16)),
                                         .cause = CauseNamed(rows.Bytes(row, 17)),
                                         .minor = rows.Bool(row, 18)};
  }
  logged.definition_position = rows.Int64(row, 19);
  logged.final = rows.Bool(row, 20);
  logged.author = text(21);
  logged.reason = text(22);
  return entry;
}

// The columns of entries to append, in the order of kInsert.
class EntryColumns {
 public:
  void Add(const LoggedState& logged) {
    int64s_[0].Add(int64_t{logged.part});
    identities_.Add(EntryIdentity(logged));
    texts_[0].Add(logged.id.kpi);
    texts_[1].Add(logged.id.window);
    texts_[2].Add(logged.id.slice);
    texts_[3].Add(logged.id.period);
    int64s_[1].Add(int64_t{logged.first_day});
    int64s_[2].Add(int64_t{logged.revision});
    texts_[4].Add(CauseName(logged.cause));
    int64s_[3].Add(absl::ToUnixNanos(logged.record_time));
    AddOptional(int64s_[4], logged.closed_at.has_value(),
                logged.closed_at.has_value() ? absl::ToUnixNanos(*logged.closed_at) : 0);
    int64s_[5].Add(int64_t{logged.restated});
    texts_[5].Add(StatusName(logged.status));
    texts_[6].Add(logged.value);
    states_.Add(logged.state != nullptr ? absl::string_view(*logged.state) : absl::string_view());
    AddRestatement(logged.restatement);
    int64s_[7].Add(logged.definition_position);
    int64s_[8].Add(int64_t{logged.final});
    texts_[10].Add(logged.author);
    texts_[11].Add(logged.reason);
  }

  void AddTo(PostgresPipeline& pipeline) const { pipeline.Add(kInsert, Values()); }

 private:
  // Entries of one call that are the same are one.
  static constexpr char kInsert[] =
      "INSERT INTO state_log(part, identity, kpi, \"window\", slice, period, first_day, revision,"
      " cause, recorded_at, closed_at, restated, status, value, state, old_value, old_status,"
      " restated_by, minor, definition_position, final, author, reason)"
      " SELECT i.part, i.identity, i.kpi, i.w, i.slice, i.period, i.first_day, i.revision,"
      " i.cause, i.recorded_at, i.closed_at, i.restated <> 0, i.status, i.value, i.state,"
      " i.old_value, i.old_status, i.restated_by, i.minor <> 0, i.position, i.final <> 0,"
      " i.author, i.reason"
      " FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
      " $18, $19, $20, $21, $22, $23) WITH ORDINALITY AS i(part, identity, kpi, w, slice, period,"
      " first_day, revision, cause, recorded_at, closed_at, restated, status, value, state,"
      " old_value, old_status, restated_by, minor, position, final, author, reason, ordinal)"
      " ORDER BY i.ordinal ON CONFLICT(part, identity) DO NOTHING";

  static void AddOptional(PostgresColumn& column, bool has, int64_t value) {
    has ? column.Add(value) : column.AddNull();
  }

  void AddRestatement(const std::optional<RestatementNote>& note) {
    AddOptional(int64s_[6], note.has_value(), note.has_value() && note->minor);
    if (!note.has_value()) {
      for (int column = 7; column < 10; ++column) texts_[column].AddNull();
      return;
    }
    texts_[7].Add(note->old_value);
    texts_[8].Add(StatusName(note->old_status));
    texts_[9].Add(CauseName(note->cause));
  }

  std::vector<PostgresValue> Values() const {
    return {int64s_[0], identities_, texts_[0],  texts_[1],  texts_[2],  texts_[3],
            int64s_[1], int64s_[2],  texts_[4],  int64s_[3], int64s_[4], int64s_[5],
            texts_[5],  texts_[6],   states_,    texts_[7],  texts_[8],  texts_[9],
            int64s_[6], int64s_[7],  int64s_[8], texts_[10], texts_[11]};
  }

  std::vector<PostgresColumn> int64s_ = std::vector<PostgresColumn>(9, PostgresColumn::Int64s());
  std::vector<PostgresColumn> texts_ = std::vector<PostgresColumn>(12, PostgresColumn::Texts());
  PostgresColumn identities_ = PostgresColumn::Bytes();
  PostgresColumn states_ = PostgresColumn::Bytes();
};

std::string HistorySql(HistoryQuery::View view) {
  const std::string key =
      " FROM state_log WHERE kpi = $1 AND \"window\" = $2"
      " AND substr(slice, 1, 400) = substr($3, 1, 400) AND slice = $3"
      " AND first_day BETWEEN $4 AND $5 AND (first_day, number) > ($6, $7)"
      " AND recorded_at <= $8 AND recorded_at > $9";
  const std::string one = absl::StrCat("SELECT DISTINCT ON (first_day) ", Columns("state"), key);
  switch (view) {
    case HistoryQuery::View::kAll:
      return absl::StrCat("SELECT ", Columns("state"), key,
                          " ORDER BY first_day, number LIMIT $10");
    case HistoryQuery::View::kAsOf:
      return absl::StrCat(one, " ORDER BY first_day, number DESC LIMIT $10");
    case HistoryQuery::View::kFirstClosed:
      return absl::StrCat(one, " AND cause = 'CLOSED' ORDER BY first_day, number LIMIT $10");
    case HistoryQuery::View::kFinal:
      return absl::StrCat(one, " AND cause = 'FINAL' ORDER BY first_day, number LIMIT $10");
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresStateLog>> PostgresStateLog::Create(
    const PostgresStateLogOptions& options) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<PostgresDatabase> database,
      PostgresDatabase::Create({.target = options.target, .schema = PostgresStateLogSchema()}));
  return std::unique_ptr<PostgresStateLog>(
      new PostgresStateLog(std::move(database), options.leases));
}

absl::StatusOr<std::unique_ptr<PartitionOwnership>> PostgresStateLog::OpenOwnership() {
  auto leases = std::make_unique<PartitionLeases>(*database_, leases_);
  MutexLock lock(mutex_);
  owner_ = leases->id();
  return leases;
}

absl::StatusOr<std::vector<int32_t>> PostgresStateLog::Append(absl::Span<const LoggedState> entries,
                                                              absl::Span<const OwnedPart> writers) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_->BeginWrite());
  ASSIGN_OR_RETURN(const std::set<int32_t> owned, Owned(transaction.connection(), writers));
  EntryColumns columns;
  for (const LoggedState& logged : entries) {
    if (owned.contains(logged.part)) columns.Add(logged);
  }
  PostgresPipeline pipeline(transaction.connection());
  columns.AddTo(pipeline);
  pipeline.Add("COMMIT");
  RETURN_IF_ERROR(WithoutConflicts(pipeline.Run().status()));
  std::set<int32_t> lost;
  for (const OwnedPart& writer : writers) {
    if (!owned.contains(writer.part)) lost.insert(writer.part);
  }
  return std::vector<int32_t>(lost.begin(), lost.end());
}

absl::Status PostgresStateLog::VisitLatest(absl::Span<const std::string> kpis,
                                           absl::FunctionRef<absl::Status(LoggedState)> visit) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  std::vector<std::string> all;
  if (kpis.empty()) {
    ASSIGN_OR_RETURN(const PostgresResult names, transaction.connection().Query(kLoggedKpis));
    for (int row = 0; row < names.rows(); ++row) all.emplace_back(names.Bytes(row, 0));
    kpis = all;
  }
  const std::string sql =
      absl::StrCat("SELECT DISTINCT ON (kpi, \"window\", slice, first_day, period) ",
                   Columns("NULL"), " FROM state_log WHERE kpi = ANY($1)",
                   " ORDER BY kpi, \"window\", slice, first_day, period, number DESC");
  for (size_t first = 0; first < kpis.size(); first += kKpisAtOnce) {
    PostgresColumn names = PostgresColumn::Texts();
    for (const std::string& name : kpis.subspan(first, kKpisAtOnce)) names.Add(name);
    ASSIGN_OR_RETURN(const PostgresResult rows, transaction.connection().Query(sql, {names}));
    for (int row = 0; row < rows.rows(); ++row) {
      RETURN_IF_ERROR(visit(ReadRow(rows, row).logged));
    }
  }
  return absl::OkStatus();
}

absl::Status PostgresStateLog::VisitClosed(absl::string_view kpi,
                                           absl::FunctionRef<absl::Status(LoggedState)> visit) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query(
          absl::StrCat("SELECT ", Columns("NULL"),
                       " FROM state_log WHERE kpi = $1 AND revision >= 1 ORDER BY number"),
          {std::string(kpi)}));
  for (int row = 0; row < rows.rows(); ++row) {
    RETURN_IF_ERROR(visit(ReadRow(rows, row).logged));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LoggedState>> PostgresStateLog::ClosedStates(absl::string_view kpi,
                                                                        bool final) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      transaction.connection().Query(
          absl::StrCat("SELECT * FROM (SELECT DISTINCT ON (\"window\", slice, first_day, period) ",
                       Columns("state"),
                       " FROM state_log WHERE kpi = $1"
                       " ORDER BY \"window\", slice, first_day, period, number DESC) newest"
                       " WHERE ",
                       final ? "final" : "revision >= 1"),
          {std::string(kpi)}));
  std::vector<LoggedState> states;
  for (int row = 0; row < rows.rows(); ++row) states.push_back(ReadRow(rows, row).logged);
  return states;
}

absl::StatusOr<std::optional<LoggedState>> PostgresStateLog::Find(const StateId& id) {
  return FindLast(id, "TRUE");
}

absl::StatusOr<std::optional<LoggedState>> PostgresStateLog::FindClosed(const StateId& series) {
  return FindLast({series.kpi, series.window, series.slice, ""}, "revision >= 1");
}

absl::StatusOr<std::optional<LoggedState>> PostgresStateLog::FindLast(const StateId& id,
                                                                      absl::string_view condition) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   transaction.connection().Query(
                       absl::StrCat("SELECT ", Columns("state"),
                                    " FROM state_log WHERE kpi = $1 AND \"window\" = $2"
                                    " AND substr(slice, 1, 400) = substr($3, 1, 400) AND slice = $3"
                                    " AND (period = $4 OR $4 = '') AND ",
                                    condition, " ORDER BY first_day DESC, number DESC LIMIT 1"),
                       {id.kpi, id.window, id.slice, id.period}));
  if (rows.rows() == 0) return std::nullopt;
  return ReadRow(rows, 0).logged;
}

absl::StatusOr<std::vector<HistoryEntryRow>> PostgresStateLog::History(const HistoryQuery& query) {
  // Views with one entry for each period go on with the next period.
  HistoryPlace after = query.after.value_or(HistoryPlace{INT32_MIN, INT64_MIN});
  if (query.after.has_value() && query.view != HistoryQuery::View::kAll) after.number = INT64_MAX;
  const int64_t recorded_after = query.recorded_after == absl::InfinitePast()
                                     ? INT64_MIN
                                     : absl::ToUnixNanos(query.recorded_after);
  const int64_t as_of =
      query.view == HistoryQuery::View::kAsOf ? absl::ToUnixNanos(query.as_of) : INT64_MAX;
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   transaction.connection().Query(
                       HistorySql(query.view),
                       {query.kpi, query.window, query.slice, query.first_day, query.last_day,
                        after.first_day, after.number, as_of, recorded_after, query.limit}));
  std::vector<HistoryEntryRow> entries;
  for (int row = 0; row < rows.rows(); ++row) entries.push_back(ReadRow(rows, row));
  return entries;
}

absl::StatusOr<std::optional<int32_t>> PostgresStateLog::LastClosed(absl::string_view kpi,
                                                                    absl::string_view window,
                                                                    int64_t before_position) {
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database_->BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult day,
                   transaction.connection().Query(
                       "SELECT max(first_day) FROM state_log WHERE kpi = $1 AND \"window\" = $2"
                       " AND revision >= 1 AND definition_position < $3",
                       {kpi, window, before_position}));
  if (day.IsNull(0, 0)) return std::nullopt;
  return static_cast<int32_t>(day.Int64(0, 0));
}

}  // namespace kpisuite
