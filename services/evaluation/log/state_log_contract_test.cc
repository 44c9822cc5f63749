// What every engine of the state log promises.
#include "services/evaluation/log/state_log_contract.h"

#include <functional>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_P(StateLogContract, KeepsEveryColumnOfAnEntry) {
  LoggedState entry = Entry(-5, v1::HISTORY_CAUSE_RESTATED, 12, "(DIV0)", 4);
  entry.restatement = RestatementNote{.old_value = "(EMPTY)",
                                      .old_status = v1::STATUS_ON_TARGET,
                                      .cause = v1::HISTORY_CAUSE_DEFINITION,
                                      .minor = true};
  ASSERT_TRUE(Append({entry}).ok());
  Open();
  const auto found = log_->Find(entry.id);
  ASSERT_TRUE(found.ok() && found->has_value());
  const LoggedState& read = **found;
  EXPECT_EQ(read.id, entry.id);
  EXPECT_EQ(read.part, 3);
  EXPECT_EQ(read.first_day, -5);
  EXPECT_EQ(read.revision, 4);
  EXPECT_EQ(read.cause, v1::HISTORY_CAUSE_RESTATED);
  EXPECT_EQ(read.record_time, entry.record_time);
  EXPECT_EQ(read.closed_at, entry.closed_at);
  EXPECT_TRUE(read.restated);
  EXPECT_EQ(read.status, v1::STATUS_WARNING);
  EXPECT_EQ(read.value, "(DIV0)");
  EXPECT_EQ(*read.state, "state of (DIV0)");
  EXPECT_EQ(read.restatement, entry.restatement);
}

TEST_P(StateLogContract, KeepsWhatIsFinalAndWhoSaidSo) {
  LoggedState closed = Entry(10, v1::HISTORY_CAUSE_CLOSED, 100, "1", 1);
  LoggedState final = Entry(10, v1::HISTORY_CAUSE_FINAL, 200, "1", 1);
  final.final = true;
  final.author = "ann@example.com";
  final.reason = "books are closed";
  LoggedState later = Entry(10, v1::HISTORY_CAUSE_RELEASED, 300, "2", 2);
  ASSERT_TRUE(Append({closed, final, later}).ok());
  Open();
  const auto rows = log_->History(Query(HistoryQuery::View::kFinal));
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().logged.cause, v1::HISTORY_CAUSE_FINAL);
  EXPECT_TRUE(rows->front().logged.final);
  EXPECT_EQ(rows->front().logged.author, "ann@example.com");
  EXPECT_EQ(rows->front().logged.reason, "books are closed");
  EXPECT_FALSE((*log_->Find(later.id))->final);
}

TEST_P(StateLogContract, KeepsDecisionsInTheirOrder) {
  const FinalityDecision finalised{.kpi = kKpi,
                                   .uid = "u",
                                   .end_day = 31,
                                   .time = absl::FromUnixSeconds(5),
                                   .author = "ann@example.com",
                                   .reason = "closed",
                                   .request_id = "r",
                                   .answer = std::string("a\0b", 3)};
  FinalityDecision released = finalised;
  released.kind = FinalityDecision::Kind::kRelease;
  released.first_day = 0;
  released.role = "group controller";
  ASSERT_TRUE(log_->SaveDecision(finalised, writer_).ok());
  ASSERT_TRUE(log_->SaveDecision(released, writer_).ok());
  Open();
  const auto decisions = log_->LoadDecisions();
  ASSERT_TRUE(decisions.ok());
  EXPECT_EQ(*decisions, (FinalityDecisions{finalised, released}));
}

TEST_P(StateLogContract, TellsTheHistoryByPeriodThenByRecording) {
  Fill();
  EXPECT_THAT(Values(log_->History(Query(HistoryQuery::View::kAll))),
              ElementsAre("1", "2", "3", "5", "6"));
}

