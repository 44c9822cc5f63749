// Stores that earlier versions have left are opened by the present code and answer as they did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/partition.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/test_server.h"
#include "libs/storage/connection.h"
#include "libs/storage/test_directory.h"
#include "tests/upgrade/later_version.h"
#include "tests/upgrade/store_description.h"
#include "tests/upgrade/stored_suite.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

class Upgrade : public testing::TestWithParam<std::string> {
 protected:
  std::string Answers() const { return ReadFixture(GetParam(), "answers.txt"); }

  OpenStores Opened(absl::StatusOr<OpenStores> stores) {
    EXPECT_TRUE(stores.ok()) << stores.status();
    return stores.value_or(OpenStores());
  }

  PostgresTarget LoadedDatabase() {
    const PostgresTarget target = PostgresTestServer::Shared().NewDatabase().value();
    const absl::Status loaded = LoadPostgresFixture(GetParam(), target);
    EXPECT_TRUE(loaded.ok()) << loaded;
    return target;
  }

  static void Run(const PostgresTarget& target, const std::string& sql) {
    const auto connection = PostgresConnection::Open(target, {.application_name = "test"});
    const absl::Status done = (*connection)->ExecuteScript(sql);
    ASSERT_TRUE(done.ok()) << done;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
};

TEST_P(Upgrade, SqliteFilesAnswerAsTheyDid) {
  TestDirectory directory;
  ASSERT_TRUE(LoadSqliteFixture(GetParam(), directory.path()).ok());
  const std::string answers = Opened(OpenSqliteStores(directory.path(), clock_)).Describe();
  if (std::getenv("KPISUITE_WRITE_ANSWERS") != nullptr && Answers().empty()) {
    std::ofstream(FixturePath(GetParam(), "answers.txt")) << answers;
  }
  EXPECT_EQ(answers, Answers());
  // The second start finds what the first one has made of them.
  EXPECT_EQ(Opened(OpenSqliteStores(directory.path(), clock_)).Describe(), Answers());
}

TEST_P(Upgrade, PostgresTablesAnswerAsTheyDid) {
  const PostgresTarget target = LoadedDatabase();
  EXPECT_EQ(Opened(OpenPostgresStores(target, clock_)).Describe(), Answers());
  EXPECT_EQ(Opened(OpenPostgresStores(target, clock_)).Describe(), Answers());
}

TEST_P(Upgrade, ProcessesThatStartAtOnceMigrateOnce) {
  const PostgresTarget target = LoadedDatabase();
  std::vector<std::string> answers(4);
  std::vector<std::thread> starters;
  for (std::string& answer : answers) {
    starters.emplace_back(
        [&, this] { answer = Opened(OpenPostgresStores(target, clock_)).Describe(); });
  }
  for (std::thread& starter : starters) starter.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, Answers());
}

// Writes until it is told to stop, as clients do; how many writes were acknowledged.
int WriteUntil(const std::atomic<bool>& stop, MeasurementStore& store) {
  const std::string traits = (*store.Snapshot())->FindTraits("test", "delivery-delay")->value();
  int written = 0;
  while (!stop) {
    IngestUnit unit;
    unit.part = PartitionOf("test", "", store.partitions());
    unit.workspace = "test";
    unit.request_id = unit.fingerprint = absl::StrCat("meanwhile ", written);
    unit.record_time = absl::FromUnixSeconds(1'800'000'000);
    unit.metrics = {{"delivery-delay", traits}};
    SampleRow row;
    row.time_nano = 1'700'000'000'000'000'000 + written;
    row.content.value = written;
    unit.series.push_back({"delivery-delay", Slice::Parse("depot=north").value(), {row}});
    std::promise<absl::Status> done;
    store.Ingest(std::move(unit), [&done](const absl::StatusOr<IngestOutcome>& outcome) {
      done.set_value(outcome.status());
    });
    const absl::Status status = done.get_future().get();
    EXPECT_TRUE(status.ok()) << status;
    if (!status.ok()) return written;
    ++written;
  }
  return written;
}

TEST_P(Upgrade, AProcessThatRunsGoesOnWhileANewerVersionAddsToItsTables) {
  const PostgresTarget target = LoadedDatabase();
  const OpenStores running = Opened(OpenPostgresStores(target, clock_));
  const std::string evaluation = Describe(*running.evaluation);
  std::atomic<bool> stop{false};
  std::future<int> writer =
      std::async(std::launch::async, [&] { return WriteUntil(stop, *running.measurement); });
  const absl::Status migrated = AddAsALaterVersion(target);
  EXPECT_TRUE(migrated.ok()) << migrated;
  AppliedSet set;
  set.position = running.definition->LastPosition().value() + 1;
  set.revisions.emplace_back().set_name("workspaces/test/metrics/later");
  set.revisions.back().set_revision(1);
  EXPECT_TRUE(running.definition->Commit(set, std::nullopt, clock_.Now()).ok());
  stop = true;
  EXPECT_GT(writer.get(), 0);
  EXPECT_EQ(running.definition->LastPosition().value(), set.position);
  EXPECT_EQ(Describe(*running.evaluation), evaluation);
  EXPECT_THAT(OpenPostgresStores(target, clock_).status().message(),
              HasSubstr("was written by a newer version"));
}

TEST_P(Upgrade, APostgresSchemaOfANewerVersionIsRefusedAndStays) {
  for (const std::string schema : {"kpi_definition", "kpi_measurement", "kpi_evaluation"}) {
    const PostgresTarget target = LoadedDatabase();
    Run(target, absl::StrCat("INSERT INTO ", schema, ".schema_version(version) VALUES(99)"));
    const auto refused = OpenPostgresStores(target, clock_);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(refused.status().message(),
                HasSubstr(absl::StrCat("schema ", schema,
                                       " was written by a newer version: got schema version 99")));
    Run(target, absl::StrCat("DELETE FROM ", schema, ".schema_version WHERE version = 99"));
    EXPECT_EQ(Opened(OpenPostgresStores(target, clock_)).Describe(), Answers());
  }
}

TEST_P(Upgrade, ASqliteFileOfANewerVersionIsRefusedAndStays) {
  TestDirectory directory;
  ASSERT_TRUE(LoadSqliteFixture(GetParam(), directory.path()).ok());
  for (const std::string store : {"definition", "measurement", "evaluation"}) {
    int64_t version = 0;
    const auto set_version = [&](int64_t value) {
      const auto file = Connection::Open(absl::StrCat(directory.path(), "/", store, ".db"),
                                         {.role = ConnectionOptions::Role::kWriter});
      version = (*file)->QueryInt64("PRAGMA user_version")->value_or(0);
      ASSERT_TRUE((*file)->ExecuteScript(absl::StrCat("PRAGMA user_version=", value)).ok());
    };
    set_version(99);
    const int64_t before = version;
    const auto refused = OpenSqliteStores(directory.path(), clock_);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(refused.status().message(),
                HasSubstr("was written by a newer version: got schema version 99"));
    set_version(before);
  }
  EXPECT_EQ(Opened(OpenSqliteStores(directory.path(), clock_)).Describe(), Answers());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Upgrade, testing::ValuesIn(FixtureVersions()),
                         [](const auto& info) { return "From" + info.param; });

}  // namespace
}  // namespace kpisuite
