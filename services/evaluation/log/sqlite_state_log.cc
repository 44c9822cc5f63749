#include "services/evaluation/log/sqlite_state_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/log/logged_names.h"
#include "services/evaluation/log/sole_ownership.h"

namespace kpisuite {
namespace {

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
HistoryEntryRow ReadRow(const Statement& row) {
  HistoryEntryRow entry;
  LoggedState& logged = entry.logged;
  logged.part = static_cast<int32_t>(row.Int64(0));
  logged.id = {std::string(row.Text(1)), std::string(row.Text(2)), std::string(row.Text(3)),
               std::string(row.Text(4))};
  logged.first_day = static_cast<int32_t>(row.Int64(5));
  logged.revision = static_cast<int32_t>(row.Int64(6));
  logged.cause = CauseNamed(row.Text(7));
  logged.record_time = absl::FromUnixNanos(row.Int64(8));
  if (!row.IsNull(9)) logged.closed_at = absl::FromUnixNanos(row.Int64(9));
  logged.restated = row.Int64(10) != 0;
  logged.status = StatusNamed(row.Text(11));
  logged.value = std::string(row.Text(12));
  if (!row.IsNull(13)) logged.state = std::make_shared<const std::string>(row.Bytes(13));
  entry.place = {logged.first_day, row.Int64(14)};
  logged.final = row.Int64(20) != 0;
  logged.author = std::string(row.Text(21));
  logged.reason = std::string(row.Text(22));
  if (!row.IsNull(15)) {
    logged.restatement = RestatementNote{.old_value = std::string(row.Text(15)),
                                         .old_status = StatusNamed(row.Text(16)),
                                         .cause = CauseNamed(row.Text(17)),
                                         .minor = row.Int64(18) != 0};
  }
  logged.definition_position = row.Int64(19);
  return entry;
}

constexpr char kInsertEntry[] =
    "INSERT OR IGNORE INTO state_log(part, kpi, \"window\", slice, period, first_day, revision, "
    "cause, recorded_at, closed_at, restated, status, value, state, old_value, old_status, "
    "restated_by, minor, definition_position, final, author, reason) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

absl::Status InsertEntry(const LoggedState& logged, Statement& insert) {
  std::optional<int64_t> closed_at;
  if (logged.closed_at.has_value()) closed_at = absl::ToUnixNanos(*logged.closed_at);
  std::optional<std::string> old_value, old_status, restated_by;
  std::optional<bool> minor;
  if (logged.restatement.has_value()) {
    old_value = logged.restatement->old_value;
    old_status = StatusName(logged.restatement->old_status);
    restated_by = CauseName(logged.restatement->cause);
    minor = logged.restatement->minor;
  }
  const absl::string_view state =
      logged.state != nullptr ? absl::string_view(*logged.state) : absl::string_view("");
  return insert.Run({logged.part,
                     logged.id.kpi,
                     logged.id.window,
                     logged.id.slice,
                     logged.id.period,
                     logged.first_day,
                     logged.revision,
                     CauseName(logged.cause),
                     absl::ToUnixNanos(logged.record_time),
                     closed_at,
                     logged.restated,
                     StatusName(logged.status),
                     logged.value,
                     Blob{state},
                     old_value,
                     old_status,
                     restated_by,
                     minor,
                     logged.definition_position,
                     logged.final,
                     logged.author,
                     logged.reason});
}

std::string HistorySql(HistoryQuery::View view) {
  // With max() or min() the bare columns are those of the row that has it.
  const std::string key =
      " FROM state_log WHERE kpi = ? AND \"window\" = ? AND slice = ? AND first_day BETWEEN ? AND ?"
      " AND (first_day, number) > (?, ?) AND recorded_at <= ? AND recorded_at > ?";
  switch (view) {
    case HistoryQuery::View::kAll:
      return absl::StrCat("SELECT ", Columns("state"), key, " ORDER BY first_day, number LIMIT ?");
    case HistoryQuery::View::kAsOf:
      return absl::StrCat("SELECT ", Columns("state"), ", max(number)", key,
                          " GROUP BY first_day ORDER BY first_day LIMIT ?");
    case HistoryQuery::View::kFirstClosed:
      return absl::StrCat("SELECT ", Columns("state"), ", min(number)", key,
                          " AND cause = 'CLOSED' GROUP BY first_day ORDER BY first_day LIMIT ?");
    case HistoryQuery::View::kFinal:
      return absl::StrCat("SELECT ", Columns("state"), ", min(number)", key,
                          " AND cause = 'FINAL' GROUP BY first_day ORDER BY first_day LIMIT ?");
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStateLog>> SqliteStateLog::Create(
    const SqliteStateLogOptions& options) {
  ASSIGN_OR_RETURN(auto database,
                   Database::Create({.directory = options.directory,
                                     .file_name = "evaluation.db",
                                     .schema = SqliteStateLogSchema(),
                                     .free_space_floor_bytes = options.free_space_floor_bytes,
                                     .ballast_bytes = options.ballast_bytes}));
  return std::unique_ptr<SqliteStateLog>(new SqliteStateLog(std::move(database)));
}

absl::StatusOr<std::unique_ptr<PartitionOwnership>> SqliteStateLog::OpenOwnership() {
  ASSIGN_OR_RETURN(const int64_t epoch, OpenEpoch());
  return std::make_unique<SoleOwnership>(epoch);
}

absl::StatusOr<std::vector<int32_t>> SqliteStateLog::Append(
    absl::Span<const LoggedState> entries, absl::Span<const OwnedPart> /*writers*/) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  {
    ASSIGN_OR_RETURN(Statement insert, transaction.connection().Prepare(kInsertEntry));
    for (const LoggedState& logged : entries) RETURN_IF_ERROR(InsertEntry(logged, insert));
  }
  RETURN_IF_ERROR(transaction.Commit());
  return std::vector<int32_t>();
}

absl::Status SqliteStateLog::VisitLatest(absl::Span<const std::string> kpis,
                                         absl::FunctionRef<absl::Status(LoggedState)> visit) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  const absl::string_view of_kpi = kpis.empty() ? "" : "WHERE kpi = ? ";
  ASSIGN_OR_RETURN(Statement rows,
                   snapshot.connection().Prepare(absl::StrCat(
                       "SELECT ", Columns("NULL"),
                       " FROM state_log WHERE number IN "
                       "(SELECT max(number) FROM state_log ",
                       of_kpi, "GROUP BY kpi, \"window\", slice, first_day, period)")));
  const auto visit_all = [&]() -> absl::Status {
    while (true) {
      ASSIGN_OR_RETURN(const bool found, rows.Step());
      if (!found) return absl::OkStatus();
      RETURN_IF_ERROR(visit(ReadRow(rows).logged));
    }
  };
  if (kpis.empty()) return visit_all();
  for (const std::string& kpi : kpis) {
    RETURN_IF_ERROR(rows.Bind({kpi}));
    RETURN_IF_ERROR(visit_all());
  }
  return absl::OkStatus();
}

absl::Status SqliteStateLog::VisitClosed(absl::string_view kpi,
                                         absl::FunctionRef<absl::Status(LoggedState)> visit) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement rows,
                   snapshot.connection().Prepare(absl::StrCat(
                       "SELECT ", Columns("NULL"),
                       " FROM state_log WHERE kpi = ? AND revision >= 1 ORDER BY number")));
  RETURN_IF_ERROR(rows.Bind({kpi}));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    RETURN_IF_ERROR(visit(ReadRow(rows).logged));
  }
}

