// Several processes on one database: two stores here are as strange to each other as two processes.
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/measurement/postgres/replicas_for_test.h"

namespace kpisuite {
namespace {

constexpr int kPart = 5;

class PostgresReplicas : public testing::Test {
 protected:
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  const std::unique_ptr<PostgresMeasurementStore> a_ = OpenReplica(target_);
  const std::unique_ptr<PostgresMeasurementStore> b_ = OpenReplica(target_);
};

// Polls until the head of the partition that the store knows of is `seq`.
bool HeadBecomes(const MeasurementStore& store, int part, int64_t seq) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (store.Heads()[part].last_seq != seq) {
    if (absl::Now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(PostgresReplicas, BothMakeOneDenseFeedWhoseReplayIsTheTable) {
  constexpr int kUnits = 150;
  std::atomic<int> changed{0};
  const auto write = [&](MeasurementStore& store, const std::string& name) {
    std::vector<std::promise<void>> answered(kUnits);
    for (int i = 0; i < kUnits; ++i) {
      // Ten identities that both fight for, in two series, and one of their own.
      IngestUnit unit = UnitOf(kPart, absl::StrCat(name, i), absl::StrCat("shared", i % 2), i % 10,
                               1 + i * 2 + (name == "a"));
      unit.series.push_back(UnitOf(kPart, "", name, i, 7).series[0]);
      store.Ingest(std::move(unit), [&, i](const absl::StatusOr<IngestOutcome>& outcome) {
        EXPECT_TRUE(outcome.ok()) << outcome.status();
        if (outcome.ok() && outcome->counts.inserted > 0) ++changed;
        answered[i].set_value();
      });
    }
    for (auto& one : answered) one.get_future().wait();
  };
  std::thread first([&] { write(*a_, "a"); });
  std::thread second([&] { write(*b_, "b"); });
  first.join();
  second.join();
  EXPECT_EQ(changed, 2 * kUnits);
  const TableOfValues replayed = ReplayFeed(*b_, kPart);
  EXPECT_TRUE(HeadBecomes(*a_, kPart, 2 * kUnits));
  EXPECT_EQ(replayed, ReadTable(*a_, kPart));
  EXPECT_EQ(replayed.size(), 10u + 2 * kUnits);
}

TEST_F(PostgresReplicas, WhatTheOtherHasWrittenIsCorrectedAndNotTakenForNew) {
  const auto first = OpenReplica(target_);
  const auto second = OpenReplica(target_);
  const auto write = [](MeasurementStore& store, const std::string& id, int64_t time,
                        int64_t value) {
    const auto outcome = IngestAndWait(store, UnitOf(3, id, "ORD", time, value));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->counts : IngestCounts();
  };
  // Each is later than those before.
  for (int64_t time = 1; time <= 4; ++time) {
    EXPECT_EQ(write(*first, absl::StrCat("in order ", time), time, 1).inserted, 1);
  }
  EXPECT_EQ(write(*second, "other", 10, 1).inserted, 1);
  EXPECT_EQ(write(*first, "correction", 10, 2).corrected, 1);
  EXPECT_EQ(write(*first, "same", 10, 2).unchanged, 1);
  EXPECT_EQ(write(*first, "later", 11, 2).inserted, 1);
  EXPECT_EQ(write(*first, "earlier", 4, 2).corrected, 1);
  // One that starts again learns what is there.
  const auto third = OpenReplica(target_);
  EXPECT_EQ(write(*third, "again", 12, 1).inserted, 1);
  EXPECT_EQ(write(*third, "and again", 11, 3).corrected, 1);
  EXPECT_EQ(write(*third, "and on", 13, 1).inserted, 1);
  EXPECT_EQ(write(*third, "and back", 13, 2).corrected, 1);
}

TEST_F(PostgresReplicas, ARequestThatIsSentToBothCountsOnce) {
  std::atomic<int> first_times{0};
  std::atomic<int> repetitions{0};
  const auto write = [&](MeasurementStore& store) {
    for (int i = 0; i < 60; ++i) {
      const auto outcome =
          IngestAndWait(store, UnitOf(kPart, absl::StrCat("r", i), "x", i, 1)).value();
      EXPECT_EQ(outcome.counts.inserted, 1);
      ++(outcome.duplicate ? repetitions : first_times);
    }
  };
  std::thread first([&] { write(*a_); });
  std::thread second([&] { write(*b_); });
  first.join();
  second.join();
  EXPECT_EQ(first_times, 60);
  EXPECT_EQ(repetitions, 60);
  EXPECT_EQ(ReplayFeed(*a_, kPart).size(), 60u);
}

TEST_F(PostgresReplicas, ACommitOfOneWakesTheOtherWithoutPolling) {
  const auto slow = OpenReplica(target_, absl::Hours(1));
  // Its first look at all heads is over when it hears of the first commit.
  ASSERT_TRUE(IngestAndWait(*a_, UnitOf(kPart, "r1", "x", 1, 1)).ok());
  ASSERT_TRUE(slow->RefreshHeads().ok());
  std::promise<void> woken;
  std::atomic<bool> once{false};
  slow->SetCommitListener([&] {
    if (slow->Heads()[kPart].last_seq == 2 && !once.exchange(true)) woken.set_value();
  });
  // The other may not listen yet; it is told of each commit.
  ASSERT_TRUE(IngestAndWait(*a_, UnitOf(kPart, "r2", "x", 2, 1)).ok());
  EXPECT_EQ(woken.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST_F(PostgresReplicas, APositionThatTheOtherGaveIsTakenAtOnce) {
  const auto slow = OpenReplica(target_, absl::Hours(1));
  const auto outcome = IngestAndWait(*a_, UnitOf(kPart, "r1", "x", 1, 1)).value();
  EXPECT_TRUE(slow->ReadChanges(kPart, outcome.incarnation, outcome.seq, 100).ok());
  EXPECT_EQ(slow->ReadChanges(kPart, 0, 0, 100)->batches.size(), 1u);
  EXPECT_EQ(GetErrorDetails(slow->ReadChanges(kPart, outcome.incarnation, 2, 100).status()).reason,
            "INCARNATION_CHANGED");
}

TEST_F(PostgresReplicas, AMetricThatTwoPartitionsNameFirstAtOnceGetsOneSetOfTraits) {
  std::atomic<int> accepted{0};
  std::vector<std::thread> writers;
  for (int part = 0; part < 8; ++part) {
    writers.emplace_back([&, part] {
      IngestUnit unit = UnitOf(part, "r", absl::StrCat("x", part), 1, 1);
      unit.metrics[0].traits = absl::StrCat("scale=", part % 2);
      accepted += IngestAndWait(part < 4 ? *a_ : *b_, std::move(unit)).ok();
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(accepted, 4);
}

TEST_F(PostgresReplicas, DefinitionsOfOneThatIsBehindDoNotUndoThoseOfTheOther) {
  DefinitionsUpdate update;
  update.incarnation = 7;
  update.position = 5;
  update.changed = {{"workspaces/w/metrics/a", "A5"}};
  ASSERT_TRUE(a_->SaveDefinitions(update).ok());
  update.position = 4;
  update.changed = {{"workspaces/w/metrics/a", "A4"}};
  ASSERT_TRUE(b_->SaveDefinitions(update).ok());
  EXPECT_EQ(b_->LoadDefinitions()->position, 5);
  EXPECT_EQ(b_->LoadDefinitions()->definitions[0].bytes, "A5");
}

TEST_F(PostgresReplicas, EntriesThatTheServerHasLostBeginANewLifeOfTheirPartition) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(IngestAndWait(*a_, UnitOf(kPart, absl::StrCat("r", i), "x", i, 1)).ok());
  }
  ASSERT_TRUE(HeadBecomes(*b_, kPart, 3));
  const int64_t life = b_->Heads()[kPart].incarnation;
  // As a failover to a standby that was behind would.
  const auto connection =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_measurement"}).value();
  ASSERT_TRUE(connection->Execute("UPDATE head SET last_seq = 2 WHERE part = $1", {kPart}).ok());
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (b_->Heads()[kPart].incarnation == life && absl::Now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_EQ(b_->Heads()[kPart].incarnation, life + 1);
  EXPECT_EQ(b_->Heads()[kPart].last_seq, 2);
  EXPECT_EQ(GetErrorDetails(b_->ReadChanges(kPart, life, 3, 100).status()).reason,
            "INCARNATION_CHANGED");
}

}  // namespace
}  // namespace kpisuite
