#include "services/backup/store_backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/storage/database.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

constexpr int64_t kNow = 1'800'000'000;

class StoreBackup : public testing::Test {
 protected:
  StoreBackup() {
    std::filesystem::create_directory(store());
    std::filesystem::create_directory(restored());
  }

  std::string store() const { return directory_.path() + "/store"; }
  std::string backup() const { return directory_.path() + "/backup"; }
  std::string restored() const { return directory_.path() + "/restored"; }

  static std::unique_ptr<Database> Open(const std::string& directory) {
    auto database = Database::Create(
        {.directory = directory,
         .file_name = "measurement.db",
         .schema = {.name = "measurement",
                    .application_id = 7,
                    .migrations = {"CREATE TABLE head(part INTEGER, incarnation INTEGER);"
                                   "INSERT INTO head VALUES(0, 5)"}}});
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  static void Insert(Database& database, int64_t part) {
    WriteTransaction write = *database.BeginWrite();
    ASSERT_TRUE(write.connection().Execute("INSERT INTO head VALUES(?, 5)", {part}).ok());
    ASSERT_TRUE(write.Commit().ok());
  }

  static int64_t Ask(Database& database, const std::string& sql) {
    return **(*database.BeginRead()).connection().QueryInt64(sql);
  }

  static std::string ErrorOf(const absl::StatusOr<std::vector<CopiedFile>>& result) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition) << result.status();
    return std::string(result.status().message());
  }

  TestDirectory directory_;
  FakeClock clock_{absl::FromUnixSeconds(kNow)};
};

TEST_F(StoreBackup, CopiesWhatARunningServiceHasCommitted) {
  const auto running = Open(store());
  Insert(*running, 1);
  const auto copied = BackUpStore(store(), backup());
  ASSERT_TRUE(copied.ok()) << copied.status();
  ASSERT_EQ(copied->size(), 1u);
  EXPECT_EQ((*copied)[0].path, backup() + "/measurement.db");
  EXPECT_GT((*copied)[0].bytes, 0);
  Insert(*running, 2);
  EXPECT_EQ(Ask(*running, "SELECT count(*) FROM head"), 3);
  EXPECT_FALSE(std::filesystem::exists(backup() + "/measurement.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(backup() + "/measurement.db.partial"));
  EXPECT_EQ(Ask(*Open(backup()), "SELECT count(*) FROM head"), 2);
}

TEST_F(StoreBackup, RestoresANewLife) {
  Insert(*Open(store()), 1);
  ASSERT_TRUE(BackUpStore(store(), backup()).ok());
  ASSERT_TRUE(RestoreStore(backup(), restored(), clock_).ok());
  const auto again = Open(restored());
  EXPECT_EQ(Ask(*again, "SELECT count(*) FROM head"), 2);
  EXPECT_EQ(Ask(*again, "SELECT min(incarnation) FROM head"), kNow);
  EXPECT_EQ(Ask(*Open(backup()), "SELECT max(incarnation) FROM head"), 5) << "the copy stays";
}

TEST_F(StoreBackup, RestoredTwiceInASecondIsTwoLives) {
  Insert(*Open(store()), 1);
  ASSERT_TRUE(BackUpStore(store(), backup()).ok());
  ASSERT_TRUE(RestoreStore(backup(), restored(), clock_).ok());
  ASSERT_TRUE(BackUpStore(restored(), backup() + "2").ok());
  std::filesystem::remove(restored() + "/measurement.db");
  ASSERT_TRUE(RestoreStore(backup() + "2", restored(), clock_).ok());
  EXPECT_EQ(Ask(*Open(restored()), "SELECT min(incarnation) FROM head"), kNow + 1);
}

TEST_F(StoreBackup, OverwritesNothing) {
  Insert(*Open(store()), 1);
  ASSERT_TRUE(BackUpStore(store(), backup()).ok());
  EXPECT_THAT(ErrorOf(BackUpStore(store(), backup())), HasSubstr("exists already"));
  EXPECT_THAT(ErrorOf(RestoreStore(backup(), store(), clock_)), HasSubstr("exists already"));
}

TEST_F(StoreBackup, IsNotPutUnderARunningService) {
  const auto running = Open(store());
  ASSERT_TRUE(BackUpStore(store(), backup()).ok());
  EXPECT_FALSE(RestoreStore(backup(), store(), clock_).ok());
  EXPECT_EQ(Ask(*running, "SELECT max(incarnation) FROM head"), 5);
}

TEST_F(StoreBackup, OfNothingOrOfDamageIsRefused) {
  EXPECT_THAT(ErrorOf(BackUpStore(store(), backup())), HasSubstr("got none of"));
  EXPECT_THAT(ErrorOf(RestoreStore(backup(), restored(), clock_)), HasSubstr("got none of"));
  std::ofstream(store() + "/definition.db") << std::string(8192, 'x');
  EXPECT_THAT(ErrorOf(BackUpStore(store(), backup())), HasSubstr("not a SQLite database"));
  EXPECT_TRUE(std::filesystem::is_empty(backup()));
}

TEST_F(StoreBackup, LeavesNothingHalfBehind) {
  Insert(*Open(store()), 1);
  std::filesystem::create_directory(backup());
  std::filesystem::create_directory(backup() + "/measurement.db.partial");
  std::ofstream(backup() + "/measurement.db.partial/in-the-way") << "x";
  EXPECT_FALSE(BackUpStore(store(), backup()).ok());
  EXPECT_FALSE(std::filesystem::exists(backup() + "/measurement.db"));
}

}  // namespace
}  // namespace kpisuite
