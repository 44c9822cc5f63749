#include "libs/cache/cluster_topology.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/cache/cache_test_support.h"

namespace kpisuite {
namespace {

const RedisEndpoint kAsked = {"asked", 7000};

RedisReply Reply(const std::string& bytes) {
  redisReader* reader = redisReaderCreate();
  redisReaderFeed(reader, bytes.data(), bytes.size());
  void* reply = nullptr;
  EXPECT_EQ(redisReaderGetReply(reader, &reply), REDIS_OK);
  redisReaderFree(reader);
  EXPECT_NE(reply, nullptr) << bytes;
  return RedisReply(static_cast<redisReply*>(reply));
}

// "$4\r\nhost\r\n:6379\r\n" and more as an array.
std::string Node(const std::string& host, int port) {
  return absl::StrCat("*3\r\n", host, ":", port, "\r\n$2\r\nid\r\n");
}

TEST(ClusterTopology, NamesPrimariesAndReplicas) {
  const RedisReply reply = Reply(absl::StrCat("*2\r\n*4\r\n:0\r\n:99\r\n", Node("$1\r\na\r\n", 1),
                                              Node("$1\r\nb\r\n", 2), "*3\r\n:100\r\n:16383\r\n",
                                              Node("$3\r\n::1\r\n", 3)));
  const auto topology = ReadClusterSlots(*reply, kAsked);
  ASSERT_TRUE(topology.ok()) << topology.status();
  ASSERT_EQ(topology->ranges.size(), 2u);
  EXPECT_EQ(topology->ranges[0].last, 99);
  EXPECT_EQ(topology->ranges[0].node, (RedisEndpoint{"a", 1}));
  EXPECT_EQ(topology->ranges[1].first, 100);
  EXPECT_EQ(topology->ranges[1].node, (RedisEndpoint{"::1", 3}));
  EXPECT_EQ(topology->replicas, (std::vector<RedisEndpoint>{{"b", 2}}));
}

TEST(ClusterTopology, MeansTheHostThatWasAskedWhereANodeDoesNotKnowItsOwn) {
  for (const char* host : {"$-1\r\n", "$0\r\n\r\n", "$1\r\n?\r\n"}) {
    const RedisReply reply = Reply(absl::StrCat("*1\r\n*3\r\n:0\r\n:1\r\n", Node(host, 5)));
    const auto topology = ReadClusterSlots(*reply, kAsked);
    ASSERT_TRUE(topology.ok()) << topology.status();
    EXPECT_EQ(topology->ranges[0].node, (RedisEndpoint{"asked", 5}));
  }
}

TEST(ClusterTopology, RefusesWhatIsNone) {
  for (const std::string& garbled : std::vector<std::string>{
           "+OK\r\n", ":1\r\n", "$-1\r\n", "*1\r\n:1\r\n", "*1\r\n*0\r\n",
           "*1\r\n*2\r\n:0\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n:2\r\n",
           absl::StrCat("*1\r\n*3\r\n:-1\r\n:1\r\n", Node("$1\r\na\r\n", 1)),
           absl::StrCat("*1\r\n*3\r\n:0\r\n:16384\r\n", Node("$1\r\na\r\n", 1)),
           absl::StrCat("*1\r\n*3\r\n+0\r\n:1\r\n", Node("$1\r\na\r\n", 1)),
           absl::StrCat("*1\r\n*3\r\n:0\r\n:1\r\n", Node("$1\r\na\r\n", 0)),
           absl::StrCat("*1\r\n*3\r\n:0\r\n:1\r\n", Node("$1\r\na\r\n", 65536)),
           absl::StrCat("*1\r\n*3\r\n:0\r\n:1\r\n", Node(":7\r\n", 1))}) {
    EXPECT_EQ(CauseOf(ReadClusterSlots(*Reply(garbled), kAsked).status()), "GARBLED") << garbled;
  }
  EXPECT_EQ(CauseOf(ReadClusterSlots(*Reply("*0\r\n"), kAsked).status()), "NOT_READY");
  EXPECT_EQ(CauseOf(ReadClusterSlots(*Reply("-NOPERM no\r\n"), kAsked).status()), "AUTH");
}

TEST(Redirections, SayWhereToGo) {
  const auto moved = ReadRedirection(*Reply("-MOVED 3999 127.0.0.1:6381\r\n"), kAsked);
  ASSERT_TRUE(moved.has_value());
  EXPECT_FALSE(moved->once);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->node, (RedisEndpoint{"127.0.0.1", 6381}));
  const auto ask = ReadRedirection(*Reply("-ASK 0 ::1:6381\r\n"), kAsked);
  ASSERT_TRUE(ask.has_value());
  EXPECT_TRUE(ask->once);
  EXPECT_EQ(ask->node, (RedisEndpoint{"::1", 6381}));
  EXPECT_EQ(ReadRedirection(*Reply("-MOVED 1 :6381\r\n"), kAsked)->node.host, "asked");
  EXPECT_EQ(ReadRedirection(*Reply("-MOVED 1 ?:6381\r\n"), kAsked)->node.host, "asked");
}

TEST(Redirections, AreNotEveryError) {
  for (const char* other :
       {"+MOVED 1 a:1\r\n", "-MOVED\r\n", "-MOVED 1\r\n", "-MOVED 1 a\r\n", "-MOVED 16384 a:1\r\n",
        "-MOVED -1 a:1\r\n", "-MOVED x a:1\r\n", "-MOVED 1 a:0\r\n", "-MOVED 1 a:x\r\n",
        "-MOVED 1 a:1 b\r\n", "-TRYAGAIN 1 a:1\r\n", "-ERR\r\n"}) {
    EXPECT_FALSE(ReadRedirection(*Reply(other), kAsked).has_value()) << other;
  }
}

}  // namespace
}  // namespace kpisuite
