// Redis Sentinel: a master that dies, one that is replaced, and what is lost with it.
#include "libs/cache/sentinel_redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/cache/cache_options.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/redis_deployment_fixture.h"
#include "libs/cache/redis_state_cache.h"
#include "libs/cache/test_certificates.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(10);

// Generous limits and no breaker, so that each call meets the servers.
RedisStateCacheOptions Patient() {
  RedisStateCacheOptions options;
  options.connect_timeout = options.read_timeout = options.write_timeout = absl::Seconds(2);
  options.route.failures_to_open = 1'000'000;
  return options;
}

std::unique_ptr<RedisStateCache> Open(const CacheOptions& cache,
                                      const RedisStateCacheOptions& options = Patient()) {
  const auto address = ReadCacheAddress(cache);
  EXPECT_TRUE(address.ok()) << address.status();
  return std::make_unique<RedisStateCache>(*address, options);
}

// Publishes until it works.
PublishResult PublishAtLast(StateCache& cache, const Publication& publication) {
  const absl::Time end = absl::Now() + kPatience;
  while (true) {
    const auto result = cache.Publish(publication);
    if (result.ok()) return *result;
    EXPECT_THAT(CauseOf(result.status()),
                testing::AnyOf("CONNECT", "TIMEOUT", "NOT_READY", "CIRCUIT_OPEN"));
    if (absl::Now() > end) {
      ADD_FAILURE() << result.status();
      return {};
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
}

class MasterThatFails : public testing::TestWithParam<const char*> {};

TEST_P(MasterThatFails, IsReplacedByItsReplicaAndTheCacheGoesOn) {
  SentinelDeployment redis;
  ASSERT_TRUE(redis.Start().ok());
  // The limits of production.
  auto cache = Open({.cache = redis.address()}, {});
  auto reader = Open({.cache = redis.address()});
  PublishAtLast(*cache, PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")}));
  EXPECT_EQ(ReadPayload(*reader, 1, "a"), "x");
  EXPECT_THAT(redis.server(0).Command({"GET", "{p0001}:s:a"}), HasSubstr("x"));
  ASSERT_TRUE(redis.server(1).Await({"GET", "{p0001}:l"}, "1"));
  if (GetParam() == std::string("Killed")) {
    redis.server(0).Kill();
  } else {
    redis.server(0).Pause();
  }
  const PublishResult result = PublishAtLast(
      *cache, PublicationOf(1, FrontierAt(2), {StateAt("b", 2, "y")}, FrontierWrite::kAdvance));
  EXPECT_FALSE(result.lost) << "the replica had everything";
  EXPECT_FALSE(result.frontier_missing);
  EXPECT_EQ(redis.AwaitMaster(), 1u);
  const auto read = reader->Read({{1, {"a", "b"}}});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)[0].frontier, FrontierAt(2));
  EXPECT_EQ((*read)[0].states[0]->payload, "x");
  EXPECT_EQ((*read)[0].states[1]->payload, "y");
  redis.server(0).Resume();
  PublishAtLast(*cache, PublicationOf(1, FrontierAt(3), {}, FrontierWrite::kAdvance));
  EXPECT_THAT(redis.server(1).Command({"GET", "{p0001}:f"}), HasSubstr("0000000003"))
      << "the old one is not written to, whatever it thinks it is";
}

INSTANTIATE_TEST_SUITE_P(How, MasterThatFails, testing::Values("Killed", "Hanging"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SentinelRedisTest, LeavesAMasterThatWasReplacedAndSaysWhatItLost) {
  SentinelDeployment redis;
  ASSERT_TRUE(redis.Start().ok());
  auto cache = Open({.cache = redis.address()});
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "old")})).ok());
  ASSERT_TRUE(redis.server(1).Await({"GET", "{p0001}:l"}, "1"));
  // The master goes on for its clients and is replaced behind their backs; what it takes meanwhile
  // is lost, as with a network that is cut in two.
  ASSERT_EQ(redis.server(1).Command({"REPLICAOF", "NO", "ONE"}), "OK");
  ASSERT_TRUE(cache
                  ->Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "lost")},
                                          FrontierWrite::kAdvance))
                  .ok());
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "lost");
  for (size_t i = 0; i < 3; ++i) {
    redis.sentinel(i).Command({"SENTINEL", "REMOVE", SentinelDeployment::kMasterName});
    redis.sentinel(i).Command({"SENTINEL", "MONITOR", SentinelDeployment::kMasterName, "127.0.0.1",
                               absl::StrCat(redis.server(1).port()), "2"});
  }
  // Asked again within a second.
  const absl::Time end = absl::Now() + kPatience;
  PublishResult result;
  uint64_t seq = 2;
  while (!result.lost && absl::Now() < end) {
    ++seq;
    result = PublishAtLast(*cache, PublicationOf(1, FrontierAt(seq), {StateAt("b", seq, "y")},
                                                 FrontierWrite::kAdvance));
    absl::SleepFor(absl::Milliseconds(20));
  }
  ASSERT_TRUE(result.lost);
  EXPECT_EQ(ReadFrontier(*cache, 1), FrontierAt(1)) << "must not cover what is not there";
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "old");
  // In several publications, as for a large partition.
  result = PublishAtLast(
      *cache, PublicationOf(1, FrontierAt(seq), {StateAt("a", 2, "lost")}, FrontierWrite::kKeep));
  EXPECT_FALSE(result.lost);
  result = PublishAtLast(*cache, PublicationOf(1, FrontierAt(seq), {StateAt("b", seq, "y")}));
  EXPECT_FALSE(result.lost);
  EXPECT_EQ(ReadFrontier(*cache, 1), FrontierAt(seq));
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "lost");
}

