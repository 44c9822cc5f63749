// PostgresDefinitionStore: definitions in a PostgreSQL database, schema "kpi_definition".
//
// Several processes may use one database. Whoever stores a set holds the lock of the only row of
// `store`, which holds the last position: of two who made a set for the same position one is told
// to catch up and try again.
#pragma once

#include <memory>

#include "libs/postgres/database.h"
#include "services/definition/definition_store.h"

namespace kpisuite {

class PostgresDefinitionStore final : public DefinitionStore {
 public:
  // Connects, migrates, and begins the log of a new store. Errors: PostgresDatabase::Create.
  static absl::StatusOr<std::unique_ptr<PostgresDefinitionStore>> Create(
      const PostgresTarget& target);

  absl::string_view engine() const override { return "postgres"; }
  bool shared() const override { return true; }
  int64_t incarnation() const override { return incarnation_; }
  absl::StatusOr<StoredDefinitions> Load() override;
  absl::StatusOr<int64_t> LastPosition() override;
  absl::Status Commit(const AppliedSet& set, const std::optional<LedgerEntry>& entry,
                      absl::Time now) override;
  absl::StatusOr<std::optional<LedgerEntry>> FindRequest(absl::string_view workspace,
                                                         absl::string_view request_id,
                                                         absl::Time now) override;
  absl::StatusOr<std::vector<AppliedSet>> ReadSets(int64_t after_position,
                                                   size_t max_bytes) override;
  absl::StatusOr<std::map<ResourceName, int64_t>> LastRevisions(
      absl::Span<const ResourceName> names) override;
  absl::StatusOr<std::vector<v1::Definition>> ReadRevisions(const ResourceName& name,
                                                            int64_t before, int limit,
                                                            size_t max_bytes) override;

 private:
  explicit PostgresDefinitionStore(std::unique_ptr<PostgresDatabase> database)
      : database_(std::move(database)) {}

  absl::Status FindOrMakeStore();

  const std::unique_ptr<PostgresDatabase> database_;
  int64_t incarnation_ = 0;
};

}  // namespace kpisuite
