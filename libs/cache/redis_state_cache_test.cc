// What can go wrong between us and Redis. The contract is in state_cache_contract_test.cc.
#include "libs/cache/redis_state_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "libs/base/blocking.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/redis_server_fixture.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::Not;
using SteadyClock = std::chrono::steady_clock;

CacheAddress AddressOf(const std::string& text) {
  auto address = ParseCacheAddress(text);
  EXPECT_TRUE(address.ok()) << address.status();
  return address.ok() ? *address : CacheAddress{};
}

// A breaker that never opens, so that each call meets the server.
RedisStateCacheOptions WithoutBreaker() {
  RedisStateCacheOptions options;
  options.route.failures_to_open = 1'000'000;
  return options;
}

class RedisStateCacheTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.Start().ok()); }

  std::unique_ptr<RedisStateCache> Open(const RedisStateCacheOptions& options = WithoutBreaker()) {
    return std::make_unique<RedisStateCache>(AddressOf(server_.address()), options);
  }

  RedisServer server_;
};

TEST_F(RedisStateCacheTest, WritesTheDocumentedLayout) {
  auto cache = Open();
  const Publication publication = PublicationOf(
      12, {{1'700'000'000, 42}, 77, absl::FromUnixMillis(1'700'000'000'123)},
      {{"kpi:total", {1'700'000'000, 3, 77, 9}, std::make_shared<const std::string>("proto")}});
  ASSERT_TRUE(cache->Publish(publication).ok());
  EXPECT_EQ(server_.Command({"GET", "{p0012}:f"}),
            "1700000000"
            "00000000000000000042"
            "00000000000000000077"
            "1700000000123");
  EXPECT_EQ(server_.Command({"GET", "{p0012}:s:kpi:total"}),
            "1700000000"
            "0000000003"
            "00000000000000000077"
            "00000000000000000009"
            "proto");
  EXPECT_GT(std::stoll(server_.Command({"PTTL", "{p0012}:s:kpi:total"})), 86'000'000);
  EXPECT_GT(std::stoll(server_.Command({"PTTL", "{p0012}:f"})), 86'000'000);
  EXPECT_EQ(server_.Command({"GET", "{p0012}:l"}),
            "1700000000"
            "00000000000000000042"
            "00000000000000000001");
  EXPECT_GT(std::stoll(server_.Command({"PTTL", "{p0012}:l"})), 86'000'000);
}

TEST_F(RedisStateCacheTest, RenewsTheExpiryOfAnUnchangedState) {
  auto cache = Open();
  const Publication publication = PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")});
  ASSERT_TRUE(cache->Publish(publication).ok());
  ASSERT_EQ(server_.Command({"PEXPIRE", "{p0001}:s:a", "60000"}), "1");
  ASSERT_TRUE(cache->Publish(publication).ok());
  EXPECT_GT(std::stoll(server_.Command({"PTTL", "{p0001}:s:a"})), 86'000'000);
}

TEST_F(RedisStateCacheTest, KeysOfAnyLengthAreKept) {
  auto cache = Open();
  const std::string key(9'000, 'k');
  const Publication publication =
      PublicationOf(1, FrontierAt(1), {StateAt(key, 1, "x"), StateAt(key + "l", 1, "y")});
  ASSERT_TRUE(cache->Publish(publication).ok());
  EXPECT_EQ(ReadPayload(*cache, 1, key), "x");
  EXPECT_EQ(ReadPayload(*cache, 1, key + "l"), "y");
}

TEST_F(RedisStateCacheTest, GoesOnAfterARestartWithoutAnError) {
  auto cache = Open();
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")})).ok());
  server_.Kill();
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_FALSE(ReadFrontier(*cache, 1).has_value());
  const auto published = cache->Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "y")}));
  ASSERT_TRUE(published.ok()) << "the script is loaded again: " << published.status();
  EXPECT_TRUE(published->frontier_missing);
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "y");
}

TEST_F(RedisStateCacheTest, LoadsTheScriptAgainWhenTheServerForgetsIt) {
  auto cache = Open();
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), {})).ok());
  ASSERT_EQ(server_.Command({"SCRIPT", "FLUSH"}), "OK");
  EXPECT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(2), {})).ok());
}

TEST_F(RedisStateCacheTest, SaysThatRedisIsGoneAndFindsItAgain) {
  auto cache = Open();
  ASSERT_TRUE(cache->Ping().ok());
  server_.Kill();
  EXPECT_EQ(CauseOf(cache->Ping()), "CONNECT");
  EXPECT_EQ(CauseOf(cache->Read({{1, {"a"}}}).status()), "CONNECT");
  EXPECT_EQ(CauseOf(cache->Publish(PublicationOf(1, FrontierAt(1), {})).status()), "CONNECT");
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_TRUE(cache->Ping().ok());
}

TEST_F(RedisStateCacheTest, DoesNotWaitLongForAServerThatHangs) {
  auto used = Open();
  auto fresh = Open();
  ASSERT_TRUE(used->Publish(PublicationOf(1, FrontierAt(1), {})).ok());
  server_.Pause();
  for (RedisStateCache* cache : {used.get(), fresh.get()}) {
    const auto start = SteadyClock::now();
    EXPECT_EQ(CauseOf(cache->Read({{1, {"a"}}}).status()), "TIMEOUT");
    EXPECT_LT(SteadyClock::now() - start, std::chrono::seconds(1)) << "limits: 200 ms and 50 ms";
    EXPECT_EQ(CauseOf(cache->Publish(PublicationOf(1, FrontierAt(2), {})).status()), "TIMEOUT");
    EXPECT_LT(SteadyClock::now() - start, std::chrono::seconds(2)) << "limits: 200 ms and 250 ms";
  }
  server_.Resume();
  EXPECT_EQ(server_.Command({"PING"}), "PONG");
  EXPECT_TRUE(used->Ping().ok());
}

