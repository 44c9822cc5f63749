// PostgresStateLog: the state log in a PostgreSQL database, schema "kpi_evaluation".
//
// Tables and columns are those of SqliteStateLog; `member` and `partition` tell who writes what
// (partition_leases.h), and the views `current_state`, `state_history` and `daily_value` are for
// people and their tools (postgres_state_log_schema.cc).
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/postgres/database.h"
#include "services/evaluation/log/partition_leases.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

struct PostgresStateLogOptions {
  PostgresTarget target;
  PartitionLeaseOptions leases;
};

PostgresSchema PostgresStateLogSchema();

// Several processes may open it. The fence of a partition is a lock on its row that is held until
// the write is committed: nobody takes the partition before.
class PostgresStateLog final : public StateLog {
 public:
  // Errors as PostgresDatabase::Create.
  static absl::StatusOr<std::unique_ptr<PostgresStateLog>> Create(
      const PostgresStateLogOptions& options);

  absl::StatusOr<std::unique_ptr<PartitionOwnership>> OpenOwnership() override;
  absl::StatusOr<std::vector<int32_t>> Append(absl::Span<const LoggedState> entries,
                                              absl::Span<const OwnedPart> writers) override;
  absl::Status VisitLatest(absl::Span<const std::string> kpis,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override;
  absl::Status VisitClosed(absl::string_view kpi,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override;
  absl::StatusOr<std::vector<LoggedState>> ClosedStates(absl::string_view kpi, bool final) override;
  absl::StatusOr<std::optional<LoggedState>> Find(const StateId& id) override;
  absl::StatusOr<std::optional<LoggedState>> FindClosed(const StateId& series) override;
  absl::StatusOr<std::vector<HistoryEntryRow>> History(const HistoryQuery& query) override;
  absl::Status SaveDecision(const FinalityDecision& decision, const OwnedPart& writer) override;
  absl::StatusOr<FinalityDecisions> LoadDecisions() override;
  absl::StatusOr<std::optional<int32_t>> LastClosed(absl::string_view kpi, absl::string_view window,
                                                    int64_t before_position) override;
  absl::Status SavePartitions(int partitions) override;
  absl::StatusOr<int> LoadPartitions() override;
  absl::StatusOr<DefinitionsSaved> SaveDefinitions(const DefinitionsToSave& save) override;
  absl::StatusOr<bool> SaveVersions(absl::Span<const SavedVersions> versions, int64_t position,
                                    int64_t incarnation, const OwnedPart& writer) override;
  absl::StatusOr<FollowedDefinitions> LoadDefinitions() override;
  absl::StatusOr<FollowedDefinitions> LoadVersions() override;
  std::string engine() const override { return "postgres"; }

 private:
  PostgresStateLog(std::unique_ptr<PostgresDatabase> database, const PartitionLeaseOptions& leases)
      : database_(std::move(database)), leases_(leases) {}

  // The newest entry of the last period, or of the one that the id names, of which `condition`
  // holds.
  absl::StatusOr<std::optional<LoggedState>> FindLast(const StateId& id,
                                                      absl::string_view condition);

  // Which of the writers still own their partitions, which stay theirs until the transaction ends.
  absl::StatusOr<std::set<int32_t>> Owned(PostgresConnection& connection,
                                          absl::Span<const OwnedPart> writers) const;

  const std::unique_ptr<PostgresDatabase> database_;
  const PartitionLeaseOptions leases_;
  mutable Mutex mutex_;
  std::string owner_ GUARDED_BY(mutex_);  // id of the ownership that was opened last
};

}  // namespace kpisuite