absl::StatusOr<std::vector<LoggedState>> SqliteStateLog::ClosedStates(absl::string_view kpi,
                                                                      bool final) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(
      Statement rows,
      snapshot.connection().Prepare(absl::StrCat(
          "SELECT ", Columns("state"), " FROM state_log WHERE ", final ? "final" : "revision >= 1",
          " AND number IN (SELECT max(number) FROM"
          " state_log WHERE kpi = ? GROUP BY \"window\", slice, first_day, period)")));
  RETURN_IF_ERROR(rows.Bind({kpi}));
  std::vector<LoggedState> states;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return states;
    states.push_back(ReadRow(rows).logged);
  }
}

absl::StatusOr<std::optional<LoggedState>> SqliteStateLog::Find(const StateId& id) {
  return FindLast(id, "TRUE");
}

absl::StatusOr<std::optional<LoggedState>> SqliteStateLog::FindClosed(const StateId& series) {
  return FindLast({series.kpi, series.window, series.slice, ""}, "revision >= 1");
}

absl::StatusOr<std::optional<LoggedState>> SqliteStateLog::FindLast(const StateId& id,
                                                                    absl::string_view condition) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement rows,
                   snapshot.connection().Prepare(
                       absl::StrCat("SELECT ", Columns("state"),
                                    " FROM state_log WHERE kpi = ? AND \"window\" = ? AND slice = ?"
                                    " AND (period = ? OR ? = '') AND ",
                                    condition, " ORDER BY first_day DESC, number DESC LIMIT 1")));
  RETURN_IF_ERROR(rows.Bind({id.kpi, id.window, id.slice, id.period, id.period}));
  ASSIGN_OR_RETURN(const bool found, rows.Step());
  if (!found) return std::nullopt;
  return ReadRow(rows).logged;
}