TEST_F(RedisStateCacheTest, RestsAfterFiveFailuresAndThenProbes) {
  RedisStateCacheOptions options;
  options.route.open_for = absl::Hours(1);
  auto resting = Open(options);
  options.route.open_for = absl::ZeroDuration();
  auto probing = Open(options);
  server_.Kill();
  for (RedisStateCache* cache : {resting.get(), probing.get()}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(CauseOf(cache->Ping()), "CONNECT");
  }
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_EQ(CauseOf(resting->Ping()), "CIRCUIT_OPEN");
  EXPECT_TRUE(probing->Ping().ok());
}

TEST_F(RedisStateCacheTest, NamesAKeyOfSomebodyElse) {
  auto cache = Open();
  ASSERT_EQ(server_.Command({"SADD", "{p0001}:s:a", "x"}), "1");
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), {StateAt("b", 1, "b")})).ok());
  const auto refused =
      cache->Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "a"), StateAt("b", 2, "b")}));
  EXPECT_EQ(CauseOf(refused.status()), "WRONG_TYPE");
  EXPECT_EQ(ReadFrontier(*cache, 1), FrontierAt(1)) << "it must not cover what was not stored";
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "(none)");

  ASSERT_EQ(server_.Command({"SADD", "{p0002}:f", "x"}), "1");
  EXPECT_EQ(CauseOf(cache->Publish(PublicationOf(2, FrontierAt(1), {})).status()), "WRONG_TYPE");
  EXPECT_FALSE(ReadFrontier(*cache, 2).has_value());
}

TEST_F(RedisStateCacheTest, TakesGarbageForNothing) {
  auto cache = Open();
  ASSERT_EQ(server_.Command({"SET", "{p0001}:f", "12"}), "OK");
  ASSERT_EQ(server_.Command({"SET", "{p0001}:s:a", std::string(60, 'x')}), "OK");
  EXPECT_FALSE(ReadFrontier(*cache, 1).has_value());
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "(none)");
}

TEST_F(RedisStateCacheTest, DoesNotAdvanceTheFrontierWhenMemoryIsExhausted) {
  auto cache = Open();
  std::vector<StateUpdate> updates;
  for (int i = 0; i < 200; ++i) updates.push_back(StateAt(std::to_string(i), 1, "x"));
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), updates)).ok());
  ASSERT_EQ(server_.Command({"CONFIG", "SET", "maxmemory", "1"}), "OK");
  for (StateUpdate& update : updates) update.version.seq = 2;
  const auto refused = cache->Publish(PublicationOf(1, FrontierAt(2), updates));
  EXPECT_EQ(CauseOf(refused.status()), "REFUSED") << refused.status();
  EXPECT_EQ(ReadFrontier(*cache, 1), FrontierAt(1));
}

TEST_F(RedisStateCacheTest, UsesTheDatabaseOfTheAddress) {
  const std::string host = "redis://127.0.0.1:" + std::to_string(server_.port());
  RedisStateCache third(AddressOf(host + "/3"), {});
  RedisStateCache first(AddressOf(host), {});
  ASSERT_TRUE(third.Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")})).ok());
  EXPECT_EQ(ReadPayload(third, 1, "a"), "x");
  EXPECT_EQ(ReadPayload(first, 1, "a"), "(none)");
  EXPECT_EQ(CauseOf(RedisStateCache(AddressOf(host + "/99"), {}).Ping()), "REFUSED");
}

#ifdef KPISUITE_DEBUG_ASSERTS
TEST_F(RedisStateCacheTest, IsNotUsedOnALibraryThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto cache = Open();
  EXPECT_DEATH(
      {
        MarkLibraryThread mark;
        cache->Ping().IgnoreError();
      },
      "redis");
}
#endif

TEST(RedisPassword, IsCheckedAndNeverShown) {
  RedisServer server({.password = "p@ss/word:1"});
  ASSERT_TRUE(server.Start().ok());
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  RedisStateCache right(AddressOf("redis://:p%40ss%2Fword%3A1@" + host), {});
  EXPECT_TRUE(right.Ping().ok());
  for (const std::string& login :
       {std::string(""), std::string(":wrong-secret@"), std::string("nobody:wrong-secret@")}) {
    RedisStateCache wrong(AddressOf("redis://" + login + host), {});
    const absl::Status status = wrong.Ping();
    EXPECT_EQ(CauseOf(status), "AUTH") << login;
    EXPECT_THAT(status.ToString(), HasSubstr("password"));
    EXPECT_THAT(status.ToString(), Not(HasSubstr("wrong-secret")));
    EXPECT_THAT(wrong.description(), Not(HasSubstr("secret")));
    EXPECT_EQ(CauseOf(wrong.Publish(PublicationOf(1, FrontierAt(1), {})).status()), "AUTH");
  }
}

TEST(RedisPassword, IsRefusedByAServerWithoutOne) {
  RedisServer server;
  ASSERT_TRUE(server.Start().ok());
  RedisStateCache cache(AddressOf("redis://:secret@127.0.0.1:" + std::to_string(server.port())),
                        {});
  EXPECT_EQ(CauseOf(cache.Ping()), "AUTH");
}

TEST(RedisHost, ThatDoesNotExistIsAClearError) {
  RedisStateCache cache(AddressOf("redis://host.invalid:6379"), {});
  const absl::Status status = cache.Ping();
  EXPECT_EQ(CauseOf(status), "CONNECT");
  EXPECT_THAT(status.ToString(), HasSubstr("cannot be resolved"));
}

}  // namespace
}  // namespace kpisuite
