#include "libs/base/position_token.h"
#include "services/measurement/measurement_test_server.h"

namespace kpisuite {
namespace {

using Stub = v1::MeasurementService::Stub;

std::string ReasonOf(const absl::Status& status) { return GetErrorDetails(status).reason; }

TEST_F(MeasurementRpcTest, WrittenSamplesCanBeReadWithEveryRevision) {
  const v1::WriteResult first =
      Write(WriteOf("r1", "ORD", {{"a", 1.5}, {"b", 2}, {"c", 3}})).value();
  EXPECT_EQ(first.inserted(), 3);
  EXPECT_EQ(PositionToken::Parse(first.position_token())->parts.size(), 1u);
  v1::WriteSamplesRequest correction = WriteOf("r2", "ORD", {{"a", 1.75}});
  correction.set_reason("typing error");
  EXPECT_EQ(Write(correction)->corrected(), 1);

  v1::ReadSamplesRequest read;
  read.set_parent("workspaces/w");
  read.set_metric("delay");
  read.set_revisions(true);
  read.set_page_size(3);
  v1::ReadSamplesResponse page;
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  ASSERT_EQ(page.samples_size(), 3);
  EXPECT_EQ(page.samples(0).value(), "1.5");
  EXPECT_EQ(page.samples(0).series(), "origin=ORD");
  EXPECT_EQ(page.samples(1).value(), "1.75");
  EXPECT_EQ(page.samples(1).revision(), 2);
  EXPECT_EQ(page.samples(1).reason(), "typing error");
  EXPECT_EQ(page.samples(1).seq(), 2);
  read.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  ASSERT_EQ(page.samples_size(), 1);
  EXPECT_EQ(page.samples(0).sample_id(), "c");
  EXPECT_EQ(page.next_page_token(), "");
  read.set_where("value > 2");
  EXPECT_EQ(ReasonOf(Call(&Stub::ReadSamples, read, page)), "PAGE_TOKEN_INVALID");
  read.clear_page_token();
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  EXPECT_EQ(page.samples_size(), 1);
}

TEST_F(MeasurementRpcTest, SeriesAreListedByPage) {
  Write(WriteOf("r1", "ORD", {{"a", 1}, {"b", 2}})).value();
  Write(WriteOf("r2", "", {{"a", 1}})).value();
  Write(WriteOf("r3", "MIA", {{"a", 1}})).value();
  v1::ListSeriesRequest list;
  list.set_parent("workspaces/w");
  list.set_metric("delay");
  list.set_page_size(2);
  v1::ListSeriesResponse page;
  ASSERT_TRUE(Call(&Stub::ListSeries, list, page).ok());
  ASSERT_EQ(page.series_size(), 2);
  EXPECT_EQ(page.series(0).series(), "origin=(null)");
  list.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListSeries, list, page).ok());
  ASSERT_EQ(page.series_size(), 1);
  EXPECT_EQ(page.series(0).series(), "origin=ORD");
  EXPECT_EQ(page.series(0).sample_count(), 2);
  EXPECT_EQ(page.series(0).last_time().nanos(), 1);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(MeasurementRpcTest, AggregatesOfSeveralQueriesComeFromOneSnapshot) {
  Write(WriteOf("r1", "ORD", {{"a", 1.5}, {"b", 2}})).value();
  Write(WriteOf("r2", "MIA", {{"a", 20}})).value();
  v1::QueryAggregatesRequest request;
  request.set_parent("workspaces/w");
  v1::AggregateQuery& sum = *request.add_queries();
  sum.set_metric("delay");
  sum.set_aggregation(v1::AGGREGATION_SUM);
  v1::AggregateQuery& count = *request.add_queries();
  count.set_metric("delay");
  count.set_aggregation(v1::AGGREGATION_COUNT);
  count.set_where("value <= 15");
  count.add_group_by("origin");
  grpc::ClientContext context;
  const auto reader = stub().QueryAggregates(&context, request);
  std::vector<std::string> values;
  v1::QueryAggregatesResponse chunk;
  while (reader->Read(&chunk)) {
    EXPECT_TRUE(chunk.last());
    EXPECT_EQ(chunk.position().seq(), 2);
    for (const v1::AggregateCell& cell : chunk.cells()) {
      values.push_back(absl::StrCat(chunk.query(), " ", cell.slice(), " ", cell.value()));
    }
  }
  const absl::Status ended = FromGrpcStatus(reader->Finish());
  EXPECT_TRUE(ended.ok()) << ended;
  EXPECT_EQ(values, (std::vector<std::string>{"0  23.5", "1 origin=ORD 2", "1 origin=MIA 0"}));
}

TEST_F(MeasurementRpcTest, ARepeatedRequestIsRecognisedAndAReusedIdRefused) {
  const v1::WriteSamplesRequest request = WriteOf("r1", "ORD", {{"a", 1}});
  const v1::WriteResult first = Write(request).value();
  EXPECT_FALSE(first.duplicate());
  const v1::WriteResult again = Write(request).value();
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.inserted(), 1);
  EXPECT_EQ(again.position_token(), first.position_token());
  const absl::Status reused = Write(WriteOf("r1", "ORD", {{"a", 2}})).status();
  EXPECT_EQ(reused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(reused), "REQUEST_ID_REUSED");
}

