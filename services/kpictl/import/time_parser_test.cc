#include "services/kpictl/import/time_parser.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

// Seconds since the epoch, or the error.
std::string Read(absl::string_view format, absl::string_view zone, absl::string_view text) {
  const auto parser = TimeParser::Create(format, zone);
  if (!parser.ok()) return std::string(parser.status().message());
  const auto nanos = parser->Parse(text);
  if (!nanos.ok()) return std::string(nanos.status().message());
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixNanos(*nanos), absl::UTCTimeZone());
}

TEST(TimeParser, ReadsIsoWithAnOffset) {
  EXPECT_EQ(Read("", "", "2025-03-31T22:30:00Z"), "2025-03-31T22:30:00+00:00");
  EXPECT_EQ(Read("iso", "", "2025-03-31 22:30:00.123456789+02:00"),
            "2025-03-31T20:30:00.123456789+00:00");
  EXPECT_EQ(Read("", "", "2025-03-31T22:30-0530"), "2025-04-01T04:00:00+00:00");
}

TEST(TimeParser, LocalTimesNeedAZone) {
  EXPECT_EQ(Read("", "America/Chicago", "2001-01-01T00:47"), "2001-01-01T06:47:00+00:00");
  EXPECT_EQ(Read("", "America/Chicago", "2001-07-01"), "2001-07-01T05:00:00+00:00");
  EXPECT_EQ(Read("", "", "2001-07-01"),
            "got \"2001-07-01\", want an offset at its end, or a time zone for all times");
}

TEST(TimeParser, SkippedAndRepeatedTimesHaveTheOffsetBefore) {
  EXPECT_EQ(Read("", "Europe/Berlin", "2025-03-30T02:30"), "2025-03-30T01:30:00+00:00");
  EXPECT_EQ(Read("", "Europe/Berlin", "2025-10-26T02:30"), "2025-10-26T00:30:00+00:00");
}

TEST(TimeParser, ReadsUnixTimes) {
  EXPECT_EQ(Read("unix", "", "1743460200"), "2025-03-31T22:30:00+00:00");
  EXPECT_EQ(Read("unix-ms", "", "1743460200250"), "2025-03-31T22:30:00.25+00:00");
  EXPECT_EQ(Read("unix-ns", "", "-1"), "1969-12-31T23:59:59.999999999+00:00");
  EXPECT_EQ(Read("unix", "", "1743460200.5"),
            "got \"1743460200.5\", want a whole number of Unix time");
}

TEST(TimeParser, ReadsPatterns) {
  EXPECT_EQ(Read("%d.%m.%Y %H:%M", "Europe/Berlin", "31.03.2025 22:30"),
            "2025-03-31T20:30:00+00:00");
  EXPECT_EQ(Read("%Y/%m/%d %H:%M:%S %Ez", "", "2025/03/31 22:30:00 +01:00"),
            "2025-03-31T21:30:00+00:00");
  EXPECT_EQ(Read("%d.%m.%Y", "Europe/Berlin", "2025-03-31"),
            "got \"2025-03-31\", want a time like %d.%m.%Y");
  EXPECT_EQ(Read("%d.%m.%Y", "", "31.03.2025"),
            "got \"31.03.2025\", want a time zone, because the format has no offset");
}

TEST(TimeParser, ImpossibleTimesAreRefused) {
  for (const char* text : {"", "2025", "2025-02-30", "2025-13-01", "2025-01-01T24:00Z",
                           "2025-01-01T10:60Z", "2025-01-01T10:00:00.Z", "2025-01-01T10:00:00Zx",
                           "1699-12-31T00:00Z", "2262-01-01T00:00Z", "nan", "2025-01-01T10"}) {
    const auto parser = TimeParser::Create("", "UTC");
    EXPECT_FALSE(parser->Parse(text).ok()) << text;
  }
  EXPECT_FALSE(TimeParser::Create("unix", "")->Parse("99999999999999999").ok());
}

TEST(TimeParser, UnknownFormatsAndZonesAreRefused) {
  EXPECT_EQ(Read("rfc", "", ""),
            "time format: got \"rfc\", want iso, unix, unix-ms, unix-us, unix-ns or a pattern with "
            "%");
  EXPECT_EQ(Read("", "Mars/Base", ""),
            "time zone: got \"Mars/Base\", want an IANA zone such as America/Chicago");
}

}  // namespace
}  // namespace kpisuite
