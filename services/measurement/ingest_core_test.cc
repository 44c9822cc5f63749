#include "services/measurement/ingest_core.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "libs/base/position_token.h"

namespace kpisuite {
namespace {

constexpr int64_t kNow = 1'700'000'000;  // unix seconds
constexpr int64_t kNano = 1'000'000'000;

std::shared_ptr<const MetricDefinition> Metric(const std::string& id, SampleIdentity identity,
                                               const std::string& group = "") {
  MetricDefinition metric;
  metric.workspace = "w";
  metric.id = id;
  metric.scale = 2;
  metric.dimensions = {"gate", "origin"};
  metric.identity = identity;
  metric.partition_group = group;
  return std::make_shared<MetricDefinition>(metric);
}

class IngestCore : public testing::Test {
 protected:
  // A write of one good sample of metric "delay".
  IngestCore() {
    write_.set_parent("workspaces/w");
    write_.set_request_id("r1");
    v1::SeriesBlock& block = *write_.add_series();
    block.set_metric("delay");
    (*block.mutable_dimensions())["origin"] = "ORD";
    AddSample(block, kNow, "a", 100);
  }

  static void AddSample(v1::SeriesBlock& block, int64_t seconds, const std::string& id,
                        int64_t mantissa) {
    block.add_time_unix_nano(seconds * kNano);
    block.add_sample_ids(id);
    block.add_mantissas(mantissa);
  }

  v1::SeriesBlock& block() { return *write_.mutable_series(0); }

  absl::StatusOr<IngestPlan> Plan() {
    const auto find = [](absl::string_view workspace,
                         absl::string_view metric) -> std::shared_ptr<const MetricDefinition> {
      if (workspace != "w") return nullptr;
      if (metric == "delay") return Metric("delay", SampleIdentity::kEvent);
      if (metric == "headcount") return Metric("headcount", SampleIdentity::kTime, "staff");
      return nullptr;
    };
    const IngestContext context{find, IngestLimits(), 16, absl::FromUnixSeconds(kNow), kept_from_};
    return retract_.parent().empty() ? PlanWrite(write_, context)
                                     : PlanRetraction(retract_, context);
  }

  // The first violation of the refusal, `field: description`.
  std::string Refusal() {
    const absl::StatusOr<IngestPlan> plan = Plan();
    if (plan.ok()) return "accepted";
    EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(plan.status().message());
  }

  absl::Time kept_from_ = absl::InfinitePast();
  v1::WriteSamplesRequest write_;
  v1::RetractSamplesRequest retract_;
};

TEST_F(IngestCore, AGoodRequestBecomesOneUnitOfItsPartition) {
  write_.set_reason("late data");
  const IngestPlan plan = Plan().value();
  ASSERT_EQ(plan.units.size(), 1u);
  const IngestUnit& unit = plan.units[0];
  EXPECT_EQ(unit.part, PartitionOf("w", "", 16));
  EXPECT_EQ(unit.workspace, "w");
  EXPECT_EQ(unit.request_id, "r1");
  EXPECT_EQ(unit.fingerprint.size(), 32u);
  EXPECT_EQ(unit.reason, "late data");
  EXPECT_EQ(unit.record_time, absl::FromUnixSeconds(kNow));
  ASSERT_EQ(unit.metrics.size(), 1u);
  EXPECT_EQ(unit.metrics[0].traits,
            "scale=2;weightScale=4;identity=EVENT;partitionGroup=;dimensions=gate,origin");
  ASSERT_EQ(unit.series.size(), 1u);
  EXPECT_EQ(unit.series[0].slice.ToString(), "gate=(null);origin=ORD");
  EXPECT_EQ(unit.series[0].rows[0].content.value, 100);
}

TEST_F(IngestCore, MetricsOfOtherGroupsGoToTheirOwnPartition) {
  v1::SeriesBlock& other = *write_.add_series();
  other.set_metric("headcount");
  other.add_time_unix_nano(kNow * kNano);
  other.add_mantissas(7);
  const IngestPlan plan = Plan().value();
  ASSERT_EQ(plan.units.size(), 2u);
  EXPECT_LT(plan.units[0].part, plan.units[1].part);
  EXPECT_EQ(plan.units[0].fingerprint, plan.units[1].fingerprint);
}

TEST_F(IngestCore, OfOneIdentityTheLastRowOfTheRequestCounts) {
  AddSample(block(), kNow, "a", 200);
  AddSample(block(), kNow - 5, "b", 300);
  v1::SeriesBlock& again = *write_.add_series();
  again = block();
  again.mutable_mantissas()->Set(0, 400);
  again.mutable_mantissas()->Set(1, 500);
  const IngestPlan plan = Plan().value();
  const std::vector<SampleRow>& rows = plan.units[0].series[0].rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].sample_id, "b");
  EXPECT_EQ(rows[1].sample_id, "a");
  EXPECT_EQ(rows[1].content.value, 500);
}

