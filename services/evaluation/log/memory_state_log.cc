#include "services/evaluation/log/memory_state_log.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/log/sole_ownership.h"

namespace kpisuite {
namespace {

bool SameEntry(const LoggedState& a, const LoggedState& b) {
  return a.id == b.id && a.record_time == b.record_time && a.revision == b.revision &&
         a.cause == b.cause && a.status == b.status && a.value == b.value;
}

bool Wanted(const HistoryQuery& query, const LoggedState& logged) {
  switch (query.view) {
    case HistoryQuery::View::kAll: return logged.record_time > query.recorded_after;
    case HistoryQuery::View::kAsOf: return logged.record_time <= query.as_of;
    case HistoryQuery::View::kFirstClosed: return logged.cause == v1::HISTORY_CAUSE_CLOSED;
    case HistoryQuery::View::kFinal: return logged.cause == v1::HISTORY_CAUSE_FINAL;
  }
  return false;
}

// The newest entry of each period; periods of two calendars may begin on one day.
std::map<std::string, LoggedState> NewestOf(const std::map<HistoryPlace, LoggedState>& entries) {
  std::map<std::string, LoggedState> newest;
  for (const auto& [place, logged] : entries) newest[logged.id.period] = logged;
  return newest;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartitionOwnership>> MemoryStateLog::OpenOwnership() {
  return std::make_unique<SoleOwnership>(OpenEpoch());
}

absl::StatusOr<std::vector<int32_t>> MemoryStateLog::Append(
    absl::Span<const LoggedState> entries, absl::Span<const OwnedPart> /*writers*/) {
  MutexLock lock(mutex_);
  for (const LoggedState& logged : entries) {
    Entries& subject = entries_[{logged.id.kpi, logged.id.window, logged.id.slice}];
    const auto first = subject.lower_bound({logged.first_day, INT64_MIN});
    const auto end = subject.upper_bound({logged.first_day, INT64_MAX});
    const bool known =
        std::any_of(first, end, [&](const auto& entry) { return SameEntry(entry.second, logged); });
    if (!known) subject[{logged.first_day, ++last_number_}] = logged;
  }
  return std::vector<int32_t>();
}

absl::Status MemoryStateLog::VisitLatest(absl::Span<const std::string> kpis,
                                         absl::FunctionRef<absl::Status(LoggedState)> visit) {
  const std::set<std::string> wanted(kpis.begin(), kpis.end());
  std::vector<LoggedState> latest;
  {
    MutexLock lock(mutex_);
    for (const auto& [subject, entries] : entries_) {
      if (!wanted.empty() && !wanted.contains(std::get<0>(subject))) continue;
      for (auto& [period, logged] : NewestOf(entries)) {
        logged.state = nullptr;
        latest.push_back(std::move(logged));
      }
    }
  }
  for (LoggedState& logged : latest) RETURN_IF_ERROR(visit(std::move(logged)));
  return absl::OkStatus();
}

absl::Status MemoryStateLog::VisitClosed(absl::string_view kpi,
                                         absl::FunctionRef<absl::Status(LoggedState)> visit) {
  std::map<int64_t, LoggedState> closed;
  {
    MutexLock lock(mutex_);
    for (const auto& [subject, entries] : entries_) {
      if (std::get<0>(subject) != kpi) continue;
      for (const auto& [place, logged] : entries) {
        if (logged.revision < 1) continue;
        closed[place.number] = logged;
        closed[place.number].state = nullptr;
      }
    }
  }
  for (auto& [number, logged] : closed) RETURN_IF_ERROR(visit(std::move(logged)));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LoggedState>> MemoryStateLog::ClosedStates(absl::string_view kpi,
                                                                      bool final) {
  MutexLock lock(mutex_);
  std::vector<LoggedState> states;
  for (const auto& [subject, entries] : entries_) {
    if (std::get<0>(subject) != kpi) continue;
    for (auto& [period, logged] : NewestOf(entries)) {
      const bool wanted = final ? logged.final : logged.revision >= 1;
      if (wanted) states.push_back(std::move(logged));
    }
  }
  return states;
}

absl::StatusOr<std::optional<LoggedState>> MemoryStateLog::Find(const StateId& id) {
  MutexLock lock(mutex_);
  const auto subject = entries_.find({id.kpi, id.window, id.slice});
  if (subject == entries_.end()) return std::nullopt;
  const Entries& entries = subject->second;
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    if (id.period.empty() || it->second.id.period == id.period) return it->second;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<LoggedState>> MemoryStateLog::FindClosed(const StateId& series) {
  MutexLock lock(mutex_);
  const auto subject = entries_.find({series.kpi, series.window, series.slice});
  if (subject == entries_.end()) return std::nullopt;
  const Entries& entries = subject->second;
  const auto closed = std::find_if(entries.rbegin(), entries.rend(),
                                   [](const auto& entry) { return entry.second.revision >= 1; });
  if (closed == entries.rend()) return std::nullopt;
  return closed->second;
}

absl::StatusOr<std::vector<HistoryEntryRow>> MemoryStateLog::History(const HistoryQuery& query) {
  MutexLock lock(mutex_);
  std::vector<HistoryEntryRow> rows;
  const auto subject = entries_.find({query.kpi, query.window, query.slice});
  if (subject == entries_.end()) return rows;
  for (const auto& [place, logged] : subject->second) {
    if (place.first_day < query.first_day || place.first_day > query.last_day) continue;
    if (!Wanted(query, logged)) continue;
    const bool same_period = !rows.empty() && rows.back().place.first_day == place.first_day;
    if (same_period && query.view == HistoryQuery::View::kAsOf) rows.pop_back();
    const bool first_only =
        query.view == HistoryQuery::View::kFirstClosed || query.view == HistoryQuery::View::kFinal;
    if (same_period && first_only) continue;
    rows.push_back({place, logged});
  }
  if (query.after.has_value()) {
    std::erase_if(rows, [&](const HistoryEntryRow& row) { return row.place <= *query.after; });
  }
  if (rows.size() > static_cast<size_t>(query.limit)) rows.resize(static_cast<size_t>(query.limit));
  return rows;
}

absl::Status MemoryStateLog::SaveDecision(const FinalityDecision& decision,
                                          const OwnedPart& /*writer*/) {
  MutexLock lock(mutex_);
  decisions_.push_back(decision);
  return absl::OkStatus();
}

absl::StatusOr<FinalityDecisions> MemoryStateLog::LoadDecisions() {
  MutexLock lock(mutex_);
  return decisions_;
}

absl::StatusOr<std::optional<int32_t>> MemoryStateLog::LastClosed(absl::string_view kpi,
                                                                  absl::string_view window,
                                                                  int64_t before_position) {
  MutexLock lock(mutex_);
  std::optional<int32_t> last;
  for (const auto& [subject, entries] : entries_) {
    if (std::get<0>(subject) != kpi || std::get<1>(subject) != window) continue;
    for (const auto& [place, logged] : entries) {
      if (logged.revision < 1 || logged.definition_position >= before_position) continue;
      last = std::max(last.value_or(logged.first_day), logged.first_day);
    }
  }
  return last;
}

int64_t MemoryStateLog::OpenEpoch() {
  MutexLock lock(mutex_);
  return ++epoch_;
}

absl::Status MemoryStateLog::SavePartitions(int partitions) {
  MutexLock lock(mutex_);
  partitions_ = partitions;
  return absl::OkStatus();
}

absl::StatusOr<int> MemoryStateLog::LoadPartitions() {
  MutexLock lock(mutex_);
  return partitions_;
}

absl::StatusOr<DefinitionsSaved> MemoryStateLog::SaveDefinitions(const DefinitionsToSave& save) {
  MutexLock lock(mutex_);
  const DefinitionsSaved plan = PlanSave(save, definition_position_, definition_incarnation_);
  if (plan != DefinitionsSaved::kStored) return plan;
  if (save.snapshot) definitions_.clear();
  if (save.snapshot) versions_.clear();
  ReplaceVersions(save.versions);
  for (const v1::Definition& definition : save.definitions) {
    if (definition.deleted()) {
      definitions_.erase(definition.name());
    } else {
      definitions_[definition.name()] = definition;
    }
  }
  definition_position_ = save.position;
  definition_incarnation_ = save.incarnation;
  return plan;
}

void MemoryStateLog::ReplaceVersions(absl::Span<const SavedVersions> versions) {
  for (const SavedVersions& of_kpi : versions) {
    versions_.erase(of_kpi.kpi);
    if (!of_kpi.versions.empty()) versions_[of_kpi.kpi] = of_kpi;
  }
}

absl::StatusOr<bool> MemoryStateLog::SaveVersions(absl::Span<const SavedVersions> versions,
                                                  int64_t position, int64_t incarnation,
                                                  const OwnedPart& /*writer*/) {
  MutexLock lock(mutex_);
  if (definition_position_ != position || definition_incarnation_ != incarnation) return false;
  ReplaceVersions(versions);
  return true;
}

absl::StatusOr<FollowedDefinitions> MemoryStateLog::LoadVersions() {
  MutexLock lock(mutex_);
  FollowedDefinitions saved{.position = definition_position_,
                            .incarnation = definition_incarnation_};
  for (const auto& [kpi, versions] : versions_) saved.versions.push_back(versions);
  return saved;
}

absl::StatusOr<FollowedDefinitions> MemoryStateLog::LoadDefinitions() {
  MutexLock lock(mutex_);
  FollowedDefinitions saved{.position = definition_position_,
                            .incarnation = definition_incarnation_};
  for (const auto& [name, definition] : definitions_) saved.definitions.push_back(definition);
  for (const auto& [kpi, versions] : versions_) saved.versions.push_back(versions);
  return saved;
}

}  // namespace kpisuite
