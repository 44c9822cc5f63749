#include "libs/storage/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "libs/base/error.h"
#include "libs/storage/storage_test_support.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string Refusal(const DatabaseOptions& options) {
  const auto database = Database::Create(options);
  if (database.ok()) return "opened";
  EXPECT_EQ(database.status().code(), absl::StatusCode::kFailedPrecondition) << database.status();
  return std::string(database.status().message());
}

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::Create(TestOptions(directory_.path()));
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
  }

  TestDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, RefusesASecondInstanceAndNamesTheHolder) {
  EXPECT_THAT(Refusal(TestOptions(directory_.path())),
              AllOf(HasSubstr("--store"), HasSubstr(directory_.path()),
                    HasSubstr("is held by process " + std::to_string(getpid()))));
  database_.reset();
  EXPECT_EQ(Refusal(TestOptions(directory_.path())), "opened");
}

TEST_F(DatabaseTest, RefusesASecondProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto second = Database::Create(TestOptions(directory_.path()));
    _exit(second.status().code() == absl::StatusCode::kFailedPrecondition ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(DatabaseTest, SyncsEachCommitAndKeepsCheckpointsToTheWriter) {
  auto writer = database_->BeginWrite();
  ASSERT_TRUE(writer.ok());
  Connection& write = writer->connection();
  EXPECT_EQ(*write.QueryInt64("PRAGMA synchronous"), 2);
  EXPECT_EQ(*write.QueryInt64("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(*write.QueryInt64("PRAGMA wal_autocheckpoint"), 4000);
  auto reader = database_->BeginRead();
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*reader->connection().QueryInt64("PRAGMA wal_autocheckpoint"), 0);
  EXPECT_EQ(*reader->connection().QueryInt64("PRAGMA query_only"), 1);
  EXPECT_EQ(*reader->connection().QueryInt64(
                "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
            1);
}

TEST_F(DatabaseTest, SnapshotStaysWhileOthersWrite) {
  ASSERT_TRUE(AddItem(*database_, 1).ok());
  auto snapshot = database_->BeginRead();
  ASSERT_TRUE(snapshot.ok());
  ASSERT_TRUE(AddItem(*database_, 2).ok());
  EXPECT_EQ(*snapshot->connection().QueryInt64("SELECT count(*) FROM item"), 1);
  EXPECT_EQ(CountItems(*database_), 2);
  ASSERT_TRUE(AddItem(*database_, 3).ok());
  EXPECT_EQ(*snapshot->connection().QueryInt64("SELECT count(*) FROM item"), 1);
}

TEST_F(DatabaseTest, StoresNothingWithoutCommit) {
  {
    auto transaction = database_->BeginWrite();
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(transaction->connection().Execute(kInsertItem, {1, "a", std::nullopt}).ok());
  }
  EXPECT_EQ(CountItems(*database_), 0);
  EXPECT_TRUE(AddItem(*database_, 1).ok()) << "the writer is free again";
}

TEST_F(DatabaseTest, LetsOneWriterInAtATime) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 25; ++i) EXPECT_TRUE(AddItem(*database_, thread * 100 + i).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(CountItems(*database_), 100);
}

TEST_F(DatabaseTest, GivesUpWhenNoConnectionBecomesFree) {
  database_.reset();
  DatabaseOptions options = TestOptions(directory_.path());
  options.connection_wait = absl::Milliseconds(20);
  options.readers = 1;
  auto database = Database::Create(options);
  ASSERT_TRUE(database.ok());
  const auto held_writer = (*database)->BeginWrite();
  const auto held_reader = (*database)->BeginRead();
  for (const absl::Status& status :
       {(*database)->BeginWrite().status(), (*database)->BeginRead().status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(GetErrorDetails(status).reason, "STORE_UNAVAILABLE");
  }
}

TEST_F(DatabaseTest, KeepsWhatIsCommittedWhenTheDiskIsFull) {
  ASSERT_TRUE(AddItem(*database_, 1).ok());
  const std::string large(200'000, 'x');
  {
    auto transaction = database_->BeginWrite();
    ASSERT_TRUE(transaction.ok());
    Connection& connection = transaction->connection();
    ASSERT_TRUE(connection.Execute("PRAGMA max_page_count=10").ok());
    const absl::Status full = connection.Execute(kInsertItem, {2, large, std::nullopt});
    EXPECT_EQ(GetErrorDetails(full).reason, "DISK_FULL") << full;
  }
  EXPECT_EQ(CountItems(*database_), 1);
  auto transaction = database_->BeginWrite();
  ASSERT_TRUE(transaction.ok());
  ASSERT_TRUE(transaction->connection().Execute("PRAGMA max_page_count=100000").ok());
  ASSERT_TRUE(transaction->connection().Execute(kInsertItem, {2, large, std::nullopt}).ok());
  EXPECT_TRUE(transaction->Commit().ok());
}

TEST_F(DatabaseTest, ReadOnlyLooksAtAStoreInUse) {
  ASSERT_TRUE(AddItem(*database_, 1).ok());
  DatabaseOptions options = TestOptions(directory_.path());
  options.read_only = true;
  auto look = Database::Create(options);
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_EQ(CountItems(**look), 1);
  EXPECT_EQ((*look)->BeginWrite().status().code(), absl::StatusCode::kInternal);
  options.schema.migrations.push_back("CREATE TABLE second(a)");
  EXPECT_THAT(Refusal(options), HasSubstr("start its service once"));
}

TEST_F(DatabaseTest, LeavesNoWalBehindWhenClosed) {
  ASSERT_TRUE(AddItem(*database_, 1).ok());
  EXPECT_TRUE(std::filesystem::exists(database_->path() + "-wal"));
  database_.reset();
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/test.db-wal"));
}

TEST(DatabaseDirectory, ErrorsNameThePathAndTheFlag) {
  TestDirectory directory;
  DatabaseOptions options = TestOptions(directory.path() + "/absent");
  options.flag = "--definition-store";
  EXPECT_THAT(Refusal(options), AllOf(HasSubstr("--definition-store"), HasSubstr("/absent"),
                                      HasSubstr("does not exist")));
  std::ofstream(directory.path() + "/file") << "x";
  options.directory = directory.path() + "/file";
  EXPECT_THAT(Refusal(options), HasSubstr("is not a directory"));
  options.directory = "/proc";
  EXPECT_THAT(Refusal(options), HasSubstr("/proc")) << "not writable, even for root";
  options = TestOptions(directory.path());
  options.read_only = true;
  EXPECT_THAT(Refusal(options), HasSubstr("holds no readable test.db"));
}

TEST(DatabaseDirectory, RefusesWritesBelowTheFreeSpaceFloor) {
  TestDirectory directory;
  DatabaseOptions options = TestOptions(directory.path());
  options.free_space_floor_bytes = std::numeric_limits<int64_t>::max();
  auto database = Database::Create(options);
  ASSERT_TRUE(database.ok());
  const absl::Status refused = (*database)->BeginWrite().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetails(refused).reason, "DISK_FULL");
  EXPECT_TRUE((*database)->BeginWriteBelowFloor().ok());
  EXPECT_TRUE((*database)->BeginRead().ok());
}

TEST(DatabaseDirectory, KeepsABallastFile) {
  TestDirectory directory;
  DatabaseOptions options = TestOptions(directory.path());
  options.ballast_bytes = 1 << 20;
  ASSERT_TRUE(Database::Create(options).ok());
  EXPECT_EQ(std::filesystem::file_size(directory.path() + "/test.db.ballast"), 1 << 20);
}

}  // namespace
}  // namespace kpisuite
