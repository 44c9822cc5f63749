// Writers that are halted, and servers that have lost the end of what they had.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/measurement/change_notifier.h"
#include "services/measurement/change_reader.h"
#include "services/measurement/postgres/replicas_for_test.h"

namespace kpisuite {
namespace {

// Of one writer.
constexpr int kPart = 0;
constexpr int kOtherPart = 4;

class PostgresMeasurementStoreFaults : public testing::Test {
 protected:
  std::future<absl::StatusOr<IngestOutcome>> Ingest(MeasurementStore& store, IngestUnit unit) {
    auto answer = std::make_shared<std::promise<absl::StatusOr<IngestOutcome>>>();
    store.Ingest(std::move(unit), [answer](absl::StatusOr<IngestOutcome> outcome) {
      answer->set_value(std::move(outcome));
    });
    return answer->get_future();
  }

  // Three units, of which the server then loses the last. The incarnation before.
  int64_t LoseTheLastOfThree() {
    for (int i = 1; i <= 3; ++i) {
      EXPECT_TRUE(IngestAndWait(*store_, UnitOf(kPart, absl::StrCat("r", i), "x", i, 1)).ok());
    }
    // As a failover to a standby that was behind would.
    EXPECT_TRUE(connection_
                    ->ExecuteScript("BEGIN; UPDATE head SET last_seq = 2 WHERE part = 0;"
                                    "DELETE FROM feed WHERE part = 0 AND seq = 3; COMMIT")
                    .ok());
    return store_->Heads()[kPart].incarnation;
  }

  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  // Never looks for heads by itself.
  const std::unique_ptr<PostgresMeasurementStore> store_ = OpenReplica(target_, absl::Hours(1));
  const std::unique_ptr<PostgresConnection> connection_ =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_measurement"}).value();
};

TEST_F(PostgresMeasurementStoreFaults, OnePartitionThatIsLockedDoesNotHoldUpTheOthersOfItsWriter) {
  ASSERT_TRUE(connection_->ExecuteScript("BEGIN; SELECT FROM head WHERE part = 0 FOR UPDATE").ok());
  std::vector<std::future<absl::StatusOr<IngestOutcome>>> locked;
  locked.push_back(Ingest(*store_, UnitOf(kPart, "r1", "x", 1, 1)));
  for (int i = 0; i < 5; ++i) {
    const absl::Time began = absl::Now();
    EXPECT_TRUE(IngestAndWait(*store_, UnitOf(kOtherPart, absl::StrCat("o", i), "y", i, 1)).ok());
    EXPECT_LT(absl::Now() - began, absl::Seconds(2));
    locked.push_back(Ingest(*store_, UnitOf(kPart, absl::StrCat("later", i), "x", 2 + i, 1)));
  }
  ASSERT_TRUE(connection_->ExecuteScript("COMMIT").ok());
  // In their order, as if nothing had been.
  for (size_t i = 0; i < locked.size(); ++i) {
    const auto outcome = locked[i].get();
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->seq, static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(store_->queued_bytes(), 0u);
}

TEST_F(PostgresMeasurementStoreFaults, AUnitWhosePartitionStaysLockedIsAnsweredAfterAWhile) {
  PostgresMeasurementStoreOptions options;
  options.target = target_;
  options.queue.longest_wait = absl::Milliseconds(1500);
  const SystemClock clock;
  const auto store = PostgresMeasurementStore::Create(options, clock).value();
  ASSERT_TRUE(connection_->ExecuteScript("BEGIN; SELECT FROM head WHERE part = 0 FOR UPDATE").ok());
  const auto outcome = IngestAndWait(*store, UnitOf(kPart, "r1", "x", 1, 1));
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(outcome.status()).reason, "STORE_UNAVAILABLE");
  ASSERT_TRUE(connection_->ExecuteScript("ROLLBACK").ok());
  EXPECT_TRUE(IngestAndWait(*store, UnitOf(kPart, "r1", "x", 1, 1)).ok());
}

TEST_F(PostgresMeasurementStoreFaults, AWriterThatFindsEntriesLostBeginsANewLife) {
  const int64_t life = LoseTheLastOfThree();
  const auto next = IngestAndWait(*store_, UnitOf(kPart, "r4", "x", 4, 1));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->incarnation, life + 1);
  EXPECT_EQ(next->seq, 3);
  EXPECT_EQ(store_->Heads()[kPart].incarnation, life + 1);
  // Once.
  EXPECT_EQ(IngestAndWait(*store_, UnitOf(kPart, "r5", "x", 5, 1))->incarnation, life + 1);
  const auto other = OpenReplica(target_, absl::Hours(1));
  EXPECT_EQ(other->Heads()[kPart], store_->Heads()[kPart]);
}

TEST_F(PostgresMeasurementStoreFaults, AWriterBeginsANewLifeAlsoWhenItIsAnothersEntryThatIsLost) {
  const auto other = OpenReplica(target_, absl::Hours(1));
  for (int i = 1; i <= 2; ++i) {
    ASSERT_TRUE(IngestAndWait(*store_, UnitOf(kPart, absl::StrCat("r", i), "x", i, 1)).ok());
  }
  ASSERT_TRUE(IngestAndWait(*other, UnitOf(kPart, "r3", "x", 3, 1)).ok());
  ASSERT_TRUE(store_->RefreshHeads().ok());
  // Now the table is as the first store has left it.
  ASSERT_TRUE(connection_->Execute("UPDATE head SET last_seq = 2 WHERE part = 0").ok());
  ASSERT_TRUE(connection_->Execute("DELETE FROM feed WHERE part = 0 AND seq = 3").ok());
  const int64_t life = store_->Heads()[kPart].incarnation;
  const auto next = IngestAndWait(*store_, UnitOf(kPart, "r4", "x", 4, 1));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->incarnation, life + 1);
  EXPECT_EQ(next->seq, 3);
}

TEST_F(PostgresMeasurementStoreFaults, ARepeatedRequestAloneBeginsTheNewLife) {
  const int64_t life = LoseTheLastOfThree();
  const auto again = IngestAndWait(*store_, UnitOf(kPart, "r1", "x", 1, 1));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->incarnation, life + 1);
  EXPECT_EQ(store_->Heads()[kPart], (FeedHead{kPart, life + 1, 2, 0}));
  EXPECT_EQ(connection_->Query("SELECT incarnation FROM head WHERE part = 0")->Int64(0, 0),
            life + 1);
}

TEST_F(PostgresMeasurementStoreFaults, AFollowerOfAQuietPartitionIsToldOfItsNewLife) {
  ASSERT_TRUE(IngestAndWait(*store_, UnitOf(kPart, "r1", "x", 1, 1)).ok());
  ChangeNotifier notifier(*store_);
  v1::ReadChangesRequest request;
  request.add_after()->set_part(kPart);
  request.mutable_after(0)->set_incarnation(store_->Heads()[kPart].incarnation);
  request.mutable_after(0)->set_seq(1);
  const auto reader = ChangeReader::Create(request, *store_, notifier, StreamWaker()).value();
  EXPECT_TRUE(std::holds_alternative<StreamIdle>(reader->Next()));
  ASSERT_TRUE(connection_->Execute("UPDATE head SET incarnation = incarnation + 1").ok());
  ASSERT_TRUE(store_->RefreshHeads().ok());
  const auto step = reader->Next();
  ASSERT_TRUE(std::holds_alternative<StreamEnd>(step));
  EXPECT_EQ(GetErrorDetails(std::get<StreamEnd>(step).status).reason, "INCARNATION_CHANGED");
  store_->Shutdown();
}

}  // namespace
}  // namespace kpisuite
