#include "libs/cache/cache_publisher.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "libs/cache/open_state_cache.h"
#include "libs/cache/publisher_test_support.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

class CachePublisherTest : public testing::Test {
 protected:
  CachePublisherTest() {
    options_.heartbeat = absl::Milliseconds(5);
    options_.retry_after = absl::Milliseconds(5);
  }

  void Start() {
    publisher_ = std::make_unique<CachePublisher>(cache_, owner_, options_);
    owner_.set_publisher(publisher_.get());
  }

  // Starts with partition 1 complete.
  void StartComplete() {
    Start();
    owner_.Set(1, "first", "1");
    ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
    cache_.TakeLog();
  }

  CachePublisherOptions options_;
  FaultyCache cache_;
  TestOwner owner_;
  std::unique_ptr<CachePublisher> publisher_;
};

TEST_F(CachePublisherTest, WritesWhatItsOwnerPublishes) {
  Start();
  owner_.PublishWhole(3);
  for (int i = 0; i < 100; ++i) {
    owner_.Set(i % 4, "key" + std::to_string(i % 7), std::to_string(i));
  }
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
  EXPECT_EQ(owner_.told().up, 1);
  EXPECT_EQ(owner_.told().down, 0);
  EXPECT_EQ(publisher_->stats().queued_states, 0u);
  EXPECT_EQ(publisher_->stats().queued_bytes, 0u);
}

TEST_F(CachePublisherTest, KeepsOnlyTheNewestStateOfAKey) {
  StartComplete();
  cache_.Hold();
  for (int i = 0; i < 1000; ++i) owner_.Set(1, "busy", std::to_string(i));
  EXPECT_EQ(publisher_->stats().queued_states, 1u);
  cache_.LetGo();
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_EQ(ReadPayload(cache_, 1, "busy"), "999");
  EXPECT_LT(cache_.TakeLog().size(), 100u);
}

TEST_F(CachePublisherTest, MovesTheFrontierOnlyWithTheLastState) {
  options_.max_batch_states = 10;
  options_.heartbeat = absl::Seconds(1);
  StartComplete();
  cache_.Hold();
  for (int i = 0; i < 95; ++i) owner_.Set(1, std::to_string(i), "x");
  cache_.LetGo();
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  size_t states = 0;
  for (const Publication& publication : cache_.TakeLog()) {
    states += publication.updates.size();
    const bool last = states == 95;
    if (publication.updates.empty()) continue;
    EXPECT_EQ(publication.frontier_write, last ? FrontierWrite::kAdvance : FrontierWrite::kKeep);
  }
  EXPECT_EQ(states, 95u);
}

TEST_F(CachePublisherTest, DropsWhatHasNoRoomAndAsksForThePartition) {
  options_.max_queued_states = 10;
  StartComplete();
  cache_.Hold();
  for (int i = 0; i < 50; ++i) owner_.Set(1, std::to_string(i), "x");
  EXPECT_LE(publisher_->stats().queued_states, 10u);
  EXPECT_GT(publisher_->stats().dropped_states, 0u);
  cache_.LetGo();
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
  EXPECT_FALSE(owner_.told().asked.empty());
}

TEST_F(CachePublisherTest, HoldsTheFrontierWhileStatesAreMissing) {
  options_.max_queued_bytes = 100;
  StartComplete();
  owner_.set_answering(false);
  const auto before = ReadFrontier(cache_, 1);
  owner_.Set(1, "large", std::string(1000, 'x'));
  const size_t asked = owner_.told().asked.size();
  ASSERT_TRUE(owner_.WaitFor([&](const auto& told) { return told.asked.size() > asked; }));
  owner_.Set(1, "small", "y");
  EXPECT_EQ(ReadFrontier(cache_, 1), before);
  EXPECT_FALSE(publisher_->WaitUntilWritten(absl::ZeroDuration()));
  owner_.PublishWhole(1);
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience)) << "one partition always has room";
  EXPECT_TRUE(owner_.IsShownBy(cache_));
  EXPECT_GT(ReadFrontier(cache_, 1), before);
}