TEST_P(StateLogContract, TellsOnlyWhatWasRecordedAfterAMoment) {
  Fill();
  HistoryQuery query = Query(HistoryQuery::View::kAll);
  query.recorded_after = absl::FromUnixSeconds(100);
  EXPECT_THAT(Values(log_->History(query)), ElementsAre("2", "3", "5", "6"));
  query.recorded_after = absl::FromUnixSeconds(300);
  EXPECT_THAT(Values(log_->History(query)), ElementsAre("6"));
  query.recorded_after = absl::FromUnixSeconds(310);
  EXPECT_THAT(Values(log_->History(query)), IsEmpty());
}

TEST_P(StateLogContract, AsOfIsTheLastEntryRecordedUntilThen) {
  Fill();
  HistoryQuery query = Query(HistoryQuery::View::kAsOf);
  query.as_of = absl::FromUnixSeconds(200);
  EXPECT_THAT(Values(log_->History(query)), ElementsAre("2", "5"));
  query.as_of = absl::FromUnixSeconds(105);
  EXPECT_THAT(Values(log_->History(query)), ElementsAre("1"));
}

TEST_P(StateLogContract, FirstClosedIsWhatWasSaidAtTheClose) {
  Fill();
  EXPECT_THAT(Values(log_->History(Query(HistoryQuery::View::kFirstClosed))),
              ElementsAre("2", "6"));
}

TEST_P(StateLogContract, PagesAndRangesCutTheHistory) {
  Fill();
  for (const auto view : {HistoryQuery::View::kAll, HistoryQuery::View::kAsOf}) {
    HistoryQuery query = Query(view);
    std::vector<std::string> all;
    query.limit = 1;
    while (true) {
      const auto page = log_->History(query);
      ASSERT_TRUE(page.ok());
      if (page->empty()) break;
      ASSERT_EQ(page->size(), 1u);
      all.push_back(page->front().logged.value);
      query.after = page->front().place;
    }
    query.after.reset();
    query.limit = 100;
    EXPECT_EQ(all, Values(log_->History(query)));
    query.first_day = 11;
    EXPECT_EQ(Values(log_->History(query)).front()[0],
              view == HistoryQuery::View::kAll ? '5' : '6');
    query.last_day = 10;
    EXPECT_THAT(Values(log_->History(query)), IsEmpty());
  }
}

TEST_P(StateLogContract, RepeatedAppendChangesNothing) {
  Fill();
  Fill();
  EXPECT_EQ(Values(log_->History(Query(HistoryQuery::View::kAll))).size(), 5u);
}

TEST_P(StateLogContract, VisitsTheNewestEntryOfEachState) {
  Fill();
  Open();
  std::vector<std::string> values;
  const auto visit = [&](LoggedState logged) {
    EXPECT_EQ(logged.state, nullptr);
    values.push_back(logged.value);
    return absl::OkStatus();
  };
  ASSERT_TRUE(log_->VisitLatest({}, visit).ok());
  EXPECT_THAT(values, UnorderedElementsAre("3", "6"));
  values.clear();
  ASSERT_TRUE(log_->VisitLatest({"workspaces/w/kpis/other"}, visit).ok());
  EXPECT_THAT(values, IsEmpty());
  ASSERT_TRUE(log_->VisitLatest({"workspaces/w/kpis/other", kKpi}, visit).ok());
  EXPECT_THAT(values, UnorderedElementsAre("3", "6"));
}

TEST_P(StateLogContract, VisitsWhatWasSaidAboutClosedPeriodsInItsOrder) {
  Fill();
  Open();
  std::vector<std::string> values;
  const auto visit = [&](LoggedState logged) {
    EXPECT_EQ(logged.state, nullptr);
    EXPECT_GE(logged.revision, 1);
    values.push_back(logged.value);
    return absl::OkStatus();
  };
  ASSERT_TRUE(log_->VisitClosed(kKpi, visit).ok());
  EXPECT_THAT(values, ElementsAre("2", "3", "6"));
  values.clear();
  ASSERT_TRUE(log_->VisitClosed("workspaces/w/kpis/other", visit).ok());
  EXPECT_THAT(values, IsEmpty());
}

