// Several processes that share the partitions of one log.
#include "services/evaluation/log/partition_leases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/postgres/test_server.h"
#include "services/evaluation/log/owned_parts_for_test.h"
#include "services/evaluation/log/postgres_state_log.h"
#include "services/evaluation/log/rendezvous.h"

namespace kpisuite {
namespace {

constexpr int kPartitions = 32;

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (!condition()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

class PartitionLeasesTest : public testing::Test {
 protected:
  struct Member {
    std::unique_ptr<PostgresStateLog> log;
    OwnedParts parts;
    std::unique_ptr<PartitionOwnership> ownership;
    std::string address;
  };

  std::unique_ptr<Member> Join(int number, PartitionLeaseOptions options = kFast) {
    auto member = std::make_unique<Member>();
    member->log = PostgresStateLog::Create({.target = target_, .leases = options}).value();
    member->address = absl::StrCat("127.0.0.1:", number);
    member->ownership = member->log->OpenOwnership().value();
    member->ownership->Begin(kPartitions, member->address, member->parts);
    return member;
  }

  // Whether these members own everything together, each partition once, and each something.
  static bool Shared(const std::vector<Member*>& members) {
    std::set<int32_t> owned;
    size_t count = 0;
    for (Member* member : members) {
      const auto epochs = member->parts.epochs();
      if (epochs.empty()) return false;
      count += epochs.size();
      for (const auto& [part, epoch] : epochs) owned.insert(part);
    }
    return count == kPartitions && owned.size() == kPartitions;
  }

  // Whether each of these members owns its share: nothing moves any more.
  static bool Settled(const std::vector<Member*>& members) {
    std::vector<Peer> peers;
    for (const Member* member : members) peers.push_back({"", member->address});
    for (int32_t part = 0; part < kPartitions; ++part) {
      const size_t owner = RendezvousOwner(part, peers);
      if (!members[owner]->parts.epochs().contains(part)) return false;
    }
    return Shared(members);
  }

  void Sql(const std::string& sql) {
    const auto connection =
        PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_evaluation"}).value();
    ASSERT_TRUE(connection->ExecuteScript(sql).ok());
  }

  static constexpr PartitionLeaseOptions kFast = {.beat = absl::Milliseconds(20)};
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
};

TEST_F(PartitionLeasesTest, TheFirstOwnsAllAndSharesWithThoseWhoCome) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  EXPECT_TRUE(first->ownership->holds());
  const auto second = Join(2);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get(), second.get()}); }));
  const auto third = Join(3);
  ASSERT_TRUE(Eventually([&] { return Settled({first.get(), second.get(), third.get()}); }));
  // All know who owns what.
  for (const auto& [part, epoch] : third->parts.epochs()) {
    EXPECT_TRUE(Eventually([&, part = part] {
      return first->ownership->OwnerOf(part) == third->address &&
             second->ownership->OwnerOf(part) == third->address;
    }));
    EXPECT_EQ(third->ownership->OwnerOf(part), "");
  }
  EXPECT_TRUE(Eventually([&] { return first->ownership->complete(); }));
  EXPECT_EQ(first->ownership->Peers().size(), 2u);
}

TEST_F(PartitionLeasesTest, WhoLeavesGivesBackAtOnce) {
  // A lease that would outlast the test.
  const PartitionLeaseOptions options = {.lease = absl::Hours(1), .beat = absl::Milliseconds(20)};
  const auto first = Join(1, options);
  const auto second = Join(2, options);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get(), second.get()}); }));
  second->ownership->End();
  EXPECT_TRUE(second->parts.epochs().empty());
  EXPECT_FALSE(second->ownership->holds());
  EXPECT_TRUE(Eventually([&] { return Shared({first.get()}); }));
}

TEST_F(PartitionLeasesTest, WhoIsDeadIsReplacedInLaterEpochs) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  Sql("INSERT INTO member VALUES('dead', '127.0.0.1:9', '-infinity');"
      "UPDATE partition SET owner = 'dead', epoch = 7 WHERE part = 5");
  EXPECT_TRUE(Eventually([&] {
    const auto epochs = first->parts.epochs();
    return epochs.contains(5) && epochs.at(5) == 8;
  }));
}

