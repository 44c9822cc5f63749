#include "libs/kpi/pace_profile.h"

#include <string>

#include "gtest/gtest.h"
#include "libs/kpi/quantile.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Calendar In(const std::string& zone) {
  CalendarSpec spec;
  spec.time_zone = zone;
  return *Calendar::Create(spec);
}

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

std::string ShareAt(const PaceRule& rule, const Calendar& calendar, absl::string_view period,
                    const std::string& as_of, absl::Span<const PaceHistory> history = {}) {
  return ExpectedShareAt(rule, calendar, *ParsePeriod(calendar, period), At(as_of), history)
      .share.ToString();
}

std::string RemainingAt(const PaceRule& rule, const Calendar& calendar, absl::string_view period,
                        const std::string& as_of) {
  return ExpectedShareAt(rule, calendar, *ParsePeriod(calendar, period), At(as_of), {})
      .remaining.ToString();
}

// 3.11.1
TEST(PaceProfile, CalendarIsElapsedTimeOverLength) {
  const PaceRule rule;
  const Calendar utc = In("UTC");
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-04-16T00:00:00Z"), "0.5");
  EXPECT_EQ(RemainingAt(rule, utc, "2025-04", "2025-04-16T00:00:00Z"), "15");
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-03-01T00:00:00Z"), "0");
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-04-01T00:00:00Z"), "0");
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-06-01T00:00:00Z"), "1");
  EXPECT_EQ(RemainingAt(rule, utc, "2025-04", "2025-06-01T00:00:00Z"), "0");
}

TEST(PaceProfile, WithoutAPastAShareIsThatOfTheProfileOrOfTheTime) {
  const Calendar utc = In("UTC");
  const auto known = [&](const PaceRule& rule, absl::string_view period, const std::string& as_of) {
    return KnownShareAt(rule, utc, *ParsePeriod(utc, period), At(as_of)).ToString();
  };
  PaceRule rule;
  rule.profile = PaceProfile::kHistory;
  EXPECT_EQ(known(rule, "2025-04", "2025-04-16T00:00:00Z"), "0.5");
  rule.profile = PaceProfile::kWorkingDays;
  EXPECT_EQ(known(rule, "2025-04", "2025-04-16T00:00:00Z"), "0.5");
  EXPECT_EQ(known(rule, "2025-04-06", "2025-04-06T12:00:00Z"), "0.5") << "a Sunday";
  rule.profile = PaceProfile::kExplicit;
  rule.weights = {D("3"), D("1")};
  rule.weights_grain = Grain::kWeek;
  EXPECT_EQ(known(rule, "2025-04", "2025-04-16T00:00:00Z"), "0.5");
  EXPECT_EQ(known(rule, "2025-04", "2025-04-01T00:00:00Z"), "0");
  EXPECT_EQ(known(rule, "2025-04", "2025-05-01T00:00:00Z"), "1");
}

TEST(PaceProfile, OfADayThatTheZoneSkipsNothingIsDueBeforeItAndAllAfterIt) {
  const Calendar apia = In("Pacific/Apia");
  const Period day = *ParsePeriod(apia, "2011-12-30");
  EXPECT_EQ(KnownShareAt(PaceRule(), apia, day, day.start - absl::Seconds(1)).ToString(), "0");
  EXPECT_EQ(KnownShareAt(PaceRule(), apia, day, day.end).ToString(), "1");
}

TEST(PaceProfile, CalendarCountsTheHoursThatADayHas) {
  const PaceRule rule;
  const Calendar berlin = In("Europe/Berlin");
  // 23 hours, of which 11 have passed at noon; then 25 hours, of which 13 have.
  EXPECT_EQ(ShareAt(rule, berlin, "2025-03-30", "2025-03-30T12:00:00+02:00"),
            (Number(D("11")) / D("23")).ToString());
  EXPECT_EQ(ShareAt(rule, berlin, "2025-10-26", "2025-10-26T12:00:00+01:00"), "0.52");
}

TEST(PaceProfile, ADayThatTheZoneSkipsHasNoShare) {
  const Calendar apia = In("Pacific/Apia");
  for (const PaceProfile profile : {PaceProfile::kCalendar, PaceProfile::kWorkingDays}) {
    PaceRule rule;
    rule.profile = profile;
    EXPECT_EQ(ShareAt(rule, apia, "2011-12-30", "2011-12-30T10:00:00Z"), "ND(NOT_APPLICABLE)");
  }
}