TEST_F(MeasurementRpcTest, ABadSampleRefusesTheRequestBeforeAnythingIsWritten) {
  v1::WriteSamplesRequest request = WriteOf("r1", "ORD", {{"a", 1}});
  for (int i = 0; i < 30; ++i) {
    request.mutable_series(0)->add_time_unix_nano(int64_t{1} << 62);
    request.mutable_series(0)->add_sample_ids(absl::StrCat(i));
    request.mutable_series(0)->add_doubles(1);
  }
  const absl::Status refused = Write(request).status();
  const ErrorDetails details = GetErrorDetails(refused);
  EXPECT_EQ(details.reason, "INVALID_FIELD");
  EXPECT_LE(details.violations.size(), 20u);
  EXPECT_EQ(details.metadata.at("violations"), "30");
  EXPECT_EQ(details.violations[0].field, "series[0].time_unix_nano[1]");
  request.set_allow_partial(true);
  request.set_validate_only(true);
  EXPECT_EQ(Write(request)->rejected(0).count(), 30);
  EXPECT_EQ(Info().partitions(0).last_seq(), 0);
  request.set_validate_only(false);
  EXPECT_EQ(Write(request)->inserted(), 1);
}

TEST_F(MeasurementRpcTest, TextThatIsNotUtf8IsAnInvalidArgument) {
  const absl::Status refused = Write(WriteOf("r1", "\xff\xfe", {{"a", 1}})).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELD");
}

TEST_F(MeasurementRpcTest, RetractedSamplesAreGoneAndRemembered) {
  Write(WriteOf("r1", "ORD", {{"a", 1}, {"b", 2}})).value();
  v1::RetractSamplesRequest retract;
  retract.set_parent("workspaces/w");
  retract.set_request_id("r2");
  retract.set_reason("wrong file");
  *retract.mutable_series() = WriteOf("", "ORD", {{"a", 1}, {"x", 1}}).series();
  retract.mutable_series(0)->clear_doubles();
  v1::RetractSamplesResponse response;
  ASSERT_TRUE(Call(&Stub::RetractSamples, retract, response).ok());
  EXPECT_EQ(response.result().retracted(), 1);
  EXPECT_EQ(response.result().unchanged(), 1);
  v1::ReadSamplesRequest read;
  read.set_parent("workspaces/w");
  read.set_metric("delay");
  v1::ReadSamplesResponse page;
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  EXPECT_EQ(page.samples_size(), 1);
  read.set_revisions(true);
  ASSERT_TRUE(Call(&Stub::ReadSamples, read, page).ok());
  ASSERT_EQ(page.samples_size(), 3);
  EXPECT_TRUE(page.samples(1).retracted());
  EXPECT_EQ(page.samples(1).value(), "");
  EXPECT_EQ(page.samples(1).reason(), "wrong file");
}

