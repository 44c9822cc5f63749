// PostgresStateLog: the state log in a PostgreSQL database, schema "kpi_evaluation".
//
// Tables and columns are those of SqliteStateLog; `owner` is the fence between processes
// (log_owner.h), and the views `current_state`, `state_history` and `daily_value` are for people
// and their tools (postgres_state_log_schema.cc).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/evaluation/log/log_owner.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

struct PostgresStateLogOptions {
  PostgresTarget target;
  LogOwnerOptions owner;
};

PostgresSchema PostgresStateLogSchema();

// Writes of a process that no longer owns the log: FAILED_PRECONDITION STORE_UNAVAILABLE.
class PostgresStateLog final : public StateLog {
 public:
  // Errors as PostgresDatabase::Create.
  static absl::StatusOr<std::unique_ptr<PostgresStateLog>> Create(
      const PostgresStateLogOptions& options);

  absl::Status Append(absl::Span<const LoggedState> entries) override;
  absl::Status VisitLatest(absl::string_view kpi,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override;
  absl::StatusOr<std::optional<LoggedState>> Find(const StateId& id) override;
  absl::StatusOr<std::vector<HistoryEntryRow>> History(const HistoryQuery& query) override;
  absl::Status SaveDecision(const FinalityDecision& decision) override;
  absl::StatusOr<FinalityDecisions> LoadDecisions() override;
  absl::StatusOr<std::optional<int32_t>> LastClosed(absl::string_view kpi, absl::string_view window,
                                                    int64_t before_position) override;
  absl::StatusOr<int64_t> OpenEpoch() override { return owner_->OpenEpoch(); }
  absl::Status SavePartitions(int partitions) override;
  absl::StatusOr<int> LoadPartitions() override;
  absl::Status SaveDefinitions(bool snapshot, absl::Span<const v1::Definition> definitions,
                               absl::Span<const SavedVersions> versions, int64_t position,
                               int64_t incarnation) override;
  absl::StatusOr<FollowedDefinitions> LoadDefinitions() override;
  std::string engine() const override { return "postgres"; }

 private:
  PostgresStateLog(std::unique_ptr<PostgresDatabase> database, std::unique_ptr<LogOwner> owner)
      : database_(std::move(database)), owner_(std::move(owner)) {}

  const std::unique_ptr<PostgresDatabase> database_;
  const std::unique_ptr<LogOwner> owner_;
};

}  // namespace kpisuite
