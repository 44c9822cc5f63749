// kpictl migrate as a function: the SQLite files of the newest fixture into PostgreSQL.
#include "services/migrate/store_migration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/test_server.h"
#include "libs/storage/connection.h"
#include "libs/storage/file_lock.h"
#include "libs/storage/test_directory.h"
#include "services/evaluation/log/owned_parts_for_test.h"
#include "tests/upgrade/stored_suite.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

constexpr int kPartitions = 16;
const std::string kSchemas[] = {"kpi_definition", "kpi_measurement", "kpi_evaluation"};

class StoreMigration : public testing::Test {
 protected:
  StoreMigration() {
    const absl::Status loaded = LoadSqliteFixture(version_, directory_.path());
    EXPECT_TRUE(loaded.ok()) << loaded;
    // Of the present schema, as a service leaves it.
    const auto opened = OpenSqliteStores(directory_.path(), clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
  }

  MigrationOptions Options() const {
    MigrationOptions options;
    options.directories = {directory_.path()};
    options.target = target_;
    options.chunk_rows = 5;
    return options;
  }

  std::string ErrorOf(const MigrationOptions& options) {
    const auto report = MigrateStores(options, clock_);
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition) << report.status();
    return std::string(report.status().message());
  }

  void RunInTarget(const std::string& sql) const {
    const auto connection = PostgresConnection::Open(target_, {.application_name = "test"});
    const absl::Status done = (*connection)->ExecuteScript(sql);
    ASSERT_TRUE(done.ok()) << sql << done;
  }

  void RunInFile(const std::string& store, const std::string& sql) const {
    const auto file = Connection::Open(absl::StrCat(directory_.path(), "/", store, ".db"),
                                       {.role = ConnectionOptions::Role::kWriter});
    const absl::Status done = (*file)->ExecuteScript(sql);
    ASSERT_TRUE(done.ok()) << sql << done;
  }

  // Ends a run, as a kill does, when the table has this many rows or more.
  void MigrateUntil(const std::string& table, int64_t rows) {
    MigrationOptions options = Options();
    options.on_progress = [&](const CopyProgress& progress) {
      if (progress.table == table && progress.rows >= rows) _exit(9);
    };
    EXPECT_EXIT(MigrateStores(options, clock_).IgnoreError(), testing::ExitedWithCode(9), "");
  }

  std::string AnswersOfTarget() {
    const auto stores = OpenPostgresStores(target_, clock_);
    EXPECT_TRUE(stores.ok()) << stores.status();
    return stores.ok() ? stores->Describe() : "";
  }

  const std::string version_ = FixtureVersions().back();
  const std::string answers_ = ReadFixture(version_, "answers.txt");
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  TestDirectory directory_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
};

TEST_F(StoreMigration, TheCopyAnswersAsTheFilesDidAndIsNumberedOn) {
  const auto report = MigrateStores(Options(), clock_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->equal());
  EXPECT_EQ(report->tables.size(), 22u);
  for (const ComparedTable& table : report->tables) {
    EXPECT_TRUE(table.equal) << table.store << "." << table.table;
    EXPECT_EQ(table.source_rows, table.target_rows) << table.store << "." << table.table;
  }
  EXPECT_FALSE(report->sums.empty());
  const auto stores = OpenPostgresStores(target_, clock_);
  ASSERT_TRUE(stores.ok()) << stores.status();
  EXPECT_EQ(stores->Describe(), answers_);
  OwnedParts parts;
  const auto ownership = stores->evaluation->OpenOwnership().value();
  ownership->Begin(kPartitions, "127.0.0.1:1", parts);
  const auto files = OpenSqliteStores(directory_.path(), clock_);
  ASSERT_TRUE(files.ok()) << files.status();
  OwnedParts parts_of_files;
  files->evaluation->OpenOwnership().value()->Begin(kPartitions, "", parts_of_files);
  std::vector<OwnedPart> writers;
  for (int part = 0; part < kPartitions; ++part) writers.push_back(parts.WaitFor(part));
  EXPECT_EQ(writers[0], parts_of_files.WaitFor(0));

  // What was logged before is known; what is new comes after it.
  std::vector<LoggedState> logged;
  ASSERT_TRUE(files->evaluation
                  ->VisitLatest({},
                                [&logged](LoggedState one) {
                                  logged.push_back(std::move(one));
                                  return absl::OkStatus();
                                })
                  .ok());
  ASSERT_FALSE(logged.empty());
  EXPECT_EQ(stores->evaluation->Append(logged, writers).value(), std::vector<int32_t>());
  EXPECT_EQ(stores->Describe(), answers_);
  LoggedState next = logged[0];
  next.record_time += absl::Seconds(1);
  EXPECT_EQ(stores->evaluation->Append({next}, writers).value(), std::vector<int32_t>());
  EXPECT_EQ(stores->evaluation->Find(next.id).value()->record_time, next.record_time);
}

