#include "services/migrate/copy_target.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// A copy takes as long as it takes.
constexpr char kSession[] =
    "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0";
constexpr char kSaveNote[] =
    "INSERT INTO unfinished_copy(name, value) VALUES($1, $2)"
    " ON CONFLICT(name) DO UPDATE SET value = excluded.value";

absl::Status Refused(const StoreKind& kind, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat("--store: schema ", kind.target_schema.name, " ", what));
}

std::string Quoted(absl::string_view name) { return absl::StrCat("\"", name, "\""); }

PostgresColumn ColumnOf(CellType type) {
  switch (type) {
    case CellType::kText: return PostgresColumn::Texts();
    case CellType::kBytes: return PostgresColumn::Bytes();
    case CellType::kInteger:
    case CellType::kBoolean: break;
  }
  return PostgresColumn::Int64s();
}

void AddCell(const CopiedCell& cell, PostgresColumn& column) {
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    column.Add(*number);
  } else if (const auto* bytes = std::get_if<std::string>(&cell)) {
    column.Add(absl::string_view(*bytes));
  } else {
    column.AddNull();
  }
}

std::string ColumnList(const CopiedTable& table) {
  return absl::StrJoin(table.columns, ", ", [](std::string* out, const CopiedColumn& column) {
    absl::StrAppend(out, Quoted(column.name));
  });
}

// One array for each column.
std::string InsertSql(const CopiedTable& table) {
  std::string cells, parameters, names;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const absl::string_view comma = i == 0 ? "" : ", ";
    const bool boolean = table.columns[i].type == CellType::kBoolean;
    absl::StrAppend(&cells, comma, "i.c", i, boolean ? " <> 0" : "");
    absl::StrAppend(&parameters, comma, "$", i + 1);
    absl::StrAppend(&names, comma, "c", i);
  }
  return absl::StrCat("INSERT INTO ", Quoted(table.name), "(", ColumnList(table),
                      ") OVERRIDING SYSTEM VALUE SELECT ", cells, " FROM unnest(", parameters,
                      ") AS i(", names, ")");
}

std::vector<PostgresValue> InsertValues(const CopiedTable& table,
                                        absl::Span<const CopiedRow> rows) {
  std::vector<PostgresValue> values;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    PostgresColumn column = ColumnOf(table.columns[i].type);
    for (const CopiedRow& row : rows) AddCell(row[i], column);
    values.emplace_back(column);
  }
  return values;
}

CopiedCell ReadCell(const PostgresResult& rows, int row, int index, CellType type) {
  if (rows.IsNull(row, index)) return std::monostate();
  if (type == CellType::kText || type == CellType::kBytes) {
    return std::string(rows.Bytes(row, index));
  }
  return rows.Int64(row, index);
}

// Rows at a time, so that long ones fit into memory.
int FetchedAtOnce(const CopiedTable& table) {
  for (const CopiedColumn& column : table.columns) {
    if (column.type == CellType::kBytes) return 100;
  }
  return 5'000;
}

std::string RowsNote(const CopiedTable& table) { return absl::StrCat("rows ", table.name); }

}  // namespace

absl::StatusOr<std::unique_ptr<CopyTarget>> CopyTarget::Open(const PostgresTarget& target,
                                                             const StoreKind& kind,
                                                             const CopyPlan& plan) {
  PostgresDatabaseOptions options;
  options.target = target;
  options.schema = kind.target_schema;
  options.schema.filling = true;
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresDatabase> database, PostgresDatabase::Create(options));
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, database->Connect(kSession));
  std::unique_ptr<CopyTarget> opened(new CopyTarget(std::move(database), std::move(connection)));
  RETURN_IF_ERROR(opened->LockOut(kind));
  RETURN_IF_ERROR(opened->Claim(kind, plan));
  return opened;
}

// Held until the connection ends.
absl::Status CopyTarget::LockOut(const StoreKind& kind) {
  ASSIGN_OR_RETURN(
      const PostgresResult locked,
      connection_->Query("SELECT pg_try_advisory_lock($1)",
                         {Hash64(absl::StrCat("kpisuite/copy/", kind.target_schema.name))}));
  if (locked.Bool(0, 0)) return absl::OkStatus();
  return Refused(kind, "is being filled by another 'kpictl migrate' at this moment");
}

absl::StatusOr<std::string> CopyTarget::FindNote(absl::string_view name) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection_->Query("SELECT value FROM unfinished_copy WHERE name = $1", {name}));
  return found.rows() == 0 ? std::string() : std::string(found.Bytes(0, 0));
}

