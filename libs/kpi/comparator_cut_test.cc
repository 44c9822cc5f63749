#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "libs/kpi/comparator.h"

namespace kpisuite {
namespace {

absl::Time Instant(absl::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

Calendar InZone(absl::string_view zone, absl::Duration day_start = absl::ZeroDuration()) {
  CalendarSpec spec;
  spec.time_zone = std::string(zone);
  spec.day_start = day_start;
  return *Calendar::Create(spec);
}

// `2025-02-01..2025-02-10 then 2025-02-10 until 06:30Z`.
std::string Cut(const Calendar& calendar, absl::string_view window, absl::string_view period,
                const Comparator& comparator, absl::string_view as_of) {
  const ComparableCut cut = CutComparable(
      *Window::Parse(window), calendar, *ParsePeriod(calendar, period), comparator, Instant(as_of));
  std::string text = absl::StrJoin(cut.days, " ", [](std::string* out, const DayRange& range) {
    absl::StrAppend(out, FormatDay(range.first_day), "..", FormatDay(range.end_day));
  });
  if (cut.last_day.has_value()) {
    absl::StrAppend(&text, " then ", FormatDay(*cut.last_day), " until ",
                    absl::FormatTime("%dT%H:%M:%SZ", cut.until, absl::UTCTimeZone()));
  }
  return text;
}

constexpr Comparator kPrevious = {ComparatorKind::kPreviousPeriod};
constexpr Comparator kLastYear = {ComparatorKind::kSamePeriodLastYear};

// 3.4.6
TEST(ComparableCut, IsAtTheSameDayAndWallTime) {
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-03-10T06:30:00Z"),
            "2025-02-01..2025-02-10 then 2025-02-10 until 10T06:30:00Z");
  EXPECT_EQ(Cut(Calendar(), "DAY", "2025-03-10", kLastYear, "2025-03-10T06:30:00Z"),
            " then 2024-03-10 until 10T06:30:00Z");
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-03-10T00:00:00Z"),
            "2025-02-01..2025-02-10");
}

TEST(ComparableCut, IsClippedToTheComparatorsLength) {
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-03-28T23:00:00Z"),
            "2025-02-01..2025-02-28 then 2025-02-28 until 28T23:00:00Z");
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-03-29T01:00:00Z"),
            "2025-02-01..2025-03-01");
}

TEST(ComparableCut, WallTimeIsLocal) {
  // Noon in summer is 10:00Z, in winter 11:00Z.
  const Calendar berlin = InZone("Europe/Berlin");
  EXPECT_EQ(Cut(berlin, "MONTH", "2025-04", kPrevious, "2025-04-03T10:00:00Z"),
            "2025-03-01..2025-03-03 then 2025-03-03 until 03T11:00:00Z");
  // 02:30 does not exist on 30 March: the first instant after the gap is 03:00.
  EXPECT_EQ(Cut(berlin, "DAY", "2025-03-31", kPrevious, "2025-03-31T00:30:00Z"),
            " then 2025-03-30 until 30T01:00:00Z");
  const Calendar shifted = InZone("Europe/Berlin", absl::Hours(6));
  EXPECT_EQ(Cut(shifted, "DAY", "2025-06-03", kPrevious, "2025-06-04T01:00:00Z"),
            " then 2025-06-02 until 03T01:00:00Z");
}

TEST(ComparableCut, WholePeriodsAreNotCutAndFutureOnesHaveNothing) {
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-04-01T00:00:00Z"),
            "2025-02-01..2025-03-01");
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", kPrevious, "2025-02-28T23:59:59Z"), "");
  EXPECT_EQ(Cut(Calendar(), "TRAILING(2,MONTH,EXCLUDE_CURRENT)", "2025-03", kPrevious,
                "2025-03-02T00:00:00Z"),
            "2024-12-01..2025-02-01");
}

TEST(ComparableCut, WindowsKeepWhatLiesBeforeTheirPeriod) {
  EXPECT_EQ(Cut(Calendar(), "TRAILING(3,MONTH,INCLUDE_CURRENT)", "2025-03", kLastYear,
                "2025-03-10T06:00:00Z"),
            "2024-01-01..2024-03-10 then 2024-03-10 until 10T06:00:00Z");
  EXPECT_EQ(Cut(Calendar(), "TO_DATE(YEAR)", "2025-03", kLastYear, "2025-03-10T06:00:00Z"),
            "2024-01-01..2024-03-10 then 2024-03-10 until 10T06:00:00Z");
  EXPECT_EQ(Cut(Calendar(), "CUMULATIVE", "2025-03", kPrevious, "2025-03-10T06:00:00Z"),
            "1677-01-01..2025-02-10 then 2025-02-10 until 10T06:00:00Z");
  EXPECT_EQ(Cut(Calendar(), "CUMULATIVE", "ALL", kPrevious, "2025-03-10T06:00:00Z"), "");
}

TEST(ComparableCut, ToDateYearCountsDaysOfTheYear) {
  // 10 March is day 69 of 2025; day 69 of the leap year is 9 March.
  EXPECT_EQ(Cut(Calendar(), "TO_DATE(YEAR)", "2025", kLastYear, "2025-03-10T06:00:00Z"),
            "2024-01-01..2024-03-09 then 2024-03-09 until 09T06:00:00Z");
}

TEST(ComparableCut, ComparatorsByDayCutTheCounterpartOfTheDay) {
  const Comparator weekday = {ComparatorKind::kSameWeekday};
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", weekday, "2025-03-10T06:00:00Z"),
            "2024-03-02..2024-03-11 then 2024-03-11 until 11T06:00:00Z");
  CalendarSpec spec;
  spec.name = "nrf";
  spec.type = CalendarType::kFiscal454;
  spec.year_end = YearEnd{YearEndRule::kNearest, 1, absl::Weekday::saturday};
  const Calendar nrf = *Calendar::Create(spec);
  EXPECT_EQ(
      Cut(nrf, "MONTH", "nrf:2024-P01", {ComparatorKind::kComparable}, "2024-02-06T06:00:00Z"),
      "2023-02-05..2023-02-07 then 2023-02-07 until 07T06:00:00Z");
  // In week 53 nothing more is added.
  EXPECT_EQ(
      Cut(nrf, "MONTH", "nrf:2023-P12", {ComparatorKind::kComparable}, "2024-01-30T06:00:00Z"),
      "2023-01-01..2023-01-29");
}

TEST(ComparableCut, ProportionalIsAtTheSameShareOfTheLength) {
  const Comparator proportional = {ComparatorKind::kPreviousPeriod, 1, true};
  // Half of March is half of February.
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", proportional, "2025-03-16T12:00:00Z"),
            "2025-02-01..2025-02-15");
  // 3/31 of 28 days.
  EXPECT_EQ(Cut(Calendar(), "MONTH", "2025-03", proportional, "2025-03-04T00:00:00Z"),
            "2025-02-01..2025-02-03 then 2025-02-03 until 03T17:01:56Z");
  EXPECT_EQ(Cut(Calendar(), "TRAILING(2,MONTH,INCLUDE_CURRENT)", "2025-03", proportional,
                "2025-03-16T12:00:00Z"),
            "2025-01-01..2025-02-15");
}

TEST(ComparableCut, NothingComparableHasNothingToCut) {
  EXPECT_EQ(Cut(Calendar(), "WEEK", "2020-W53", kLastYear, "2020-12-30T00:00:00Z"), "");
}

}  // namespace
}  // namespace kpisuite
