#include "libs/rpc/status_mapping.h"

#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/rpc/error_info.pb.h"

namespace kpisuite {
namespace {

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status proto;
  EXPECT_TRUE(proto.ParseFromString(status.error_details()));
  return proto;
}

TEST(StatusMapping, CarriesOneErrorInfoThereAndBack) {
  const absl::Status original =
      WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "full: 9 items",
                               {{"items", "9"}}),
                     absl::Milliseconds(1250));
  const grpc::Status wire = ToGrpcStatus(original);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(wire.error_message(), "full: 9 items");
  int infos = 0;
  const google::rpc::Status proto = Details(wire);
  for (const auto& any : proto.details()) {
    google::rpc::ErrorInfo info;
    if (!any.UnpackTo(&info)) continue;
    ++infos;
    EXPECT_EQ(any.type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
    EXPECT_EQ(info.domain(), "kpisuite.v1");
    EXPECT_EQ(info.reason(), "QUEUE_FULL");
  }
  EXPECT_EQ(infos, 1);
  const absl::Status back = FromGrpcStatus(wire);
  EXPECT_EQ(back.code(), original.code());
  EXPECT_EQ(back.message(), original.message());
  EXPECT_EQ(GetErrorDetails(back), GetErrorDetails(original));
}

TEST(StatusMapping, CarriesViolationsWithPositionAndReason) {
  const absl::Status original =
      InvalidFields({{"spec.unit", "got h, want min", "UNIT_MISMATCH", 3, 5},
                     {"spec.scale", "got [A], want 0..18", "", 0, 0}});
  const ErrorDetails back = GetErrorDetails(FromGrpcStatus(ToGrpcStatus(original)));
  EXPECT_EQ(back, GetErrorDetails(original));
}

TEST(StatusMapping, SendsTheFirstTwentyViolationsAndTheirCount) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 300; ++i) {
    violations.push_back({"samples[" + std::to_string(i) + "].time", "got A, want B", "", 0, 0});
  }
  const ErrorDetails back =
      GetErrorDetails(FromGrpcStatus(ToGrpcStatus(InvalidFields(violations))));
  ASSERT_EQ(back.violations.size(), 20u);
  EXPECT_EQ(back.violations[19].field, "samples[19].time");
  EXPECT_EQ(back.metadata.at("violations"), "300");
}

TEST(StatusMapping, StaysBelowTheLimitWhateverComes) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 50; ++i) {
    violations.push_back({std::string(5000, 'f'), std::string(5000, 'd'), "R", 0, 0});
  }
  ErrorDetails details = GetErrorDetails(InvalidFields(violations));
  for (int i = 0; i < 100; ++i) {
    details.metadata["key" + std::to_string(i)] = std::string(5000, 'v');
  }
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "ü";
  const grpc::Status wire =
      ToGrpcStatus(WithErrorDetails(absl::InvalidArgumentError(text), details));
  EXPECT_LE(wire.error_details().size(), kMaxStatusBytes);
  EXPECT_LE(wire.error_message().size(), 1024u);
  const ErrorDetails back = GetErrorDetails(FromGrpcStatus(wire));
  EXPECT_EQ(back.reason, "INVALID_FIELD");
  EXPECT_GE(back.violations.size(), 1u);
}

TEST(StatusMapping, HidesTextsThatMayComeFromABackend) {
  const absl::Status cases[] = {
      MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "sqlite: secret",
                {{"a", "secret"}}),
      MakeError(absl::StatusCode::kUnavailable, "CACHE_UNAVAILABLE", "redis: secret"),
      MakeError(absl::StatusCode::kInternal, "INTERNAL", "secret"),
      absl::InternalError("secret"),
      absl::UnknownError("secret"),
      absl::UnavailableError("secret"),
      absl::FailedPreconditionError("secret")};
  for (const absl::Status& status : cases) {
    EXPECT_TRUE(HidesText(status)) << status;
    const grpc::Status wire = ToGrpcStatus(status);
    EXPECT_EQ(wire.error_message().find("secret"), std::string::npos) << status;
    EXPECT_EQ(wire.error_details().find("secret"), std::string::npos) << status;
    EXPECT_FALSE(GetErrorDetails(FromGrpcStatus(wire)).reason.empty()) << status;
  }
}

TEST(StatusMapping, GivesAReasonToStatusesThatBlameTheCaller) {
  const absl::Status back =
      FromGrpcStatus(ToGrpcStatus(absl::InvalidArgumentError("formula: unexpected )")));
  EXPECT_EQ(back.message(), "formula: unexpected )");
  EXPECT_EQ(GetErrorDetails(back).reason, "INVALID_FIELD");
  EXPECT_FALSE(HidesText(absl::InvalidArgumentError("x")));
}

TEST(StatusMapping, ReadsStatusesOfOtherServers) {
  const absl::Status plain =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::NOT_FOUND, "gone", "not a proto \xff"));
  EXPECT_EQ(plain.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(plain.message(), "gone");
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace kpisuite
