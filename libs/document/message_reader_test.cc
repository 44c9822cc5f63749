#include "libs/document/message_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/kpi.pb.h"
#include "kpisuite/v1/portfolio.pb.h"
#include "libs/base/error.h"
#include "libs/document/definition_set.h"
#include "libs/document/scalar_reader.h"

namespace kpisuite {
namespace {

// The single error of reading `text` as a Kpi: "line:column field: description".
std::string KpiError(absl::string_view text) {
  v1::Kpi kpi;
  const auto violations = GetErrorDetails(ParseMessage(text, kpi)).violations;
  if (violations.size() != 1) return absl::StrCat(violations.size(), " errors");
  const FieldViolation& only = violations.front();
  return absl::StrCat(only.line, ":", only.column, " ", only.field, ": ", only.description);
}

TEST(MessageReader, ReadsEveryFlavourOfValue) {
  v1::Kpi kpi;
  const absl::Status status = ParseMessage(R"(
owner: "x@example.com"
inputs:
  onTime: {metric: delay, aggregation: COUNT, where: "value <= 15"}
direction: HIGHER
windows: [DAY, WEEK]
slices: [[origin], [origin, destination], {dimensions: [team]}]
target: {fixed: 0.80}
minDenominator: -5
finalAfter: 7d
processControl: {screening: false}
)",
                                           kpi);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(kpi.owner(), "x@example.com");
  EXPECT_EQ(kpi.inputs().at("onTime").aggregation(), v1::AGGREGATION_COUNT);
  EXPECT_EQ(kpi.direction(), v1::DIRECTION_HIGHER);
  ASSERT_EQ(kpi.slices_size(), 3);
  EXPECT_EQ(kpi.slices(1).dimensions(1), "destination");
  EXPECT_EQ(kpi.slices(2).dimensions(0), "team");
  EXPECT_EQ(kpi.target().fixed(), "0.80") << "decimals keep their text";
  EXPECT_EQ(kpi.min_denominator(), -5);
  EXPECT_EQ(kpi.final_after().seconds(), 7 * 24 * 3600);
  EXPECT_TRUE(kpi.process_control().has_screening());
}

TEST(MessageReader, ReadsTimesWithTheirOffset) {
  v1::Definition definition;
  ASSERT_TRUE(ParseMessage("createTime: 2025-03-31T22:30:00.5+02:00", definition).ok());
  EXPECT_EQ(definition.create_time().seconds(), 1743453000);
  EXPECT_EQ(definition.create_time().nanos(), 500'000'000);
  EXPECT_FALSE(ParseMessage("createTime: 2025-03-31", definition).ok());
  EXPECT_FALSE(ParseMessage("createTime: infinite-future", definition).ok());
  EXPECT_FALSE(ParseMessage("createTime: 99999-03-31T22:30:00Z", definition).ok());
}

TEST(MessageReader, UnknownKeysAreRefusedWithASuggestion) {
  EXPECT_EQ(KpiError("owner: a\ntimezone: UTC\n"),
            "2:1 timezone: unknown field, did you mean \"timeZone\"?");
  EXPECT_EQ(KpiError("inputs:\n  a: {metrik: x}\n"),
            "2:7 inputs.a.metrik: unknown field, did you mean \"metric\"?");
  EXPECT_EQ(KpiError("<<: {owner: a}\n"), "1:1 <<: unknown field");
}

TEST(MessageReader, RepeatedKeysAreRefused) {
  EXPECT_EQ(KpiError("owner: a\nowner: b\n"), "2:1 owner: given twice, first at line 1, column 1");
  EXPECT_EQ(KpiError("inputs: {a: {metric: x}, a: {metric: y}}"),
            "1:26 inputs.a: given twice, first at line 1, column 10");
}

TEST(MessageReader, TwoFieldsOfOneChoiceAreRefused) {
  EXPECT_EQ(KpiError("target:\n  fixed: 1\n  range: {lo: 1}\n"),
            "3:3 target.range: got \"range\" besides \"fixed\" at line 2, column 3, want one of "
            "them");
}

TEST(MessageReader, WrongTypesSayWhatCameAndWhatIsWanted) {
  EXPECT_EQ(KpiError("maxSlices: many"),
            "1:12 maxSlices: got \"many\", want a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(KpiError("maxSlices: \"5\""),
            "1:12 maxSlices: got \"5\", want a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(KpiError("maxSlices: 99999999999"),
            "1:12 maxSlices: got \"99999999999\", want a whole number from -2147483648 to "
            "2147483647");
  EXPECT_EQ(KpiError("owner: [a]"), "1:8 owner: got a list, want a single value");
  EXPECT_EQ(KpiError("windows: DAY"), "1:10 windows: got \"DAY\", want a list");
  EXPECT_EQ(KpiError("inputs: [a]"), "1:9 inputs: got a list, want a mapping");
  EXPECT_EQ(KpiError("target: 0.8"), "1:9 target: got \"0.8\", want a mapping of fields");
  EXPECT_EQ(KpiError("processControl: {screening: yes}"),
            "1:29 processControl.screening: got \"yes\", want true or false");
  EXPECT_EQ(KpiError("finalAfter: soon"),
            "1:13 finalAfter: got \"soon\", want a duration such as 90s, 1h30m, 24h or 7d");
}

TEST(MessageReader, EnumsAreShortUpperCaseNames) {
  EXPECT_EQ(KpiError("direction: higher"),
            "1:12 direction: got \"higher\", want one of HIGHER, LOWER, IN_RANGE, ON_TARGET, "
            "NEUTRAL, did you mean \"HIGHER\"?");
  EXPECT_NE(KpiError("direction: DIRECTION_HIGHER"), "0 errors");
  EXPECT_NE(KpiError("direction: UNSPECIFIED"), "0 errors");
}

TEST(MessageReader, KeysWithoutAValueAreRefused) {
  EXPECT_EQ(KpiError("owner:\nunit: min\n"),
            "1:1 owner: has no value; give one or leave the key out");
  EXPECT_EQ(KpiError("windows: [DAY, ~]"), "1:16 windows[1]: has no value");
}

TEST(MessageReader, AllErrorsOfAFileAreReportedAtOnce) {
  v1::Kpi kpi;
  const absl::Status status = ParseMessage("unti: min\ndirection: UP\nwindows: 3\n", kpi);
  EXPECT_EQ(GetErrorDetails(status).violations.size(), 3u);
}

TEST(DurationText, IsReadBackAsTheSameDuration) {
  for (const char* text : {"0s", "90s", "1h30m", "7d", "1d12h", "500ms"}) {
    const absl::StatusOr<absl::Duration> duration = ParseDurationText(text);
    ASSERT_TRUE(duration.ok()) << text;
    EXPECT_EQ(*ParseDurationText(DurationText(*duration)), *duration) << text;
  }
  for (const char* text : {"", "d", "1.5d", "-1s", "inf", "5", "1h1d", "400000000d"}) {
    EXPECT_FALSE(ParseDurationText(text).ok()) << text;
  }
}

}  // namespace
}  // namespace kpisuite