absl::StatusOr<std::vector<HistoryEntryRow>> SqliteStateLog::History(const HistoryQuery& query) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(Statement rows, snapshot.connection().Prepare(HistorySql(query.view)));
  // Views with one entry for each period go on with the next period.
  HistoryPlace after = query.after.value_or(HistoryPlace{INT32_MIN, INT64_MIN});
  if (query.after.has_value() && query.view != HistoryQuery::View::kAll) after.number = INT64_MAX;
  const int64_t recorded_after = query.recorded_after == absl::InfinitePast()
                                     ? INT64_MIN
                                     : absl::ToUnixNanos(query.recorded_after);
  const int64_t as_of =
      query.view == HistoryQuery::View::kAsOf ? absl::ToUnixNanos(query.as_of) : INT64_MAX;
  RETURN_IF_ERROR(rows.Bind({query.kpi, query.window, query.slice, query.first_day, query.last_day,
                             after.first_day, after.number, as_of, recorded_after, query.limit}));
  std::vector<HistoryEntryRow> entries;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return entries;
    entries.push_back(ReadRow(rows));
  }
}

absl::Status SqliteStateLog::SaveSetting(absl::string_view name, int64_t value) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_->BeginWrite());
  RETURN_IF_ERROR(transaction.connection().Execute(
      "INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)", {name, value}));
  return transaction.Commit();
}

absl::StatusOr<int64_t> SqliteStateLog::LoadSetting(absl::string_view name) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, database_->BeginRead());
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> value,
      snapshot.connection().QueryInt64("SELECT value FROM setting WHERE name = ?", {name}));
  return value.value_or(0);
}

absl::StatusOr<int64_t> SqliteStateLog::OpenEpoch() {
  ASSIGN_OR_RETURN(const int64_t last, LoadSetting("epoch"));
  RETURN_IF_ERROR(SaveSetting("epoch", last + 1));
  return last + 1;
}

absl::Status SqliteStateLog::SavePartitions(int partitions) {
  return SaveSetting("partitions", partitions);
}

absl::StatusOr<int> SqliteStateLog::LoadPartitions() {
  ASSIGN_OR_RETURN(const int64_t partitions, LoadSetting("partitions"));
  return static_cast<int>(partitions);
}

}  // namespace kpisuite
