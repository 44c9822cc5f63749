#include "libs/cache/cache_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CacheAddress, ReadsEachPart) {
  const auto address = ParseCacheAddress("redis://kpi:p%40ss@cache.example.com:7000/2");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->engine, CacheAddress::Engine::kRedis);
  EXPECT_EQ(address->user, "kpi");
  EXPECT_EQ(address->password, "p@ss");
  EXPECT_EQ(address->hosts, (std::vector<RedisEndpoint>{{"cache.example.com", 7000}}));
  EXPECT_EQ(address->database, 2);
  EXPECT_EQ(address->ToString(), "redis://cache.example.com:7000/2");
}

TEST(CacheAddress, HasDefaults) {
  EXPECT_EQ(ParseCacheAddress("redis://localhost")->ToString(), "redis://localhost:6379/0");
  EXPECT_EQ(ParseCacheAddress("redis://localhost/")->ToString(), "redis://localhost:6379/0");
  EXPECT_EQ(ParseCacheAddress("redis://:secret@[::1]")->ToString(), "redis://[::1]:6379/0");
  EXPECT_EQ(ParseCacheAddress("redis://[::1]:7000/1")->ToString(), "redis://[::1]:7000/1");
  EXPECT_EQ(ParseCacheAddress("memory")->ToString(), "memory");
}

TEST(CacheAddress, RefusesEverythingElseAndNamesTheFlag) {
  for (const char* text : {"",
                           "Memory",
                           "memory:",
                           "redis",
                           "redis:",
                           "redis://",
                           "redis://:6379",
                           "redis://host:",
                           "redis://host:0",
                           "redis://host:65536",
                           "redis://host:6379x",
                           "redis://host:+1",
                           "redis://host:1/-1",
                           "redis://host/x",
                           "redis://host/1/2",
                           "redis://host/0?ssl=1",
                           "redis://a b",
                           "redis://[::1",
                           "redis://[::1]x",
                           "redis://user@host",
                           "redis://:@host",
                           "redis://:%4@host",
                           "redis://:%zz@host",
                           "redis-sentinel://host",
                           "redis-sentinel://host/",
                           "redis-sentinel://host/ma ster",
                           "redis-sentinel://host/master/x",
                           "redis-sentinel://a,,b/master",
                           "redis-sentinel://a,/master",
                           "redis-cluster://",
                           "redis-cluster://a,b/1",
                           "redis-cluster://a:1,b:x",
                           "redis-tls://host",
                           "http://host",
                           "localhost:6379"}) {
    const absl::Status status = ParseCacheAddress(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--cache")) << text;
  }
}

TEST(CacheAddress, DoesNotPrintAPasswordItCannotRead) {
  for (const char* text : {"redis://:se@cret@host:x", "redis://secret@host", "redis://:secret%@h",
                           "redis://:secret@host:99999", "redis://:se/cret@host/x"}) {
    const absl::Status status = ParseCacheAddress(text).status();
    EXPECT_FALSE(status.ok()) << text;
    EXPECT_THAT(status.ToString(), Not(HasSubstr("cret"))) << text;
  }
}

TEST(CacheAddress, OfSentinelsNamesThemAndTheirMaster) {
  const auto address = ParseCacheAddress("redis-sentinel://kpi:secret@a,b:7001,[::1]/mymaster/3");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->engine, CacheAddress::Engine::kRedisSentinel);
  EXPECT_EQ(address->hosts,
            (std::vector<RedisEndpoint>{{"a", 26379}, {"b", 7001}, {"::1", 26379}}));
  EXPECT_EQ(address->master_name, "mymaster");
  EXPECT_EQ(address->database, 3);
  EXPECT_EQ(address->password, "secret");
  EXPECT_FALSE(address->tls);
  EXPECT_EQ(address->ToString(), "redis-sentinel://a:26379,b:7001,[::1]:26379/mymaster/3");
}

TEST(CacheAddress, OfAClusterNamesSomeNodes) {
  const auto address = ParseCacheAddress("rediss-cluster://a,b:7001");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->engine, CacheAddress::Engine::kRedisCluster);
  EXPECT_EQ(address->hosts, (std::vector<RedisEndpoint>{{"a", 6379}, {"b", 7001}}));
  EXPECT_TRUE(address->tls);
  EXPECT_EQ(address->ToString(), "rediss-cluster://a:6379,b:7001");
  std::string many = "redis-cluster://h";
  for (int i = 0; i < 32; ++i) many += ",h";
  EXPECT_THAT(ParseCacheAddress(many).status().ToString(), HasSubstr("more than 32"));
}

TEST(CacheAddress, SaysByItsSchemeWhetherThereIsTls) {
  for (const char* kind : {"", "-sentinel", "-cluster"}) {
    const std::string rest = std::string(kind) + "://host:1" + (*kind == '-' ? "" : "/0");
    const std::string path = kind == std::string("-sentinel") ? "/m/0" : "";
    EXPECT_FALSE(ParseCacheAddress("redis" + rest + path)->tls);
    EXPECT_TRUE(ParseCacheAddress("rediss" + rest + path)->tls);
    EXPECT_EQ(ParseCacheAddress("rediss" + rest + path)->ToString(), "rediss" + rest + path);
  }
}

}  // namespace
}  // namespace kpisuite
