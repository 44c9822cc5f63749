#include "libs/cache/cache_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
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

class PasswordFile : public testing::Test {
 protected:
  std::string Holding(absl::string_view text) {
    const std::string path = absl::StrCat(testing::TempDir(), "/password.", ++files_);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string ErrorOf(absl::string_view address, const std::string& file) {
    const absl::Status status = ReadCacheAddress(address, file).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

 private:
  int files_ = 0;
};

TEST_F(PasswordFile, HoldsThePasswordAsItIs) {
  const auto address = ReadCacheAddress("redis://kpi@cache:7000/1", Holding("p%40 s@:/\n"));
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->user, "kpi");
  EXPECT_EQ(address->password, "p%40 s@:/");
  EXPECT_EQ(address->host, "cache");
  EXPECT_EQ(ReadCacheAddress("redis://cache", Holding("secret"))->password, "secret");
  EXPECT_EQ(ReadCacheAddress("redis://cache", Holding("secret\r\n"))->password, "secret");
  EXPECT_EQ(ReadCacheAddress("redis://cache", Holding("two\n\n"))->password, "two\n");
  EXPECT_EQ(ReadCacheAddress("redis://:own@cache", "")->password, "own");
}

TEST_F(PasswordFile, ThatIsNoneIsRefusedByTheNameOfItsFlag) {
  const std::string flag = "--cache-password-file";
  EXPECT_THAT(ErrorOf("redis://cache", "/nowhere/password"), HasSubstr(flag));
  EXPECT_THAT(ErrorOf("redis://cache", testing::TempDir()), HasSubstr(flag));
  EXPECT_THAT(ErrorOf("redis://cache", Holding("")), HasSubstr("got no password"));
  EXPECT_THAT(ErrorOf("redis://cache", Holding("\n")), HasSubstr("got no password"));
  EXPECT_THAT(ErrorOf("redis://cache", Holding(std::string(4097, 'x'))), HasSubstr("4096 bytes"));
  EXPECT_THAT(ErrorOf("redis://:own@cache", Holding("other")), Not(HasSubstr("own@")));
  EXPECT_THAT(ErrorOf("memory", Holding("secret")), HasSubstr(flag));
  EXPECT_THAT(ErrorOf("redis://@cache", Holding("secret")), HasSubstr("--cache"));
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
