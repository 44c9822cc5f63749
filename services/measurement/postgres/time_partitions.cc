#include "services/measurement/postgres/time_partitions.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kMonthsAhead = 2;

int64_t NanoOf(absl::CivilMonth month) {
  return absl::ToUnixNanos(absl::FromCivil(month, absl::UTCTimeZone()));
}

absl::Status MakePartition(PostgresConnection& connection, absl::string_view table,
                           absl::string_view suffix, absl::string_view from, int64_t to) {
  // In two steps, for which readers and writers of the table need not wait.
  const std::string name = absl::StrCat(table, "_", suffix);
  return connection.ExecuteScript(
      absl::StrCat("CREATE TABLE ", name, "(LIKE ", table, " INCLUDING ALL); ALTER TABLE ", table,
                   " ATTACH PARTITION ", name, " FOR VALUES FROM (", from, ") TO (", to, ")"));
}

// The first month that is not there yet; nothing when none was ever made.
absl::StatusOr<std::optional<absl::CivilMonth>> FirstMissing(PostgresConnection& connection,
                                                             const std::string& table) {
  ASSIGN_OR_RETURN(const PostgresResult last,
                   connection.Query("SELECT max(substring(c.relname from '_y([0-9]{4}m[0-9]{2})$'))"
                                    " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                                    " WHERE i.inhparent = $1::regclass",
                                    {table}));
  if (last.IsNull(0, 0)) return std::nullopt;
  const std::string text(last.Bytes(0, 0));
  return absl::CivilMonth(std::stoi(text.substr(0, 4)), std::stoi(text.substr(5, 2))) + 1;
}

}  // namespace

absl::Status MakeTimePartitions(PostgresConnection& connection, absl::Time now) {
  const absl::CivilMonth current = absl::ToCivilMonth(now, absl::UTCTimeZone());
  for (const std::string& table : {std::string("sample"), std::string("sample_revision")}) {
    ASSIGN_OR_RETURN(std::optional<absl::CivilMonth> next, FirstMissing(connection, table));
    if (!next.has_value()) {
      RETURN_IF_ERROR(MakePartition(connection, table, "past", "MINVALUE", NanoOf(current)));
      next = current;
    }
    for (; *next <= current + kMonthsAhead; ++*next) {
      RETURN_IF_ERROR(MakePartition(connection, table,
                                    absl::StrFormat("y%04dm%02d", next->year(), next->month()),
                                    absl::StrCat(NanoOf(*next)), NanoOf(*next + 1)));
    }
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
