#include "services/measurement/postgres/snapshot.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/measurement/postgres/head_board.h"
#include "services/measurement/postgres/schema.h"

namespace kpisuite {
namespace {

// The first page is small, for those who look at a few samples only.
constexpr int64_t kFirstPage = 500;
constexpr int64_t kLongestPage = 10'000;
constexpr int64_t kSeriesPage = 2'000;

#define KPISUITE_SAMPLE_COLUMNS \
  "time, sample_id, value, weight, business_day, entity, revision, seq"
// After a place; the range is bounded by time as well, so that months outside are not looked at.
#define KPISUITE_SAMPLE_RANGE                                     \
  " WHERE part = $1 AND series = $2 AND time >= $3 AND time < $4" \
  " AND (time, sample_id, revision) > ($5, $6, $7)"

constexpr char kLiveSamples[] =
    "SELECT " KPISUITE_SAMPLE_COLUMNS " FROM sample" KPISUITE_SAMPLE_RANGE
    " AND value IS NOT NULL ORDER BY time, sample_id LIMIT $8";
constexpr char kRevisions[] =
    "(SELECT " KPISUITE_SAMPLE_COLUMNS " FROM sample_revision" KPISUITE_SAMPLE_RANGE
    " ORDER BY time, sample_id, revision LIMIT $8)"
    " UNION ALL (SELECT " KPISUITE_SAMPLE_COLUMNS " FROM sample" KPISUITE_SAMPLE_RANGE
    " ORDER BY time, sample_id LIMIT $8) ORDER BY 1, 2, 7 LIMIT $8";

#undef KPISUITE_SAMPLE_COLUMNS
#undef KPISUITE_SAMPLE_RANGE

StoredSample SampleOf(const PostgresResult& rows, int row) {
  StoredSample sample;
  sample.time_nano = rows.Int64(row, 0);
  sample.sample_id = rows.Bytes(row, 1);
  sample.retracted = rows.IsNull(row, 2);
  sample.value = rows.Int64(row, 2);
  if (!rows.IsNull(row, 3)) sample.weight = rows.Int64(row, 3);
  if (!rows.IsNull(row, 4)) sample.business_day = static_cast<int32_t>(rows.Int64(row, 4));
  sample.entity = rows.Bytes(row, 5);
  sample.revision = static_cast<int32_t>(rows.Int64(row, 6));
  sample.seq = rows.Int64(row, 7);
  return sample;
}

class PostgresSnapshot final : public MeasurementSnapshot {
 public:
  PostgresSnapshot(PostgresTransaction transaction, std::vector<FeedHead> heads)
      : transaction_(std::move(transaction)), heads_(std::move(heads)) {}

  const std::vector<FeedHead>& heads() const override { return heads_; }

  absl::StatusOr<std::optional<std::string>> FindTraits(absl::string_view workspace,
                                                        absl::string_view metric) override {
    ASSIGN_OR_RETURN(
        const PostgresResult found,
        connection().Query("SELECT traits FROM metric WHERE workspace = $1 AND metric = $2",
                           {workspace, metric}));
    if (found.rows() == 0) return std::nullopt;
    return std::string(found.Bytes(0, 0));
  }

  absl::StatusOr<std::optional<int64_t>> FindWatermark(absl::string_view workspace,
                                                       absl::string_view metric) override {
    // A metric without samples may have moved to another partition and left one behind.
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection().Query("SELECT max(complete_through_nano) FROM watermark"
                                        " WHERE workspace = $1 AND metric = $2",
                                        {workspace, metric}));
    return found.OptionalInt64(0, 0);
  }

  absl::StatusOr<KeptSamples> FindKept(absl::string_view workspace,
                                       absl::string_view metric) override {
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection().Query("SELECT max(kept_from_nano), max(first_business_day)"
                                        " FROM kept_sample WHERE workspace = $1 AND metric = $2",
                                        {workspace, metric}));
    KeptSamples kept;
    kept.from_nano = found.OptionalInt64(0, 0).value_or(kept.from_nano);
    kept.first_business_day =
        static_cast<int32_t>(found.OptionalInt64(0, 1).value_or(kNoBusinessDay));
    return kept;
  }

