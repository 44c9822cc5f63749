#include "services/measurement/sqlite_snapshot.h"

#include <tuple>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/measurement/sqlite_schema.h"

namespace kpisuite {
namespace {

// Columns of every statement that yields samples.
#define KPISUITE_SAMPLE_COLUMNS \
  "time, sample_id, value, weight, business_day, entity, revision, seq"

constexpr char kLiveSamples[] = "SELECT " KPISUITE_SAMPLE_COLUMNS
                                " FROM sample WHERE series = ?1 AND time >= ?2 AND time < ?3"
                                " AND value IS NOT NULL ORDER BY time, sample_id";
constexpr char kRevisions[] = "SELECT " KPISUITE_SAMPLE_COLUMNS
                              " FROM sample_revision WHERE series = ?1 AND time >= ?2 AND time < ?3"
                              " UNION ALL SELECT " KPISUITE_SAMPLE_COLUMNS
                              " FROM sample WHERE series = ?1 AND time >= ?2 AND time < ?3"
                              " ORDER BY 1, 2, 7";

#undef KPISUITE_SAMPLE_COLUMNS

StoredSample SampleOf(const Statement& row) {
  StoredSample sample;
  sample.time_nano = row.Int64(0);
  sample.sample_id = row.Text(1);
  sample.retracted = row.IsNull(2);
  sample.value = row.Int64(2);
  if (!row.IsNull(3)) sample.weight = row.Int64(3);
  if (!row.IsNull(4)) sample.business_day = static_cast<int32_t>(row.Int64(4));
  sample.entity = row.Text(5);
  sample.revision = static_cast<int32_t>(row.Int64(6));
  sample.seq = row.Int64(7);
  return sample;
}

bool NotAfter(const StoredSample& sample, const SampleRange::Cursor& after) {
  return std::make_tuple(sample.time_nano, sample.sample_id, sample.revision) <=
         std::make_tuple(after.time_nano, absl::string_view(after.sample_id), after.revision);
}

class SqliteSnapshot final : public MeasurementSnapshot {
 public:
  SqliteSnapshot(ReadSnapshot snapshot, std::vector<FeedHead> heads)
      : snapshot_(std::move(snapshot)), heads_(std::move(heads)) {}

  const std::vector<FeedHead>& heads() const override { return heads_; }

  absl::StatusOr<std::optional<std::string>> FindTraits(absl::string_view workspace,
                                                        absl::string_view metric) override {
    ASSIGN_OR_RETURN(
        Statement find,
        connection().Prepare("SELECT traits FROM metric WHERE workspace = ? AND metric = ?"));
    RETURN_IF_ERROR(find.Bind({workspace, metric}));
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return std::nullopt;
    return std::string(find.Text(0));
  }

  absl::StatusOr<std::optional<int64_t>> FindWatermark(absl::string_view workspace,
                                                       absl::string_view metric) override {
    return connection().QueryInt64(
        "SELECT complete_through_nano FROM watermark WHERE workspace = ? AND metric = ?",
        {workspace, metric});
  }

  absl::StatusOr<KeptSamples> FindKept(absl::string_view workspace,
                                       absl::string_view metric) override {
    return FindSqliteKept(connection(), workspace, metric);
  }

  absl::Status VisitSeries(absl::string_view workspace, absl::string_view metric,
                           absl::string_view from,
                           absl::FunctionRef<bool(const SeriesRecord&)> visit) override {
    ASSIGN_OR_RETURN(Statement find,
                     connection().Prepare("SELECT id, part, slice, has_business_day FROM series"
                                          " WHERE workspace = ? AND metric = ? AND slice >= ?"
                                          " ORDER BY slice"));
    RETURN_IF_ERROR(find.Bind({workspace, metric, from}));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, find.Step());
      if (!found) return absl::OkStatus();
      SeriesRecord series;
      series.id = static_cast<uint64_t>(find.Int64(0));
      series.part = static_cast<int>(find.Int64(1));
      series.slice = std::string(find.Text(2));
      series.has_business_day = find.Int64(3) != 0;
      if (!visit(series)) return absl::OkStatus();
    }
  }

