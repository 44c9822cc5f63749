// Targets of windows that are no calendar periods: what of them counts by an instant.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/kpi/target.h"

namespace kpisuite {
namespace {

constexpr KpiNature kFlow = KpiNature::kFlow;
constexpr KpiNature kLevel = KpiNature::kLevelOrRatio;
const absl::CivilDay kNewYear(2025, 1, 1);

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

absl::Time On(absl::CivilHour hour) { return absl::FromCivil(hour, absl::UTCTimeZone()); }

TargetSet Make(TargetSpec spec) {
  spec.id = "t";
  absl::StatusOr<TargetSet> set = TargetSet::Create(Calendar(), {std::move(spec)});
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : TargetSet();
}

TargetSpec Fixed(absl::string_view value, std::optional<Grain> grain) {
  TargetSpec spec;
  spec.value = D(value);
  spec.grain = grain;
  return spec;
}

std::string Text(const ResolvedTarget& target) {
  EXPECT_NE(target.value.has_value(), target.reason.has_value());
  if (!target.value.has_value()) return std::string(NdReasonName(*target.reason));
  std::string text = target.value->point().ToString();
  if (target.open.has_value()) {
    text += " with " + target.open->share.ToString() + " of " + target.open->period;
  }
  return text;
}

Number Half(const Period&) { return D("0.5"); }

std::string Trailing(const TargetSet& set, absl::CivilDay first, absl::CivilDay end,
                     absl::Time as_of, KpiNature nature = kFlow) {
  return Text(set.ResolveSpan(Calendar(), TargetRole::kCommitted, Slice(),
                              {first, end, as_of, Half}, Grain::kDay, nature));
}

std::string ToDate(const TargetSet& set, absl::string_view step, absl::CivilDay end,
                   absl::Time as_of) {
  const Period period = *ParsePeriod(Calendar(), step);
  return Text(set.ResolveToDate(Calendar(), TargetRole::kCommitted, Slice(), period,
                                {period.first_day, end, as_of, Half}));
}

TEST(TargetOfATrailingWindow, SumsItsPeriodsAndTheShareOfTheOpenOne) {
  const TargetSet months = Make(Fixed("100", Grain::kMonth));
  const absl::CivilDay april(2025, 4, 1);
  EXPECT_EQ(Trailing(months, kNewYear, april, On(absl::CivilHour(2025, 3, 15, 12))),
            "250 with 0.5 of 2025-03");
  EXPECT_EQ(Trailing(months, kNewYear, april, On(absl::CivilHour(2025, 4, 1))), "300");
  EXPECT_EQ(Trailing(months, kNewYear, april, On(absl::CivilHour(2025, 2, 10))),
            "150 with 0.5 of 2025-02")
      << "March has not begun";
  EXPECT_EQ(Trailing(months, kNewYear, april, On(absl::CivilHour(2025, 2, 1))),
            "150 with 0.5 of 2025-02")
      << "begins now";
  EXPECT_EQ(Trailing(months, kNewYear, april, On(absl::CivilHour(2024, 2, 1))),
            "50 with 0.5 of 2025-01")
      << "the first one always counts";
}

TEST(TargetOfATrailingWindow, IsNoneWherePeriodsDoNotTileIt) {
  const TargetSet months = Make(Fixed("100", Grain::kMonth));
  const absl::Time later = On(absl::CivilHour(2025, 6, 1));
  EXPECT_EQ(Trailing(months, kNewYear, absl::CivilDay(2025, 2, 20), later), "NO_TARGET");
  EXPECT_EQ(
      Trailing(months, kNewYear, absl::CivilDay(2025, 2, 20), On(absl::CivilHour(2025, 2, 10))),
      "NO_TARGET")
      << "also while the cut month is open";
  EXPECT_EQ(Trailing(months, absl::CivilDay(2025, 1, 2), absl::CivilDay(2025, 3, 1), later),
            "NO_TARGET");
  EXPECT_EQ(Trailing(months, kNewYear, kNewYear, later), "NO_TARGET");
}

TEST(TargetOfATrailingWindow, HoldsForEveryBasePeriodWithoutAGrainOfItsOwn) {
  EXPECT_EQ(Trailing(Make(Fixed("2", std::nullopt)), kNewYear, absl::CivilDay(2025, 2, 2),
                     On(absl::CivilHour(2025, 2, 1, 6))),
            "63 with 0.5 of 2025-02-01");
}

TEST(TargetOfATrailingWindow, OfALevelIsThatOfItsLastPeriod) {
  TargetSpec spec;
  spec.kind = TargetKind::kSchedule;
  spec.schedule = {{"2025-01", D("115")}, {"2025-02", D("130")}};
  EXPECT_EQ(Trailing(Make(spec), kNewYear, absl::CivilDay(2025, 3, 1),
                     On(absl::CivilHour(2025, 1, 10)), kLevel),
            "130");
}

TEST(TargetToDate, OfCoarserWindowsSumsThePeriodsThatHaveBegun) {
  const TargetSet months = Make(Fixed("100", Grain::kMonth));
  const absl::CivilDay end(2026, 1, 1);
  EXPECT_EQ(ToDate(months, "2025", end, On(absl::CivilHour(2025, 3, 15, 12))),
            "250 with 0.5 of 2025-03");
  EXPECT_EQ(ToDate(months, "2025", end, On(absl::CivilHour(2026, 1, 1))), "1200");
  EXPECT_EQ(ToDate(Make(Fixed("7", Grain::kWeek)), "2025", end, On(absl::CivilHour(2025, 3, 15))),
            "NO_TARGET")
      << "weeks do not tile a year";
}

TEST(TargetToDate, OfItsOwnGrainIsTheShareUntilItIsOver) {
  const TargetSet years = Make(Fixed("100", Grain::kYear));
  const absl::CivilDay end(2026, 1, 1);
  EXPECT_EQ(ToDate(years, "2025", end, On(absl::CivilHour(2025, 3, 15))), "50 with 0.5 of 2025");
  EXPECT_EQ(ToDate(years, "2025", end, On(absl::CivilHour(2026, 1, 1))), "100");
  EXPECT_EQ(ToDate(Make(Fixed("100", std::nullopt)), "2025", end, On(absl::CivilHour(2025, 3, 15))),
            "50 with 0.5 of 2025");
}

TEST(TargetToDate, EndsWithTheSpan) {
  const absl::CivilDay end(2025, 3, 1);
  const absl::Time march = On(absl::CivilHour(2025, 3, 1));
  EXPECT_EQ(ToDate(Make(Fixed("100", Grain::kMonth)), "2025", end, march), "200");
  EXPECT_EQ(ToDate(Make(Fixed("100", Grain::kYear)), "2025", end, march), "50 with 0.5 of 2025");
}

TEST(TargetToDate, OfFinerWindowsIsThePartOfAnAllocatedOne) {
  EXPECT_EQ(ToDate(Make(Fixed("1200", Grain::kYear)), "2025-03", absl::CivilDay(2025, 4, 1),
                   On(absl::CivilHour(2025, 3, 10))),
            "NO_TARGET");
  TargetSpec spec;
  spec.kind = TargetKind::kAllocated;
  spec.allocated = AllocatedSpec{.total = D("1200"), .period = "2025"};
  spec.grain = Grain::kYear;
  spec.scale = 2;
  EXPECT_EQ(
      ToDate(Make(spec), "2025-03", absl::CivilDay(2025, 4, 1), On(absl::CivilHour(2025, 3, 10))),
      "50 with 0.5 of 2025-03");
}

TEST(TargetToDate, NeedsTheTargetsThatCountAlone) {
  TargetSpec spec;
  spec.kind = TargetKind::kSchedule;
  spec.schedule_policy = SchedulePolicy::kStrict;
  spec.schedule = {{"2025-01", D("10")}, {"2025-02", D("20")}, {"2025-04", D("40")}};
  const TargetSet set = Make(spec);
  const absl::CivilDay end(2026, 1, 1);
  EXPECT_EQ(ToDate(set, "2025", end, On(absl::CivilHour(2025, 2, 15))), "20 with 0.5 of 2025-02");
  EXPECT_EQ(ToDate(set, "2025", end, On(absl::CivilHour(2025, 3, 1))), "NO_TARGET");
  EXPECT_EQ(ToDate(set, "2025", end, On(absl::CivilHour(2025, 4, 15))), "NO_TARGET");
}

TEST(TargetToDate, CountsBothEndsOfARange) {
  TargetSpec spec;
  spec.kind = TargetKind::kRange;
  spec.low = D("100");
  spec.high = D("200");
  spec.grain = Grain::kMonth;
  const Period year = *ParsePeriod(Calendar(), "2025");
  const ResolvedTarget due = Make(spec).ResolveToDate(
      Calendar(), TargetRole::kCommitted, Slice(), year,
      {year.first_day, year.end_day, On(absl::CivilHour(2025, 2, 15)), Half});
  ASSERT_TRUE(due.value.has_value());
  EXPECT_EQ(due.value->low->ToString(), "150");
  EXPECT_EQ(due.value->high->ToString(), "300");
}

TEST(TargetToDate, IsTheShareOfAFlowAndAllOfALevel) {
  const ResolvedTarget point{"t", TargetValue::Point(D("80")), {}, "default"};
  EXPECT_EQ(Text(TargetToDate(point, kFlow, D("0.25"))), "20");
  EXPECT_EQ(Text(TargetToDate(point, kLevel, D("0.25"))), "80");
  EXPECT_EQ(Text(TargetToDate(point, kFlow, NdReason::kEmpty)), "EMPTY");
  const ResolvedTarget range{"t", TargetValue::Range(D("80"), std::nullopt), {}, "default"};
  EXPECT_EQ(TargetToDate(range, kFlow, D("0.5")).value->low, D("40"));
}

}  // namespace
}  // namespace kpisuite
