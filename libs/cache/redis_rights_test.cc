// The rights that a Redis user needs: those in README.md and not one less, in each deployment.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/cache/redis_slot.h"
#include "libs/cache/redis_state_cache.h"

namespace kpisuite {
namespace {

using Rights = std::vector<std::string>;

const Rights kRights = {"get",     "mget",    "getrange",    "set",
                        "pexpire", "evalsha", "script|load", "ping"};

Rights With(std::initializer_list<std::string> more) {
  Rights rights = kRights;
  rights.insert(rights.end(), more);
  return rights;
}

// Servers whose user kpi is given rights.
class RightsTest : public testing::Test {
 protected:
  void Give(RedisServer& server, const Rights& rights, const std::string& keys = "~{p*") {
    std::vector<std::string> command = {"ACL", "SETUSER", "kpi", "reset",
                                        "on",  ">secret", keys,  "-@all"};
    for (const std::string& right : rights) command.push_back("+" + right);
    ASSERT_EQ(server.Command(command), "OK");
  }

  // Everything a cache does, with new connections; the first error.
  static absl::Status Use(const std::string& address) {
    RedisStateCacheOptions options;
    options.connect_timeout = options.read_timeout = options.write_timeout = absl::Seconds(5);
    RedisStateCache cache(*ParseCacheAddress(address), options);
    const Publication publication = PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")});
    if (const auto status = cache.Ping(); !status.ok()) return status;
    for (int i = 0; i < 2; ++i) {  // again: renews the expiry
      if (const auto result = cache.Publish(publication); !result.ok()) return result.status();
    }
    return cache.Read({{1, {"a"}}}).status();
  }

  // `address` works with `rights` of `server` and not without any of them.
  void ExpectNeeded(RedisServer& server, const Rights& rights, const std::string& address,
                    const Rights& needed) {
    Give(server, rights);
    const absl::Status status = Use(address);
    EXPECT_TRUE(status.ok()) << status;
    for (const std::string& right : needed) {
      Rights fewer = rights;
      fewer.erase(std::find(fewer.begin(), fewer.end(), right));
      Give(server, fewer);
      server.Command({"SCRIPT", "FLUSH"});
      EXPECT_EQ(CauseOf(Use(address)), "AUTH") << "without " << right;
    }
    Give(server, rights);
  }
};

TEST_F(RightsTest, OfOneServer) {
  RedisServer server;
  ASSERT_TRUE(server.Start().ok());
  const std::string host = absl::StrCat("redis://kpi:secret@127.0.0.1:", server.port());
  ExpectNeeded(server, kRights, host, kRights);
  ExpectNeeded(server, With({"select"}), host + "/3", {"select"});
  Give(server, kRights, "~{q*");
  EXPECT_EQ(CauseOf(Use(host)), "AUTH") << "keys of somebody else";
}

TEST_F(RightsTest, OfSentinelsAndTheirServers) {
  RedisServer server;
  ASSERT_TRUE(server.Start().ok());
  RedisServer sentinel(
      {.sentinel = absl::StrCat("sentinel monitor kpi 127.0.0.1 ", server.port(), " 1\n")});
  ASSERT_TRUE(sentinel.Start().ok());
  const std::string address =
      absl::StrCat("redis-sentinel://kpi:secret@127.0.0.1:", sentinel.port(), "/kpi");
  ExpectNeeded(server, With({"role"}), address, With({"role"}));
  // A sentinel that everybody may ask is not asked with a password; one that wants it gets it.
  Give(sentinel, {"sentinel|get-master-addr-by-name"});
  ASSERT_EQ(sentinel.Command({"ACL", "SETUSER", "default", "resetpass", ">other"}), "OK");
  const absl::Status status = Use(address);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(RightsTest, OfANodeOfACluster) {
  RedisServer from(
      {.arguments = {"--cluster-enabled", "yes", "--cluster-port", absl::StrCat(FreePort())}});
  const std::string bus = absl::StrCat(FreePort());
  RedisServer to({.arguments = {"--cluster-enabled", "yes", "--cluster-port", bus}});
  ASSERT_TRUE(from.Start().ok());
  ASSERT_TRUE(to.Start().ok());
  from.Command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  from.Command({"CLUSTER", "MEET", "127.0.0.1", absl::StrCat(to.port()), bus});
  ASSERT_TRUE(to.Await({"CLUSTER", "INFO"}, "cluster_state:ok"));
  ASSERT_TRUE(from.Await({"CLUSTER", "INFO"}, "cluster_state:ok"));
  const std::string address = absl::StrCat("redis-cluster://kpi:secret@127.0.0.1:", from.port());
  const Rights rights = With({"cluster|slots", "asking"});
  Give(to, rights);
  ExpectNeeded(from, rights, address, With({"cluster|slots"}));

  // A slot that is on its way: what has left is asked for at the other node.
  const std::string slot = absl::StrCat(RedisSlotOf(FrontierKey(1)));
  to.Command({"CLUSTER", "SETSLOT", slot, "IMPORTING", from.Command({"CLUSTER", "MYID"})});
  from.Command({"CLUSTER", "SETSLOT", slot, "MIGRATING", to.Command({"CLUSTER", "MYID"})});
  ASSERT_EQ(from.Command({"MIGRATE", "127.0.0.1", absl::StrCat(to.port()), "", "0", "5000", "KEYS",
                          FrontierKey(1), LinkKey(1), StateKey(1, "a")}),
            "OK");
  ExpectNeeded(to, rights, address, {"asking"});
}

}  // namespace
}  // namespace kpisuite
