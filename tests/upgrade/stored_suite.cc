#include "tests/upgrade/stored_suite.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/connection.h"
#include "libs/storage/connection.h"
#include "services/definition/postgres_definition_store.h"
#include "services/definition/sqlite_definition_store.h"
#include "services/evaluation/log/postgres_state_log.h"
#include "services/evaluation/log/sqlite_state_log.h"
#include "services/measurement/postgres/postgres_measurement_store.h"
#include "services/measurement/sqlite_measurement_store.h"
#include "tests/upgrade/store_description.h"

namespace kpisuite {
namespace {

constexpr char kFixtures[] = KPISUITE_SOURCE_DIR "/tests/upgrade/fixtures";

}  // namespace

std::vector<std::string> FixtureVersions() {
  std::vector<std::string> versions;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    if (entry.is_directory()) versions.push_back(entry.path().filename().string());
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

std::string FixturePath(const std::string& version, const std::string& file) {
  return absl::StrCat(kFixtures, "/", version, "/", file);
}

std::string ReadFixture(const std::string& version, const std::string& file) {
  std::ifstream in(FixturePath(version, file));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

absl::Status LoadSqliteFixture(const std::string& version, const std::string& directory) {
  for (const std::string store : {"definition", "measurement", "evaluation"}) {
    ASSIGN_OR_RETURN(const auto file, Connection::Open(absl::StrCat(directory, "/", store, ".db"),
                                                       {.role = ConnectionOptions::Role::kWriter}));
    RETURN_IF_ERROR(file->ExecuteScript(ReadFixture(version, absl::StrCat(store, ".sqlite.sql"))));
  }
  return absl::OkStatus();
}

absl::Status LoadPostgresFixture(const std::string& version, const PostgresTarget& target) {
  ASSIGN_OR_RETURN(const auto connection,
                   PostgresConnection::Open(target, {.application_name = "fixture"}));
  return connection->ExecuteScript(ReadFixture(version, "postgres.sql"));
}

std::string OpenStores::Describe() const {
  return absl::StrCat(kpisuite::Describe(*definition), kpisuite::Describe(*measurement),
                      kpisuite::Describe(*evaluation));
}

absl::StatusOr<OpenStores> OpenSqliteStores(const std::string& directory, const Clock& clock) {
  OpenStores stores;
  ASSIGN_OR_RETURN(stores.definition, SqliteDefinitionStore::Create(directory));
  SqliteMeasurementStoreOptions measurement;
  measurement.directory = directory;
  measurement.ballast_bytes = 0;
  ASSIGN_OR_RETURN(stores.measurement, SqliteMeasurementStore::Create(measurement, clock));
  ASSIGN_OR_RETURN(stores.evaluation,
                   SqliteStateLog::Create({.directory = directory, .ballast_bytes = 0}));
  return stores;
}

absl::StatusOr<OpenStores> OpenPostgresStores(const PostgresTarget& target, const Clock& clock) {
  OpenStores stores;
  ASSIGN_OR_RETURN(stores.definition, PostgresDefinitionStore::Create(target));
  ASSIGN_OR_RETURN(stores.measurement, PostgresMeasurementStore::Create({.target = target}, clock));
  ASSIGN_OR_RETURN(stores.evaluation, PostgresStateLog::Create({.target = target}));
  return stores;
}

}  // namespace kpisuite
