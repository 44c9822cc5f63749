// SqliteStateLog: the state log in evaluation.db.
//
//   state_log    one row per entry, in columns that a person can query; `state` is the serialised
//                KpiState. Times are unix nanoseconds, first_day is days since 1970-01-01, status
//                and cause are the names of the proto's enums without prefix.
//   decision     who made days of which KPI final, or released what is held out of them
//   definition   the definitions that were followed last
//   kpi_version  the versions of KPIs that have several, see saved_versions.h
//   setting      epoch, partitions, definition_position, definition_incarnation
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/storage/database.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

struct SqliteStateLogOptions {
  std::string directory;
  int64_t free_space_floor_bytes = kDefaultFreeSpaceFloorBytes;
  int64_t ballast_bytes = kDefaultBallastBytes;
};

Schema SqliteStateLogSchema();

class SqliteStateLog final : public StateLog {
 public:
  // Errors as Database::Create.
  static absl::StatusOr<std::unique_ptr<SqliteStateLog>> Create(
      const SqliteStateLogOptions& options);

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
  std::string engine() const override { return "sqlite"; }

 private:
  explicit SqliteStateLog(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  // The newest entry of the last period, or of the one that the id names, of which `condition`
  // holds.
  absl::StatusOr<std::optional<LoggedState>> FindLast(const StateId& id,
                                                      absl::string_view condition);

  absl::StatusOr<int64_t> OpenEpoch();
  absl::Status SaveSetting(absl::string_view name, int64_t value);
  absl::StatusOr<int64_t> LoadSetting(absl::string_view name);

  const std::unique_ptr<Database> database_;
};

}  // namespace kpisuite