TEST_P(StateLogContract, TellsWhatClosedAndFinalStatesSaidLast) {
  Fill();
  for (const int day : {10, 11, 12}) {
    LoggedState entry = Entry(day, v1::HISTORY_CAUSE_FINAL, 400 + day, absl::StrCat("f", day), 3);
    entry.final = true;
    ASSERT_TRUE(Append({entry}).ok());
  }
  // One of a new KPI of that name.
  ASSERT_TRUE(Append({Entry(12, v1::HISTORY_CAUSE_TRANSITION, 500, "open")}).ok());
  Open();
  ASSERT_TRUE(Append({Entry(13, v1::HISTORY_CAUSE_CLOSED, 600, "c13", 1)}).ok());
  const auto told = [&](bool final) {
    std::vector<std::string> states;
    const auto found = log_->ClosedStates(kKpi, final);
    for (const LoggedState& logged : *found) states.push_back(*logged.state);
    return states;
  };
  EXPECT_THAT(told(true), UnorderedElementsAre("state of f10", "state of f11"));
  EXPECT_THAT(told(false), UnorderedElementsAre("state of f10", "state of f11", "state of c13"));
  EXPECT_THAT(*log_->ClosedStates("workspaces/w/kpis/other", false), IsEmpty());
}

TEST_P(StateLogContract, FindsTheLastPeriodForAnEmptyOne) {
  Fill();
  EXPECT_EQ(log_->Find({kKpi, "DAY", "", ""})->value().value, "6");
  ASSERT_TRUE(Append({Entry(12, v1::HISTORY_CAUSE_TRANSITION, 400, "open")}).ok());
  EXPECT_EQ(log_->Find({kKpi, "DAY", "", ""})->value().value, "open");
  EXPECT_EQ(log_->FindClosed({kKpi, "DAY", "", ""})->value().value, "6");
  EXPECT_EQ(log_->Find({kKpi, "WEEK", "", ""})->has_value(), false);
  EXPECT_EQ(log_->FindClosed({kKpi, "WEEK", "", ""})->has_value(), false);
}

TEST_P(StateLogContract, EpochsRiseWithEveryStart) {
  EXPECT_EQ(writer_, (OwnedPart{3, 1}));
  Open();
  EXPECT_EQ(writer_, (OwnedPart{3, 2}));
  EXPECT_EQ(ownership_->owned(), 4);
  EXPECT_TRUE(ownership_->holds());
  EXPECT_THAT(ownership_->Peers(), IsEmpty());
  EXPECT_EQ(ownership_->OwnerOf(3), "");
}

TEST_P(StateLogContract, RemembersPartitionsAndDefinitions) {
  EXPECT_EQ(*log_->LoadPartitions(), 0);
  EXPECT_EQ(log_->LoadDefinitions()->position, 0);
  v1::Definition a, b;
  a.set_name("workspaces/w/metrics/a");
  b.set_name("workspaces/w/metrics/b");
  ASSERT_TRUE(log_->SavePartitions(16).ok());
  ASSERT_TRUE(Save(true, {a}, {}, 4).ok());
  ASSERT_TRUE(Save(false, {b}, {}, 5).ok());
  a.set_deleted(true);
  ASSERT_TRUE(Save(false, {a}, {}, 6).ok());
  Open();
  EXPECT_EQ(*log_->LoadPartitions(), 16);
  const auto saved = log_->LoadDefinitions();
  ASSERT_TRUE(saved.ok());
  EXPECT_EQ(saved->position, 6);
  EXPECT_EQ(saved->incarnation, 70);
  ASSERT_EQ(saved->definitions.size(), 1u);
  EXPECT_EQ(saved->definitions[0].name(), b.name());
  ASSERT_TRUE(Save(true, {}, {}, 9, 71).ok());
  EXPECT_THAT(log_->LoadDefinitions()->definitions, IsEmpty());
}