TEST_F(StoreMigration, ARunThatWasKilledGoesOnWhereItStood) {
  MigrateUntil("definition.revision", 3);
  MigrateUntil("measurement.sample", 10);
  MigrateUntil("evaluation.state_log", 5);
  std::map<std::string, int64_t> first_rows;
  MigrationOptions options = Options();
  options.on_progress = [&](const CopyProgress& progress) {
    if (progress.total > 0) first_rows.emplace(progress.table, progress.rows);
  };
  const auto report = MigrateStores(options, clock_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->equal());
  EXPECT_FALSE(first_rows.contains("measurement.sample")) << "it was complete";
  EXPECT_GT(first_rows.at("evaluation.state_log"), 5);
  EXPECT_EQ(AnswersOfTarget(), answers_);
}

TEST_F(StoreMigration, WhatIsKeptOfSamplesIsCopiedToThePartitionOfTheMetric) {
  RunInFile("measurement", "INSERT INTO kept_sample SELECT workspace, metric, 100, 20 FROM metric");
  const auto report = MigrateStores(Options(), clock_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->equal());
  EXPECT_THAT(AnswersOfTarget(), HasSubstr("  kept from 100 20\n"));
  const auto connection = PostgresConnection::Open(target_, {.application_name = "test"}).value();
  EXPECT_EQ(connection
                ->Query("SELECT count(*) FROM kpi_measurement.kept_sample"
                        " WHERE (part, workspace, metric) NOT IN"
                        " (SELECT part, workspace, metric FROM kpi_measurement.series)")
                ->Int64(0, 0),
            0);
}

TEST_F(StoreMigration, AnUnfinishedCopyIsNotServed) {
  MigrateUntil("measurement.sample", 5);
  const auto early = OpenPostgresStores(target_, clock_);
  EXPECT_EQ(early.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(early.status().message(), HasSubstr("holds an unfinished copy"));
}

TEST_F(StoreMigration, ADamagedCopyIsFoundAndNotServed) {
  const std::string damages[] = {
      "UPDATE kpi_measurement.sample SET value = value + 1 WHERE (part, series, time) ="
      " (SELECT part, series, time FROM kpi_measurement.sample WHERE value IS NOT NULL LIMIT 1)",
      "DELETE FROM kpi_measurement.request",
      "UPDATE kpi_measurement.head SET last_seq = last_seq + 1",
      "UPDATE kpi_definition.revision SET bytes = bytes || '\\x00'"};
  for (const std::string& damage : damages) {
    MigrateUntil("evaluation.state_log", 5);
    RunInTarget(damage);
    const auto report = MigrateStores(Options(), clock_);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_FALSE(report->equal()) << damage;
    EXPECT_FALSE(OpenPostgresStores(target_, clock_).ok());
    for (const std::string& schema : kSchemas) {
      RunInTarget(absl::StrCat("DROP SCHEMA ", schema, " CASCADE"));
    }
  }
}

TEST_F(StoreMigration, FilesOfARunningServiceAreRefused) {
  const auto running = OpenSqliteStores(directory_.path(), clock_);
  ASSERT_TRUE(running.ok());
  EXPECT_THAT(ErrorOf(Options()), HasSubstr("definition.db.lock is held by process"));
}

TEST_F(StoreMigration, MissingAndDoubleAndForeignFilesAreRefused) {
  MigrationOptions options = Options();
  TestDirectory empty;
  options.directories = {empty.path()};
  EXPECT_THAT(ErrorOf(options), HasSubstr("--from: got no definition.db in"));
  options.directories = {directory_.path(), empty.path()};
  std::filesystem::copy_file(directory_.path() + "/measurement.db",
                             empty.path() + "/measurement.db");
  EXPECT_THAT(ErrorOf(options), HasSubstr("--from: got measurement.db in"));
  options.directories = {empty.path()};
  std::filesystem::copy_file(directory_.path() + "/evaluation.db", empty.path() + "/definition.db");
  EXPECT_THAT(ErrorOf(options), HasSubstr("is not a definition store"));
}

TEST_F(StoreMigration, AnOlderFileIsToBeStartedOnce) {
  RunInFile("evaluation", "PRAGMA user_version=1");
  EXPECT_THAT(ErrorOf(Options()), HasSubstr("start its service once to migrate it"));
}

TEST_F(StoreMigration, ATargetWithTablesIsRefused) {
  ASSERT_TRUE(OpenPostgresStores(target_, clock_).ok());
  EXPECT_THAT(ErrorOf(Options()), HasSubstr("--store: schema kpi_definition holds tables already"));
}

TEST_F(StoreMigration, TheUnfinishedCopyOfAnotherStoreOrAnEarlierStateIsRefused) {
  MigrateUntil("measurement.sample", 5);
  RunInFile("measurement", "UPDATE head SET last_seq = last_seq + 1 WHERE part = 0");
  EXPECT_THAT(ErrorOf(Options()), HasSubstr("as it was before its service wrote again"));
  RunInFile("measurement", "UPDATE head SET incarnation = incarnation + 1");
  EXPECT_THAT(ErrorOf(Options()), HasSubstr("an unfinished copy of another measurement.db"));
}

TEST_F(StoreMigration, AColumnThatNoPlanKnowsIsRefused) {
  RunInFile("evaluation", "ALTER TABLE decision ADD COLUMN more TEXT");
  const auto report = MigrateStores(Options(), clock_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(
      report.status().message(),
      HasSubstr("evaluation.db has the column decision.more, which the copy does not know"));
}

}  // namespace
}  // namespace kpisuite
