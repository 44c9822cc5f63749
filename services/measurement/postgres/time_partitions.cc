#include "services/measurement/postgres/time_partitions.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kMonthsAhead = 2;

int64_t NanoOf(absl::CivilMonth month) { return absl::ToUnixNanos(StartOf(month)); }

std::vector<std::string> PartitionedTables() { return {"sample", "sample_revision"}; }

std::string SuffixOf(absl::CivilMonth month) {
  return absl::StrFormat("y%04dm%02d", month.year(), month.month());
}

absl::Status MakePartition(PostgresConnection& connection, absl::string_view table,
                           absl::string_view suffix, absl::string_view from, int64_t to) {
  // In two steps, for which readers and writers of the table need not wait.
  const std::string name = absl::StrCat(table, "_", suffix);
  return connection.ExecuteScript(
      absl::StrCat("CREATE TABLE ", name, "(LIKE ", table, " INCLUDING ALL); ALTER TABLE ", table,
                   " ATTACH PARTITION ", name, " FOR VALUES FROM (", from, ") TO (", to, ")"));
}

// "min" or "max" of the months that are there; nothing when none is.
absl::StatusOr<std::optional<absl::CivilMonth>> FindMonth(PostgresConnection& connection,
                                                          absl::string_view which,
                                                          absl::string_view table) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query(absl::StrCat("SELECT ", which,
                                                 "(substring(c.relname from"
                                                 " '_y([0-9]{4}m[0-9]{2})$'))"
                                                 " FROM pg_inherits i JOIN pg_class c"
                                                 " ON c.oid = i.inhrelid"
                                                 " WHERE i.inhparent = $1::regclass"),
                                    {table}));
  if (found.IsNull(0, 0)) return std::nullopt;
  const std::string text(found.Bytes(0, 0));
  return absl::CivilMonth(std::stoi(text.substr(0, 4)), std::stoi(text.substr(5, 2)));
}

}  // namespace

absl::Status MakeTimePartitions(PostgresConnection& connection, absl::Time now) {
  const absl::CivilMonth current = absl::ToCivilMonth(now, absl::UTCTimeZone());
  for (const std::string& table : PartitionedTables()) {
    ASSIGN_OR_RETURN(std::optional<absl::CivilMonth> next, FindMonth(connection, "max", table));
    if (next.has_value()) {
      ++*next;
    } else {
      RETURN_IF_ERROR(MakePartition(connection, table, "past", "MINVALUE", NanoOf(current)));
      next = current;
    }
    for (; *next <= current + kMonthsAhead; ++*next) {
      RETURN_IF_ERROR(MakePartition(connection, table, SuffixOf(*next), absl::StrCat(NanoOf(*next)),
                                    NanoOf(*next + 1)));
    }
  }
  return absl::OkStatus();
}

absl::Time StartOf(absl::CivilMonth month) { return absl::FromCivil(month, absl::UTCTimeZone()); }

absl::StatusOr<std::optional<absl::CivilMonth>> FindFirstMonth(PostgresConnection& connection) {
  return FindMonth(connection, "min", "sample");
}

absl::StatusOr<std::vector<std::string>> FindTablesBefore(PostgresConnection& connection,
                                                          absl::CivilMonth month) {
  PostgresColumn names = PostgresColumn::Texts();
  for (const std::string& table : PartitionedTables()) {
    names.Add(table + "_past");
    names.Add(absl::StrCat(table, "_", SuffixOf(month - 1)));
  }
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query("SELECT c.relname::text FROM pg_inherits i"
                                    " JOIN pg_class c ON c.oid = i.inhrelid"
                                    " WHERE i.inhparent IN ('sample'::regclass,"
                                    " 'sample_revision'::regclass) AND c.relname::text = ANY($1)"
                                    " ORDER BY 1",
                                    {names}));
  std::vector<std::string> tables;
  for (int row = 0; row < found.rows(); ++row) tables.emplace_back(found.Bytes(row, 0));
  return tables;
}

absl::Status DropTables(PostgresConnection& connection, const std::vector<std::string>& tables,
                        absl::CivilMonth month) {
  // Those above first: dropping a part takes this lock too, and who has it waits for nobody then.
  RETURN_IF_ERROR(connection.ExecuteScript(
      "LOCK TABLE ONLY sample, ONLY sample_revision IN ACCESS EXCLUSIVE MODE"));
  RETURN_IF_ERROR(
      connection.ExecuteScript(absl::StrCat("DROP TABLE ", absl::StrJoin(tables, ", "))));
  for (const std::string& table : PartitionedTables()) {
    RETURN_IF_ERROR(MakePartition(connection, table, "past", "MINVALUE", NanoOf(month)));
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
