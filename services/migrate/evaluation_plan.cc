// What is in evaluation.db. The numbers of entries and decisions stay, so that history is in the
// same order and pages go on; the epochs of partitions go on after that of the file, for whoever
// compares versions of states.
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/log/entry_identity.h"
#include "services/evaluation/log/logged_names.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {
namespace {

CopiedTable StateLogTable() {
  CopiedTable table = {.name = "state_log"};
  table.columns = {{"part"},
                   {"number"},
                   {"identity", CellType::kBytes},
                   {"kpi", CellType::kText},
                   {"window", CellType::kText},
                   {"slice", CellType::kText},
                   {"period", CellType::kText},
                   {"first_day"},
                   {"revision"},
                   {"cause", CellType::kText},
                   {"recorded_at"},
                   {"closed_at"},
                   {"restated", CellType::kBoolean},
                   {"status", CellType::kText},
                   {"value", CellType::kText},
                   {"state", CellType::kBytes},
                   {"old_value", CellType::kText},
                   {"old_status", CellType::kText},
                   {"restated_by", CellType::kText},
                   {"minor", CellType::kBoolean},
                   {"definition_position"},
                   {"final", CellType::kBoolean},
                   {"author", CellType::kText},
                   {"reason", CellType::kText}};
  table.select =
      "SELECT part, number, NULL, kpi, \"window\", slice, period, first_day, revision, cause,"
      " recorded_at, closed_at, restated, status, value, state, old_value, old_status, restated_by,"
      " minor, definition_position, final, ifnull(author, ''), ifnull(reason, '') FROM state_log"
      " ORDER BY number";
  table.convert = [](CopiedRow& row) {
    const auto text = [&row](int column) { return std::get<std::string>(row[column]); };
    const auto number = [&row](int column) { return std::get<int64_t>(row[column]); };
    LoggedState logged;
    logged.id = {text(3), text(4), text(5), text(6)};
    logged.first_day = static_cast<int32_t>(number(7));
    logged.revision = static_cast<int32_t>(number(8));
    logged.cause = CauseNamed(text(9));
    logged.record_time = absl::FromUnixNanos(number(10));
    logged.status = StatusNamed(text(13));
    logged.value = text(14);
    row[2] = EntryIdentity(logged);
    return absl::OkStatus();
  };
  return table;
}

CopiedTable DecisionTable() {
  CopiedTable table = {.name = "decision"};
  table.columns = {{"number"},
                   {"kind", CellType::kText},
                   {"kpi", CellType::kText},
                   {"uid", CellType::kText},
                   {"first_day"},
                   {"end_day"},
                   {"decided_at"},
                   {"author", CellType::kText},
                   {"role", CellType::kText},
                   {"reason", CellType::kText},
                   {"request_id", CellType::kText},
                   {"answer", CellType::kBytes}};
  table.select =
      "SELECT number, kind, kpi, uid, first_day, end_day, decided_at, author, role, reason,"
      " request_id, answer FROM decision ORDER BY number";
  return table;
}

std::vector<CopiedTable> Tables() {
  return {StateLogTable(),
          DecisionTable(),
          {.name = "definition",
           .columns = {{"name", CellType::kText}, {"definition", CellType::kBytes}},
           .select = "SELECT name, definition FROM definition ORDER BY name"},
          {.name = "kpi_version",
           .columns = {{"kpi", CellType::kText},
                       {"number"},
                       {"first_day"},
                       {"definitions", CellType::kBytes}},
           .select = "SELECT kpi, number, first_day, definitions FROM kpi_version"
                     " ORDER BY kpi, number"},
          {.name = "setting",
           .columns = {{"name", CellType::kText}, {"value"}},
           .select = "SELECT CASE name WHEN 'epoch' THEN 'first_epoch' ELSE name END AS setting,"
                     " value FROM setting ORDER BY setting"}};
}

std::vector<TableColumns> ReadTables() {
  return {{"state_log", {"number",    "part",       "kpi",         "window", "slice",
                         "period",    "first_day",  "revision",    "cause",  "recorded_at",
                         "closed_at", "restated",   "status",      "value",  "state",
                         "old_value", "old_status", "restated_by", "minor",  "definition_position",
                         "final",     "author",     "reason"}},
          {"decision",
           {"number", "kind", "kpi", "uid", "first_day", "end_day", "decided_at", "author", "role",
            "reason", "request_id", "answer"}},
          {"definition", {"name", "definition"}},
          {"kpi_version", {"kpi", "number", "first_day", "definitions"}},
          {"setting", {"name", "value"}}};
}

// The next number of a table goes on after the last one.
std::string ContinueNumbers(absl::string_view table) {
  return absl::StrCat("SELECT setval(pg_get_serial_sequence('", table,
                      "', 'number'), max(number)) FROM ", table, " HAVING max(number) > 0;");
}

}  // namespace

absl::StatusOr<CopyPlan> PlanEvaluationCopy(Connection& file) {
  CopyPlan plan;
  plan.tables = Tables();
  plan.read = ReadTables();
  // Who writes, and until when, is nothing of the file's.
  plan.made = {{"member", {"id", "address", "lease_until"}},
               {"partition", {"part", "epoch", "owner"}},
               {"owner", {"id", "epoch", "owner", "lease_until"}}};
  plan.finish = absl::StrCat(ContinueNumbers("state_log"), ContinueNumbers("decision"));
  // A log has no name of its own; that of the definitions it followed is told here.
  ASSIGN_OR_RETURN(plan.life, ReadText(file,
                                       "SELECT ifnull(max(CAST(value AS TEXT)), 'new') FROM setting"
                                       " WHERE name = 'definition_incarnation'"));
  ASSIGN_OR_RETURN(
      plan.mark,
      ReadText(file,
               "SELECT ifnull((SELECT group_concat(name || '=' || value) FROM setting), '') || '/'"
               " || (SELECT ifnull(max(number), 0) FROM state_log) || '/'"
               " || (SELECT ifnull(max(number), 0) FROM decision)"));
  return plan;
}

}  // namespace kpisuite