TEST(PaceProfile, WorkingDaysWeighDaysAndThePartOfToday) {
  PaceRule rule;
  rule.profile = PaceProfile::kWorkingDays;
  const Calendar utc = In("UTC");
  // Week of Monday 2025-03-10: Wednesday noon is half of the five days.
  EXPECT_EQ(ShareAt(rule, utc, "2025-W11", "2025-03-12T12:00:00Z"), "0.5");
  EXPECT_EQ(RemainingAt(rule, utc, "2025-W11", "2025-03-12T12:00:00Z"), "2.5");
  EXPECT_EQ(ShareAt(rule, utc, "2025-W11", "2025-03-15T12:00:00Z"), "1");
  EXPECT_EQ(ShareAt(rule, utc, "2025-03-15", "2025-03-15T12:00:00Z"), "ND(NOT_APPLICABLE)")
      << "nothing is expected on a Saturday";
}

TEST(PaceProfile, ExplicitWeightsAreForPeriodsOfTheirGrain) {
  PaceRule rule;
  rule.profile = PaceProfile::kExplicit;
  rule.weights_grain = Grain::kWeek;
  for (const char* weight : {"1", "1", "1", "1", "2", "4", "0"}) rule.weights.push_back(D(weight));
  const Calendar utc = In("UTC");
  EXPECT_EQ(ShareAt(rule, utc, "2025-W11", "2025-03-14T12:00:00Z"), "0.5");
  EXPECT_EQ(RemainingAt(rule, utc, "2025-W11", "2025-03-14T12:00:00Z"), "5");
  EXPECT_EQ(ShareAt(rule, utc, "2025-03", "2025-03-14T12:00:00Z"), "ND(NOT_APPLICABLE)");
}

TEST(PaceProfile, HistoryIsTheMedianOfSharesAndSkipsTotalsNotAboveZero) {
  PaceRule rule;
  rule.profile = PaceProfile::kHistory;
  rule.history_periods = 6;
  const Calendar utc = In("UTC");
  const std::vector<PaceHistory> history = {
      {D("100"), D("20")}, {D("0"), D("0")},
      {D("-10"), D("-5")}, {NdReason::kEmpty, NdReason::kEmpty},
      {D("200"), D("60")}, {D("100"), D("50")},
      {D("100"), D("99")}};
  const ExpectedShare share =
      ExpectedShareAt(rule, utc, *ParsePeriod(utc, "2025-04"), At("2025-04-11T00:00:00Z"), history);
  EXPECT_EQ(share.share, Number(D("0.3"))) << "the seventh is too old";
  EXPECT_EQ(share.history_count, 3);
  EXPECT_EQ(share.remaining, Number(D("21")));
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-04-11T00:00:00Z"), "ND(NO_COMPARABLE)");
  EXPECT_EQ(ShareAt(rule, utc, "2025-04", "2025-05-01T00:00:00Z", history), "1");
}

TEST(PaceProfile, NamesReadBack) {
  EXPECT_EQ(PaceProfileFromName("WORKING_DAYS"), PaceProfile::kWorkingDays);
  EXPECT_EQ(PaceProfileFromName("LINEAR"), std::nullopt);
}

// Section 4: 390k of 1.2 M after 3 even months = 1.3; factors for 365 d.
TEST(Burn, ComparesTheConsumedShareWithTheExpectedOne) {
  EXPECT_EQ(Burn(D("390000"), D("1200000"), D("0.25")).ToString(), "1.3");
  EXPECT_EQ(Burn(D("1"), D("0"), D("0.25")).ToString(), "ND(DIV0)");
  const absl::Duration year = absl::Hours(365 * 24);
  EXPECT_EQ(BurnFactor(D("0.02"), year, absl::Hours(24)).ToString(), "7.3");
  EXPECT_EQ(BurnFactor(D("0.05"), year, absl::Hours(7 * 24)).value().ToDisplayString(3), "2.607");
  EXPECT_EQ(BurnFactor(D("0.1"), year, absl::Hours(30 * 24)).value().ToDisplayString(3), "1.217");
}

TEST(Quantile, InterpolatesInclusively) {
  const std::vector<Decimal> values = {D("20"), D("1"), D("2"), D("10"), D("3"), D("4")};
  EXPECT_EQ(QuantileOf(values, D("0.5")).ToString(), "3.5");
  EXPECT_EQ(QuantileOf(values, D("0.9")).ToString(), "15");
  EXPECT_EQ(QuantileOf(values, D("0")).ToString(), "1");
  EXPECT_EQ(QuantileOf(values, D("1")).ToString(), "20");
  EXPECT_EQ(QuantileOf({}, D("1")).ToString(), "ND(EMPTY)");
  EXPECT_EQ(MeanOf({D("1"), D("2")}).ToString(), "1.5");
}

}  // namespace
}  // namespace kpisuite
