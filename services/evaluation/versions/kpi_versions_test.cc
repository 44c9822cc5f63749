#include "services/evaluation/versions/kpi_versions.h"

#include <map>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/definitions/definitions_test_support.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kName[] = "workspaces/w/kpis/k";

int32_t Day(int month, int day) { return DayNumber(absl::CivilDay(2025, month, day)); }

class KpiVersionsTest : public ::testing::Test {
 protected:
  KpiVersionsTest() {
    Apply({Metric("m", "unit: 'count' scale: 0"), Metric("n", "unit: 'count' scale: 0")});
    Apply({KpiOver("m", "")});
  }

  static v1::Definition KpiOver(const std::string& metric, const std::string& rest) {
    return Kpi("k", MetricInputText("x", metric, "SUM") + "formula: 'x' unit: 'count' " + rest);
  }

  // All sets are stored on 1 April at noon.
  void Apply(std::vector<v1::Definition> set) {
    for (v1::Definition& definition : set) {
      definition.mutable_update_time()->set_seconds(absl::ToUnixSeconds(
          absl::FromCivil(absl::CivilHour(2025, 4, 1, 12), absl::UTCTimeZone())));
    }
    const CatalogChanges changes = catalog_.Apply(set, ++position_);
    others_ = versions_.Follow(set, changes, catalog_, position_);
  }

  void Finalise(int32_t end_day) {
    decisions_.push_back(
        {.kpi = kName,
         .uid = catalog_.FindKpi("w", "k")->uid,
         .end_day = end_day,
         .time = absl::FromCivil(absl::CivilDay(2025, 3, 20), absl::UTCTimeZone())});
  }

  // First days of all versions.
  std::vector<int32_t> Chain(const KpiVersions& versions) const {
    std::vector<int32_t> days;
    for (const KpiVersion& version : versions.ChainOf(catalog_.FindKpi("w", "k"), catalog_)) {
      days.push_back(version.first_day);
    }
    return days;
  }
  std::vector<int32_t> Chain() const { return Chain(versions_); }

  Catalog catalog_;
  int64_t position_ = 0;
  int64_t asked_before_ = 0;
  std::optional<int32_t> closed_ = Day(3, 14);
  FinalityDecisions decisions_;
  std::set<ResourceName> others_;
  KpiVersions versions_{[this](const std::string&, const std::string&, int64_t before) {
                          asked_before_ = before;
                          return absl::StatusOr<std::optional<int32_t>>(closed_);
                        },
                        [this](const std::string&) { return decisions_; }};
};

TEST_F(KpiVersionsTest, AnotherFormulaBeginsAfterTheLastPeriodThatWasClosed) {
  Apply({KpiOver("n", "")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 15)));
  EXPECT_EQ(asked_before_, position_);
}

TEST_F(KpiVersionsTest, NothingIsKeptWhereNothingWasClosed) {
  closed_ = std::nullopt;
  Apply({KpiOver("n", "")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN));
}