TEST_F(PartitionLeasesTest, WhoStartsAgainAtAnAddressSucceedsWhoWasKilledThere) {
  const auto other = Join(2);
  ASSERT_TRUE(Eventually([&] { return Shared({other.get()}); }));
  Sql("INSERT INTO member VALUES('killed', '127.0.0.1:1', 'infinity');"
      "UPDATE partition SET owner = 'killed', epoch = 7 WHERE part < 16");
  const auto again = Join(1);
  EXPECT_TRUE(Eventually([&] { return Shared({other.get(), again.get()}); }));
  EXPECT_EQ(other->ownership->Peers().size(), 1u);
}

TEST_F(PartitionLeasesTest, AnOwnerThatIsAliveIsLeftAlone) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  // It should be the first's by the hash of the addresses, and is not given back.
  Sql("INSERT INTO member VALUES('slow', '127.0.0.1:1', 'infinity');"
      "UPDATE partition SET owner = 'slow' WHERE part = 5");
  ASSERT_TRUE(Eventually([&] { return !first->parts.epochs().contains(5); }));
  EXPECT_EQ(first->parts.WaitFor(5, absl::Milliseconds(300)), std::nullopt);
  EXPECT_EQ(first->ownership->OwnerOf(5), "127.0.0.1:1");
}

TEST_F(PartitionLeasesTest, WhatAnotherHasTakenIsLost) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  const int64_t epoch = first->parts.WaitFor(5).epoch;
  EXPECT_TRUE(first->ownership->Holds({5, epoch}));
  // As after a pause in which another process took over and has gone again.
  Sql("UPDATE partition SET epoch = epoch + 1, owner = '' WHERE part = 5");
  EXPECT_TRUE(Eventually([&] {
    const auto epochs = first->parts.epochs();
    return epochs.contains(5) && epochs.at(5) == epoch + 2;
  }));
  EXPECT_FALSE(first->ownership->Holds({5, epoch}));
  EXPECT_TRUE(first->ownership->Holds({5, epoch + 2}));
}

TEST_F(PartitionLeasesTest, WhatAHaltedProcessHasLockedIsTakenOnceItsSessionEndsAndTheRestAtOnce) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  // As a write of the state log that does not go on.
  const auto halted =
      PostgresDatabase::Create({.target = target_, .schema = PostgresStateLogSchema()}).value();
  const auto write = halted->BeginWrite();
  ASSERT_TRUE(
      write->connection().Execute("SELECT FROM partition WHERE part = 5 FOR KEY SHARE").ok());
  const absl::Time halted_at = absl::Now();
  Sql("BEGIN; INSERT INTO member VALUES('dead', '127.0.0.1:9', '-infinity');"
      "UPDATE partition SET owner = 'dead', epoch = 7 WHERE part < 8; COMMIT");
  const auto taken = [&] {
    EXPECT_TRUE(first->ownership->holds());
    int count = 0;
    for (const auto& [part, epoch] : first->parts.epochs()) count += part < 8 && epoch == 8;
    return count;
  };
  EXPECT_TRUE(Eventually([&] { return taken() == 7; }));
  EXPECT_FALSE(first->parts.epochs().contains(5));
  EXPECT_EQ(first->ownership->OwnerOf(5), "");
  EXPECT_FALSE(first->ownership->complete());
  EXPECT_TRUE(Eventually([&] { return taken() == 8; }));
  EXPECT_LT(absl::Now() - halted_at, absl::Seconds(10));
}

TEST_F(PartitionLeasesTest, WhatIsWrittenIsGivenBackAfterItAndTheRestAtOnce) {
  const auto first = Join(1);
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  const auto writer =
      PostgresConnection::Open(target_, {"test", "SET search_path TO kpi_evaluation"}).value();
  ASSERT_TRUE(writer->ExecuteScript("BEGIN; SELECT FROM partition FOR SHARE").ok());
  const auto second = Join(2);
  ASSERT_TRUE(Eventually([&] { return first->ownership->Peers().size() == 1; }));
  EXPECT_EQ(second->parts.WaitFor(0, absl::Milliseconds(200)), std::nullopt);
  EXPECT_EQ(first->parts.epochs().size(), size_t{kPartitions});
  ASSERT_TRUE(writer->ExecuteScript("COMMIT").ok());
  EXPECT_TRUE(Eventually([&] { return Shared({first.get(), second.get()}); }));
  EXPECT_TRUE(first->ownership->holds());
}

