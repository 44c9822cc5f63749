#include "libs/postgres/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "libs/base/error.h"
#include "libs/postgres/error.h"
#include "libs/postgres/test_server.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

PostgresDatabaseOptions Options(const PostgresTarget& target) {
  PostgresDatabaseOptions options;
  options.target = target;
  options.schema = {"kpi_test", {"CREATE TABLE item(key bigint PRIMARY KEY)"}};
  return options;
}

std::unique_ptr<PostgresDatabase> Open(const PostgresDatabaseOptions& options) {
  auto database = PostgresDatabase::Create(options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *std::move(database) : nullptr;
}

int64_t CountItems(PostgresDatabase& database) {
  const auto transaction = database.BeginRead();
  return transaction->connection().Query("SELECT count(*) FROM item")->Int64(0, 0);
}

class PostgresDatabaseTest : public testing::Test {
 protected:
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
};

TEST_F(PostgresDatabaseTest, WhatIsNotCommittedIsRolledBack) {
  const auto database = Open(Options(target_));
  {
    const auto transaction = database->BeginWrite();
    ASSERT_TRUE(transaction->connection().Execute("INSERT INTO item VALUES(1)").ok());
  }
  EXPECT_EQ(CountItems(*database), 0);
  {
    auto transaction = database->BeginWrite();
    ASSERT_TRUE(transaction->connection().Execute("INSERT INTO item VALUES(1)").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(CountItems(*database), 1);
}

TEST_F(PostgresDatabaseTest, AReadSeesOneMomentAndDoesNotWrite) {
  const auto database = Open(Options(target_));
  const auto read = database->BeginRead();
  EXPECT_EQ(read->connection().Query("SELECT count(*) FROM item")->Int64(0, 0), 0);
  {
    auto transaction = database->BeginWrite();
    ASSERT_TRUE(transaction->connection().Execute("INSERT INTO item VALUES(1)").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(read->connection().Query("SELECT count(*) FROM item")->Int64(0, 0), 0);
  EXPECT_FALSE(read->connection().Execute("INSERT INTO item VALUES(2)").ok());
}

TEST_F(PostgresDatabaseTest, ManyProcessesMayMigrateAtOnceAndOneDoes) {
  std::vector<std::thread> starters;
  for (int i = 0; i < 4; ++i) starters.emplace_back([this] { Open(Options(target_)); });
  for (std::thread& starter : starters) starter.join();
  PostgresDatabaseOptions options = Options(target_);
  options.schema.migrations.push_back("ALTER TABLE item ADD note text");
  const auto database = Open(options);
  const auto read = database->BeginRead();
  EXPECT_EQ(read->connection().Query("SELECT count(*) FROM schema_version")->Int64(0, 0), 2);
}

TEST_F(PostgresDatabaseTest, AMigrationThatFailsLeavesNothing) {
  PostgresDatabaseOptions options = Options(target_);
  options.schema.migrations.push_back("CREATE TABLE other(id bigint); SELECT 1 / 0");
  EXPECT_EQ(PostgresDatabase::Create(options).status().code(), absl::StatusCode::kInternal);
  const auto database = Open(Options(target_));
  EXPECT_EQ(CountItems(*database), 0);
}

TEST_F(PostgresDatabaseTest, TablesOfANewerVersionAreRefused) {
  PostgresDatabaseOptions options = Options(target_);
  options.schema.migrations.push_back("ALTER TABLE item ADD note text");
  Open(options);
  const absl::Status refused = PostgresDatabase::Create(Options(target_)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("got schema version 2, want at most 1"));
}

std::string RefusalOf(const PostgresDatabaseOptions& options) {
  const auto refused = PostgresDatabase::Create(options);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition) << refused.status();
  return std::string(refused.status().message());
}

TEST_F(PostgresDatabaseTest, TablesThatAreBeingFilledAreOpenedByWhoFillsThemAlone) {
  PostgresDatabaseOptions filling = Options(target_);
  filling.schema.filling = true;
  const auto database = Open(filling);
  EXPECT_THAT(RefusalOf(Options(target_)), HasSubstr("holds an unfinished copy"));
  Open(filling);
  {
    auto transaction = database->BeginWrite();
    ASSERT_TRUE(transaction->connection().Execute("DROP TABLE unfinished_copy").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  Open(Options(target_));
  EXPECT_THAT(RefusalOf(filling), HasSubstr("kpi_test holds tables already"));
}

TEST_F(PostgresDatabaseTest, ATransactionWaitsForAConnectionAndGivesUp) {
  PostgresDatabaseOptions options = Options(target_);
  options.connections = 1;
  options.connection_wait = absl::Milliseconds(50);
  const auto database = Open(options);
  {
    const auto held = database->BeginRead();
    EXPECT_EQ(database->BeginRead().status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(database->BeginRead().ok());
}

TEST_F(PostgresDatabaseTest, AWriteThatDoesNotGoOnLosesItsLocksAndAReadGoesOn) {
  const auto database = Open(Options(target_));
  auto halted = database->BeginWrite();
  const auto read = database->BeginRead();
  ASSERT_TRUE(halted->connection().Execute("LOCK TABLE item IN EXCLUSIVE MODE").ok());
  {
    auto other = database->BeginWrite();
    // Waits until the lock is gone.
    EXPECT_TRUE(other->connection().Execute("INSERT INTO item VALUES(1)").ok());
    EXPECT_TRUE(other->Commit().ok());
  }
  EXPECT_EQ(halted->Commit().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(read->connection().Execute("SELECT FROM item").ok());
}

TEST_F(PostgresDatabaseTest, AWaitForALockThatIsGivenUpIsToldFromOtherErrors) {
  const auto database = Open(Options(target_));
  const auto holder = database->BeginWrite();
  ASSERT_TRUE(holder->connection().Execute("LOCK TABLE item IN EXCLUSIVE MODE").ok());
  const auto waiter = database->Connect("SET lock_timeout TO '50ms'").value();
  const absl::Status gave_up = waiter->Execute("INSERT INTO item VALUES(1)");
  EXPECT_EQ(gave_up.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(IsLockTimeout(gave_up));
  EXPECT_FALSE(IsLockTimeout(waiter->Execute("SELECT nothing")));
}

TEST(PostgresDatabaseCrash, ConnectionsComeBackWithTheServerAndWhatWasCommittedIsThere) {
  PostgresTestServer server;
  ASSERT_TRUE(server.Start().ok());
  const PostgresTarget target = server.NewDatabase().value();
  const auto database = Open(Options(target));
  {
    auto transaction = database->BeginWrite();
    ASSERT_TRUE(transaction->connection().Execute("INSERT INTO item VALUES(1)").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  server.Crash();
  EXPECT_EQ(database->BeginRead().status().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(server.Start().ok());
  EXPECT_EQ(CountItems(*database), 1);
}

}  // namespace
}  // namespace kpisuite
