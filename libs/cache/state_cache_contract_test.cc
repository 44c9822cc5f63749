// What every engine of the state cache does.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/cache/cache_options.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/memory_state_cache.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/cache/redis_state_cache.h"
#include "libs/cache/test_certificates.h"

namespace kpisuite {
namespace {

// An engine under test and how it loses everything.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual StateCache& cache() = 0;
  virtual void Flush() = 0;
};

class MemoryEngine final : public Engine {
 public:
  StateCache& cache() override { return cache_; }
  void Flush() override { cache_.Flush(); }

 private:
  MemoryStateCache cache_;
};

// The cache that `cache` says, on a server that is emptied for each test.
class RedisEngine final : public Engine {
 public:
  RedisEngine(RedisServer& server, const CacheOptions& cache) : server_(server) {
    const auto address = ReadCacheAddress(cache);
    EXPECT_TRUE(address.ok()) << address.status();
    Flush();
    // Generous limits: these tests are about what is stored, on a machine that may be busy.
    RedisStateCacheOptions options;
    options.connect_timeout = options.read_timeout = options.write_timeout = absl::Seconds(5);
    cache_ = std::make_unique<RedisStateCache>(*address, options);
  }
  StateCache& cache() override { return *cache_; }
  void Flush() override { EXPECT_EQ(server_.Command({"FLUSHALL"}), "OK"); }

 private:
  RedisServer& server_;
  std::unique_ptr<RedisStateCache> cache_;
};

// A server that listens with and without TLS.
class TestServer {
 public:
  explicit TestServer(std::vector<std::string> arguments) : tls_port_(FreePort()) {
    const TestCertificate certificate = authority_.Issue("IP:127.0.0.1");
    arguments.insert(arguments.end(),
                     {"--tls-port", absl::StrCat(tls_port_), "--tls-cert-file",
                      certificate.certificate_file, "--tls-key-file", certificate.key_file,
                      "--tls-ca-cert-file", authority_.ca_file(), "--tls-auth-clients", "no"});
    server_ = std::make_unique<RedisServer>(RedisServer::Options{.arguments = arguments});
    EXPECT_TRUE(server_->Start().ok());
  }

  RedisServer& server() { return *server_; }
  // The cache at "SCHEME://127.0.0.1:PORT", with TLS or without.
  std::unique_ptr<Engine> Open(const std::string& scheme) {
    const bool tls = absl::StartsWith(scheme, "rediss");
    return std::make_unique<RedisEngine>(
        *server_, CacheOptions{.cache = absl::StrCat(
                                   scheme, "://127.0.0.1:", tls ? tls_port_ : server_->port()),
                               .ca_file = tls ? authority_.ca_file() : ""});
  }

 private:
  TestAuthority authority_;
  const int tls_port_;
  std::unique_ptr<RedisServer> server_;
};

TestServer& OneServer() {
  static TestServer server({});
  return server;
}

// A cluster of one node.
TestServer& OneNode() {
  static const std::unique_ptr<TestServer> node = [] {
    auto started = std::make_unique<TestServer>(
        std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-port",
                                 absl::StrCat(FreePort()), "--tls-cluster", "yes"});
    started->server().Command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    EXPECT_TRUE(started->server().Await({"CLUSTER", "INFO"}, "cluster_state:ok"));
    return started;
  }();
  return *node;
}

std::unique_ptr<Engine> SentinelEngine() {
  RedisServer& server = OneServer().server();
  static RedisServer sentinel(
      {.sentinel = absl::StrCat("sentinel monitor kpi 127.0.0.1 ", server.port(), " 1\n")});
  EXPECT_TRUE(sentinel.Start().ok());
  return std::make_unique<RedisEngine>(
      server, CacheOptions{absl::StrCat("redis-sentinel://127.0.0.1:", sentinel.port(), "/kpi")});
}

struct EngineParameter {
  const char* name;
  std::function<std::unique_ptr<Engine>()> make;
};

class StateCacheContract : public testing::TestWithParam<EngineParameter> {
 protected:
  StateCache& cache() { return engine_->cache(); }

  PublishResult Publish(const Publication& publication) {
    const absl::StatusOr<PublishResult> result = cache().Publish(publication);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : PublishResult{};
  }

  const std::unique_ptr<Engine> engine_ = GetParam().make();
};

TEST_P(StateCacheContract, ReadsBackWhatWasPublished) {
  const std::string bytes("\0{p0001}\xff\r\n", 11);
  const PublishResult result =
      Publish(PublicationOf(7, FrontierAt(5), {StateAt("a:1", 5, bytes), StateAt("b", 4, "")}));
  EXPECT_FALSE(result.fenced);
  EXPECT_TRUE(result.frontier_missing);
  EXPECT_EQ(result.stored, 2u);

  const auto read = cache().Read({{7, {"a:1", "absent", "b"}}});
  ASSERT_TRUE(read.ok()) << read.status();
  const PartitionStates& states = (*read)[0];
  EXPECT_EQ(states.frontier, FrontierAt(5));
  ASSERT_TRUE(states.states[0].has_value());
  EXPECT_EQ(states.states[0]->payload, bytes);
  EXPECT_EQ(states.states[0]->version, (StateVersion{kIncarnation, 1, 5, 0}));
  EXPECT_FALSE(states.states[1].has_value());
  EXPECT_EQ(states.states[2]->payload, "");
}

