#include "libs/base/error.h"

#include <gtest/gtest.h>

#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

TEST(Error, CarriesReasonAndMetadata) {
  const absl::Status status =
      MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "kpi x: not found", {{"name", "x"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "kpi x: not found");
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.reason, "NOT_FOUND");
  EXPECT_EQ(details.metadata.at("name"), "x");
  EXPECT_FALSE(details.retry_after.has_value());
}

TEST(Error, HasEmptyDetailsWhenMadeElsewhere) {
  EXPECT_EQ(GetErrorDetails(absl::InternalError("x")), ErrorDetails());
  EXPECT_EQ(GetErrorDetails(absl::OkStatus()), ErrorDetails());
}

TEST(InvalidFields, NamesTheFirstAndTheCount) {
  const absl::Status status = InvalidFields({{"samples[3].time", "got A, want B", "TIME", 7, 9},
                                             {"scale", "got -1, want 0..18", "", 0, 0}});
  EXPECT_EQ(status.message(), "samples[3].time: got A, want B (and 1 more)");
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.reason, "INVALID_FIELD");
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0],
            (FieldViolation{"samples[3].time", "got A, want B", "TIME", 7, 9}));
  EXPECT_EQ(details.metadata.at("violations"), "2");
}

TEST(InvalidFields, WithoutFieldPathIsTheBareDescription) {
  EXPECT_EQ(InvalidFields({{"", "empty file", "", 0, 0}}).message(), "empty file");
}

TEST(WithRetryAfter, KeepsTheOtherDetails) {
  const absl::Status status = WithRetryAfter(
      MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "full", {{"items", "9"}}),
      absl::Milliseconds(250));
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(details.reason, "QUEUE_FULL");
  EXPECT_EQ(details.metadata.at("items"), "9");
  EXPECT_EQ(details.retry_after, absl::Milliseconds(250));
  EXPECT_TRUE(WithRetryAfter(absl::OkStatus(), absl::Seconds(1)).ok());
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(int quarter, Half(half));
  return quarter;
}

absl::Status Check(int value) {
  RETURN_IF_ERROR(Quarter(value).status());
  return absl::OkStatus();
}

TEST(StatusMacros, PassTheValueOrReturnTheError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_TRUE(Check(8).ok());
  EXPECT_EQ(Check(7).message(), "odd");
}

}  // namespace
}  // namespace kpisuite
