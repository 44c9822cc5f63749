// What a killed process leaves behind: everything it was told is committed, nothing half done.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libs/storage/group_committer.h"
#include "libs/storage/storage_test_support.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

// Each unit stores a pair of items, so that half a unit would show as an odd number.
CommitUnit PairUnit(int64_t pair, int acknowledge) {
  CommitUnit unit{.bytes = 64, .rows = 2};
  unit.apply = [pair](Connection& connection) {
    absl::Status added = connection.Execute(kInsertItem, {2 * pair, "a", std::nullopt});
    added.Update(connection.Execute(kInsertItem, {2 * pair + 1, "b", std::nullopt}));
    return added;
  };
  unit.done = [pair, acknowledge](const absl::Status& status) {
    if (status.ok() && write(acknowledge, &pair, sizeof(pair)) != sizeof(pair)) _exit(2);
  };
  return unit;
}

[[noreturn]] void WriteForever(const std::string& directory, int acknowledge) {
  auto database = Database::Create(TestOptions(directory));
  if (!database.ok()) _exit(3);
  const int64_t first = CountItems(**database) / 2;
  GroupCommitter committer(**database, {}, nullptr);
  for (int64_t pair = first;;) {
    if (committer.Submit(PairUnit(pair, acknowledge)).ok()) {
      ++pair;
    } else {
      usleep(100);
    }
  }
}

TEST(Crash, KeepsWhatWasAcknowledgedWhenTheWriterIsKilled) {
  TestDirectory directory;
  for (int round = 0; round < 8; ++round) {
    int channel[2];
    ASSERT_EQ(pipe(channel), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) WriteForever(directory.path(), channel[1]);
    close(channel[1]);
    int64_t acknowledged = -1;
    for (int i = 0; i < 100 * (round + 1); ++i) {
      ASSERT_EQ(read(channel[0], &acknowledged, sizeof(acknowledged)), sizeof(acknowledged));
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(channel[0], &acknowledged, sizeof(acknowledged)) == sizeof(acknowledged)) {
    }
    close(channel[0]);

    auto database = Database::Create(TestOptions(directory.path()));
    ASSERT_TRUE(database.ok()) << database.status();
    const int64_t items = CountItems(**database);
    EXPECT_GE(items, 2 * (acknowledged + 1));
    EXPECT_EQ(items % 2, 0);
    auto snapshot = (*database)->BeginRead();
    ASSERT_TRUE(snapshot.ok());
    EXPECT_EQ(*snapshot->connection().QueryInt64("SELECT max(key) + 1 FROM item"), items);
    auto check = snapshot->connection().Prepare("PRAGMA integrity_check");
    ASSERT_TRUE(check.ok() && *check->Step());
    EXPECT_EQ(check->Text(0), "ok");
  }
}

TEST(Crash, ForgetsATransactionThatWasNotCommitted) {
  TestDirectory directory;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto database = Database::Create(TestOptions(directory.path()));
    if (!database.ok() || !AddItem(**database, 1).ok()) _exit(1);
    auto transaction = (*database)->BeginWrite();
    const std::string large(1 << 20, 'x');
    if (!transaction.ok()) _exit(1);
    // More than the page cache holds, so that uncommitted pages reach the WAL.
    for (int key = 2; key < 100; ++key) {
      if (!transaction->connection().Execute(kInsertItem, {key, large, std::nullopt}).ok()) {
        _exit(1);
      }
    }
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  auto database = Database::Create(TestOptions(directory.path()));
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_EQ(CountItems(**database), 1);
}

}  // namespace
}  // namespace kpisuite
