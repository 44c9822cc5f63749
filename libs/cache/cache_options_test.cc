#include "libs/cache/cache_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/cache/test_certificates.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::Not;

class PasswordFile : public testing::Test {
 protected:
  std::string Holding(absl::string_view text) {
    const std::string path = absl::StrCat(testing::TempDir(), "/password.", ++files_);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string ErrorOf(absl::string_view address, const std::string& file) {
    const absl::Status status =
        ReadCacheAddress({.cache = std::string(address), .password_file = file}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

 private:
  int files_ = 0;
};

TEST_F(PasswordFile, HoldsThePasswordAsItIs) {
  const auto address = ReadCacheAddress({"redis://kpi@cache:7000/1", Holding("p%40 s@:/\n")});
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->user, "kpi");
  EXPECT_EQ(address->password, "p%40 s@:/");
  EXPECT_EQ(address->hosts, (std::vector<RedisEndpoint>{{"cache", 7000}}));
  EXPECT_EQ(ReadCacheAddress({"redis://cache", Holding("secret")})->password, "secret");
  EXPECT_EQ(ReadCacheAddress({"redis://cache", Holding("secret\r\n")})->password, "secret");
  EXPECT_EQ(ReadCacheAddress({"redis://cache", Holding("two\n\n")})->password, "two\n");
  EXPECT_EQ(ReadCacheAddress({"redis://:own@cache", ""})->password, "own");
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

std::string ErrorOf(const CacheOptions& options) {
  const absl::Status status = ReadCacheAddress(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

TEST(TlsFilesOfTheCache, AreTriedAtOnce) {
  TestAuthority authority;
  const TestCertificate own = authority.Issue("DNS:client");
  const TestCertificate other = authority.Issue("DNS:other");
  const auto address = ReadCacheAddress({.cache = "rediss://cache",
                                         .ca_file = authority.ca_file(),
                                         .certificate_file = own.certificate_file,
                                         .key_file = own.key_file});
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->ca_file, authority.ca_file());
  EXPECT_EQ(address->certificate_file, own.certificate_file);
  EXPECT_EQ(address->key_file, own.key_file);

  EXPECT_THAT(ErrorOf({.cache = "rediss://c", .ca_file = "/nowhere"}),
              HasSubstr("--cache-ca-file: got \"/nowhere\": No such file"));
  EXPECT_THAT(ErrorOf({.cache = "rediss://c", .ca_file = own.key_file}),
              HasSubstr("--cache-ca-file"));
  EXPECT_THAT(
      ErrorOf({.cache = "rediss://c", .certificate_file = own.key_file, .key_file = own.key_file}),
      HasSubstr("--cache-certificate-file"));
  EXPECT_THAT(ErrorOf({.cache = "rediss://c",
                       .certificate_file = own.certificate_file,
                       .key_file = other.key_file}),
              HasSubstr("--cache-key-file"));
}

TEST(TlsFilesOfTheCache, AreRefusedWhereTheyMeanNothing) {
  EXPECT_THAT(ErrorOf({.cache = "redis://c", .ca_file = "x"}), HasSubstr("without TLS"));
  EXPECT_THAT(ErrorOf({.cache = "memory", .key_file = "x"}), HasSubstr("--cache-key-file"));
  EXPECT_THAT(ErrorOf({.cache = "rediss://c", .certificate_file = "x"}),
              HasSubstr("--cache-key-file: got nothing"));
  EXPECT_THAT(ErrorOf({.cache = "rediss://c", .key_file = "x"}),
              HasSubstr("--cache-certificate-file: got nothing"));
}

}  // namespace
}  // namespace kpisuite
