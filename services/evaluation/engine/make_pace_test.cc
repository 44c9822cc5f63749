#include "services/evaluation/engine/make_pace.h"

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Number First(absl::Span<const Number> values) { return values[0]; }

// Section 4: A 30, f .2, H 100
TEST(MakePace, CarriesEveryOutput) {
  const Calendar calendar;
  PaceRule rule;
  StatusRule status;
  status.bands = *Bands::Create(
      BandBasis::kFvp, DirectionKind::kHigher,
      {{KpiStatus::kOnTarget, D("0"), ""}, {KpiStatus::kOffTarget, std::nullopt, ""}});
  PaceInput input;
  input.rule = &rule;
  input.calendar = &calendar;
  input.period = *ParsePeriod(calendar, "2025-04");
  input.as_of = input.period.start + absl::Hours(6 * 24);
  input.nature = KpiNature::kFlow;
  input.to_date = D("30");
  input.operands.resize(1);
  input.operands[0].figures = {D("30"), {}, D("100")};
  input.target = {"t", TargetValue::Point(D("150")), std::nullopt};
  input.status_rule = &status;
  const v1::PaceState pace = MakePace(rule, input.as_of, AssessPace(input, First));
  EXPECT_EQ(pace.elapsed(), "0.2");
  EXPECT_EQ(pace.expected_share(), "0.2");
  EXPECT_EQ(pace.profile(), "CALENDAR");
  EXPECT_EQ(pace.as_of().seconds(), absl::ToUnixSeconds(input.as_of));
  EXPECT_EQ(pace.due(), "30");
  EXPECT_EQ(pace.method(), "BENKTANDER");
  EXPECT_EQ(pace.prior(), "100");
  EXPECT_EQ(pace.projected(), "118");
  EXPECT_EQ(pace.nd_reason(), v1::ND_REASON_UNSPECIFIED);
  EXPECT_EQ(pace.lo(), "");
  EXPECT_EQ(pace.pace_index(), "1");
  EXPECT_EQ(pace.required_rate(), "5");
  EXPECT_EQ(pace.rate_unit(), "DAY");
  EXPECT_EQ(pace.remaining(), "24");
  EXPECT_EQ(pace.status_to_date(), v1::STATUS_ON_TARGET);
  EXPECT_EQ(pace.status_projected(), v1::STATUS_OFF_TARGET);
  EXPECT_EQ(pace.too_early(), "");
  input.as_of = input.period.start;
  EXPECT_EQ(MakePace(rule, input.as_of, AssessPace(input, First)).too_early(), "SHARE");
}

// Section 4: 80 at factor .8 = 100
TEST(MakeNowcast, StandsBesideTheValue) {
  RevisionTrail trail;
  trail.known = {D("80"), D("100")};
  const std::vector<RevisionTrail> trails(3, trail);
  const RevisionStatistics statistics = ComputeRevisionStatistics(trails, 1);
  v1::Nowcast nowcast = MakeNowcast(D("80"), 0, statistics);
  EXPECT_EQ(nowcast.value(), "100");
  EXPECT_EQ(nowcast.lag_factor(), "0.8");
  EXPECT_EQ(nowcast.periods(), 3);
  nowcast = MakeNowcast(NdReason::kNotReady, 0, statistics);
  EXPECT_EQ(nowcast.value(), "");
  EXPECT_EQ(nowcast.nd_reason(), v1::ND_REASON_NOT_READY);
}

}  // namespace
}  // namespace kpisuite
