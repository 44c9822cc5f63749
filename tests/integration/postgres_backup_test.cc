// A database that is dumped while services run, and restored as a new life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/suite_with_a_past.h"

namespace kpisuite {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";

class PostgresBackup : public testing::Test {
 protected:
  static std::unique_ptr<ProcessSuite> StartOn(const PostgresTarget& target) {
    auto suite = std::make_unique<ProcessSuite>(
        ProcessSuiteOptions{.with_redis = false, .store = target.uri});
    const absl::Status started = suite->Start();
    EXPECT_TRUE(started.ok()) << started;
    return suite;
  }

  void RunTool(const std::string& tool, const std::vector<std::string>& arguments) const {
    const ProgramResult result = RunProgram(kPrograms + tool, arguments, directory_.path());
    ASSERT_EQ(result.exit_code, 0) << tool << ": " << result.error;
  }

  static std::string Total(SuiteClient& client, const std::string& token) {
    const auto state = client.GetState({"total-delay", "DAY", "", DayId(FirstDay() + 2)}, token);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? state->value() : "";
  }

  TestDirectory directory_;
};

// The commands are those of deploy/operations.md.
TEST_F(PostgresBackup, ADumpOfRunningServicesIsRestoredAsANewLifeThatAnswersAsBefore) {
  PostgresTestServer& server = PostgresTestServer::Shared();
  const PostgresTarget old_target = server.NewDatabase().value();
  const PostgresTarget new_target = server.NewDatabase().value();
  const auto before = StartOn(old_target);
  const auto past = GiveAPast(*before, 20);
  ASSERT_TRUE(past.ok()) << past.status();
  SuiteClient old_client = before->Client();
  const std::string total = Total(old_client, past->token);

  const std::string dump = directory_.path() + "/kpi.dump";
  RunTool("pg_dump", {"--format=custom", "--schema=kpi_*", "--file=" + dump, old_target.uri});
  const std::vector<Delivery> late = {{"late", "north", TimeOn(FirstDay() + 2, {}), 7}};
  const auto lost = old_client.Write(WriteRequest("after the dump", late));
  ASSERT_TRUE(lost.ok()) << lost.status();
  ASSERT_TRUE(StopServices(*before).ok());

  RunTool("pg_restore", {"--dbname=" + new_target.uri, "--exit-on-error", dump});
  RunTool("psql", {new_target.uri, "--set=ON_ERROR_STOP=1",
                   "--command=UPDATE kpi_measurement.head SET incarnation = incarnation + 1",
                   "--command=UPDATE kpi_definition.store SET incarnation = incarnation + 1"});
  const auto after = StartOn(new_target);
  SuiteClient client = after->Client();
  const auto told =
      client.GetState({"total-delay", "DAY", "", DayId(FirstDay() + 2)}, lost->position_token());
  EXPECT_EQ(GetErrorDetails(told.status()).reason, "INCARNATION_CHANGED") << told.status();
  EXPECT_EQ(Total(client, ""), total);
  EXPECT_EQ(client.ReadSamples(kDelayMetric)->size(), 3u * 20 - past->retracted.size());
  // What the backup misses is written again; what it has counts once.
  EXPECT_TRUE(client.Retract(RetractRequest("retraction", past->retracted))->duplicate());
  const auto again = client.Write(WriteRequest("after the dump", late));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->inserted(), 1);
  EXPECT_EQ(Total(client, again->position_token()),
            absl::StrCat(7 + NumbersOf(past->days[2]).total_delay));
}

}  // namespace
}  // namespace kpisuite
