#include "libs/kpi/nowcast.h"

#include <string>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

RevisionTrail Trail(std::initializer_list<absl::string_view> known) {
  RevisionTrail trail;
  for (const absl::string_view text : known) {
    trail.known.push_back(text.empty() ? Number(NdReason::kNotReady) : Number(D(text)));
  }
  return trail;
}

// Section 4: 80 at factor .8 = 100
TEST(Nowcast, DividesByTheShareThatIsUsuallyKnown) {
  EXPECT_EQ(Nowcast(D("80"), D("0.8")).ToString(), "100");
  EXPECT_EQ(Nowcast(D("80"), D("0")).ToString(), "ND(DOMAIN)");
  EXPECT_EQ(Nowcast(D("80"), D("-0.5")).ToString(), "ND(DOMAIN)");
  EXPECT_EQ(Nowcast(NdReason::kEmpty, D("0.8")).ToString(), "ND(EMPTY)");
  EXPECT_EQ(Nowcast(D("80"), NdReason::kNotReady).ToString(), "ND(NOT_READY)");
}

// 3.16.7
TEST(RevisionStatistics, AreMediansAndMeansOverPeriods) {
  const std::vector<RevisionTrail> trails = {Trail({"80", "90", "100"}), Trail({"70", "95", "100"}),
                                             Trail({"180", "200", "200"}), Trail({"50", "90"}),
                                             Trail({"5", "6", "0"})};
  const RevisionStatistics statistics = ComputeRevisionStatistics(trails, 2);
  ASSERT_EQ(statistics.lag_factors.size(), 2u);
  EXPECT_EQ(statistics.lag_factors[0].ToString(), "0.8") << "0.8, 0.7, 0.9";
  EXPECT_EQ(statistics.lag_factors[1].ToString(), "0.95") << "0.9, 0.95, 1";
  EXPECT_EQ(statistics.lag_factor_trails[0], 3) << "one is young, one ends at 0";
  EXPECT_EQ(statistics.mean_absolute_revisions[0].ToString(), "19.2") << "10 25 20 40 1";
  EXPECT_EQ(statistics.mean_absolute_revisions[1].ToString(), "18.75") << "20 30 20 5";
  EXPECT_EQ(statistics.revision_trails[0], 5);
  EXPECT_EQ(LagFactorAt(statistics, 0).ToString(), "0.8");
  EXPECT_EQ(LagFactorAt(statistics, 2).ToString(), "1");
}

TEST(RevisionStatistics, NeedThreePeriods) {
  const std::vector<RevisionTrail> trails = {Trail({"80", "100"}), Trail({"", "100"}),
                                             Trail({"80", "100"})};
  const RevisionStatistics statistics = ComputeRevisionStatistics(trails, 1);
  EXPECT_EQ(statistics.lag_factors[0].ToString(), "ND(NOT_READY)");
  EXPECT_EQ(statistics.mean_absolute_revisions[0].ToString(), "ND(NOT_READY)");
  EXPECT_TRUE(ComputeRevisionStatistics({}, -1).lag_factors.empty());
}

TEST(RevisionTrail, IsWhatWasKnownAtTheEndOfEachPeriodAfter) {
  const Calendar calendar;
  const Period march = *ParsePeriod(calendar, "2025-03");
  const Period may = *ParsePeriod(calendar, "2025-05");
  const std::vector<RevisionEntry> revisions = {{march.end - absl::Hours(1), D("70")},
                                                {march.end + absl::Hours(1), D("90")},
                                                {may.end, D("100")}};
  RevisionTrail trail = TrailOf(calendar, march, revisions, may.end, 5);
  ASSERT_EQ(trail.known.size(), 3u);
  EXPECT_EQ(trail.known[0].ToString(), "70");
  EXPECT_EQ(trail.known[1].ToString(), "90");
  EXPECT_EQ(trail.known[2].ToString(), "100") << "said at the very instant";
  EXPECT_EQ(TrailOf(calendar, march, {}, march.end, 5).known[0].ToString(), "ND(NOT_READY)");
  EXPECT_TRUE(TrailOf(calendar, march, revisions, march.start, 5).known.empty());
  EXPECT_EQ(AgeOf(calendar, march, march.end), 0);
  EXPECT_EQ(AgeOf(calendar, march, may.end), 2);
  EXPECT_EQ(AgeOf(calendar, march, march.start), 0);
}

}  // namespace
}  // namespace kpisuite