// One server and one sentinel: what needs no second server.
class OneSentinel : public testing::Test {
 protected:
  // The sentinel watches the server, at `monitored_port` if that is not 0.
  void Start(const RedisServer::Options& server, RedisServer::Options sentinel = {},
             int monitored_port = 0) {
    server_ = std::make_unique<RedisServer>(server);
    ASSERT_TRUE(server_->Start().ok());
    if (monitored_port == 0) monitored_port = server_->port();
    sentinel.sentinel =
        absl::StrCat("sentinel monitor kpi 127.0.0.1 ", monitored_port, " 1\n", sentinel.sentinel);
    sentinel_ = std::make_unique<RedisServer>(sentinel);
    ASSERT_TRUE(sentinel_->Start().ok());
  }
  std::string address(const std::string& login = "", const std::string& path = "/kpi") const {
    return absl::StrCat("redis-sentinel://", login, "127.0.0.1:", sentinel_->port(), path);
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisServer> sentinel_;
};

TEST_F(OneSentinel, IsAskedForTheMasterOfTheAddress) {
  Start({});
  EXPECT_TRUE(Open({.cache = address()})->Ping().ok());
  const absl::Status status = Open({.cache = address("", "/other")})->Ping();
  EXPECT_EQ(CauseOf(status), "REFUSED") << status;
  EXPECT_THAT(status.ToString(), HasSubstr("no master of this name"));
  EXPECT_EQ(Open({.cache = address()})->description(), address() + "/0");
}

TEST_F(OneSentinel, MayNameAServerThatIsNoMasterAndIsNotWrittenTo) {
  Start({});
  auto used = Open({.cache = address()}, {});
  ASSERT_TRUE(used->Publish(PublicationOf(1, FrontierAt(1), {})).ok());
  ASSERT_EQ(server_->Command({"REPLICAOF", "127.0.0.1", "1"}), "OK");
  EXPECT_EQ(CauseOf(used->Publish(PublicationOf(1, FrontierAt(2), {})).status()), "NOT_READY");
  EXPECT_EQ(CauseOf(Open({.cache = address()}, {})->Ping()), "NOT_READY");
  ASSERT_EQ(server_->Command({"REPLICAOF", "NO", "ONE"}), "OK");
  EXPECT_TRUE(used->Publish(PublicationOf(1, FrontierAt(2), {})).ok());
}

TEST_F(OneSentinel, ThatDiesLeavesTheLastKnownMaster) {
  Start({});
  auto cache = Open({.cache = address()});
  ASSERT_TRUE(cache->Ping().ok());
  sentinel_->Kill();
  absl::SleepFor(absl::Milliseconds(1100));  // it is asked again after a second
  EXPECT_TRUE(cache->Ping().ok());
  EXPECT_EQ(CauseOf(Open({.cache = address()}, {})->Ping()), "CONNECT");
}

TEST_F(OneSentinel, IsGivenThePasswordWhenItAsksForOne) {
  Start({.password = "secret"},
        {.password = "secret", .sentinel = "sentinel auth-pass kpi secret\n"});
  EXPECT_TRUE(Open({.cache = address(":secret@")})->Ping().ok());
  EXPECT_EQ(CauseOf(Open({.cache = address(":wrong@")})->Ping()), "AUTH");
  EXPECT_EQ(CauseOf(Open({.cache = address()})->Ping()), "AUTH");
}

TEST_F(OneSentinel, WithoutAPasswordServesAMasterWithOne) {
  Start({.password = "secret"}, {.sentinel = "sentinel auth-pass kpi secret\n"});
  EXPECT_TRUE(Open({.cache = address(":secret@")})->Ping().ok());
  EXPECT_EQ(CauseOf(Open({.cache = address(":wrong@")})->Ping()), "AUTH");
}

TEST_F(OneSentinel, IsAskedOverTlsAsTheMasterIs) {
  TestAuthority authority;
  const TestCertificate certificate = authority.Issue("IP:127.0.0.1");
  const auto tls_on = [&](int port) {
    return std::vector<std::string>{"--tls-port",         absl::StrCat(port),
                                    "--tls-cert-file",    certificate.certificate_file,
                                    "--tls-key-file",     certificate.key_file,
                                    "--tls-ca-cert-file", authority.ca_file(),
                                    "--tls-replication",  "yes",
                                    "--tls-auth-clients", "no"};
  };
  const int server_port = FreePort();
  const int sentinel_port = FreePort();
  Start({.arguments = tls_on(server_port)}, {.arguments = tls_on(sentinel_port)}, server_port);
  const std::string tls_address =
      absl::StrCat("rediss-sentinel://127.0.0.1:", sentinel_port, "/kpi");
  auto cache = Open({.cache = tls_address, .ca_file = authority.ca_file()});
  const absl::Status status =
      cache->Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")})).status();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(ReadPayload(*cache, 1, "a"), "x");
  EXPECT_EQ(CauseOf(Open({.cache = tls_address})->Ping()), "TLS");
}

}  // namespace
}  // namespace kpisuite