TEST_P(StateCacheContract, ReadsSeveralPartitionsAtOnce) {
  Publish(PublicationOf(0, FrontierAt(1), {StateAt("a", 1, "zero")}));
  Publish(PublicationOf(9999, FrontierAt(2), {StateAt("a", 2, "last")}));
  const auto read = cache().Read({{9999, {"a"}}, {5, {"a"}}, {0, {"a"}}});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)[0].states[0]->payload, "last");
  EXPECT_FALSE((*read)[1].frontier.has_value());
  EXPECT_FALSE((*read)[1].states[0].has_value());
  EXPECT_EQ((*read)[2].states[0]->payload, "zero");
  EXPECT_TRUE(cache().Read({})->empty());
}

TEST_P(StateCacheContract, IgnoresAnOlderOrEqualVersion) {
  Publish(PublicationOf(1, FrontierAt(9), {StateAt("a", 9, "new")}));
  EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(9), {StateAt("a", 8, "old")})).stored, 0u);
  EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(9), {StateAt("a", 9, "same")})).stored, 0u);
  EXPECT_EQ(ReadPayload(cache(), 1, "a"), "new");
  StateUpdate later_tick = StateAt("a", 9, "ticked");
  later_tick.version.tick = 1;
  EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(9), {later_tick})).stored, 1u);
  EXPECT_EQ(ReadPayload(cache(), 1, "a"), "ticked");
}

TEST_P(StateCacheContract, OrdersVersionsByIncarnationDefinitionSeqAndTick) {
  std::vector<StateVersion> ascending = {{1, 9, 9, 9}, {2, 1, 9, 9}, {2, 2, 1, 9},
                                         {2, 2, 2, 1}, {2, 2, 2, 2}, {10, 0, 0, 0}};
  for (const StateVersion& version : ascending) {
    StateUpdate update = StateAt("a", 0, std::to_string(version.tick));
    update.version = version;
    EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(1), {update})).stored, 1u);
  }
}

TEST_P(StateCacheContract, ComparesNumbersBeyondTheDoublesExactly) {
  constexpr uint64_t kLarge = (uint64_t{1} << 53) + 1;
  constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();
  for (const uint64_t seq : {kLarge - 1, kLarge, kLarge + 1, kLargest - 1, kLargest}) {
    EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(seq), {StateAt("a", seq, "x")})).stored, 1u);
    EXPECT_EQ(ReadState(cache(), 1, "a")->version.seq, seq);
    EXPECT_EQ(ReadFrontier(cache(), 1)->seq, seq);
  }
  EXPECT_EQ(Publish(PublicationOf(1, FrontierAt(kLarge), {StateAt("a", kLarge, "x")})).stored, 0u);
  EXPECT_EQ(ReadFrontier(cache(), 1)->seq, kLargest);
}

TEST_P(StateCacheContract, RefusesAFencedWriter) {
  Publish(PublicationOf(1, FrontierAt(5, 8), {StateAt("a", 5, "owner")}));
  const PublishResult zombie =
      Publish(PublicationOf(1, FrontierAt(6, 7), {StateAt("a", 6, "zombie")}));
  EXPECT_TRUE(zombie.fenced);
  EXPECT_EQ(zombie.stored, 0u);
  EXPECT_EQ(ReadPayload(cache(), 1, "a"), "owner");
  EXPECT_EQ(ReadFrontier(cache(), 1), FrontierAt(5, 8));

  Frontier later_incarnation = FrontierAt(1, 1);
  later_incarnation.fence.incarnation += 1;
  EXPECT_FALSE(Publish(PublicationOf(1, later_incarnation, {})).fenced);
  EXPECT_TRUE(Publish(PublicationOf(1, FrontierAt(7, 8), {})).fenced);
}

TEST_P(StateCacheContract, NeverTakesTheFrontierBack) {
  Publish(PublicationOf(1, FrontierAt(9), {}));
  Publish(PublicationOf(1, FrontierAt(8), {}));
  Publish(PublicationOf(1, FrontierAt(8), {}, FrontierWrite::kAdvance));
  EXPECT_EQ(ReadFrontier(cache(), 1), FrontierAt(9));
  Frontier later = FrontierAt(9);
  later.as_of += absl::Milliseconds(1);
  EXPECT_FALSE(Publish(PublicationOf(1, later, {}, FrontierWrite::kAdvance)).frontier_missing);
  EXPECT_EQ(ReadFrontier(cache(), 1), later);
}

