#include "libs/cache/cache_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/error.h"

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
  EXPECT_EQ(address->host, "cache.example.com");
  EXPECT_EQ(address->port, 7000);
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

TEST(CacheAddress, SaysWhatIsNotSupportedYet) {
  for (const char* text : {"rediss://host", "redis-cluster://host:1", "redis-sentinel://host:1"}) {
    const absl::Status status = ParseCacheAddress(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << text;
    EXPECT_EQ(GetErrorDetails(status).reason, "NOT_IMPLEMENTED");
  }
}

}  // namespace
}  // namespace kpisuite
