#include "libs/storage/group_committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <numeric>

#include "libs/base/error.h"
#include "libs/storage/storage_test_support.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

class GroupCommitterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::Create(TestOptions(directory_.path()));
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
  }

  void Start(GroupCommitterOptions options = {}) {
    committer_ = std::make_unique<GroupCommitter>(
        *database_, options, [this](const absl::Status& status) { groups_.push_back(status); });
  }

  // Submits a unit; the future gets its result.
  std::future<absl::Status> Submit(std::function<absl::Status(Connection&)> apply) {
    auto result = std::make_shared<std::promise<absl::Status>>();
    CommitUnit unit{.bytes = 100, .rows = 1, .apply = std::move(apply)};
    unit.done = [result](const absl::Status& status) { result->set_value(status); };
    const absl::Status accepted = committer_->Submit(std::move(unit));
    if (!accepted.ok()) result->set_value(accepted);
    return result->get_future();
  }

  std::future<absl::Status> Add(int64_t key, const std::string& value = "text") {
    return Submit([key, value](Connection& connection) {
      return connection.Execute(kInsertItem, {key, value, std::nullopt});
    });
  }

  // Holds the committer inside a unit until the returned promise is set, so that what is submitted
  // meanwhile ends up in one group.
  std::promise<void> Hold() {
    std::promise<void> release;
    auto entered = std::make_shared<std::promise<void>>();
    Submit([entered, released = release.get_future().share()](Connection&) {
      entered->set_value();
      released.wait();
      return absl::OkStatus();
    });
    entered->get_future().wait();
    return release;
  }

  TestDirectory directory_;
  std::unique_ptr<Database> database_;
  std::vector<absl::Status> groups_;  // read after Shutdown
  std::unique_ptr<GroupCommitter> committer_;
};

TEST_F(GroupCommitterTest, StoresBeforeItSaysSo) {
  Start();
  for (int64_t key = 1; key <= 20; ++key) {
    EXPECT_TRUE(Add(key).get().ok());
    EXPECT_EQ(CountItems(*database_), key);
  }
}

TEST_F(GroupCommitterTest, CommitsWaitingUnitsTogetherInTheirOrder) {
  Start();
  std::promise<void> release = Hold();
  std::vector<std::future<absl::Status>> results;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    results.push_back(Submit([&order, i](Connection& connection) {
      order.push_back(i);
      return connection.Execute(kInsertItem, {i, "text", std::nullopt});
    }));
  }
  release.set_value();
  for (auto& result : results) EXPECT_TRUE(result.get().ok());
  committer_->Shutdown();
  EXPECT_EQ(groups_.size(), 2u) << "the held unit, then all others in one transaction";
  std::vector<int> expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST_F(GroupCommitterTest, OneBadUnitDoesNotHarmItsGroup) {
  Start();
  std::promise<void> release = Hold();
  auto first = Add(1);
  auto taken = Submit([](Connection& connection) {
    absl::Status added = connection.Execute(kInsertItem, {2, "half", std::nullopt});
    added.Update(connection.Execute(kInsertItem, {1, "again", std::nullopt}));
    return added;
  });
  auto last = Add(3);
  release.set_value();
  EXPECT_TRUE(first.get().ok());
  EXPECT_EQ(taken.get().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(last.get().ok());
  EXPECT_EQ(CountItems(*database_), 2) << "item 2 of the bad unit was taken back";
}

TEST_F(GroupCommitterTest, AFullDiskFailsTheUnitAndTheNextOnesGoOn) {
  Start();
  EXPECT_TRUE(
      Submit([](Connection& connection) { return connection.Execute("PRAGMA max_page_count=10"); })
          .get()
          .ok());
  const absl::Status full = Add(1, std::string(200'000, 'x')).get();
  EXPECT_EQ(GetErrorDetails(full).reason, "DISK_FULL") << full;
  EXPECT_EQ(CountItems(*database_), 0);
  EXPECT_TRUE(Add(2).get().ok());
}

TEST_F(GroupCommitterTest, RefusesWhatDoesNotFitTheQueue) {
  Start({.max_queued_units = 2, .max_queued_bytes = 250});
  std::promise<void> release = Hold();
  auto first = Add(1);
  auto second = Add(2);
  const absl::Status third = Add(3).get();
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetails(third).reason, "QUEUE_FULL");
  EXPECT_TRUE(GetErrorDetails(third).retry_after.has_value());
  EXPECT_EQ(committer_->queued_units(), 2u);
  EXPECT_EQ(committer_->queued_bytes(), 200u);
  release.set_value();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
  EXPECT_EQ(committer_->queued_bytes(), 0u);
}

TEST_F(GroupCommitterTest, CommitsWhatIsQueuedBeforeItShutsDown) {
  Start();
  std::promise<void> release = Hold();
  std::vector<std::future<absl::Status>> results;
  for (int64_t key = 0; key < 10; ++key) results.push_back(Add(key));
  release.set_value();
  committer_->Shutdown();
  for (auto& result : results) EXPECT_TRUE(result.get().ok());
  EXPECT_EQ(CountItems(*database_), 10);
  const absl::Status late = Add(11).get();
  EXPECT_EQ(late.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(late).reason, "SHUTTING_DOWN");
}

TEST_F(GroupCommitterTest, FailsAGroupThatCannotBegin) {
  database_.reset();
  DatabaseOptions options = TestOptions(directory_.path());
  options.connection_wait = absl::Milliseconds(10);
  auto opened = Database::Create(options);
  ASSERT_TRUE(opened.ok());
  database_ = *std::move(opened);
  Start();
  {
    const auto other_writer = database_->BeginWrite();
    ASSERT_TRUE(other_writer.ok());
    EXPECT_EQ(GetErrorDetails(Add(1).get()).reason, "STORE_UNAVAILABLE");
  }
  EXPECT_TRUE(Add(1).get().ok());
  committer_->Shutdown();
  ASSERT_EQ(groups_.size(), 2u);
  EXPECT_FALSE(groups_[0].ok());
  EXPECT_TRUE(groups_[1].ok());
}

}  // namespace
}  // namespace kpisuite
