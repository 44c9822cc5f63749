// MemoryStateLog: the state log for tests and the simulator; durable as long as the object.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "libs/base/mutex.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

class MemoryStateLog : public StateLog {
 public:
  absl::StatusOr<std::unique_ptr<PartitionOwnership>> OpenOwnership() override EXCLUDES(mutex_);
  absl::StatusOr<std::vector<int32_t>> Append(absl::Span<const LoggedState> entries,
                                              absl::Span<const OwnedPart> writers) override
      EXCLUDES(mutex_);
  absl::Status VisitLatest(absl::Span<const std::string> kpis,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override
      EXCLUDES(mutex_);
  absl::Status VisitClosed(absl::string_view kpi,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override
      EXCLUDES(mutex_);
  absl::StatusOr<std::vector<LoggedState>> ClosedStates(absl::string_view kpi, bool final) override
      EXCLUDES(mutex_);
  absl::StatusOr<std::optional<LoggedState>> Find(const StateId& id) override EXCLUDES(mutex_);
  absl::StatusOr<std::optional<LoggedState>> FindClosed(const StateId& series) override
      EXCLUDES(mutex_);
  absl::StatusOr<std::vector<HistoryEntryRow>> History(const HistoryQuery& query) override
      EXCLUDES(mutex_);
  absl::Status SaveDecision(const FinalityDecision& decision, const OwnedPart& writer) override
      EXCLUDES(mutex_);
  absl::StatusOr<FinalityDecisions> LoadDecisions() override EXCLUDES(mutex_);
  absl::StatusOr<std::optional<int32_t>> LastClosed(absl::string_view kpi, absl::string_view window,
                                                    int64_t before_position) override
      EXCLUDES(mutex_);
  // Of the ownership that is opened: 1, then one more each time.
  int64_t OpenEpoch() EXCLUDES(mutex_);
  absl::Status SavePartitions(int partitions) override EXCLUDES(mutex_);
  absl::StatusOr<int> LoadPartitions() override EXCLUDES(mutex_);
  absl::StatusOr<DefinitionsSaved> SaveDefinitions(const DefinitionsToSave& save) override
      EXCLUDES(mutex_);
  absl::StatusOr<bool> SaveVersions(absl::Span<const SavedVersions> versions, int64_t position,
                                    int64_t incarnation, const OwnedPart& writer) override
      EXCLUDES(mutex_);
  absl::StatusOr<FollowedDefinitions> LoadDefinitions() override EXCLUDES(mutex_);
  absl::StatusOr<FollowedDefinitions> LoadVersions() override EXCLUDES(mutex_);
  std::string engine() const override { return "memory"; }

 private:
  using Subject = std::tuple<std::string, std::string, std::string>;  // KPI, window, slice
  using Entries = std::map<HistoryPlace, LoggedState>;

  void ReplaceVersions(absl::Span<const SavedVersions> versions) REQUIRES(mutex_);

  Mutex mutex_;
  std::map<Subject, Entries> entries_ GUARDED_BY(mutex_);
  FinalityDecisions decisions_ GUARDED_BY(mutex_);
  int64_t last_number_ GUARDED_BY(mutex_) = 0;
  int64_t epoch_ GUARDED_BY(mutex_) = 0;
  int partitions_ GUARDED_BY(mutex_) = 0;
  int64_t definition_position_ GUARDED_BY(mutex_) = 0;
  int64_t definition_incarnation_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, v1::Definition> definitions_ GUARDED_BY(mutex_);
  std::map<std::string, SavedVersions> versions_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
