// A Redis behind TLS, and everything that can be wrong with a certificate.
#include "libs/cache/redis_tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/cache/cache_options.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/cache/redis_state_cache.h"
#include "libs/cache/test_certificates.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

// A redis-server that also listens for TLS.
class TlsServer {
 public:
  TlsServer(const TestAuthority& authority, const TestCertificate& certificate,
            const std::string& clients = "no")
      : tls_port_(FreePort()),
        server_({.arguments = {"--tls-port", absl::StrCat(tls_port_), "--tls-cert-file",
                               certificate.certificate_file, "--tls-key-file", certificate.key_file,
                               "--tls-ca-cert-file", authority.ca_file(), "--tls-auth-clients",
                               clients}}) {
    const absl::Status started = server_.Start();
    EXPECT_TRUE(started.ok()) << started;
  }
  std::string address(const std::string& host = "127.0.0.1") const {
    return absl::StrCat("rediss://", host, ":", tls_port_);
  }
  RedisServer& server() { return server_; }

 private:
  const int tls_port_;
  RedisServer server_;
};

// Generous limits and no breaker: these tests are about who is let in.
std::unique_ptr<RedisStateCache> Open(const CacheOptions& cache) {
  const auto address = ReadCacheAddress(cache);
  EXPECT_TRUE(address.ok()) << address.status();
  RedisStateCacheOptions options;
  options.connect_timeout = options.read_timeout = options.write_timeout = absl::Seconds(5);
  options.route.failures_to_open = 1'000'000;
  return std::make_unique<RedisStateCache>(*address, options);
}

class RedisTlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = new TestAuthority();
    server_ = new TlsServer(*authority_, authority_->Issue("IP:127.0.0.1,DNS:localhost"));
  }
  static void TearDownTestSuite() {
    delete server_;
    delete authority_;
  }

  static absl::Status PingOf(const CacheOptions& cache) { return Open(cache)->Ping(); }

  static inline TestAuthority* authority_ = nullptr;
  static inline TlsServer* server_ = nullptr;
};

