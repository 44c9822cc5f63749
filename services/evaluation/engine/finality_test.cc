#include "services/evaluation/engine/finality.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

constexpr char kKpi[] = "workspaces/w/kpis/k";

int32_t Day(int day) { return DayNumber(absl::CivilDay(2024, 3, day)); }

FinalityRule Rule(absl::Duration after, Grain grain = Grain::kDay) {
  return {.uid = "u",
          .after = after,
          .created = TestTime(1),
          .grain = grain,
          .calendar = std::make_shared<const Calendar>()};
}

FinalityDecision Finalised(int end_day, absl::Time time) {
  return {.kpi = kKpi, .uid = "u", .end_day = Day(end_day), .time = time};
}

FinalityDecision Released(int first_day, int end_day, absl::Time time) {
  return {.kind = FinalityDecision::Kind::kRelease,
          .kpi = kKpi,
          .uid = "u",
          .first_day = Day(first_day),
          .end_day = Day(end_day),
          .time = time};
}

KpiFinality Finality(const FinalityRule& rule, const FinalityDecisions& decisions) {
  return KpiFinality(kKpi, rule, decisions);
}

// "first end time" of each cutoff.
std::vector<std::string> Cutoffs(const KpiFinality& finality, absl::Time until) {
  v1::AggregateQuery query;
  const auto panes = PaneFinality::Of({std::make_shared<const KpiFinality>(finality)});
  if (panes != nullptr) panes->AddCutoffs(until, query);
  std::vector<std::string> texts;
  for (const v1::RecordCutoff& cutoff : query.cutoffs()) {
    texts.push_back(absl::StrCat(
        cutoff.has_first_day() ? absl::StrCat(cutoff.first_day() - Day(1) + 1) : "-", " ",
        cutoff.has_end_day() ? absl::StrCat(cutoff.end_day() - Day(1) + 1) : "-", " ",
        absl::FormatTime("%d", FromTimestamp(cutoff.record_time()), absl::UTCTimeZone())));
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Finality, ADayIsFinalFromTheFirstDecisionThatNamesIt) {
  const KpiFinality finality =
      Finality(Rule(absl::InfiniteDuration()),
               {Finalised(5, TestTime(8)), Finalised(9, TestTime(12)), Finalised(7, TestTime(20))});
  EXPECT_EQ(finality.FinalTimeOf(Day(4)), TestTime(8));
  EXPECT_EQ(finality.FinalTimeOf(Day(5)), TestTime(12));
  EXPECT_EQ(finality.FinalTimeOf(Day(8)), TestTime(12));
  EXPECT_EQ(finality.FinalTimeOf(Day(9)), absl::InfiniteFuture());
  EXPECT_EQ(finality.DecisionFor(Day(6))->time, TestTime(12));
  EXPECT_EQ(Cutoffs(finality, TestTime(30)), (Texts{"- 5 08", "5 9 12"}));
}

TEST(Finality, TheRuleCountsFromTheEndOfThePeriodOrTheCreation) {
  const KpiFinality finality = Finality(Rule(absl::Hours(48)), {});
  EXPECT_EQ(finality.FinalTimeOf(Day(1) - 400), TestTime(3));
  EXPECT_EQ(finality.FinalTimeOf(Day(1)), TestTime(4));
  EXPECT_EQ(finality.FinalTimeOf(Day(2)), TestTime(5));
  EXPECT_EQ(Cutoffs(finality, TestTime(6)), (Texts{"- 1 03", "1 2 04", "2 3 05", "3 4 06"}));
  const KpiFinality months = Finality(Rule(absl::Hours(48), Grain::kMonth), {});
  EXPECT_EQ(months.FinalTimeOf(Day(1)), months.FinalTimeOf(Day(31)));
}

TEST(Finality, WhicheverComesFirstMakesADayFinal) {
  const KpiFinality finality = Finality(Rule(absl::Hours(48)), {Finalised(4, TestTime(4, 12))});
  EXPECT_EQ(finality.FinalTimeOf(Day(1)), TestTime(4));
  EXPECT_EQ(finality.DecisionFor(Day(1)), nullptr);
  EXPECT_EQ(finality.FinalTimeOf(Day(3)), TestTime(4, 12));
  EXPECT_EQ(finality.DecisionFor(Day(3))->time, TestTime(4, 12));
}

TEST(Finality, AReleaseMovesTheCutoffOfItsDaysAlone) {
  const KpiFinality finality = Finality(
      Rule(absl::InfiniteDuration()),
      {Finalised(9, TestTime(10)), Released(3, 5, TestTime(11)), Released(4, 6, TestTime(12))});
  EXPECT_EQ(finality.FinalTimeOf(Day(4)), TestTime(10));
  EXPECT_EQ(finality.CutoffOf(Day(3)), TestTime(11));
  EXPECT_EQ(finality.CutoffOf(Day(4)), TestTime(12));
  EXPECT_EQ(finality.CutoffOf(Day(6)), TestTime(10));
  EXPECT_EQ(Cutoffs(finality, TestTime(30)), (Texts{"- 3 10", "3 4 11", "4 6 12", "6 9 10"}));
}

TEST(Finality, AnotherRuleReachesNoDayThatBecameFinalByAnEarlierOne) {
  const KpiFinality finality(kKpi, Rule(absl::Hours(240)), {},
                             {{.end_day = Day(5), .rule = Rule(absl::Hours(24))}});
  EXPECT_EQ(finality.FinalTimeOf(Day(3)), TestTime(5));
  EXPECT_EQ(finality.FinalTimeOf(Day(5)), TestTime(16));
  EXPECT_EQ(Cutoffs(finality, TestTime(17)),
            (Texts{"- 1 02", "1 2 03", "2 3 04", "3 4 05", "4 5 06", "5 6 16", "6 7 17"}));
  const KpiFinality decided(kKpi, Rule(absl::Hours(0)), {Finalised(5, TestTime(9))},
                            {{.end_day = Day(5), .rule = Rule(absl::InfiniteDuration())}});
  EXPECT_EQ(decided.FinalTimeOf(Day(3)), TestTime(9));
  EXPECT_EQ(decided.FinalTimeOf(Day(5)), TestTime(6));
}

TEST(Finality, DecisionsAboutAnotherLifeOfTheNameDoNotCount) {
  FinalityDecision other = Finalised(9, TestTime(10));
  other.uid = "another";
  EXPECT_TRUE(Finality(Rule(absl::InfiniteDuration()), {other}).never());
}

TEST(Finality, OfSeveralOwnersTheEarliestCutoffHolds) {
  const auto own = std::make_shared<const KpiFinality>(
      Finality(Rule(absl::InfiniteDuration()), {Finalised(9, TestTime(12))}));
  const auto component = std::make_shared<const KpiFinality>(Finality(
      Rule(absl::InfiniteDuration()), {Finalised(5, TestTime(10)), Released(3, 4, TestTime(20))}));
  const auto panes = PaneFinality::Of({own, component});
  EXPECT_EQ(panes->CutoffOf(Day(2)), TestTime(10));
  EXPECT_EQ(panes->CutoffOf(Day(3)), TestTime(12));
  EXPECT_EQ(panes->CutoffOf(Day(7)), TestTime(12));
  EXPECT_EQ(panes->CutoffOf(Day(9)), absl::InfiniteFuture());
}

}  // namespace
}  // namespace kpisuite
