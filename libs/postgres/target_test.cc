#include "libs/postgres/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "libs/base/error.h"
#include "libs/postgres/password_file.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

std::string Refusal(const PostgresTarget& target) {
  const absl::Status status = CheckPostgresTarget(target);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto violations = GetErrorDetails(status).violations;
  return violations.empty() ? "" : violations[0].field + ": " + violations[0].description;
}

TEST(PostgresTarget, UrisOfPostgresAreTold) {
  EXPECT_TRUE(IsPostgresUri("postgres://kpi@db/kpi"));
  EXPECT_TRUE(IsPostgresUri("postgresql:///kpi?host=/run"));
  EXPECT_FALSE(IsPostgresUri("sqlite:/var/lib/kpi"));
  EXPECT_FALSE(IsPostgresUri("postgres:db"));
}

TEST(PostgresTarget, UrisWithoutAPasswordAreTaken) {
  EXPECT_TRUE(CheckPostgresTarget({"postgres://kpi@db:5432/kpi?sslmode=verify-full", ""}).ok());
  EXPECT_TRUE(CheckPostgresTarget({"postgres://kpi@a,b/kpi?target_session_attrs=any", ""}).ok());
}

TEST(PostgresTarget, APasswordInTheUriIsRefusedAndNotRepeated) {
  for (const char* uri :
       {"postgres://kpi:secret@db/kpi", "postgres://kpi@db/kpi?password=secret"}) {
    const std::string refusal = Refusal({uri, ""});
    EXPECT_THAT(refusal, HasSubstr("--store: got a URI with a password"));
    EXPECT_THAT(refusal, testing::Not(HasSubstr("secret")));
  }
}

TEST(PostgresTarget, UrisThatLibpqDoesNotTakeAreRefused) {
  EXPECT_THAT(Refusal({"postgres://kpi@db/kpi?colour=red", ""}), HasSubstr("--store: got a URI"));
  EXPECT_THAT(Refusal({"postgres://kpi@[::1/kpi", ""}), HasSubstr("--store: got a URI"));
}

TEST(PostgresTarget, ThePasswordIsTheContentOfItsFileWithoutTheLineEnd) {
  const TestDirectory directory;
  const std::string path = directory.path() + "/password";
  EXPECT_THAT(Refusal({"postgres://kpi@db/kpi", path}),
              HasSubstr("--store-password-file: got " + path + ", which cannot be read"));
  std::ofstream(path) << "\n";
  EXPECT_THAT(Refusal({"postgres://kpi@db/kpi", path}), HasSubstr("which is empty"));
  std::ofstream(path) << " pass word\n";
  EXPECT_EQ(ReadPasswordFile(path).value_or("none"), " pass word");
  EXPECT_TRUE(CheckPostgresTarget({"postgres://kpi@db/kpi", path}).ok());
}

}  // namespace
}  // namespace kpisuite
