// What callers see of samples that are past their retention.
#include "services/measurement/measurement_test_server.h"
#include "services/measurement/sqlite_measurement_store.h"

namespace kpisuite {
namespace {

using Stub = v1::MeasurementService::Stub;

constexpr RetentionOptions kShort{.samples = kLeastSampleRetention};

class SampleRetentionRpcTest : public MeasurementRpcTest {
 protected:
  // What the thread of the service does now and then.
  void RunRetention() {
    server_.reset();
    {
      const SystemClock clock;
      const auto store =
          SqliteMeasurementStore::Create({.directory = directory_.path()}, clock).value();
      Retention retention(*store, kShort, clock);
      EXPECT_TRUE(retention.RunOnce().ok());
    }
    Restart(definitions_.address(), kShort);
  }

  static v1::WriteSamplesRequest RecentWriteOf(const std::string& request_id) {
    v1::WriteSamplesRequest request = WriteOf(request_id, "ORD", {{"new", 5}});
    request.mutable_series(0)->set_time_unix_nano(0, absl::ToUnixNanos(absl::Now()));
    return request;
  }
};

TEST_F(SampleRetentionRpcTest, SamplesAreRefusedByNameAndTheServerSaysFromWhenOn) {
  EXPECT_FALSE(Info().has_samples_kept_from());
  Write(WriteOf("r1", "ORD", {{"a", 1}, {"b", 2}})).value();
  Restart(definitions_.address(), kShort);
  // Another month may begin meanwhile.
  const absl::Time least = SamplesKeptFrom(kLeastSampleRetention, absl::Now());
  const int64_t kept_from = Info().samples_kept_from().seconds();
  EXPECT_GE(kept_from, absl::ToUnixSeconds(least));
  EXPECT_LE(kept_from, absl::ToUnixSeconds(SamplesKeptFrom(kLeastSampleRetention, absl::Now())));
  const absl::Status status = Write(WriteOf("r2", "ORD", {{"a", 1}, {"b", 3}})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.reason, "PAST_RETENTION");
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[1].field, "series[0].time_unix_nano[1]");
  EXPECT_EQ(Write(RecentWriteOf("r2"))->inserted(), 1);
  v1::WriteSamplesRequest partial = RecentWriteOf("r3");
  partial.mutable_series(0)->MergeFrom(WriteOf("", "ORD", {{"a", 1}}).series(0));
  partial.set_allow_partial(true);
  const v1::WriteResult result = Write(partial).value();
  EXPECT_EQ(result.inserted() + result.corrected(), 1);
  ASSERT_EQ(result.rejected_size(), 1);
  EXPECT_EQ(result.rejected(0).reason(), "PAST_RETENTION");
}

TEST_F(SampleRetentionRpcTest, ReadersAreToldWhatIsKept) {
  Write(WriteOf("r1", "ORD", {{"a", 1}, {"b", 2}})).value();
  Write(RecentWriteOf("r2")).value();
  v1::ReadSamplesRequest read;
  read.set_parent("workspaces/w");
  read.set_metric("delay");
  read.set_revisions(true);
  v1::ReadSamplesResponse page;
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  EXPECT_EQ(page.samples_size(), 3);
  EXPECT_FALSE(page.has_kept_from());
  RunRetention();
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  ASSERT_EQ(page.samples_size(), 1);
  EXPECT_EQ(page.samples(0).sample_id(), "new");
  EXPECT_TRUE(page.has_kept_from());
  EXPECT_LE(page.kept_from().seconds(), Info().samples_kept_from().seconds());

  v1::ListSeriesRequest list;
  list.set_parent("workspaces/w");
  list.set_metric("delay");
  v1::ListSeriesResponse series;
  ASSERT_TRUE(Call(&Stub::ListSeries, list, series).ok());
  ASSERT_EQ(series.series_size(), 1);
  EXPECT_EQ(series.series(0).sample_count(), 1);

  v1::QueryAggregatesRequest request;
  request.set_parent("workspaces/w");
  request.add_queries()->set_metric("delay");
  request.mutable_queries(0)->set_aggregation(v1::AGGREGATION_SUM);
  grpc::ClientContext context;
  const auto reader = stub().QueryAggregates(&context, request);
  v1::QueryAggregatesResponse chunk;
  ASSERT_TRUE(reader->Read(&chunk));
  EXPECT_EQ(chunk.kept().metric(), "delay");
  EXPECT_EQ(chunk.kept().kept_from().seconds(), page.kept_from().seconds());
  ASSERT_EQ(chunk.cells_size(), 1);
  EXPECT_EQ(chunk.cells(0).value(), "5");
}

}  // namespace
}  // namespace kpisuite