TEST_F(CachePublisherTest, RepublishesWhenTheCacheHasLostEverything) {
  StartComplete();
  for (int partition = 2; partition < 6; ++partition) owner_.Set(partition, "a", "x");
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  const size_t asked = owner_.told().asked.size();
  cache_.memory().Flush();
  ASSERT_TRUE(owner_.WaitFor([&](const auto& told) { return told.asked.size() >= asked + 5; }));
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
}

TEST_F(CachePublisherTest, AsksForOnePartitionAtATime) {
  options_.republish_patience = absl::Hours(1);
  Start();
  owner_.set_answering(false);
  for (int partition = 1; partition < 6; ++partition) owner_.Set(partition, "a", "x");
  ASSERT_TRUE(owner_.WaitFor([](const auto& told) { return told.asked.size() == 1; }));
  for (size_t asked = 1; asked < 5; ++asked) {
    EXPECT_EQ(owner_.told().asked.size(), asked);
    owner_.PublishWhole(owner_.told().asked.back());
    ASSERT_TRUE(owner_.WaitFor([&](const auto& told) { return told.asked.size() == asked + 1; }));
  }
}

TEST_F(CachePublisherTest, DoesNotWaitForAnOwnerWhoDoesNotAnswer) {
  options_.republish_patience = absl::Milliseconds(10);
  Start();
  owner_.set_answering(false);
  owner_.Set(1, "a", "x");
  owner_.Set(2, "a", "x");
  EXPECT_TRUE(owner_.WaitFor([](const auto& told) {
    return std::count(told.asked.begin(), told.asked.end(), 1) > 1 &&
           std::count(told.asked.begin(), told.asked.end(), 2) > 1;
  }));
}

TEST_F(CachePublisherTest, KeepsStatesWhileTheCacheIsDownAndSaysSo) {
  StartComplete();
  cache_.Fail(CacheUnavailable("CONNECT", "gone"));
  owner_.Set(1, "a", "x");
  ASSERT_TRUE(owner_.WaitFor([](const auto& told) { return told.down == 1; }));
  for (int i = 0; i < 20; ++i) owner_.Set(1, "b", std::to_string(i));
  EXPECT_FALSE(publisher_->stats().up);
  cache_.Fail(absl::OkStatus());
  ASSERT_TRUE(owner_.WaitFor([](const auto& told) { return told.up == 2; }));
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
  EXPECT_EQ(owner_.told().down, 1);
  EXPECT_TRUE(publisher_->stats().up);
}

