// SqliteDefinitionStore: the embedded engine, one file ("definition.db").
//
// Tables: `definition` has a row for each name ever applied, `revision` the bytes of each revision
// (never changed), `applied_set` and `change` the log: which revisions one applied set made, in
// order, under its position. `request` remembers answers.
#pragma once

#include <memory>
#include <string>

#include "libs/storage/database.h"
#include "services/definition/definition_store.h"

namespace kpisuite {

class SqliteDefinitionStore final : public DefinitionStore {
 public:
  // Opens or creates `definition.db` in the directory. Errors: see Database::Create.
  static absl::StatusOr<std::unique_ptr<SqliteDefinitionStore>> Create(
      const std::string& directory);

  absl::string_view engine() const override { return "sqlite"; }
  bool shared() const override { return false; }
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
  explicit SqliteDefinitionStore(std::unique_ptr<Database> database)
      : database_(std::move(database)) {}

  absl::Status ReadIncarnation();

  const std::unique_ptr<Database> database_;
  int64_t incarnation_ = 0;
};

}  // namespace kpisuite
