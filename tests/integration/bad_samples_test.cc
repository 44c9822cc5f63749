// Samples that must not be stored, sent to a real kpi-measurement: code, reason, path, and that
// the rest of their request was not written either.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<Delivery> Good(const std::string& prefix, int count) {
  std::mt19937 random(1);
  return RandomDeliveries(prefix, FirstDay(), count, random);
}

class BadSamplesBase {
 public:
  void Start() {
    ASSERT_TRUE(suite_.StartDefinition().ok());
    ASSERT_TRUE(suite_.StartMeasurement().ok());
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const auto applied = client_->Apply(kDeliveryDefinitions);
    ASSERT_TRUE(applied.ok()) << applied.status();
  }
  size_t Stored() {
    const auto samples = client_->ReadSamples(kDelayMetric);
    EXPECT_TRUE(samples.ok()) << samples.status();
    return samples.ok() ? samples->size() : 0;
  }

 protected:
  ProcessSuite suite_;
  std::unique_ptr<SuiteClient> client_;
};

struct BadSample {
  const char* name;
  std::function<void(v1::SeriesBlock&)> spoil;  // makes a good block bad
  absl::StatusCode code;
  const char* reason;
  const char* field;   // path of the violation
  const char* saying;  // part of its description
};

void PrintTo(const BadSample& bad, std::ostream* out) { *out << bad.name; }

class BadSamples : public testing::TestWithParam<BadSample>, public BadSamplesBase {
 protected:
  void SetUp() override { Start(); }
};

TEST_P(BadSamples, RefuseTheWholeRequest) {
  // One good block, and behind it the bad one with a good row before the bad one.
  v1::WriteSamplesRequest request = WriteRequest("request-1", Good("good", 1));
  v1::SeriesBlock& block = *request.add_series();
  block.set_metric(kDelayMetric);
  (*block.mutable_dimensions())["depot"] = "north";
  for (int i = 0; i < 2; ++i) {
    block.add_time_unix_nano(absl::ToUnixNanos(TimeOn(FirstDay(), absl::Hours(i))));
    block.add_sample_ids(absl::StrCat("s-", i));
    block.add_mantissas(10);
  }
  GetParam().spoil(block);
  const auto written = client_->Write(request);
  EXPECT_EQ(written.status().code(), GetParam().code) << written.status();
  const ErrorDetails details = GetErrorDetails(written.status());
  EXPECT_EQ(details.reason, GetParam().reason);
  EXPECT_THAT(details.violations,
              Contains(AllOf(Field(&FieldViolation::field, GetParam().field),
                             Field(&FieldViolation::description, HasSubstr(GetParam().saying)))));
  EXPECT_EQ(Stored(), 0u);
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

const BadSample kBadSamples[] = {
    {"NotANumber",
     [](v1::SeriesBlock& block) {
       block.clear_mantissas();
       block.add_doubles(1);
       block.add_doubles(std::numeric_limits<double>::quiet_NaN());
     },
     kInvalid, "INVALID_FIELD", "series[1].doubles[1]", "nan"},
    {"Infinity",
     [](v1::SeriesBlock& block) {
       block.clear_mantissas();
       block.add_doubles(1);
       block.add_doubles(std::numeric_limits<double>::infinity());
     },
     kInvalid, "INVALID_FIELD", "series[1].doubles[1]", "inf"},
    {"TooManyDecimals",
     [](v1::SeriesBlock& block) {
       block.clear_mantissas();
       block.add_decimals("1");
       block.add_decimals("1.5");
     },
     kInvalid, "INVALID_FIELD", "series[1].decimals[1]", "1.5"},
    {"TextForANumber",
     [](v1::SeriesBlock& block) {
       block.clear_mantissas();
       block.add_decimals("1");
       block.add_decimals("ten");
     },
     kInvalid, "INVALID_FIELD", "series[1].decimals[1]", "ten"},
    {"FarFuture",
     [](v1::SeriesBlock& block) {
       block.set_time_unix_nano(1, absl::ToUnixNanos(absl::Now() + absl::Hours(1)));
     },
     kInvalid, "INVALID_FIELD", "series[1].time_unix_nano[1]", "want from 1700"},
    {"UndeclaredDimension",
     [](v1::SeriesBlock& block) { (*block.mutable_dimensions())["driver"] = "ann"; }, kInvalid,
     "INVALID_FIELD", "series[1].dimensions", "driver"},
    {"MissingSampleId", [](v1::SeriesBlock& block) { block.clear_sample_ids(); }, kInvalid,
     "INVALID_FIELD", "series[1].sample_ids", "EVENT"},
    {"FewerValuesThanTimes",
     [](v1::SeriesBlock& block) { block.mutable_mantissas()->RemoveLast(); }, kInvalid,
     "INVALID_FIELD", "series[1].mantissas", "got 1 entries, want 2"},
    {"UnknownMetric", [](v1::SeriesBlock& block) { block.set_metric("delivery-dealy"); },
     absl::StatusCode::kNotFound, "UNKNOWN_METRIC", "series[1].metric", "delivery-dealy"},
};

INSTANTIATE_TEST_SUITE_P(Cases, BadSamples, testing::ValuesIn(kBadSamples),
                         [](const testing::TestParamInfo<BadSample>& info) {
                           return std::string(info.param.name);
                         });

class BadRequests : public testing::Test, public BadSamplesBase {
 protected:
  void SetUp() override { Start(); }
};

TEST_F(BadRequests, BatchWithTooManySamplesIsRefused) {
  const auto info = client_->MeasurementInfo();
  ASSERT_TRUE(info.ok()) << info.status();
  const auto written =
      client_->Write(WriteRequest("request-1", Good("d", info->max_batch_samples() + 1)));
  EXPECT_EQ(written.status().code(), kInvalid) << written.status();
  EXPECT_EQ(GetErrorDetails(written.status()).reason, "BATCH_TOO_LARGE");
  EXPECT_EQ(Stored(), 0u);
}

TEST_F(BadRequests, MessageWithTooManyBytesIsRefused) {
  const auto info = client_->MeasurementInfo();
  ASSERT_TRUE(info.ok()) << info.status();
  v1::WriteSamplesRequest request = WriteRequest("request-1", Good("d", 1));
  request.set_reason(std::string(info->max_message_bytes(), 'x'));
  const auto written = client_->Write(request);
  EXPECT_EQ(written.status().code(), absl::StatusCode::kResourceExhausted) << written.status();
  EXPECT_EQ(Stored(), 0u);
}

TEST_F(BadRequests, RequestIdWithAnotherPayloadIsRefusedAndTheSameIsReplayed) {
  const std::vector<Delivery> deliveries = Good("d", 5);
  const auto first = client_->Write(WriteRequest("request-1", deliveries));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->inserted(), 5);
  EXPECT_FALSE(first->duplicate());
  const auto again = client_->Write(WriteRequest("request-1", deliveries));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->inserted(), 5);
  EXPECT_TRUE(again->duplicate());
  EXPECT_EQ(again->position_token(), first->position_token());
  const auto other = client_->Write(WriteRequest("request-1", Good("e", 5)));
  EXPECT_EQ(other.status().code(), kInvalid) << other.status();
  EXPECT_EQ(GetErrorDetails(other.status()).reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(Stored(), 5u);
}

