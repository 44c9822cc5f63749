// Redis Cluster: slots that move under load, nodes that die, a cluster that is started anew.
#include "libs/cache/cluster_redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/redis_deployment_fixture.h"
#include "libs/cache/redis_slot.h"
#include "libs/cache/redis_state_cache.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

// Generous limits and no breaker, so that each call meets the servers.
RedisStateCacheOptions Patient() {
  RedisStateCacheOptions options;
  options.connect_timeout = options.read_timeout = options.write_timeout = absl::Seconds(2);
  options.route.failures_to_open = 1'000'000;
  return options;
}

int SlotOf(int partition) { return RedisSlotOf(FrontierKey(partition)); }

// Partitions of each third of the slots: at first one of each node.
std::vector<int> PartitionOfEachNode() {
  std::vector<int> partitions;
  for (size_t node = 0; node < ClusterDeployment::kPrimaries; ++node) {
    int partition = 0;
    while (static_cast<size_t>(SlotOf(partition)) * ClusterDeployment::kPrimaries / kRedisSlots !=
           node) {
      ++partition;
    }
    partitions.push_back(partition);
  }
  return partitions;
}

class ClusterRedisTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new ClusterDeployment();
    const absl::Status started = cluster_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }
  static void TearDownTestSuite() { delete cluster_; }

  void SetUp() override {
    ASSERT_TRUE(cluster_->AwaitWhole());
    for (size_t i = 0; i < cluster_->size(); ++i) cluster_->node(i).Command({"FLUSHALL"});
  }

  static std::unique_ptr<RedisStateCache> Open(const RedisStateCacheOptions& options = Patient()) {
    const auto address = ParseCacheAddress(cluster_->address());
    EXPECT_TRUE(address.ok()) << address.status();
    return std::make_unique<RedisStateCache>(*address, options);
  }

  // Publishes until it works.
  static PublishResult PublishAtLast(StateCache& cache, const Publication& publication) {
    const absl::Time end = absl::Now() + kPatience;
    while (true) {
      const auto result = cache.Publish(publication);
      if (result.ok()) return *result;
      if (absl::Now() > end) {
        ADD_FAILURE() << result.status();
        return {};
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  static inline ClusterDeployment* cluster_ = nullptr;
};

TEST_F(ClusterRedisTest, ReadsPartitionsOfSeveralNodesInOneCall) {
  auto cache = Open();
  std::vector<PartitionRead> reads;
  for (int partition = 0; partition < 64; ++partition) {
    const std::string payload = absl::StrCat("of ", partition);
    const auto result = cache->Publish(
        PublicationOf(partition, FrontierAt(1), {StateAt("a", 1, payload), StateAt("b", 1, "")}));
    ASSERT_TRUE(result.ok()) << result.status();
    reads.push_back({partition, {"b", "a"}});
  }
  const auto read = cache->Read(reads);
  ASSERT_TRUE(read.ok()) << read.status();
  for (int partition = 0; partition < 64; ++partition) {
    const PartitionStates& states = (*read)[static_cast<size_t>(partition)];
    EXPECT_EQ(states.frontier, FrontierAt(1));
    EXPECT_EQ(states.states[1]->payload, absl::StrCat("of ", partition));
  }
  for (const int partition : PartitionOfEachNode()) {
    EXPECT_EQ(RedisSlotOf(StateKey(partition, "a{x}")), SlotOf(partition));
  }
}

TEST_F(ClusterRedisTest, FollowsASlotThatMovesWhileItIsReadAndWritten) {
  auto writer = Open();
  auto reader = Open();
  const int partition = PartitionOfEachNode()[0];
  const std::string frontier_key = FrontierKey(partition);
  std::vector<StateUpdate> updates;
  std::vector<std::string> keys;
  for (int i = 0; i < 120; ++i) {
    keys.push_back(absl::StrCat("key", i));
    updates.push_back(StateAt(keys.back(), 1, absl::StrCat("value", i)));
  }
  ASSERT_TRUE(writer->Publish(PublicationOf(partition, FrontierAt(1), updates)).ok());

  std::atomic<bool> stop = false;
  std::atomic<uint64_t> seq = 1;
  std::thread load([&] {
    while (!stop) {
      const uint64_t next = seq + 1;
      StateUpdate update = StateAt(absl::StrCat("key", next % 120), next, "changed");
      const PublishResult result = PublishAtLast(
          *writer, PublicationOf(partition, FrontierAt(next), {update}, FrontierWrite::kAdvance));
      EXPECT_FALSE(result.lost);
      EXPECT_FALSE(result.frontier_missing);
      seq = next;
    }
  });
  const auto read_all = [&] {
    const uint64_t least = seq;
    const auto read = reader->Read({{partition, keys}});
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_TRUE((*read)[0].frontier.has_value());
    EXPECT_GE((*read)[0].frontier->seq, least);
    for (const auto& state : (*read)[0].states) EXPECT_TRUE(state.has_value());
  };
  const size_t from = cluster_->OwnerOf(frontier_key);
  const size_t to = (from + 1) % ClusterDeployment::kPrimaries;
  for (int round = 0; round < 2; ++round) {
    const size_t source = round % 2 == 0 ? from : to;
    const size_t target = round % 2 == 0 ? to : from;
    cluster_->BeginMove(SlotOf(partition), source, target);
    read_all();
    cluster_->MoveKeys(SlotOf(partition), source, target);
    read_all();  // ASK: the old owner has none left
    const uint64_t before = seq;
    while (seq < before + 3) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_TRUE(cluster_->EndMove(SlotOf(partition), source, target));
    read_all();  // MOVED
    EXPECT_EQ(cluster_->OwnerOf(frontier_key), target);
  }
  stop = true;
  load.join();
  EXPECT_EQ(ReadFrontier(*reader, partition), FrontierAt(seq));
  // The servers did send requests elsewhere.
  const std::string errors = cluster_->node(from).Command({"INFO", "errorstats"}) +
                             cluster_->node(to).Command({"INFO", "errorstats"});
  EXPECT_THAT(errors, testing::HasSubstr("errorstat_MOVED"));
  EXPECT_THAT(errors, testing::HasSubstr("errorstat_ASK"));
}

TEST_F(ClusterRedisTest, TriesAgainWhileKeysOfOnePartitionAreInTwoPlaces) {
  auto cache = Open();
  const int partition = PartitionOfEachNode()[1];
  ASSERT_TRUE(cache->Publish(PublicationOf(partition, FrontierAt(1), {StateAt("a", 1, "x")})).ok());
  const size_t from = cluster_->OwnerOf(FrontierKey(partition));
  const size_t to = (from + 1) % ClusterDeployment::kPrimaries;
  cluster_->BeginMove(SlotOf(partition), from, to);
  ASSERT_EQ(
      cluster_->node(from).Command({"MIGRATE", "127.0.0.1", absl::StrCat(cluster_->node(to).port()),
                                    StateKey(partition, "a"), "0", "5000"}),
      "OK");
  RedisStateCacheOptions impatient = Patient();
  impatient.connect_timeout = impatient.read_timeout = absl::Milliseconds(500);
  EXPECT_EQ(CauseOf(Open(impatient)->Read({{partition, {"a"}}}).status()), "NOT_READY");
  std::thread mover([&] {
    absl::SleepFor(absl::Milliseconds(300));
    cluster_->MoveKeys(SlotOf(partition), from, to);
    EXPECT_TRUE(cluster_->EndMove(SlotOf(partition), from, to));
  });
  EXPECT_EQ(ReadPayload(*cache, partition, "a"), "x") << "within the time of the call";
  mover.join();
  cluster_->BeginMove(SlotOf(partition), to, from);
  cluster_->MoveKeys(SlotOf(partition), to, from);
  EXPECT_TRUE(cluster_->EndMove(SlotOf(partition), to, from));
}

TEST_F(ClusterRedisTest, GoesOnAtTheReplicaOfANodeThatIsKilled) {
  // The limits of production.
  auto cache = Open(RedisStateCacheOptions{});
  auto reader = Open();
  const std::vector<int> partitions = PartitionOfEachNode();
  for (const int partition : partitions) {
    PublishAtLast(*cache, PublicationOf(partition, FrontierAt(1), {StateAt("a", 1, "x")}));
  }
  const int dead = partitions[2];
  const size_t owner = cluster_->OwnerOf(FrontierKey(dead));
  ASSERT_TRUE(cluster_->AwaitReplicas());
  cluster_->node(owner).Kill();
  EXPECT_EQ(CauseOf(cache->Read({{dead, {"a"}}}).status()), "CONNECT");
  const PublishResult result = PublishAtLast(
      *cache, PublicationOf(dead, FrontierAt(2), {StateAt("b", 2, "y")}, FrontierWrite::kAdvance));
  EXPECT_FALSE(result.lost);
  const std::vector<PartitionRead> reads = {{dead, {"a", "b"}}, {partitions[0], {"a"}}};
  auto read = reader->Read(reads);
  // The node that it asks for the map may not have heard of the new owner yet.
  const absl::Time end = absl::Now() + kPatience;
  while (!read.ok() && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(50));
    read = reader->Read(reads);
  }
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)[0].frontier, FrontierAt(2));
  EXPECT_EQ((*read)[0].states[0]->payload, "x");
  EXPECT_EQ((*read)[0].states[1]->payload, "y");
  EXPECT_EQ((*read)[1].states[0]->payload, "x");
  ASSERT_TRUE(cluster_->node(owner).Start().ok());
  ASSERT_TRUE(cluster_->AwaitReplicas()) << "the old one is a replica now";
  EXPECT_FALSE(PublishAtLast(*cache, PublicationOf(dead, FrontierAt(3), {})).lost);
}