  absl::Status VisitSeries(absl::string_view workspace, absl::string_view metric,
                           absl::string_view from,
                           absl::FunctionRef<bool(const SeriesRecord&)> visit) override {
    // What follows a text is written as the text and a zero byte, which the server does not take.
    const size_t zero = from.find('\0');
    std::string after(from.substr(0, zero));
    int64_t after_part = zero == absl::string_view::npos ? -1 : std::numeric_limits<int64_t>::max();
    while (true) {
      ASSIGN_OR_RETURN(const PostgresResult rows,
                       connection().Query("SELECT id, part, slice, has_business_day FROM series"
                                          " WHERE workspace = $1 AND metric = $2"
                                          " AND substr(slice, 1, 400) >= substr($3, 1, 400)"
                                          " AND (slice, part) > ($3, $4)"
                                          " ORDER BY substr(slice, 1, 400), slice, part LIMIT $5",
                                          {workspace, metric, after, after_part, kSeriesPage}));
      for (int row = 0; row < rows.rows(); ++row) {
        SeriesRecord series;
        series.id = static_cast<uint64_t>(rows.Int64(row, 0));
        series.part = static_cast<int>(rows.Int64(row, 1));
        series.slice = std::string(rows.Bytes(row, 2));
        series.has_business_day = rows.Bool(row, 3);
        if (!visit(series)) return absl::OkStatus();
        after = std::move(series.slice);
        after_part = series.part;
      }
      if (rows.rows() < kSeriesPage) return absl::OkStatus();
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
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection().Query("SELECT count(*), min(time), max(time) FROM sample"
                                        " WHERE part = $1 AND series = $2 AND time >= $3"
                                        " AND value IS NOT NULL",
                                        {PartOfSeries(series_id), series_id, start_nano}));
    return SeriesSummary{found.Int64(0, 0), found.OptionalInt64(0, 1), found.OptionalInt64(0, 2)};
  }

  absl::StatusOr<std::optional<int64_t>> FindLastTime(uint64_t series_id) override {
    ASSIGN_OR_RETURN(const PostgresResult found,
                     connection().Query("SELECT time FROM sample WHERE part = $1 AND series = $2"
                                        " AND value IS NOT NULL ORDER BY time DESC LIMIT 1",
                                        {PartOfSeries(series_id), series_id}));
    if (found.rows() == 0) return std::nullopt;
    return found.OptionalInt64(0, 0);
  }

  absl::StatusOr<FeedCommit> FindCommit(int part, int64_t seq) override {
    ASSIGN_OR_RETURN(
        const PostgresResult found,
        connection().Query("SELECT commit_nano, reason FROM feed WHERE part = $1 AND seq = $2",
                           {part, seq}));
    if (found.rows() == 0) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL", "no such feed entry");
    }
    return FeedCommit{absl::FromUnixNanos(found.Int64(0, 0)), std::string(found.Bytes(0, 1))};
  }

 private:
  PostgresConnection& connection() const { return transaction_.connection(); }

  absl::Status Visit(absl::string_view sql, uint64_t series_id, const SampleRange& range,
                     absl::FunctionRef<bool(const StoredSample&)> visit) {
    // No revision is 0: all of that time and id come after it.
    SampleRange::Cursor after =
        range.after.value_or(SampleRange::Cursor{std::numeric_limits<int64_t>::min(), "", 0});
    for (int64_t page = kFirstPage;; page = std::min(page * 4, kLongestPage)) {
      ASSIGN_OR_RETURN(
          const PostgresResult rows,
          connection().Query(
              sql, {PartOfSeries(series_id), series_id, std::max(range.start_nano, after.time_nano),
                    range.end_nano, after.time_nano, after.sample_id, after.revision, page}));
      for (int row = 0; row < rows.rows(); ++row) {
        if (!visit(SampleOf(rows, row))) return absl::OkStatus();
      }
      if (rows.rows() < page) return absl::OkStatus();
      const StoredSample last = SampleOf(rows, rows.rows() - 1);
      after = {last.time_nano, std::string(last.sample_id), last.revision};
    }
  }

  const PostgresTransaction transaction_;
  const std::vector<FeedHead> heads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> OpenPostgresSnapshot(
    PostgresTransaction transaction) {
  // Before the view is taken, which is with the first look: a table that is dropped is gone from
  // every view, and none is dropped while somebody holds this (past_samples.h).
  RETURN_IF_ERROR(transaction.connection().ExecuteScript(
      "LOCK TABLE ONLY sample, ONLY sample_revision IN ACCESS SHARE MODE"));
  ASSIGN_OR_RETURN(std::vector<FeedHead> heads, ReadPostgresHeads(transaction.connection()));
  return std::make_unique<PostgresSnapshot>(std::move(transaction), std::move(heads));
}

}  // namespace kpisuite