TEST_F(BadRequests, AllowPartialWritesTheGoodOnesAndGroupsTheOthers) {
  v1::WriteSamplesRequest request = WriteRequest("request-1", Good("d", 3));
  v1::SeriesBlock& block = *request.add_series();
  block.set_metric("delivery-dealy");
  block.add_time_unix_nano(absl::ToUnixNanos(TimeOn(FirstDay(), absl::Hours(1))));
  block.add_sample_ids("x");
  block.add_mantissas(1);
  request.set_allow_partial(true);
  const auto written = client_->Write(request);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->inserted(), 3);
  ASSERT_THAT(written->rejected(), SizeIs(1));
  EXPECT_EQ(written->rejected(0).reason(), "UNKNOWN_METRIC");
  EXPECT_EQ(written->rejected(0).count(), 1);
  EXPECT_EQ(Stored(), 3u);
}

TEST_F(BadRequests, ScaleOfAMetricWithSamplesCannotChange) {
  ASSERT_TRUE(client_->Write(WriteRequest("request-1", Good("d", 1))).ok());
  v1::ApplyDefinitionsRequest request;
  v1::Definition& definition = *request.add_definitions();
  definition.set_name(absl::StrCat(kTestParent, "/metrics/", kDelayMetric));
  definition.mutable_metric()->set_unit("min");
  definition.mutable_metric()->set_scale(2);
  definition.mutable_metric()->add_dimensions("depot");
  const auto applied = client_->Apply(request);
  EXPECT_EQ(applied.status().code(), absl::StatusCode::kFailedPrecondition) << applied.status();
  EXPECT_EQ(GetErrorDetails(applied.status()).reason, "IMMUTABLE_FIELD");
}

}  // namespace
}  // namespace kpisuite
