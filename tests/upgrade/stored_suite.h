// StoredSuite: the stores of a whole suite, as an earlier version left them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/postgres/target.h"
#include "services/definition/definition_store.h"
#include "services/evaluation/log/state_log.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// The folders of tests/upgrade/fixtures, oldest first.
std::vector<std::string> FixtureVersions();

// A file of a fixture: "answers.txt".
std::string FixturePath(const std::string& version, const std::string& file);
// Its text; empty when it is not there.
std::string ReadFixture(const std::string& version, const std::string& file);

// Makes definition.db, measurement.db and evaluation.db in a directory.
absl::Status LoadSqliteFixture(const std::string& version, const std::string& directory);
// Makes the three schemas in an empty database.
absl::Status LoadPostgresFixture(const std::string& version, const PostgresTarget& target);

// The three stores, opened by the present code, which migrates them.
struct OpenStores {
  std::shared_ptr<DefinitionStore> definition;
  std::shared_ptr<MeasurementStore> measurement;
  std::shared_ptr<StateLog> evaluation;

  std::string Describe() const;
};
// `clock` outlives them.
absl::StatusOr<OpenStores> OpenSqliteStores(const std::string& directory, const Clock& clock);
absl::StatusOr<OpenStores> OpenPostgresStores(const PostgresTarget& target, const Clock& clock);

}  // namespace kpisuite