TEST_P(StateLogContract, FindsTheLastPeriodThatWasClosedUnderEarlierDefinitions) {
  LoggedState open = Entry(12, v1::HISTORY_CAUSE_TRANSITION, 1, "1");
  LoggedState early = Entry(10, v1::HISTORY_CAUSE_CLOSED, 2, "2", 1);
  early.definition_position = 3;
  LoggedState late = Entry(11, v1::HISTORY_CAUSE_CLOSED, 3, "3", 1);
  late.definition_position = 4;
  ASSERT_TRUE(Append({open, early, late}).ok());
  Open();
  EXPECT_EQ(*log_->LastClosed(kKpi, "DAY", INT64_MAX), 11);
  EXPECT_EQ(*log_->LastClosed(kKpi, "DAY", 4), 10);
  EXPECT_EQ(*log_->LastClosed(kKpi, "DAY", 3), std::nullopt);
  EXPECT_EQ(*log_->LastClosed(kKpi, "WEEK", INT64_MAX), std::nullopt);
}

TEST_P(StateLogContract, RemembersTheVersionsOfKpis) {
  const SavedVersions both{kKpi, {{INT32_MIN, "old"}, {20'000, ""}}};
  const SavedVersions other{"workspaces/w/kpis/z", {{5, "older"}, {7, ""}}};
  ASSERT_TRUE(Save(true, {}, {both}, 4).ok());
  ASSERT_TRUE(Save(false, {}, {other}, 5).ok());
  Open();
  EXPECT_THAT(log_->LoadDefinitions()->versions, ElementsAre(both, other));
  ASSERT_TRUE(Save(false, {}, {{.kpi = kKpi}}, 6).ok());
  EXPECT_THAT(log_->LoadDefinitions()->versions, ElementsAre(other));
  ASSERT_TRUE(Save(true, {}, {both}, 7, 71).ok());
  EXPECT_THAT(log_->LoadDefinitions()->versions, ElementsAre(both));
}

TEST_P(StateLogContract, EachPositionOfTheDefinitionsIsSavedOnce) {
  using enum DefinitionsSaved;
  v1::Definition a, b;
  a.set_name("workspaces/w/metrics/a");
  b.set_name("workspaces/w/metrics/b");
  EXPECT_EQ(*Save(true, {a}, {}, 4), kStored);
  EXPECT_EQ(*Save(false, {b}, {}, 4), kKnown);
  EXPECT_EQ(*Save(true, {b}, {}, 3), kKnown);
  EXPECT_EQ(*Save(false, {b}, {}, 6), kGap);
  EXPECT_EQ(*Save(false, {b}, {}, 5, 71), kGap);
  EXPECT_EQ(log_->LoadDefinitions()->definitions.size(), 1u);
  EXPECT_EQ(log_->LoadDefinitions()->position, 4);
  EXPECT_EQ(*Save(true, {a, b}, {}, 6), kStored);
  EXPECT_EQ(log_->LoadDefinitions()->definitions.size(), 2u);
  // Another life of the change log begins with a snapshot, wherever it is.
  EXPECT_EQ(*Save(true, {b}, {}, 2, 71), kStored);
  EXPECT_EQ(log_->LoadDefinitions()->incarnation, 71);
}

TEST_P(StateLogContract, VersionsAreReplacedAtTheirPositionAlone) {
  const SavedVersions mine{kKpi, {{INT32_MIN, "old"}, {20'000, ""}}};
  const SavedVersions theirs{kKpi, {{INT32_MIN, "old"}, {20'001, ""}}};
  ASSERT_TRUE(Save(true, {}, {mine}, 4).ok());
  EXPECT_EQ(*log_->SaveVersions({theirs}, 4, 71, writer_), false);
  EXPECT_THAT(log_->LoadVersions()->versions, ElementsAre(mine));
  EXPECT_EQ(*log_->SaveVersions({theirs}, 4, 70, writer_), true);
  EXPECT_THAT(log_->LoadVersions()->versions, ElementsAre(theirs));
  EXPECT_EQ(log_->LoadVersions()->position, 4);
  EXPECT_EQ(log_->LoadVersions()->incarnation, 70);
}

INSTANTIATE_TEST_SUITE_P(Engines, StateLogContract,
                         ::testing::Values("memory", "sqlite", "postgres"));

}  // namespace
}  // namespace kpisuite
