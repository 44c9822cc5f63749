// Groups that are written in one statement, from what the writer remembers: they say and store what
// a look at the tables would have made of them, also when somebody comes in between.
#include <thread>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/measurement/postgres/replicas_for_test.h"

namespace kpisuite {
namespace {

constexpr int kPart = 5;
constexpr int kOtherPart = 6;

class PostgresRememberedWrites : public testing::Test {
 protected:
  // A first group begins the memory of a partition, a second one learns where its series end.
  PostgresRememberedWrites() {
    for (int i = 1; i <= 3; ++i) {
      EXPECT_EQ(Write(*store_, UnitOf(kPart, absl::StrCat("r", i), "x", i, 1)).counts.inserted, 1);
    }
  }

  static IngestOutcome Write(MeasurementStore& store, IngestUnit unit) {
    const auto outcome = IngestAndWait(store, std::move(unit));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.value_or(IngestOutcome());
  }

  static std::future<absl::StatusOr<IngestOutcome>> Submit(MeasurementStore& store,
                                                           IngestUnit unit) {
    auto answer = std::make_shared<std::promise<absl::StatusOr<IngestOutcome>>>();
    store.Ingest(std::move(unit), [answer](absl::StatusOr<IngestOutcome> outcome) {
      answer->set_value(std::move(outcome));
    });
    return answer->get_future();
  }