TEST_F(IngestCore, DoublesAreReadAsTheirShortestTextAndRoundedHalfEven) {
  block().clear_mantissas();
  block().add_doubles(2.675);
  EXPECT_EQ(Plan()->units[0].series[0].rows[0].content.value, 268);
  block().set_doubles(0, 0.125);
  EXPECT_EQ(Plan()->units[0].series[0].rows[0].content.value, 12);
}

TEST_F(IngestCore, DoublesThatAreNoNumbersOrTooLargeAreRefused) {
  block().clear_mantissas();
  block().add_doubles(std::nan(""));
  EXPECT_EQ(Refusal().substr(0, 31), "series[0].doubles[0]: got nan, ");
  block().set_doubles(0, -std::numeric_limits<double>::infinity());
  EXPECT_NE(Refusal(), "accepted");
  block().set_doubles(0, 1e17);
  EXPECT_EQ(Refusal().substr(0, 21), "series[0].doubles[0]:");
}

TEST_F(IngestCore, DecimalTextWithTooManyPlacesIsRefused) {
  block().clear_mantissas();
  block().add_decimals("12.50");
  EXPECT_EQ(Plan()->units[0].series[0].rows[0].content.value, 1250);
  block().set_decimals(0, "12.505");
  EXPECT_EQ(Refusal(), "series[0].decimals[0]: got 12.505, want at most 2 decimal places");
  block().set_decimals(0, "");
  EXPECT_NE(Refusal(), "accepted");
  block().set_decimals(0, "92233720368547758.08");
  EXPECT_NE(Refusal(), "accepted");
}

TEST_F(IngestCore, TimesMayBeTenMinutesInTheFutureAndNoOlderThan1700) {
  block().set_time_unix_nano(0, (kNow + 600) * kNano);
  EXPECT_TRUE(Plan().ok());
  block().set_time_unix_nano(0, (kNow + 600) * kNano + 1);
  EXPECT_EQ(Refusal(),
            "series[0].time_unix_nano[0]: got 2023-11-14T22:23:20.000000001+00:00, want from "
            "1700-01-01T00:00:00Z to 2023-11-14T22:23:20+00:00, at most 10m in the future");
  block().set_time_unix_nano(0, std::numeric_limits<int64_t>::min());
  EXPECT_NE(Refusal(), "accepted");
}

TEST_F(IngestCore, DimensionsMustBeDeclaredAndTheirMembersPlainText) {
  (*block().mutable_dimensions())["carrier"] = "AA";
  EXPECT_EQ(Refusal(), "series[0].dimensions: got \"carrier\", want a dimension of metric delay");
  block().clear_dimensions();
  (*block().mutable_dimensions())["origin"] = std::string(257, 'x');
  EXPECT_NE(Refusal(), "accepted");
  (*block().mutable_dimensions())["origin"] = "a\nb";
  EXPECT_NE(Refusal(), "accepted");
  (*block().mutable_dimensions())["origin"] = "\xff";
  EXPECT_NE(Refusal(), "accepted");
  (*block().mutable_dimensions())["origin"] = "";
  EXPECT_EQ(Plan()->units[0].series[0].slice.ToString(), "gate=(null);origin=(null)");
}

TEST_F(IngestCore, SampleIdsAreRequiredForEventsAndRefusedForInstants) {
  block().clear_sample_ids();
  EXPECT_EQ(Refusal(),
            "series[0].sample_ids: got none, want one for each time_unix_nano: the identity of "
            "metric delay is EVENT");
  block().add_sample_ids("");
  EXPECT_NE(Refusal(), "accepted");
  block().set_metric("headcount");
  block().set_sample_ids(0, "a");
  EXPECT_EQ(Refusal(),
            "series[0].sample_ids: got 1 entries, want none: the identity of metric headcount is "
            "TIME");
}

TEST_F(IngestCore, ColumnsMustHaveEqualLengths) {
  block().add_mantissas(7);
  EXPECT_EQ(Refusal(), "series[0].mantissas: got 2 entries, want 1, one for each time_unix_nano");
  block().mutable_mantissas()->RemoveLast();
  block().add_weights(1);
  block().add_weights(2);
  EXPECT_NE(Refusal(), "accepted");
  block().clear_weights();
  block().add_doubles(1);
  EXPECT_EQ(Refusal(),
            "series[0].mantissas: got 2 columns of values, want exactly one of mantissas, doubles "
            "and decimals");
}

