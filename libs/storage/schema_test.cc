#include "libs/storage/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "libs/storage/storage_test_support.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(Schema, MigratesAnOlderFileAndKeepsItsRows) {
  TestDirectory directory;
  DatabaseOptions options = TestOptions(directory.path());
  {
    auto database = Database::Create(options);
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE(AddItem(**database, 1).ok());
  }
  options.schema.migrations.push_back(
      "ALTER TABLE item ADD COLUMN more INTEGER DEFAULT 7;"
      "CREATE INDEX item_more ON item(more)");
  for (int opened = 0; opened < 2; ++opened) {
    auto database = Database::Create(options);
    ASSERT_TRUE(database.ok()) << database.status();
    auto snapshot = (*database)->BeginRead();
    ASSERT_TRUE(snapshot.ok());
    EXPECT_EQ(*snapshot->connection().QueryInt64("SELECT more FROM item WHERE key = 1"), 7);
    EXPECT_EQ(*snapshot->connection().QueryInt64("PRAGMA user_version"), 2);
  }
}

TEST(Schema, TakesBackAMigrationThatFails) {
  TestDirectory directory;
  DatabaseOptions options = TestOptions(directory.path());
  options.schema.migrations.push_back("CREATE TABLE second(a); INSERT INTO absent VALUES(1)");
  EXPECT_FALSE(Database::Create(options).ok());
  options.schema.migrations.back() = "CREATE TABLE second(a)";
  EXPECT_TRUE(Database::Create(options).ok());
}

TEST(Schema, RefusesAFileOfANewerVersion) {
  TestDirectory directory;
  DatabaseOptions newer = TestOptions(directory.path());
  newer.schema.migrations.push_back("CREATE TABLE second(a)");
  ASSERT_TRUE(Database::Create(newer).ok());
  const auto refused = Database::Create(TestOptions(directory.path()));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("got schema version 2, want at most 1"));
  EXPECT_THAT(Message(refused.status()), HasSubstr(directory.path() + "/test.db"));
}

TEST(Schema, RefusesAFileOfAnotherKindAndLeavesItAsItWas) {
  TestDirectory directory;
  DatabaseOptions other = TestOptions(directory.path());
  other.schema.application_id = 4711;
  ASSERT_TRUE(Database::Create(other).ok());
  const auto refused = Database::Create(TestOptions(directory.path()));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("is not a test store"));
  EXPECT_TRUE(Database::Create(other).ok());
}

TEST(Schema, RefusesATableOfSomebodyElseWithoutAnApplicationId) {
  TestDirectory directory;
  {
    ConnectionOptions options;
    options.role = ConnectionOptions::Role::kWriter;
    auto connection = Connection::Open(directory.path() + "/test.db", options);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE((*connection)->Execute("CREATE TABLE theirs(a)").ok());
  }
  const auto refused = Database::Create(TestOptions(directory.path()));
  EXPECT_THAT(Message(refused.status()), HasSubstr("is not a test store"));
}

TEST(Schema, RefusesAFileThatIsNoDatabase) {
  TestDirectory directory;
  std::ofstream(directory.path() + "/test.db") << std::string(5000, 'x');
  const auto refused = Database::Create(TestOptions(directory.path()));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("is not a SQLite database"));
}

}  // namespace
}  // namespace kpisuite