TEST_P(StateCacheContract, KeepLeavesTheFrontierAsItWas) {
  Publish(PublicationOf(1, FrontierAt(1), {}));
  Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "x")}, FrontierWrite::kKeep));
  EXPECT_EQ(ReadFrontier(cache(), 1), FrontierAt(1));
  EXPECT_EQ(ReadPayload(cache(), 1, "a"), "x");
}

TEST_P(StateCacheContract, SaysThatThePartitionWasLost) {
  Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x"), StateAt("b", 1, "y")}));
  engine_->Flush();
  EXPECT_FALSE(ReadFrontier(cache(), 1).has_value());

  // A part of the partition does not bring the frontier back; all of it does.
  const Publication part =
      PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "x2")}, FrontierWrite::kAdvance);
  EXPECT_TRUE(Publish(part).frontier_missing);
  EXPECT_FALSE(ReadFrontier(cache(), 1).has_value());
  Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "x2"), StateAt("b", 1, "y")}));
  EXPECT_EQ(ReadFrontier(cache(), 1), FrontierAt(2));
  EXPECT_EQ(ReadPayload(cache(), 1, "b"), "y");
}

TEST_P(StateCacheContract, SaysOnceThatWhatItHadIsGone) {
  EXPECT_FALSE(Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")})).lost);
  EXPECT_FALSE(Publish(PublicationOf(1, FrontierAt(2), {}, FrontierWrite::kAdvance)).lost);
  engine_->Flush();
  // Even where the whole partition seemed to be published: parts of it may have gone before.
  EXPECT_TRUE(Publish(PublicationOf(1, FrontierAt(3), {StateAt("b", 3, "y")})).lost);
  EXPECT_FALSE(ReadFrontier(cache(), 1).has_value());
  EXPECT_FALSE(Publish(PublicationOf(1, FrontierAt(3), {StateAt("a", 1, "x")})).lost);
  EXPECT_EQ(ReadFrontier(cache(), 1), FrontierAt(3));
}

TEST_P(StateCacheContract, PublishesManyStatesInOneGo) {
  std::vector<StateUpdate> updates;
  std::vector<std::string> keys;
  for (int i = 0; i < 2345; ++i) {
    keys.push_back("key" + std::to_string(i));
    updates.push_back(StateAt(keys.back(), 1, std::string(300, 'x') + std::to_string(i)));
  }
  const PublishResult result = Publish(PublicationOf(1, FrontierAt(1), updates));
  EXPECT_EQ(result.stored, updates.size());
  EXPECT_TRUE(result.frontier_missing);
  const auto read = cache().Read({{1, keys}});
  ASSERT_TRUE(read.ok()) << read.status();
  for (size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ((*read)[0].states[i]->payload, *updates[i].payload);
  }
}

TEST_P(StateCacheContract, NeverShowsAStateOlderThanItsFrontier) {
  Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x"), StateAt("b", 1, "x")}));
  std::thread writer([this] {
    for (uint64_t seq = 2; seq < 300; ++seq) {
      Publish(PublicationOf(1, FrontierAt(seq), {StateAt("a", seq, "x"), StateAt("b", seq, "x")}));
    }
  });
  for (int i = 0; i < 300; ++i) {
    const auto read = cache().Read({{1, {"a", "b"}}});
    ASSERT_TRUE(read.ok()) << read.status();
    const uint64_t seq = (*read)[0].frontier->seq;
    EXPECT_EQ((*read)[0].states[0]->version.seq, seq);
    EXPECT_EQ((*read)[0].states[1]->version.seq, seq);
  }
  writer.join();
}

TEST_P(StateCacheContract, RefusesWhatDoesNotFitItsDigits) {
  std::vector<Publication> wrong(7, PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")}));
  wrong[0].partition = 10'000;
  wrong[1].partition = -1;
  wrong[2].frontier.fence.incarnation = 10'000'000'000;
  wrong[3].frontier.as_of = absl::FromUnixSeconds(-1);
  wrong[4].updates[0].version.definition = 10'000'000'000;
  wrong[5].updates[0].key = "";
  wrong[6].updates[0].payload = nullptr;
  for (const Publication& publication : wrong) {
    EXPECT_EQ(cache().Publish(publication).status().code(), absl::StatusCode::kInternal);
  }
  EXPECT_EQ(cache().Read({{10'000, {"a"}}}).status().code(), absl::StatusCode::kInternal);
}

TEST_P(StateCacheContract, AnswersWhenAsked) { EXPECT_TRUE(cache().Ping().ok()); }

INSTANTIATE_TEST_SUITE_P(
    Engines, StateCacheContract,
    testing::Values(EngineParameter{"Memory", [] { return std::make_unique<MemoryEngine>(); }},
                    EngineParameter{"Redis", [] { return OneServer().Open("redis"); }},
                    EngineParameter{"RedisTls", [] { return OneServer().Open("rediss"); }},
                    EngineParameter{"RedisSentinel", SentinelEngine},
                    EngineParameter{"RedisCluster", [] { return OneNode().Open("redis-cluster"); }},
                    EngineParameter{"RedisClusterTls",
                                    [] { return OneNode().Open("rediss-cluster"); }}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kpisuite
