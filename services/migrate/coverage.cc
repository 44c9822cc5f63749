#include "services/migrate/coverage.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Tables with their columns.
using Columns = std::set<std::pair<std::string, std::string>>;

void AddColumns(const std::vector<TableColumns>& tables, Columns& columns) {
  for (const TableColumns& table : tables) {
    for (const std::string& column : table.columns) columns.emplace(table.table, column);
  }
}

absl::StatusOr<Columns> ColumnsOfFile(Connection& file) {
  Columns columns;
  ASSIGN_OR_RETURN(Statement rows,
                   file.Prepare("SELECT t.name, c.name FROM sqlite_schema t"
                                " CROSS JOIN pragma_table_info(t.name) c"
                                " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return columns;
    columns.emplace(rows.Text(0), rows.Text(1));
  }
}

absl::StatusOr<Columns> ColumnsOfTarget(PostgresConnection& target) {
  Columns columns;
  ASSIGN_OR_RETURN(
      const PostgresResult rows,
      target.Query("SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a"
                   " ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                   " WHERE c.relnamespace = current_schema()::regnamespace"
                   " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                   " AND c.relname NOT IN ('schema_version', 'unfinished_copy')"));
  for (int row = 0; row < rows.rows(); ++row) {
    columns.emplace(rows.Bytes(row, 0), rows.Bytes(row, 1));
  }
  return columns;
}

absl::Status Compare(absl::string_view where, const Columns& there, const Columns& planned) {
  for (const auto& [table, column] : there) {
    if (planned.contains({table, column})) continue;
    return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                     absl::StrCat(where, " has the column ", table, ".", column,
                                  ", which the copy does not know"));
  }
  for (const auto& [table, column] : planned) {
    if (there.contains({table, column})) continue;
    return MakeError(
        absl::StatusCode::kInternal, "INTERNAL",
        absl::StrCat(where, " has no column ", table, ".", column, ", which the copy wants"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCoverage(const StoreKind& kind, const CopyPlan& plan, Connection& file,
                           PostgresConnection& target) {
  Columns read;
  AddColumns(plan.read, read);
  ASSIGN_OR_RETURN(const Columns of_file, ColumnsOfFile(file));
  RETURN_IF_ERROR(Compare(kind.file_name, of_file, read));
  Columns filled;
  AddColumns(plan.made, filled);
  for (const CopiedTable& table : plan.tables) {
    for (const CopiedColumn& column : table.columns) filled.emplace(table.name, column.name);
  }
  ASSIGN_OR_RETURN(const Columns of_target, ColumnsOfTarget(target));
  return Compare(kind.target_schema.name, of_target, filled);
}

}  // namespace kpisuite