TEST_F(KpiVersionsTest, TargetsBandsOwnersAndWindowsBeginNoVersion) {
  Apply({KpiOver("m", "target { fixed: '3' } owner: 'new@example.com' windows: 'MONTH'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN));
}

TEST_F(KpiVersionsTest, EffectiveFromDecidesAndCanBeMoved) {
  Apply({KpiOver("n", "effective_from: '2025-02-01'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(2, 1)));
  Apply({KpiOver("n", "effective_from: '2025-02-10'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(2, 10)));
}

TEST_F(KpiVersionsTest, AVersionWithoutPeriodsBetweenTwoOfOneSeriesLeavesNoBreak) {
  Apply({KpiOver("n", "effective_from: '2025-02-10'")});
  Apply({KpiOver("m", "effective_from: '2025-02-10'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN));
}

TEST_F(KpiVersionsTest, RestateHistoryDeletionAndAnotherZoneEndEarlierVersions) {
  Apply({KpiOver("n", "")});
  Apply({KpiOver("n", "history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN));
  Apply({KpiOver("m", "")});
  EXPECT_THAT(Chain(), SizeIs(2));
  Apply({KpiOver("m", "time_zone: 'Asia/Tokyo'")});
  EXPECT_THAT(Chain(), SizeIs(1));
  Apply({KpiOver("n", "time_zone: 'Asia/Tokyo'")});
  EXPECT_THAT(Chain(), SizeIs(2));
  v1::Definition deleted = KpiOver("n", "");
  deleted.set_deleted(true);
  Apply({deleted});
  Apply({KpiOver("n", "")});
  EXPECT_THAT(Chain(), SizeIs(1));
}

TEST_F(KpiVersionsTest, WhatIsFinalKeepsItsVersionWhateverTheNewOneAsksFor) {
  Finalise(Day(3, 11));
  Apply({KpiOver("n", "history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  Apply({KpiOver("m", "effective_from: '2025-02-01'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  Finalise(Day(3, 12));
  Apply({KpiOver("n", "effective_from: '2025-03-20'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11), Day(3, 20)));
  Apply({KpiOver("n", "effective_from: '2025-02-01'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11), Day(3, 12)));
  Apply({KpiOver("n", "history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11), Day(3, 12)));
}

TEST_F(KpiVersionsTest, WhatIsFinalKeepsItsTargetAndTheSeriesGoesOn) {
  Finalise(Day(3, 11));
  Apply({KpiOver("m", "target { fixed: '3' }")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  const auto chain = versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_);
  EXPECT_TRUE(ContinuesSeries(*chain[0].kpi, *chain[1].kpi));
  EXPECT_THAT(GroupVersions(chain), SizeIs(1));
  // Nothing more is FINAL.
  Apply({KpiOver("m", "target { fixed: '4' } history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  Apply({KpiOver("m", "target { fixed: '4' } effective_from: '2025-03-20'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  Finalise(Day(3, 14));
  Apply({Target("t",
                "kpi: 'k' set_by: 'a' reason: 'r' role: TARGET_ROLE_STRETCH "
                "value { fixed: '7' }")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11), Day(3, 14)));
  Apply({KpiOver("n", "effective_from: '2025-02-01'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11), Day(3, 14)));
  EXPECT_THAT(GroupVersions(versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_)), SizeIs(2));
}

TEST_F(KpiVersionsTest, WhoIsToldAndWhatIsShownReachesFinalDaysToo) {
  Finalise(Day(3, 11));
  Apply({KpiOver("m",
                 "owner: 'new@example.com' windows: 'MONTH' display_decimals: 3 "
                 "min_denominator: 7 max_slices: 4")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN));
}

TEST_F(KpiVersionsTest, AnotherZoneLeavesFinalDaysUnreadUntilItIsTheOldOneAgain) {
  Finalise(Day(3, 11));
  Apply({KpiOver("m", "time_zone: 'Asia/Tokyo'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  EXPECT_EQ(versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_)[0].kpi, nullptr);
  Apply({KpiOver("m", "")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 11)));
  EXPECT_NE(versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_)[0].kpi, nullptr);
}

TEST_F(KpiVersionsTest, AnotherFinalAfterKeepsTheDaysThatBecameFinalByTheOldOne) {
  Apply({KpiOver("m", "final_after { seconds: 86400 }")});
  Apply({KpiOver("m", "final_after { seconds: 8640000 }")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 31)));
  // Also where the formula changes with it, from a later day on.
  Apply({KpiOver("n", "effective_from: '2025-04-10'")});
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 31), Day(4, 10)));
  const auto kept = KeptDefinitions(versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_));
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].kpi->finality.after, absl::Hours(24));
}

TEST_F(KpiVersionsTest, EarlierVersionsWithholdWhatIsWithheldToday) {
  Apply({KpiOver("n", "")});
  Apply({KpiOver("n", "min_denominator: 6")});
  const auto chain = versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_);
  ASSERT_THAT(chain, SizeIs(2));
  EXPECT_EQ(chain[0].kpi->suppression.fewest, 6u);
  EXPECT_THAT(chain[0].kpi->suppression.denominators, SizeIs(1));
}

TEST_F(KpiVersionsTest, DaysThatWereFinalWhenTheSetWasStoredCountWhenItIsFollowedLater) {
  Apply({KpiOver("m", "final_after { seconds: 86400 }")});
  Apply({KpiOver("n",
                 "final_after { seconds: 86400 } "
                 "history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  // Stored on 1 April at noon: the days until 30 March are over for a day.
  EXPECT_THAT(Chain(), ElementsAre(INT32_MIN, Day(3, 31)));
}

TEST_F(KpiVersionsTest, AnEarlierVersionIsAsItWasAfterItWasSavedAndLoaded) {
  Apply({Target("t", "kpi: 'k' set_by: 'a' reason: 'r' value { fixed: '7' }")});
  const auto before = catalog_.FindKpi("w", "k");
  v1::Definition target = Target("t", "kpi: 'k' set_by: 'a' reason: 'r' value { fixed: '9' }");
  target.set_revision(2);
  Apply({KpiOver("n", ""), target});
  EXPECT_THAT(versions_.TakeUnsaved(), SizeIs(1));
  EXPECT_THAT(versions_.TakeUnsaved(), IsEmpty());
  KpiVersions loaded([](const auto&, const auto&, int64_t) { return std::nullopt; },
                     [](const auto&) { return FinalityDecisions(); });
  loaded.Load(versions_.All());
  EXPECT_THAT(Chain(loaded), ElementsAre(INT32_MIN, Day(3, 15)));
  const auto chain = loaded.ChainOf(catalog_.FindKpi("w", "k"), catalog_);
  EXPECT_EQ(chain[0].kpi->fingerprint, before->fingerprint);
  EXPECT_EQ(chain[0].kpi->target_origins.begin()->second.revision, 1);
  EXPECT_EQ(chain[1].kpi->target_origins.begin()->second.revision, 2);
  EXPECT_EQ(loaded.All(), versions_.All());
}

TEST_F(KpiVersionsTest, MembersOfHierarchiesBelongWhereTheyDoNowInEarlierVersionsToo) {
  const auto shops = [](int64_t revision, const std::string& levels, const std::string& area) {
    v1::Definition metric =
        Metric("s", absl::StrCat("unit: 'count' scale: 0 dimensions: 'shop' hierarchies { "
                                 "dimension: 'shop' ",
                                 levels, " members { member: 'Ulm' path: '", area, "' } }"));
    metric.set_revision(revision);
    return metric;
  };
  const auto place = [this](size_t version) {
    const auto chain = versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_);
    const Hierarchy& hierarchy = *chain[version].kpi->inputs[0].metric->hierarchies[0];
    return hierarchy.PathOf(Member::Text("Ulm"), absl::CivilDay(2025, 1, 1))[0].text();
  };
  Apply({shops(1, "levels: 'area'", "North"),
         KpiOver("s",
                 "slices { dimensions: 'area' } history_policy: HISTORY_POLICY_RESTATE_HISTORY")});
  Apply({Kpi("k", MetricInputText("x", "s", "MAX") +
                      "formula: 'x' unit: 'count' slices { dimensions: 'area' }")});
  EXPECT_EQ(place(0), "North");
  Apply({shops(2, "levels: 'area'", "South")});
  EXPECT_EQ(place(0), "South");
  EXPECT_EQ(place(1), "South");
  closed_ = Day(4, 1);
  Apply({KpiOver("n", "")});
  Apply({shops(3, "levels: 'area'", "East")});
  EXPECT_THAT(others_, ElementsAre(*ResourceName::Parse(kName)));
  EXPECT_EQ(place(0), "East");
  // Levels that are others now are not those of the version.
  Apply({shops(4, "levels: 'zone'", "West")});
  EXPECT_EQ(place(0), "North");
}

TEST_F(KpiVersionsTest, AVersionWhoseMetricWasDeletedCannotBeEvaluated) {
  Apply({KpiOver("n", "")});
  v1::Definition deleted = Metric("m", "unit: 'count' scale: 0");
  deleted.set_deleted(true);
  Apply({deleted});
  EXPECT_THAT(others_, ElementsAre(*ResourceName::Parse(kName)));
  const auto chain = versions_.ChainOf(catalog_.FindKpi("w", "k"), catalog_);
  ASSERT_THAT(chain, SizeIs(2));
  EXPECT_EQ(chain[0].kpi, nullptr);
}

}  // namespace
}  // namespace kpisuite