TEST_F(CachePublisherTest, DoesNotLetOnePartitionStopTheOthers) {
  StartComplete();
  cache_.Fail(CacheUnavailable("WRONG_TYPE", "somebody else's key"));
  owner_.Set(1, "a", "x");
  while (publisher_->stats().failures == 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(owner_.told().down, 0);
  cache_.Fail(absl::OkStatus());
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
}

TEST_F(CachePublisherTest, DoesNotLetOneServerStopThePartitionsOfOthers) {
  options_.retry_after = absl::Hours(1);
  StartComplete();
  cache_.Fail(OfOneServer(CacheUnavailable("TIMEOUT", "one of several servers hangs")), 1);
  owner_.Set(1, "a", "x");
  while (publisher_->stats().failures == 0) absl::SleepFor(absl::Milliseconds(1));
  owner_.Set(2, "a", "y");
  const absl::Time end = absl::Now() + kPatience;
  while (ReadPayload(cache_, 2, "a") != "y" && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(ReadPayload(cache_, 2, "a"), "y");
  EXPECT_EQ(owner_.told().down, 0);
  cache_.Fail(absl::OkStatus());
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.IsShownBy(cache_));
}

TEST_F(CachePublisherTest, ForgetsAPartitionThatSomebodyElseOwns) {
  StartComplete();
  ASSERT_TRUE(cache_.memory().Publish(PublicationOf(1, FrontierAt(1, 99), {})).ok());
  owner_.Set(1, "a", "zombie");
  ASSERT_TRUE(owner_.WaitFor([](const auto& told) { return told.fenced.size() == 1; }));
  EXPECT_EQ(ReadPayload(cache_, 1, "a"), "(none)");
  EXPECT_TRUE(publisher_->WaitUntilWritten(kPatience));
}

TEST_F(CachePublisherTest, WritesANewTimeAtTheHeartbeat) {
  StartComplete();
  Frontier later = *ReadFrontier(cache_, 1);
  later.as_of += absl::Seconds(7);
  publisher_->Publish(1, later, {});
  const absl::Time end = absl::Now() + kPatience;
  while (ReadFrontier(cache_, 1) != later && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(ReadFrontier(cache_, 1), later);
}

TEST_F(CachePublisherTest, RenewsAPartitionFromTimeToTime) {
  options_.republish_every = absl::Milliseconds(20);
  StartComplete();
  const size_t asked = owner_.told().asked.size();
  EXPECT_TRUE(owner_.WaitFor([&](const auto& told) { return told.asked.size() > asked + 2; }));
}

TEST_F(CachePublisherTest, EndsTheHeartbeatOfAForgottenPartition) {
  StartComplete();
  publisher_->Forget(1);
  cache_.memory().Flush();
  owner_.Set(2, "a", "x");
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_FALSE(ReadFrontier(cache_, 1).has_value());
  EXPECT_TRUE(ReadFrontier(cache_, 2).has_value());
}

TEST(CachePublisherOnRedis, BringsEverythingBackAfterAKillAndAFlush) {
  RedisServer server;
  ASSERT_TRUE(server.Start().ok());
  const auto address = ParseCacheAddress(server.address());
  ASSERT_TRUE(address.ok());
  const std::unique_ptr<StateCache> cache = OpenStateCache(*address);
  const std::unique_ptr<StateCache> reader = OpenStateCache(*address);
  TestOwner owner;
  CachePublisherOptions options;
  options.heartbeat = options.retry_after = absl::Milliseconds(20);
  CachePublisher publisher(*cache, owner, options);
  owner.set_publisher(&publisher);
  const auto is_complete = [&] {
    const absl::Time end = absl::Now() + kPatience;
    while (absl::Now() < end) {
      if (owner.IsShownBy(*reader)) return true;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  };

  for (int i = 0; i < 300; ++i) owner.Set(i % 3, "key" + std::to_string(i), std::to_string(i));
  EXPECT_TRUE(is_complete());
  server.Kill();
  ASSERT_TRUE(owner.WaitFor([](const auto& told) { return told.down == 1; }));
  for (int i = 0; i < 50; ++i) owner.Set(i % 3, "key" + std::to_string(i), "while it was down");
  ASSERT_TRUE(server.Start().ok());
  EXPECT_TRUE(is_complete());
  EXPECT_EQ(owner.told().up, 2);

  ASSERT_EQ(server.Command({"FLUSHALL"}), "OK");
  EXPECT_TRUE(is_complete());
  server.Pause();
  owner.Set(0, "key1", "while it was hanging");
  ASSERT_TRUE(owner.WaitFor([](const auto& told) { return told.down == 2; }));
  server.Resume();
  EXPECT_TRUE(is_complete());
}

TEST_F(CachePublisherTest, PublishesAgainWhatWasLostInTheMiddleOfAWhole) {
  options_.max_batch_states = 1;
  Start();
  for (int i = 0; i < 300; ++i) owner_.Set(1, "key" + std::to_string(i), "1");
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  cache_.FlushAfter(100);
  owner_.PublishWhole(1);
  ASSERT_TRUE(publisher_->WaitUntilWritten(kPatience));
  EXPECT_TRUE(owner_.WaitFor([&](const auto&) { return owner_.IsShownBy(cache_); }));
}

}  // namespace
}  // namespace kpisuite