absl::Status CopyTarget::Claim(const StoreKind& kind, const CopyPlan& plan) {
  ASSIGN_OR_RETURN(const std::string life, FindNote("life"));
  ASSIGN_OR_RETURN(const std::string mark, FindNote("mark"));
  if (life.empty()) {
    return connection_->Execute(
        "INSERT INTO unfinished_copy(name, value) VALUES('life', $1), ('mark', $2)",
        {plan.life, plan.mark});
  }
  if (life != plan.life) {
    return Refused(kind, absl::StrCat("holds an unfinished copy of another ", kind.file_name,
                                      "; drop it, or go on from that file"));
  }
  if (mark != plan.mark) {
    return Refused(kind, absl::StrCat("holds an unfinished copy of ", kind.file_name,
                                      " as it was before its service wrote again; drop it and "
                                      "begin anew"));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CopyTarget::CopiedRows(const CopiedTable& table) {
  ASSIGN_OR_RETURN(const std::string note, FindNote(RowsNote(table)));
  int64_t rows = 0;
  if (!note.empty() && !absl::SimpleAtoi(note, &rows)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "unfinished_copy is damaged");
  }
  return rows;
}

absl::Status CopyTarget::Append(const CopiedTable& table, absl::Span<const CopiedRow> rows,
                                int64_t rows_after) {
  const bool first = rows_after == static_cast<int64_t>(rows.size());
  const std::string clear = absl::StrCat("DELETE FROM ", Quoted(table.name));
  const std::string insert = InsertSql(table);
  PostgresPipeline pipeline(*connection_);
  pipeline.Add("BEGIN");
  if (first && table.prefilled) pipeline.Add(clear);
  pipeline.Add(insert, InsertValues(table, rows));
  pipeline.Add(kSaveNote, {RowsNote(table), absl::StrCat(rows_after)});
  pipeline.Add("COMMIT");
  const absl::Status done = pipeline.Run().status();
  if (done.ok() || !absl::IsInternal(done)) return done;
  return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                   absl::StrCat("PostgreSQL does not take rows of table ", table.name, " before ",
                                rows_after, "; see the log"));
}

absl::Status CopyTarget::VisitRows(const CopiedTable& table,
                                   const std::function<void(const CopiedRow&)>& visit) {
  // A name for each: a prepared FETCH knows the columns of its cursor.
  const std::string cursor = absl::StrCat("rows_of_", table.name);
  RETURN_IF_ERROR(connection_->ExecuteScript(absl::StrCat(
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; DECLARE ", cursor,
      " NO SCROLL CURSOR FOR SELECT ", ColumnList(table), " FROM ", Quoted(table.name))));
  const std::string fetch = absl::StrCat("FETCH ", FetchedAtOnce(table), " FROM ", cursor);
  CopiedRow row(table.columns.size());
  while (true) {
    ASSIGN_OR_RETURN(const PostgresResult rows, connection_->Query(fetch));
    if (rows.rows() == 0) return connection_->ExecuteScript("ROLLBACK");
    for (int i = 0; i < rows.rows(); ++i) {
      for (size_t j = 0; j < row.size(); ++j) {
        row[j] = ReadCell(rows, i, static_cast<int>(j), table.columns[j].type);
      }
      visit(row);
    }
  }
}

absl::Status CheckTargetIsFree(const PostgresTarget& target) {
  RETURN_IF_ERROR(CheckPostgresTarget(target));
  ASSIGN_OR_RETURN(const std::unique_ptr<PostgresConnection> connection,
                   PostgresConnection::Open(target, {.application_name = "kpictl migrate"}));
  for (const StoreKind& kind : StoreKinds()) {
    const std::string& schema = kind.target_schema.name;
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection->Query("SELECT to_regclass($1) IS NOT NULL,"
                                       " to_regclass($2) IS NOT NULL",
                                       {absl::StrCat(schema, ".schema_version"),
                                        absl::StrCat(schema, ".unfinished_copy")}));
    if (found.Bool(0, 0) && !found.Bool(0, 1)) {
      return Refused(kind, "holds tables already, want a database without them");
    }
  }
  return absl::OkStatus();
}

absl::Status FinishCopies(absl::Span<const std::unique_ptr<CopyTarget>> targets,
                          absl::Span<const CopyPlan> plans) {
  // Statistics first: a planner that knows nothing reads whole tables.
  for (size_t i = 0; i < targets.size(); ++i) {
    for (const CopiedTable& table : plans[i].tables) {
      RETURN_IF_ERROR(
          targets[i]->connection().ExecuteScript(absl::StrCat("ANALYZE ", Quoted(table.name))));
    }
    if (!plans[i].finish.empty()) {
      RETURN_IF_ERROR(targets[i]->connection().ExecuteScript(plans[i].finish));
    }
  }
  std::string drop = "BEGIN;";
  for (const StoreKind& kind : StoreKinds()) {
    absl::StrAppend(&drop, "DROP TABLE ", kind.target_schema.name, ".unfinished_copy;");
  }
  return targets[0]->connection().ExecuteScript(absl::StrCat(drop, "COMMIT"));
}

}  // namespace kpisuite
