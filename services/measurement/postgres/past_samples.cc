#include "services/measurement/postgres/past_samples.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"
#include "services/measurement/postgres/time_partitions.h"

namespace kpisuite {
namespace {

// For a transaction that looks at every series. Each look is by a key, also where the planner
// thinks that a row of the series is found sooner by reading the table, and there is none.
constexpr char kLongLook[] =
    "SET LOCAL statement_timeout TO '10min'; SET LOCAL enable_seqscan TO off;"
    "SET LOCAL enable_bitmapscan TO off; SET LOCAL jit TO off";

// Whether any series of the metric has rows before $3, and the last business day of these.
constexpr char kFindPast[] =
    "SELECT part, bool_or(found), max(day) FROM (SELECT s.part,"
    " (SELECT 1 FROM sample WHERE part = s.part AND series = s.id AND time < $3 LIMIT 1)"
    " IS NOT NULL OR (SELECT 1 FROM sample_revision WHERE part = s.part AND series = s.id"
    " AND time < $3 LIMIT 1) IS NOT NULL AS found,"
    " CASE WHEN s.has_business_day THEN greatest("
    "(SELECT max(business_day) FROM sample WHERE part = s.part AND series = s.id AND time < $3),"
    "(SELECT max(business_day) FROM sample_revision WHERE part = s.part AND series = s.id"
    " AND time < $3)) END AS day FROM series s WHERE workspace = $1 AND metric = $2) one"
    " GROUP BY part ORDER BY part";

using MetricPlace = std::tuple<int64_t, std::string, std::string>;  // part, workspace, metric

absl::StatusOr<std::map<MetricPlace, KeptSamples>> ReadKept(PostgresConnection& connection) {
  ASSIGN_OR_RETURN(const PostgresResult rows,
                   connection.Query("SELECT part, workspace, metric, kept_from_nano,"
                                    " first_business_day FROM kept_sample"));
  std::map<MetricPlace, KeptSamples> kept;
  for (int row = 0; row < rows.rows(); ++row) {
    KeptSamples& one = kept[{rows.Int64(row, 0), std::string(rows.Bytes(row, 1)),
                             std::string(rows.Bytes(row, 2))}];
    one.from_nano = rows.Int64(row, 3);
    one.first_business_day =
        static_cast<int32_t>(rows.OptionalInt64(row, 4).value_or(kNoBusinessDay));
  }
  return kept;
}

// A metric with rows in the tables that is not recorded as kept from `end` or later.
absl::StatusOr<std::optional<std::string>> FindUnrecorded(PostgresConnection& connection,
                                                          const std::vector<std::string>& tables,
                                                          absl::Time end) {
  std::vector<std::string> looks;
  for (const std::string& table : tables) {
    looks.push_back(absl::StrCat("(SELECT 1 FROM ", table,
                                 " WHERE part = s.part AND series = s.id LIMIT 1) IS NOT NULL"));
  }
  ASSIGN_OR_RETURN(
      const PostgresResult found,
      connection.Query(
          absl::StrCat("SELECT workspace || '/' || metric FROM series s WHERE coalesce("
                       "(SELECT kept_from_nano FROM kept_sample k WHERE k.part = s.part"
                       " AND k.workspace = s.workspace AND k.metric = s.metric), $1) < $2 AND (",
                       absl::StrJoin(looks, " OR "), ") LIMIT 1"),
          {std::numeric_limits<int64_t>::min(), absl::ToUnixNanos(end)}));
  if (found.rows() == 0) return std::nullopt;
  return std::string(found.Bytes(0, 0));
}

absl::StatusOr<bool> HaveRows(PostgresConnection& connection,
                              const std::vector<std::string>& tables) {
  for (const std::string& table : tables) {
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection.Query(absl::StrCat("SELECT 1 FROM ", table, " LIMIT 1")));
    if (found.rows() > 0) return true;
  }
  return false;
}

// Drops what lies before the end of the first month, or before the first month when only that is
// past; nothing: go on.
absl::StatusOr<std::optional<PastDeletion>> DropFirst(PostgresDatabase& database,
                                                      absl::Time cutoff) {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database.BeginWrite());
  PostgresConnection& connection = transaction.connection();
  RETURN_IF_ERROR(connection.ExecuteScript(kLongLook));
  RETURN_IF_ERROR(
      connection.ExecuteScript("SET LOCAL lock_timeout TO '2s';"
                               // One maker at a time.
                               "LOCK TABLE schema_version IN EXCLUSIVE MODE"));
  ASSIGN_OR_RETURN(const std::optional<absl::CivilMonth> first, FindFirstMonth(connection));
  if (!first.has_value() || StartOf(*first) > cutoff) return PastDeletion::kAll;
  const bool whole_month = StartOf(*first + 1) <= cutoff;
  const absl::CivilMonth end = whole_month ? *first + 1 : *first;
  ASSIGN_OR_RETURN(std::vector<std::string> tables, FindTablesBefore(connection, end));
  if (tables.empty()) return PastDeletion::kAll;
  const std::string names = absl::StrJoin(tables, ", ");
  // Nobody adds to them from here on; who reads goes on.
  RETURN_IF_ERROR(connection.ExecuteScript(absl::StrCat("LOCK TABLE ", names, " IN SHARE MODE")));
  ASSIGN_OR_RETURN(const bool has_rows, HaveRows(connection, tables));
  if (!whole_month && !has_rows) return PastDeletion::kAll;
  ASSIGN_OR_RETURN(const std::optional<std::string> unrecorded,
                   FindUnrecorded(connection, tables, StartOf(end)));
  if (unrecorded.has_value()) {
    LogWarning("samples that are past their retention have come meanwhile and are looked at first",
               {{"tables", names}, {"metric", *unrecorded}});
    return PastDeletion::kUnrecorded;
  }
  RETURN_IF_ERROR(DropTables(connection, tables, end));
  RETURN_IF_ERROR(transaction.Commit());
  LogInfo("dropped samples that were past their retention", {{"tables", names}});
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::vector<PastSamples>> FindPostgresPast(PostgresConnection& connection,
                                                          absl::Time cutoff) {
  const int64_t cutoff_nano = absl::ToUnixNanos(cutoff);
  RETURN_IF_ERROR(connection.ExecuteScript(kLongLook));
  ASSIGN_OR_RETURN(const auto kept, ReadKept(connection));
  ASSIGN_OR_RETURN(
      const PostgresResult metrics,
      connection.Query("SELECT workspace, metric FROM metric ORDER BY workspace, metric"));
  std::vector<PastSamples> past;
  for (int i = 0; i < metrics.rows(); ++i) {
    const std::string workspace(metrics.Bytes(i, 0));
    const std::string metric(metrics.Bytes(i, 1));
    ASSIGN_OR_RETURN(const PostgresResult rows,
                     connection.Query(kFindPast, {workspace, metric, cutoff_nano}));
    for (int row = 0; row < rows.rows(); ++row) {
      const int64_t part = rows.Int64(row, 0);
      const auto known = kept.find({part, workspace, metric});
      const auto missing = MissingRecord(
          known == kept.end() ? KeptSamples() : known->second, cutoff_nano, rows.Bool(row, 1),
          static_cast<int32_t>(rows.OptionalInt64(row, 2).value_or(kNoBusinessDay)));
      if (!missing.has_value()) continue;
      past.push_back({static_cast<int>(part), workspace, {metric, *missing}});
    }
  }
  return past;
}

absl::StatusOr<PastDeletion> DropPostgresPast(PostgresDatabase& database, absl::Time cutoff,
                                              absl::FunctionRef<bool()> stopping) {
  while (!stopping()) {
    const absl::StatusOr<std::optional<PastDeletion>> dropped = DropFirst(database, cutoff);
    if (!dropped.ok()) {
      // Readers were longer at it, or a writer was in the way.
      if (IsLockTimeout(dropped.status()) || absl::IsAborted(dropped.status())) break;
      return dropped.status();
    }
    if (dropped->has_value()) return **dropped;
  }
  return PastDeletion::kLater;
}

}  // namespace kpisuite