TEST_F(PartitionLeasesTest, AfterAnOutageOfTheServerEverybodyKeepsWhatHeHad) {
  const PartitionLeaseOptions options = {.lease = absl::Seconds(1), .beat = absl::Milliseconds(20)};
  const std::unique_ptr<Member> members[] = {Join(1, options), Join(2, options), Join(3, options)};
  const auto all = [&](bool hold) {
    return std::all_of(std::begin(members), std::end(members),
                       [&](const auto& member) { return member->ownership->holds() == hold; });
  };
  ASSERT_TRUE(Eventually([&] {
    return Settled({members[0].get(), members[1].get(), members[2].get()});
  }));
  const auto epochs = [&] {
    std::vector<std::map<int32_t, int64_t>> of_all;
    for (const auto& member : members) of_all.push_back(member->parts.epochs());
    return of_all;
  };
  const auto before = epochs();
  Sql("ALTER TABLE member RENAME TO hidden");
  EXPECT_TRUE(Eventually([&] { return all(false); }));
  // The server's clock has gone on, too: nobody's lease is left when the first one is back.
  Sql("UPDATE hidden SET lease_until = '-infinity'; ALTER TABLE hidden RENAME TO member");
  EXPECT_TRUE(Eventually([&] { return all(true); }));
  members[0]->parts.WaitFor(-1, options.lease);
  EXPECT_EQ(epochs(), before);
}

TEST_F(PartitionLeasesTest, WhoDiedDuringAnOutageIsReplacedAfterIt) {
  const auto first = Join(1, {.lease = absl::Milliseconds(400), .beat = absl::Milliseconds(20)});
  ASSERT_TRUE(Eventually([&] { return Shared({first.get()}); }));
  Sql("INSERT INTO member VALUES('dead', '127.0.0.1:9', '-infinity');"
      "ALTER TABLE member RENAME TO hidden; UPDATE partition SET owner = 'dead', epoch = 7");
  ASSERT_TRUE(Eventually([&] { return !first->ownership->holds(); }));
  Sql("ALTER TABLE hidden RENAME TO member");
  EXPECT_TRUE(Eventually([&] {
    const auto epochs = first->parts.epochs();
    return epochs.size() == kPartitions && epochs.at(5) == 8;
  }));
}

TEST_F(PartitionLeasesTest, ReadersThatHaveAllConnectionsDoNotHoldUpTheLease) {
  const auto database =
      PostgresDatabase::Create(
          {.target = target_, .schema = PostgresStateLogSchema(), .connections = 1})
          .value();
  const auto read = database->BeginRead();
  ASSERT_TRUE(read.ok());
  OwnedParts parts;
  PartitionLeases leases(*database, kFast);
  leases.Begin(kPartitions, "127.0.0.1:1", parts);
  EXPECT_TRUE(parts.WaitFor(5, absl::Seconds(4)).has_value());
}

TEST_F(PartitionLeasesTest, AServerThatIsAwayEndsWhatIsHeldForCertain) {
  const auto first = Join(1, {.lease = absl::Milliseconds(400), .beat = absl::Milliseconds(20)});
  ASSERT_TRUE(Eventually([&] { return first->ownership->holds(); }));
  Sql("ALTER TABLE member RENAME TO hidden");
  const int64_t epoch = first->parts.WaitFor(5).epoch;
  EXPECT_TRUE(Eventually([&] { return !first->ownership->holds(); }));
  EXPECT_FALSE(first->ownership->Holds({5, epoch}));
  Sql("ALTER TABLE hidden RENAME TO member");
  EXPECT_TRUE(Eventually([&] { return first->ownership->holds(); }));
}

}  // namespace
}  // namespace kpisuite