TEST_F(RedisTlsTest, PublishesAndReads) {
  for (const char* host : {"127.0.0.1", "localhost"}) {
    server_->server().Command({"FLUSHALL"});
    auto cache = Open({.cache = server_->address(host), .ca_file = authority_->ca_file()});
    // Longer than the buffers of sockets and of TLS in both directions.
    std::vector<StateUpdate> updates;
    std::vector<std::string> keys;
    for (int i = 0; i < 900; ++i) {
      keys.push_back(absl::StrCat("key", i));
      updates.push_back(
          StateAt(keys.back(), 1, std::string(10'000, static_cast<char>('a' + i % 26))));
    }
    const auto published = cache->Publish(PublicationOf(1, FrontierAt(1), updates));
    ASSERT_TRUE(published.ok()) << host << published.status();
    EXPECT_EQ(published->stored, updates.size());
    const auto read = cache->Read({{1, keys}});
    ASSERT_TRUE(read.ok()) << read.status();
    for (size_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ((*read)[0].states[i]->payload, *updates[i].payload);
    }
  }
}

TEST_F(RedisTlsTest, RefusesAnAuthorityThatIsNotTrusted) {
  TestAuthority other;
  const absl::Status status = PingOf({.cache = server_->address(), .ca_file = other.ca_file()});
  EXPECT_EQ(CauseOf(status), "TLS") << status;
  EXPECT_THAT(status.ToString(), HasSubstr("certificate is not accepted"));
  EXPECT_EQ(CauseOf(PingOf({.cache = server_->address()})), "TLS") << "the system trusts it not";
}

TEST_F(RedisTlsTest, RefusesACertificateOfAnotherHost) {
  TlsServer other(*authority_, authority_->Issue("DNS:cache.example.com,IP:127.0.0.2"));
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const absl::Status status =
        PingOf({.cache = other.address(host), .ca_file = authority_->ca_file()});
    EXPECT_EQ(CauseOf(status), "TLS") << status;
    EXPECT_THAT(status.ToString(), HasSubstr("mismatch"));
  }
}

TEST_F(RedisTlsTest, RefusesACertificateThatHasExpired) {
  TlsServer expired(*authority_, authority_->Issue("IP:127.0.0.1", -60));
  const absl::Status status =
      PingOf({.cache = expired.address(), .ca_file = authority_->ca_file()});
  EXPECT_EQ(CauseOf(status), "TLS") << status;
  EXPECT_THAT(status.ToString(), HasSubstr("expired"));
}

TEST_F(RedisTlsTest, SaysThatAServerHasNoTls) {
  const std::string plain = absl::StrCat("rediss://127.0.0.1:", server_->server().port());
  RedisStateCacheOptions options;
  options.connect_timeout = absl::Milliseconds(300);
  options.read_timeout = absl::Seconds(5);
  RedisStateCache cache(*ParseCacheAddress(plain), options);
  const absl::Status status = cache.Ping();
  EXPECT_EQ(CauseOf(status), "TIMEOUT") << "it waits for the end of a command";
  EXPECT_THAT(status.ToString(), HasSubstr("handshake of TLS"));
  std::string address = server_->address();
  address.erase(address.find("ss"), 1);
  EXPECT_EQ(CauseOf(PingOf({.cache = address})), "CONNECT") << "it closes a plain connection";
}

TEST_F(RedisTlsTest, ShowsACertificateToAServerThatAsksForOne) {
  TlsServer strict(*authority_, authority_->Issue("IP:127.0.0.1"), "yes");
  const TestCertificate own = authority_->Issue("DNS:kpi-evaluation");
  CacheOptions options = {.cache = strict.address(), .ca_file = authority_->ca_file()};
  EXPECT_EQ(CauseOf(PingOf(options)), "TLS");
  TestAuthority other;
  const TestCertificate foreign = other.Issue("DNS:kpi-evaluation");
  options.certificate_file = foreign.certificate_file;
  options.key_file = foreign.key_file;
  EXPECT_EQ(CauseOf(PingOf(options)), "TLS");
  options.certificate_file = own.certificate_file;
  options.key_file = own.key_file;
  EXPECT_TRUE(PingOf(options).ok());
}

TEST_F(RedisTlsTest, ReadsFilesThatHaveChanged) {
  TestAuthority other;
  const std::string ca = absl::StrCat(testing::TempDir(), "/changing-ca.crt");
  const auto replace = [&ca](const std::string& with) {
    std::filesystem::copy_file(with, ca + ".new");
    std::filesystem::rename(ca + ".new", ca);
  };
  replace(other.ca_file());
  auto cache = Open({.cache = server_->address(), .ca_file = ca});
  EXPECT_EQ(CauseOf(cache->Ping()), "TLS");
  replace(authority_->ca_file());
  EXPECT_TRUE(cache->Ping().ok()) << "without a restart";
  // What cannot be used is not taken over.
  replace(authority_->Issue("DNS:x").key_file);
  server_->server().Command({"CLIENT", "KILL", "TYPE", "normal"});
  EXPECT_TRUE(cache->Ping().ok());
}

TEST_F(RedisTlsTest, GoesOnAfterARestartWithoutAnError) {
  TlsServer server(*authority_, authority_->Issue("IP:127.0.0.1"));
  auto cache = Open({.cache = server.address(), .ca_file = authority_->ca_file()});
  ASSERT_TRUE(cache->Publish(PublicationOf(1, FrontierAt(1), {StateAt("a", 1, "x")})).ok());
  server.server().Kill();
  ASSERT_TRUE(server.server().Start().ok());
  const auto published = cache->Publish(PublicationOf(1, FrontierAt(2), {StateAt("a", 2, "y")}));
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_TRUE(published->frontier_missing);
}

TEST_F(RedisTlsTest, HasOneDeadlineForTheWholeHandshake) {
  TlsServer server(*authority_, authority_->Issue("IP:127.0.0.1"));
  server.server().Pause();
  RedisStateCache cache(
      *ReadCacheAddress({.cache = server.address(), .ca_file = authority_->ca_file()}), {});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(CauseOf(cache.Ping()), "TIMEOUT");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1)) << "limit: 250 ms";
  server.server().Resume();
}

}  // namespace
}  // namespace kpisuite