  absl::Status VisitSamples(uint64_t series_id, const SampleRange& range,
                            absl::FunctionRef<bool(const StoredSample&)> visit) override {
    return Visit(kLiveSamples, series_id, range, visit);
  }

  absl::Status VisitRevisions(uint64_t series_id, const SampleRange& range,
                              absl::FunctionRef<bool(const StoredSample&)> visit) override {
    return Visit(kRevisions, series_id, range, visit);
  }

  absl::StatusOr<SeriesSummary> Summarise(uint64_t series_id, int64_t start_nano) override {
    ASSIGN_OR_RETURN(Statement find,
                     connection().Prepare("SELECT count(*), min(time), max(time) FROM sample"
                                          " WHERE series = ? AND time >= ? AND value IS NOT NULL"));
    RETURN_IF_ERROR(find.Bind({series_id, start_nano}));
    RETURN_IF_ERROR(find.Step().status());
    return SeriesSummary{find.Int64(0), find.OptionalInt64(1), find.OptionalInt64(2)};
  }

  absl::StatusOr<std::optional<int64_t>> FindLastTime(uint64_t series_id) override {
    return connection().QueryInt64(
        "SELECT time FROM sample WHERE series = ? AND value IS NOT NULL"
        " ORDER BY time DESC, sample_id DESC LIMIT 1",
        {series_id});
  }

  absl::StatusOr<FeedCommit> FindCommit(int part, int64_t seq) override {
    ASSIGN_OR_RETURN(Statement find,
                     connection().Prepare("SELECT commit_nano, reason FROM feed WHERE key = ?"));
    RETURN_IF_ERROR(find.Bind({FeedKey(part, seq)}));
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return MakeError(absl::StatusCode::kInternal, "INTERNAL", "no such feed entry");
    return FeedCommit{absl::FromUnixNanos(find.Int64(0)), std::string(find.Text(1))};
  }

 private:
  Connection& connection() const { return snapshot_.connection(); }

  absl::Status Visit(absl::string_view sql, uint64_t series_id, const SampleRange& range,
                     absl::FunctionRef<bool(const StoredSample&)> visit) {
    ASSIGN_OR_RETURN(Statement find, connection().Prepare(sql));
    const int64_t start = range.after.has_value()
                              ? std::max(range.start_nano, range.after->time_nano)
                              : range.start_nano;
    RETURN_IF_ERROR(find.Bind({series_id, start, range.end_nano}));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, find.Step());
      if (!found) return absl::OkStatus();
      const StoredSample sample = SampleOf(find);
      if (range.after.has_value() && NotAfter(sample, *range.after)) continue;
      if (!visit(sample)) return absl::OkStatus();
    }
  }

  const ReadSnapshot snapshot_;
  const std::vector<FeedHead> heads_;
};

}  // namespace

absl::StatusOr<std::vector<FeedHead>> ReadHeads(Connection& connection) {
  ASSIGN_OR_RETURN(Statement find, connection.Prepare("SELECT part, incarnation, last_seq,"
                                                      " trimmed_seq FROM head ORDER BY part"));
  std::vector<FeedHead> heads;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) return heads;
    heads.push_back({static_cast<int>(find.Int64(0)), find.Int64(1), find.Int64(2), find.Int64(3)});
  }
}

absl::StatusOr<KeptSamples> FindSqliteKept(Connection& connection, absl::string_view workspace,
                                           absl::string_view metric) {
  ASSIGN_OR_RETURN(Statement find,
                   connection.Prepare("SELECT kept_from_nano, first_business_day FROM kept_sample"
                                      " WHERE workspace = ? AND metric = ?"));
  RETURN_IF_ERROR(find.Bind({workspace, metric}));
  KeptSamples kept;
  ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return kept;
  kept.from_nano = find.Int64(0);
  kept.first_business_day = static_cast<int32_t>(find.OptionalInt64(1).value_or(kNoBusinessDay));
  return kept;
}

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> OpenSqliteSnapshot(ReadSnapshot snapshot) {
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads, ReadHeads(snapshot.connection()));
  return std::make_unique<SqliteSnapshot>(std::move(snapshot), std::move(heads));
}

}  // namespace kpisuite
