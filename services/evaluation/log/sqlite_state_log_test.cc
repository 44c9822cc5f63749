#include "services/evaluation/log/sqlite_state_log.h"

#include "gtest/gtest.h"
#include "libs/storage/test_directory.h"

namespace kpisuite {
namespace {

TEST(SqliteStateLog, SecondProcessIsRefused) {
  TestDirectory directory;
  const SqliteStateLogOptions options{
      .directory = directory.path(), .free_space_floor_bytes = 0, .ballast_bytes = 0};
  const auto first = SqliteStateLog::Create(options);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(SqliteStateLog::Create(options).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace kpisuite
