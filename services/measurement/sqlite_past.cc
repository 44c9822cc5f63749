#include "services/measurement/sqlite_past.h"

#include <limits>
#include <string>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Rows of one transaction, while which writers wait.
constexpr int64_t kMostAtOnce = 2'000;
// Series that are looked up in one go.
constexpr int64_t kSeriesAtOnce = 500;

// By metric: whether any of its series has rows before ?1, and the last business day of these.
constexpr char kFindPast[] =
    "SELECT part, workspace, metric, max(found), max(day), kept_from_nano, first_business_day"
    " FROM (SELECT part, workspace, metric,"
    " EXISTS(SELECT 1 FROM sample WHERE series = s.id AND time < ?1)"
    " OR EXISTS(SELECT 1 FROM sample_revision WHERE series = s.id AND time < ?1) AS found,"
    " CASE WHEN has_business_day THEN max("
    "ifnull((SELECT max(business_day) FROM sample WHERE series = s.id AND time < ?1), ?2),"
    "ifnull((SELECT max(business_day) FROM sample_revision WHERE series = s.id AND time < ?1), ?2))"
    " ELSE ?2 END AS day FROM series s)"
    " LEFT JOIN kept_sample USING(workspace, metric) GROUP BY workspace, metric";

// The next series after ?1 with rows that are to go, and before when. CROSS JOIN keeps their order.
constexpr char kFindSeries[] =
    "SELECT s.id, min(k.kept_from_nano, ?2) FROM series s CROSS JOIN kept_sample k"
    " ON k.workspace = s.workspace AND k.metric = s.metric WHERE s.id > ?1 AND ("
    "EXISTS(SELECT 1 FROM sample WHERE series = s.id AND time < min(k.kept_from_nano, ?2))"
    " OR EXISTS(SELECT 1 FROM sample_revision WHERE series = s.id"
    " AND time < min(k.kept_from_nano, ?2))) ORDER BY s.id LIMIT ?3";
constexpr char kDeleteSamples[] =
    "DELETE FROM sample WHERE series = ?1 AND (time, sample_id) IN"
    " (SELECT time, sample_id FROM sample WHERE series = ?1 AND time < ?2"
    " ORDER BY time, sample_id LIMIT ?3)";
constexpr char kDeleteRevisions[] =
    "DELETE FROM sample_revision WHERE series = ?1 AND (time, sample_id, revision) IN"
    " (SELECT time, sample_id, revision FROM sample_revision WHERE series = ?1 AND time < ?2"
    " ORDER BY time, sample_id, revision LIMIT ?3)";

struct PastSeries {
  int64_t id = 0;
  int64_t before_nano = 0;
};

absl::StatusOr<std::vector<PastSeries>> FindSeries(Database& database, int64_t after,
                                                   absl::Time cutoff) {
  ASSIGN_OR_RETURN(const ReadSnapshot snapshot, database.BeginRead());
  ASSIGN_OR_RETURN(Statement find, snapshot.connection().Prepare(kFindSeries));
  RETURN_IF_ERROR(find.Bind({after, absl::ToUnixNanos(cutoff), kSeriesAtOnce}));
  std::vector<PastSeries> series;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return series;
    series.push_back({find.Int64(0), find.Int64(1)});
  }
}

// Deletes rows of `series` from `next` on, in one transaction; `next` is then the first of which
// some may be left. How many.
absl::StatusOr<int64_t> DeleteSome(Database& database, const std::vector<PastSeries>& series,
                                   size_t& next) {
  ASSIGN_OR_RETURN(WriteTransaction transaction, database.BeginWriteBelowFloor());
  Connection& connection = transaction.connection();
  int64_t deleted = 0;
  for (; next < series.size(); ++next) {
    const PastSeries& one = series[next];
    for (const char* const sql : {kDeleteSamples, kDeleteRevisions}) {
      RETURN_IF_ERROR(connection.Execute(sql, {one.id, one.before_nano, kMostAtOnce - deleted}));
      deleted += connection.changed_rows();
    }
    if (deleted == kMostAtOnce) break;
  }
  RETURN_IF_ERROR(transaction.Commit());
  return deleted;
}

}  // namespace

absl::StatusOr<std::vector<PastSamples>> FindSqlitePast(Connection& connection, absl::Time cutoff) {
  const int64_t cutoff_nano = absl::ToUnixNanos(cutoff);
  ASSIGN_OR_RETURN(Statement find, connection.Prepare(kFindPast));
  RETURN_IF_ERROR(find.Bind({cutoff_nano, int64_t{kNoBusinessDay}}));
  std::vector<PastSamples> past;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return past;
    KeptSamples recorded;
    recorded.from_nano = find.OptionalInt64(5).value_or(recorded.from_nano);
    recorded.first_business_day =
        static_cast<int32_t>(find.OptionalInt64(6).value_or(kNoBusinessDay));
    const auto missing = MissingRecord(recorded, cutoff_nano, find.Int64(3) != 0,
                                       static_cast<int32_t>(find.Int64(4)));
    if (!missing.has_value()) continue;
    past.push_back({static_cast<int>(find.Int64(0)),
                    std::string(find.Text(1)),
                    {std::string(find.Text(2)), *missing}});
  }
}

absl::StatusOr<PastDeletion> DeleteSqlitePast(Database& database, absl::Time cutoff,
                                              absl::FunctionRef<bool()> stopping) {
  int64_t deleted = 0;
  int64_t after = std::numeric_limits<int64_t>::min();
  PastDeletion result = PastDeletion::kLater;
  while (!stopping()) {
    ASSIGN_OR_RETURN(const std::vector<PastSeries> series, FindSeries(database, after, cutoff));
    if (series.empty()) {
      result = PastDeletion::kAll;
      break;
    }
    after = series.back().id;
    for (size_t next = 0; next < series.size() && !stopping();) {
      ASSIGN_OR_RETURN(const int64_t some, DeleteSome(database, series, next));
      deleted += some;
    }
  }
  if (deleted > 0) {
    LogInfo("deleted samples that were past their retention",
            {{"rows", deleted}, {"before", absl::FormatTime(cutoff, absl::UTCTimeZone())}});
  }
  return result;
}

}  // namespace kpisuite