TEST_F(ClusterRedisTest, KeepsThePartitionsOfOtherNodesWhileOneHangs) {
  // Shorter than it takes to replace the node.
  RedisStateCacheOptions options;
  options.read_timeout = absl::Milliseconds(300);
  options.route.failures_to_open = 2;
  options.route.open_for = absl::Hours(1);
  auto cache = Open(options);
  const std::vector<int> partitions = PartitionOfEachNode();
  for (const int partition : partitions) {
    PublishAtLast(*cache, PublicationOf(partition, FrontierAt(1), {StateAt("a", 1, "x")}));
  }
  const size_t owner = cluster_->OwnerOf(FrontierKey(partitions[0]));
  cluster_->node(owner).Pause();
  std::vector<std::string> causes;
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = cache->Read({{partitions[0], {"a"}}}).status();
    causes.push_back(CauseOf(status));
    EXPECT_TRUE(IsOfOneServer(status)) << status;
    EXPECT_EQ(ReadPayload(*cache, partitions[1], "a"), "x");
  }
  cluster_->node(owner).Resume();
  EXPECT_EQ(causes.front(), "TIMEOUT");
  EXPECT_EQ(causes.back(), "CIRCUIT_OPEN");
}

TEST_F(ClusterRedisTest, GoesOnAfterAllNodesWereRestarted) {
  auto cache = Open();
  const std::vector<int> partitions = PartitionOfEachNode();
  for (const int partition : partitions) {
    PublishAtLast(*cache, PublicationOf(partition, FrontierAt(1), {StateAt("a", 1, "x")}));
  }
  for (size_t i = 0; i < cluster_->size(); ++i) cluster_->node(i).Kill();
  EXPECT_EQ(CauseOf(cache->Ping()), "CONNECT");
  for (size_t i = 0; i < cluster_->size(); ++i) ASSERT_TRUE(cluster_->node(i).Start().ok());
  for (const int partition : partitions) {
    const PublishResult result = PublishAtLast(
        *cache,
        PublicationOf(partition, FrontierAt(2), {StateAt("b", 2, "y")}, FrontierWrite::kAdvance));
    EXPECT_TRUE(result.lost);
    EXPECT_TRUE(result.frontier_missing);
    PublishAtLast(*cache, PublicationOf(partition, FrontierAt(2),
                                        {StateAt("a", 1, "x"), StateAt("b", 2, "y")}));
    EXPECT_EQ(ReadPayload(*cache, partition, "a"), "x");
  }
}

TEST(ClusterOfTheAddress, ThatIsNoneIsRefused) {
  RedisServer server;
  ASSERT_TRUE(server.Start().ok());
  RedisStateCache cache(
      *ParseCacheAddress(absl::StrCat("redis-cluster://127.0.0.1:", server.port())), {});
  EXPECT_EQ(CauseOf(cache.Ping()), "REFUSED") << "it has cluster support disabled";
}

}  // namespace
}  // namespace kpisuite