  void WaitForLockWaits(int64_t wanted) {
    const absl::Time give_up = absl::Now() + absl::Seconds(20);
    while (connection_
               ->Query("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN"
                       " (SELECT pid FROM pg_stat_activity"
                       " WHERE datname = current_database())")
               ->Int64(0, 0) < wanted) {
      ASSERT_LT(absl::Now(), give_up);
      std::this_thread::yield();
    }
  }

  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  const std::unique_ptr<PostgresMeasurementStore> store_ = OpenReplica(target_, absl::Hours(1));
  const std::unique_ptr<PostgresMeasurementStore> other_ = OpenReplica(target_, absl::Hours(1));
  const std::unique_ptr<PostgresConnection> connection_ =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_measurement"}).value();
};

TEST_F(PostgresRememberedWrites, NewSamplesOfKnownSeriesAreStoredWithoutALookAtWhatIsThere) {
  ASSERT_TRUE(
      connection_->ExecuteScript("BEGIN; LOCK TABLE metric, series, watermark, kept_sample").ok());
  EXPECT_EQ(Write(*store_, UnitOf(kPart, "r4", "x", 4, 1)).seq, 4);
  EXPECT_EQ(Write(*store_, UnitOf(kPart, "r5", "x", 5, 1)).seq, 5);
  ASSERT_TRUE(connection_->ExecuteScript("COMMIT").ok());
  EXPECT_EQ(Write(*store_, UnitOf(kPart, "late", "x", 4, 2)).counts.corrected, 1);
  EXPECT_EQ(ReplayFeed(*store_, kPart), ReadTable(*other_, kPart));
  EXPECT_EQ(ReadTable(*other_, kPart).size(), 5u);
}

TEST_F(PostgresRememberedWrites, WhatASampleLacksIsNotTakenFromOthers) {
  IngestUnit unit = UnitOf(kPart, "r4", "x", 10, 1);
  std::vector<SampleRow>& rows = unit.series[0].rows;
  rows.resize(5, rows[0]);
  for (int i = 0; i < 5; ++i) rows[i].time_nano = 10 + i;
  rows[1].content.weight = 7;
  rows[2].content.entity = "e";
  rows[3].content.business_day = 20'000;
  for (const int64_t later : {0, 100}) {  // the second time the series is known to have days
    unit.request_id = absl::StrCat("r", later);
    for (SampleRow& row : rows) row.time_nano += later;
    EXPECT_EQ(Write(*store_, unit).counts.inserted, 5);
    std::vector<std::tuple<int64_t, int32_t, std::string>> found;
    const auto snapshot = store_->Snapshot().value();
    const auto keep = [&](const StoredSample& sample) {
      found.emplace_back(sample.weight, sample.business_day, sample.entity);
      EXPECT_EQ(sample.revision, 1);
      EXPECT_EQ(sample.value, 1);
      return true;
    };
    const uint64_t series = ReadTable(*store_, kPart).begin()->first.first;
    ASSERT_TRUE(snapshot->VisitSamples(series, SampleRange{.start_nano = 10 + later}, keep).ok());
    EXPECT_EQ(found, (std::vector<std::tuple<int64_t, int32_t, std::string>>{
                         {kNoWeight, kNoBusinessDay, ""},
                         {7, kNoBusinessDay, ""},
                         {kNoWeight, kNoBusinessDay, "e"},
                         {kNoWeight, 20'000, ""},
                         {kNoWeight, kNoBusinessDay, ""}}));
  }
}

TEST_F(PostgresRememberedWrites, ARequestIsKnownWhateverPartitionAndProcessItCameTo) {
  // Again, with samples that would be new.
  EXPECT_TRUE(Write(*store_, UnitOf(kPart, "r2", "x", 4, 1)).duplicate);
  EXPECT_EQ(Write(*other_, UnitOf(kPart, "nothing new", "x", 3, 1)).counts.unchanged, 1);
  EXPECT_TRUE(Write(*store_, UnitOf(kPart, "nothing new", "x", 4, 1)).duplicate);
  // The other part of a request that was split counts; another request under its name does not.
  Write(*other_, UnitOf(kOtherPart, "split", "y", 1, 1));
  EXPECT_FALSE(Write(*store_, UnitOf(kPart, "split", "x", 5, 1)).duplicate);
  Write(*other_, UnitOf(kOtherPart, "taken", "y", 2, 1));
  IngestUnit another = UnitOf(kPart, "taken", "x", 6, 1);
  another.fingerprint = Sha256("another");
  EXPECT_EQ(GetErrorDetails(IngestAndWait(*store_, another).status()).reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(ReplayFeed(*store_, kPart).size(), 4u);
}

TEST_F(PostgresRememberedWrites, ARequestThatIsStoredWhileItWaitsForTheLockIsKnown) {
  ASSERT_TRUE(connection_->ExecuteScript("BEGIN; SELECT FROM head WHERE part = 5 FOR UPDATE").ok());
  auto outcome = Submit(*store_, UnitOf(kPart, "r4", "x", 4, 1));
  WaitForLockWaits(1);
  ASSERT_TRUE(connection_
                  ->Execute("INSERT INTO request SELECT part, workspace, 'r4', $1, created_nano,"
                            " seq, inserted, corrected, retracted, unchanged, answer_note"
                            " FROM request WHERE request_id = 'r3'",
                            {PostgresBytes{Sha256("r4")}})
                  .ok());
  ASSERT_TRUE(connection_->ExecuteScript("COMMIT").ok());
  EXPECT_TRUE(outcome.get()->duplicate);
  EXPECT_EQ(ReplayFeed(*store_, kPart).size(), 3u);
}

TEST_F(PostgresRememberedWrites, WhatAnotherWritesWhileAGroupWaitsForTheLockIsSeen) {
  ASSERT_TRUE(connection_->ExecuteScript("BEGIN; SELECT FROM head WHERE part = 5 FOR UPDATE").ok());
  auto first = Submit(*other_, UnitOf(kPart, "of the other", "x", 10, 1));
  WaitForLockWaits(1);
  auto second = Submit(*store_, UnitOf(kPart, "r4", "x", 10, 2));
  WaitForLockWaits(2);
  ASSERT_TRUE(connection_->ExecuteScript("COMMIT").ok());
  const auto a = first.get();
  const auto b = second.get();
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  EXPECT_EQ(a->counts.inserted + b->counts.inserted, 1);
  EXPECT_EQ(a->counts.corrected + b->counts.corrected, 1);
  EXPECT_EQ(a->seq + b->seq, 4 + 5);
  EXPECT_EQ(ReplayFeed(*store_, kPart), ReadTable(*store_, kPart));
}

TEST_F(PostgresRememberedWrites, GroupsOfSeveralPartitionsAreWrittenTogetherEachForItself) {
  const std::vector<int> parts = {0, 1, 2, 3, 4, 6, 7};
  for (int i = 1; i <= 3; ++i) {
    for (const int part : parts) {
      Write(*store_, UnitOf(part, absl::StrCat("p", part, "-", i), absl::StrCat("x", part), i, 1));
    }
  }
  // The other has been to one of them, of which the first has not heard.
  Write(*other_, UnitOf(4, "of the other", "x4", 10, 1));
  ASSERT_TRUE(connection_->ExecuteScript("BEGIN; SELECT FROM head WHERE part < 4 FOR UPDATE").ok());
  std::vector<std::future<absl::StatusOr<IngestOutcome>>> outcomes;
  std::vector<int> order;
  for (int i = 4; i <= 13; ++i) {
    for (const int part : parts) {
      order.push_back(part);
      outcomes.push_back(Submit(
          *store_, UnitOf(part, absl::StrCat("p", part, "-", i), absl::StrCat("x", part), i, 2)));
    }
  }
  ASSERT_TRUE(connection_->ExecuteScript("COMMIT").ok());
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto outcome = outcomes[i].get();
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->part, order[i]);
    EXPECT_EQ(outcome->seq, static_cast<int64_t>(4 + i / parts.size()) + (order[i] == 4));
  }
  for (const int part : parts) {
    const TableOfValues replayed = ReplayFeed(*other_, part);
    EXPECT_EQ(replayed, ReadTable(*store_, part));
    EXPECT_EQ(replayed.size(), 13u);
  }
}

TEST_F(PostgresRememberedWrites, SamplesThatAnotherProcessRecordedAsGoneAreRefused) {
  IngestUnit move;
  move.part = kPart;
  move.workspace = "w";
  move.kept = {{"delay", {100, kNoBusinessDay}}};
  EXPECT_EQ(Write(*other_, move).seq, 4);
  const auto reason_of = [this](const std::string& request_id, int64_t time) {
    const auto outcome = IngestAndWait(*store_, UnitOf(kPart, request_id, "x", time, 1));
    return GetErrorDetails(outcome.status()).reason;
  };
  EXPECT_EQ(reason_of("r4", 99), "PAST_RETENTION");
  EXPECT_EQ(reason_of("r5", 100), "");
  EXPECT_EQ(reason_of("r6", 101), "");
  // From memory now.
  EXPECT_EQ(reason_of("r7", 102), "");
  EXPECT_EQ(reason_of("r8", 99), "PAST_RETENTION");
  // A move by the writer itself.
  move.kept = {{"delay", {200, kNoBusinessDay}}};
  EXPECT_EQ(Write(*store_, move).seq, 8);
  EXPECT_EQ(reason_of("r9", 199), "PAST_RETENTION");
  EXPECT_EQ(reason_of("r10", 200), "");
  EXPECT_EQ(reason_of("r11", 201), "");
  EXPECT_EQ(reason_of("r12", 199), "PAST_RETENTION");
}

TEST_F(PostgresRememberedWrites, OtherTraitsThanTheMetricHasAreRefusedAndLeaveNoTrace) {
  IngestUnit unit = UnitOf(kPart, "r4", "x", 4, 1);
  unit.metrics[0].traits = "scale=3";
  EXPECT_EQ(GetErrorDetails(IngestAndWait(*store_, unit).status()).reason, "IMMUTABLE_FIELD");
  EXPECT_EQ(Write(*store_, UnitOf(kPart, "r4", "x", 4, 1)).seq, 4);
  EXPECT_EQ(ReplayFeed(*store_, kPart).size(), 4u);
}

}  // namespace
}  // namespace kpisuite
