// DefinitionFollower against a real server that stops, comes back and loses its store.
#include "libs/rpc/definition_follower.h"

#include <gmock/gmock.h>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

// Keeps a catalog as a service would.
class Follower {
 public:
  explicit Follower(const std::string& address, int64_t position = 0, int64_t incarnation = 0)
      : follower_(
            MakeChannel(address),
            {.after_position = position,
             .incarnation = incarnation,
             .first_backoff = absl::Milliseconds(1),
             .longest_backoff = absl::Milliseconds(20)},
            [this](const DefinitionUpdate& update) { return Take(update); }, nullptr) {}

  DefinitionFollower& follower() { return follower_; }
  size_t size() const {
    MutexLock lock(mutex_);
    return catalog_.size();
  }
  int snapshots() const {
    MutexLock lock(mutex_);
    return snapshots_;
  }
  int updates() const {
    MutexLock lock(mutex_);
    return updates_;
  }
  void FailTimes(int failures) {
    MutexLock lock(mutex_);
    failures_ = failures;
  }

 private:
  absl::Status Take(const DefinitionUpdate& update) {
    MutexLock lock(mutex_);
    if (failures_ > 0) {
      --failures_;
      return absl::InternalError("not now");
    }
    ++updates_;
    snapshots_ += update.snapshot ? 1 : 0;
    if (update.snapshot) {
      catalog_.Reset(update.definitions, update.position);
    } else {
      catalog_.Apply(update.definitions, update.position);
    }
    return absl::OkStatus();
  }

  mutable Mutex mutex_;
  Catalog catalog_ GUARDED_BY(mutex_);
  int snapshots_ GUARDED_BY(mutex_) = 0;
  int updates_ GUARDED_BY(mutex_) = 0;
  int failures_ GUARDED_BY(mutex_) = 0;
  DefinitionFollower follower_;
};

void ApplyTo(DefinitionServer& server, const std::vector<v1::Definition>& definitions) {
  const auto response = server.service().Apply(ApplyRequest(definitions), "");
  ASSERT_TRUE(response.ok()) << response.status();
}

TEST(DefinitionFollower, TakesTheSnapshotAndWhatComesAfter) {
  TestDirectory directory;
  DefinitionServer server(directory.path());
  ApplyTo(server, SmallWorld());
  Follower follower(server.address());
  EXPECT_TRUE(follower.follower().WaitForPosition(2, absl::Seconds(20)));
  EXPECT_EQ(follower.size(), 2u);
  ApplyTo(server, {Metric("m", "unit: 'EUR'")});
  EXPECT_TRUE(follower.follower().WaitForPosition(3, absl::Seconds(20)));
  EXPECT_EQ(follower.size(), 3u);
  EXPECT_EQ(follower.snapshots(), 1);
  EXPECT_TRUE(follower.follower().state().connected);
  EXPECT_TRUE(Eventually([&] { return follower.follower().state().caught_up; }));
  EXPECT_EQ(follower.follower().state().incarnation, server.service().incarnation());
}

TEST(DefinitionFollower, ResumesAfterARestartOfTheServer) {
  TestDirectory directory;
  auto server = std::make_unique<DefinitionServer>(directory.path());
  const std::string address = server->address();
  ApplyTo(*server, SmallWorld());
  Follower follower(address);
  ASSERT_TRUE(follower.follower().WaitForPosition(2, absl::Seconds(20)));
  server.reset();
  EXPECT_TRUE(Eventually([&] { return !follower.follower().state().connected; }));
  EXPECT_FALSE(follower.follower().state().last_error.ok());
  server = std::make_unique<DefinitionServer>(directory.path(), address);
  ApplyTo(*server, {Metric("m", "unit: 'EUR'")});
  EXPECT_TRUE(follower.follower().WaitForPosition(3, absl::Seconds(20)));
  EXPECT_EQ(follower.size(), 3u);
  EXPECT_EQ(follower.snapshots(), 1) << "it went on where it was";
}

TEST(DefinitionFollower, StartsAgainWhenTheServerLostItsStore) {
  TestDirectory first;
  TestDirectory second;
  auto server = std::make_unique<DefinitionServer>(first.path());
  const std::string address = server->address();
  ApplyTo(*server, SmallWorld());
  ApplyTo(*server, {Metric("m", "unit: 'EUR'")});
  Follower follower(address);
  ASSERT_TRUE(follower.follower().WaitForPosition(3, absl::Seconds(20)));
  server.reset();
  server = std::make_unique<DefinitionServer>(second.path(), address);
  ApplyTo(*server, {SmallWorld()[0]});
  EXPECT_TRUE(Eventually([&] { return follower.snapshots() == 2; }));
  EXPECT_EQ(follower.size(), 1u) << "what the new store does not have is gone";
  EXPECT_TRUE(Eventually([&] { return follower.follower().state().position == 2; }));
}

TEST(DefinitionFollower, NoticesAReplacedLogThatIsAheadOfIt) {
  TestDirectory directory;
  DefinitionServer server(directory.path());
  ApplyTo(server, SmallWorld());
  Follower follower(server.address(), 2, server.service().incarnation() ^ 1);
  EXPECT_TRUE(Eventually([&] { return follower.snapshots() == 1; }));
  EXPECT_EQ(follower.size(), 2u);
}

TEST(DefinitionFollower, ContinuesFromAStoredPosition) {
  TestDirectory directory;
  DefinitionServer server(directory.path());
  ApplyTo(server, SmallWorld());
  Follower follower(server.address(), 2, server.service().incarnation());
  EXPECT_TRUE(Eventually([&] { return follower.follower().state().caught_up; }));
  EXPECT_EQ(follower.updates(), 0);
}

TEST(DefinitionFollower, RepeatsAnUpdateThatItsOwnerCouldNotTake) {
  TestDirectory directory;
  DefinitionServer server(directory.path());
  Follower follower(server.address());
  ASSERT_TRUE(follower.follower().WaitForPosition(1, absl::Seconds(20)));
  follower.FailTimes(3);
  ApplyTo(server, SmallWorld());
  EXPECT_TRUE(follower.follower().WaitForPosition(2, absl::Seconds(20)));
  EXPECT_EQ(follower.size(), 2u);
}

TEST(DefinitionFollower, StopsWithoutAServer) {
  Follower follower("127.0.0.1:1");
  EXPECT_TRUE(Eventually([&] { return !follower.follower().state().last_error.ok(); }));
  follower.follower().Stop();
  EXPECT_FALSE(follower.follower().state().connected);
  EXPECT_FALSE(follower.follower().WaitForPosition(1, absl::ZeroDuration()));
}

}  // namespace
}  // namespace kpisuite