TEST_F(IngestCore, OptionalColumnsAreTakenOver) {
  block().add_entities("crew 4");
  block().add_weights(25);
  block().add_business_days(19'000);
  const SampleContent expected{100, 25, 19'000, "crew 4"};
  EXPECT_EQ(Plan()->units[0].series[0].rows[0].content, expected);
  block().set_business_days(0, kNoBusinessDay);
  EXPECT_EQ(Plan()->units[0].series[0].rows[0].content.business_day, kNoBusinessDay);
  block().set_business_days(0, 100'000'000);
  EXPECT_NE(Refusal(), "accepted");
}

TEST_F(IngestCore, EmptyRequestsAndMissingRequestIdsAreRefused) {
  write_.clear_series();
  EXPECT_EQ(Refusal(), "series: got no samples, want at least one");
  write_.add_series()->set_metric("delay");
  EXPECT_EQ(Refusal(), "series[0].time_unix_nano: got no times, want at least one");
  write_.clear_request_id();
  EXPECT_EQ(Refusal().substr(0, 11), "request_id:");
  write_.set_request_id(std::string(129, 'x'));
  EXPECT_EQ(Refusal().substr(0, 11), "request_id:");
  write_.set_parent("w");
  EXPECT_EQ(Refusal().substr(0, 7), "parent:");
}

TEST_F(IngestCore, OversizedBatchesAreRefusedWithTheirOwnReason) {
  for (int i = 0; i < 10'000; ++i) AddSample(block(), kNow, std::to_string(i), i);
  const absl::Status status = Plan().status();
  EXPECT_EQ(GetErrorDetails(status).reason, "BATCH_TOO_LARGE");
}

TEST_F(IngestCore, EveryBadSampleIsNamed) {
  for (int i = 0; i < 30; ++i) AddSample(block(), kNow + 10'000, std::to_string(i), i);
  const absl::Status status = Plan().status();
  EXPECT_EQ(GetErrorDetails(status).violations.size(), 30u);
  EXPECT_EQ(GetErrorDetails(status).violations[29].field, "series[0].time_unix_nano[30]");
}

TEST_F(IngestCore, UnknownMetricsAreNotFoundUnlessSomethingElseIsWrongToo) {
  block().set_metric("delays");
  absl::Status status = Plan().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetErrorDetails(status).reason, "UNKNOWN_METRIC");
  EXPECT_EQ(status.message(), "series[0].metric: got \"delays\", want a metric of workspaces/w");
  write_.clear_request_id();
  EXPECT_EQ(GetErrorDetails(Plan().status()).reason, "INVALID_FIELD");
}

TEST_F(IngestCore, AllowPartialWritesTheGoodSamplesAndGroupsTheOthers) {
  write_.set_allow_partial(true);
  AddSample(block(), kNow + 10'000, "b", 1);
  AddSample(block(), kNow + 20'000, "c", 1);
  v1::SeriesBlock& unknown = *write_.add_series();
  unknown = block();
  unknown.set_metric("delays");
  const IngestPlan plan = Plan().value();
  EXPECT_EQ(plan.units[0].RowCount(), 1u);
  EXPECT_EQ(plan.unknown_metrics, std::set<std::string>{"delays"});
  ASSERT_EQ(plan.rejected.size(), 2u);
  EXPECT_EQ(plan.rejected[0].reason(), "INVALID_FIELD");
  EXPECT_EQ(plan.rejected[0].count(), 2);
  EXPECT_EQ(plan.rejected[0].fields(1), "series[0].time_unix_nano[2]");
  EXPECT_EQ(plan.rejected[1].reason(), "UNKNOWN_METRIC");
  EXPECT_EQ(plan.rejected[1].count(), 3);
  // A repetition gives the groups of the first time.
  IngestOutcome repeated;
  repeated.duplicate = true;
  repeated.answer_note = plan.units[0].answer_note;
  const v1::WriteResult result = ResultOf(IngestPlan(), {&repeated, 1});
  EXPECT_TRUE(result.duplicate());
  EXPECT_EQ(result.rejected_size(), 2);
}

TEST_F(IngestCore, SamplesThatArePastTheirRetentionAreRefusedWhenNothingElseIsWrong) {
  kept_from_ = absl::FromUnixSeconds(kNow - 100);
  AddSample(block(), kNow - 100, "b", 1);
  AddSample(block(), kNow - 101, "c", 1);
  AddSample(block(), kNow - 102, "d", 1);
  const absl::Status status = Plan().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.reason, "PAST_RETENTION");
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[1].field, "series[0].time_unix_nano[3]");
  EXPECT_EQ(status.message(),
            "series[0].time_unix_nano[2]: got 2023-11-14T22:11:39+00:00, want "
            "2023-11-14T22:11:40+00:00 or later: earlier samples are no longer kept (and 1 more)");
  // Unknown metrics come first, and before them what is wrong with the request.
  v1::SeriesBlock& unknown = *write_.add_series();
  unknown = block();
  unknown.set_metric("delays");
  EXPECT_EQ(GetErrorDetails(Plan().status()).reason, "UNKNOWN_METRIC");
  block().set_sample_ids(3, "");
  EXPECT_EQ(GetErrorDetails(Plan().status()).reason, "INVALID_FIELD");
  EXPECT_EQ(GetErrorDetails(Plan().status()).violations.size(), 1u);
}

TEST_F(IngestCore, AllowPartialGroupsWhatIsPastItsRetentionByItself) {
  kept_from_ = absl::FromUnixSeconds(kNow - 100);
  write_.set_allow_partial(true);
  AddSample(block(), kNow - 101, "b", 1);
  AddSample(block(), kNow + 10'000, "c", 1);
  AddSample(block(), kNow - 300, "d", 1);
  const IngestPlan plan = Plan().value();
  EXPECT_EQ(plan.units[0].RowCount(), 1u);
  ASSERT_EQ(plan.rejected.size(), 2u);
  EXPECT_EQ(plan.rejected[1].code(), static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(plan.rejected[1].reason(), "PAST_RETENTION");
  EXPECT_EQ(plan.rejected[1].count(), 2);
  EXPECT_EQ(plan.rejected[1].fields(1), "series[0].time_unix_nano[3]");
}

TEST_F(IngestCore, RetractionsOfWhatIsPastItsRetentionAreRefusedAndWatermarksAreNot) {
  kept_from_ = absl::FromUnixSeconds(kNow + 1);
  retract_.set_parent("workspaces/w");
  retract_.set_request_id("r1");
  retract_.set_reason("wrong file");
  *retract_.add_series() = block();
  retract_.mutable_series(0)->clear_mantissas();
  EXPECT_EQ(GetErrorDetails(Plan().status()).reason, "PAST_RETENTION");
  retract_.clear_parent();
  write_.clear_series();
  write_.add_watermarks()->set_metric("delay");
  write_.mutable_watermarks(0)->mutable_complete_through()->set_seconds(kNow);
  EXPECT_TRUE(Plan().ok());
}

TEST_F(IngestCore, TheFingerprintIsThatOfThePayload) {
  const std::string first = Plan()->units[0].fingerprint;
  write_.set_request_id("r2");
  EXPECT_EQ(Plan()->units[0].fingerprint, first);
  block().set_mantissas(0, 101);
  EXPECT_NE(Plan()->units[0].fingerprint, first);
}

TEST_F(IngestCore, RetractionsCarryIdentitiesAndAReasonOnly) {
  retract_.set_parent("workspaces/w");
  retract_.set_request_id("r1");
  *retract_.add_series() = block();
  EXPECT_EQ(Refusal().substr(0, 7), "reason:");
  retract_.set_reason("wrong file");
  EXPECT_NE(Refusal(), "accepted");
  retract_.mutable_series(0)->clear_mantissas();
  const IngestPlan plan = Plan().value();
  EXPECT_EQ(plan.units[0].operation, IngestOperation::kRetract);
  EXPECT_EQ(plan.units[0].reason, "wrong file");
}

TEST_F(IngestCore, WatermarksTravelWithTheirMetric) {
  write_.clear_series();
  v1::Watermark& watermark = *write_.add_watermarks();
  watermark.set_metric("delay");
  EXPECT_EQ(Refusal().substr(0, 30), "watermarks[0].complete_through");
  watermark.mutable_complete_through()->set_seconds(kNow + 601);
  EXPECT_NE(Refusal(), "accepted");
  watermark.mutable_complete_through()->set_seconds(kNow);
  watermark.mutable_complete_through()->set_nanos(5);
  const IngestPlan plan = Plan().value();
  ASSERT_EQ(plan.units.size(), 1u);
  EXPECT_TRUE(plan.units[0].metrics.empty());
  EXPECT_EQ(plan.units[0].watermarks[0].complete_through_nano, kNow * kNano + 5);
}

TEST_F(IngestCore, TheTokenNamesThePositionOfEachPartition) {
  IngestOutcome outcomes[2];
  outcomes[0].part = 3;
  outcomes[0].incarnation = 9;
  outcomes[0].seq = 4;
  outcomes[1].part = 5;
  const PositionToken token = PositionToken::Parse(PositionTokenOf(outcomes)).value();
  EXPECT_EQ(token.parts.at(3), (PartPosition{9, 4}));
  EXPECT_EQ(token.parts.size(), 2u);
}

}  // namespace
}  // namespace kpisuite