TEST_F(MeasurementRpcTest, TheWatermarkOfASourceMovesItsMetricsForwardOnly) {
  v1::AdvanceWatermarkRequest advance;
  advance.set_parent("workspaces/w");
  advance.set_source("feed");
  advance.mutable_complete_through()->set_seconds(1'700'000'000);
  v1::AdvanceWatermarkResponse response;
  ASSERT_TRUE(Call(&Stub::AdvanceWatermark, advance, response).ok());
  ASSERT_EQ(response.watermarks_size(), 1);
  EXPECT_EQ(response.watermarks(0).metric(), "delay");
  EXPECT_NE(response.position_token(), "");
  advance.mutable_complete_through()->set_seconds(1'600'000'000);
  ASSERT_TRUE(Call(&Stub::AdvanceWatermark, advance, response).ok());
  EXPECT_EQ(response.watermarks(0).complete_through().seconds(), 1'700'000'000);
  advance.set_source("nobody");
  const absl::Status unknown = Call(&Stub::AdvanceWatermark, advance, response);
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(unknown), "NOT_FOUND");
  advance.add_metrics("delay");
  EXPECT_EQ(ReasonOf(Call(&Stub::AdvanceWatermark, advance, response)), "INVALID_FIELD");
  advance.clear_source();
  EXPECT_TRUE(Call(&Stub::AdvanceWatermark, advance, response).ok());
}

TEST_F(MeasurementRpcTest, AMetricDefinedAMomentAgoIsKnown) {
  for (int i = 0; i < 10; ++i) {
    const std::string id = absl::StrCat("metric-", i);
    definitions_.Apply({MetricDefinitionOf(id, 0, {"origin"}, v1::SAMPLE_IDENTITY_EVENT)});
    v1::WriteSamplesRequest request = WriteOf("r" + id, "ORD", {{"a", 1}});
    request.mutable_series(0)->set_metric(id);
    EXPECT_TRUE(Write(request).ok());
  }
  v1::WriteSamplesRequest request = WriteOf("r", "ORD", {{"a", 1}});
  request.mutable_series(0)->set_metric("never-defined");
  const absl::Status unknown = Write(request).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(unknown), "UNKNOWN_METRIC");
}

TEST_F(MeasurementRpcTest, WithoutTheDefinitionServiceItStartsWithWhatItKnew) {
  Write(WriteOf("r1", "ORD", {{"a", 1}})).value();
  Restart("127.0.0.1:1");
  EXPECT_TRUE(server_->runtime().readiness().ready());
  EXPECT_EQ(Write(WriteOf("r2", "ORD", {{"b", 1}}))->inserted(), 1);
  EXPECT_TRUE(Write(WriteOf("r1", "ORD", {{"a", 1}}))->duplicate());
  v1::WriteSamplesRequest request = WriteOf("r3", "ORD", {{"a", 1}});
  request.mutable_series(0)->set_metric("unknown-here");
  const absl::Status status = Write(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "NOT_READY");
}

TEST_F(MeasurementRpcTest, ServerInfoTellsLimitsAndHeads) {
  Write(WriteOf("r1", "ORD", {{"a", 1}})).value();
  const v1::ServerInfo info = Info();
  EXPECT_EQ(info.service(), "kpi-measurement");
  EXPECT_EQ(info.store_engine(), "sqlite");
  EXPECT_EQ(info.max_batch_samples(), 10'000);
  EXPECT_EQ(info.partitions_size(), 16);
  EXPECT_GT(info.partitions(0).incarnation(), 1'600'000'000);
  EXPECT_EQ(info.definition_position(), 2);
  EXPECT_EQ(FeedEntries(), 1);
}

TEST(MeasurementServerStart, NamesTheFlagWhenTheDirectoryCannotBeUsed) {
  SystemClock clock;
  ServerRuntime runtime{ServerOptions(), clock};
  const auto server = MeasurementServer::Create({.store = "sqlite:/nowhere/at/all"},
                                                MakeChannel("127.0.0.1:1"), runtime);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(server.status().message().find("--store"), absl::string_view::npos);
  EXPECT_FALSE(
      MeasurementServer::Create({.store = "rocksdb:/tmp"}, MakeChannel("127.0.0.1:1"), runtime)
          .ok());
}

}  // namespace
}  // namespace kpisuite
