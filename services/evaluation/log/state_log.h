// StateLog: what evaluation said about KPIs, when and why; and what it must not forget between two
// starts.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/recorded_values.h"
#include "services/evaluation/engine/saved_versions.h"
#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// Where an entry stands among those of one window and slice.
struct HistoryPlace {
  int32_t first_day = 0;
  int64_t number = 0;  // grows with every entry of the log

  friend auto operator<=>(const HistoryPlace&, const HistoryPlace&) = default;
};

// Which entries of one window and slice are wanted.
struct HistoryQuery {
  enum class View {
    kAll,          // every entry
    kAsOf,         // of each period the last one recorded at or before `as_of`
    kFirstClosed,  // of each period the one that closed it
    kFinal,        // of each period the first that said it is FINAL
  };
  std::string kpi;
  std::string window;
  std::string slice;
  View view = View::kAll;
  absl::Time as_of = absl::InfiniteFuture();
  // Only entries that were recorded after it; with kAll.
  absl::Time recorded_after = absl::InfinitePast();
  // Periods by their first day, both inclusive.
  int32_t first_day = INT32_MIN;
  int32_t last_day = INT32_MAX;
  // Only what follows the entry with this place; the order is that of the answer.
  std::optional<HistoryPlace> after;
  int limit = 1000;
};

struct HistoryEntryRow {
  HistoryPlace place;
  LoggedState logged;
};

// The definitions that were followed last.
struct FollowedDefinitions {
  int64_t position = 0;     // of their change log; 0: none were saved yet
  int64_t incarnation = 0;  // life of the change log
  std::vector<v1::Definition> definitions;
  std::vector<SavedVersions> versions;  // of KPIs that have several, by name
};

// Definitions as their change log is followed; the referents outlive the call.
struct DefinitionsToSave {
  // All definitions, instead of a set that adds some and takes those away that have `deleted` set.
  bool snapshot = false;
  absl::Span<const v1::Definition> definitions;
  // Replaces the versions of these KPIs; of all with a snapshot.
  absl::Span<const SavedVersions> versions;
  int64_t after = 0;     // position before the set
  int64_t position = 0;  // and after it
  int64_t incarnation = 0;
};

// What became of definitions that were to be saved. Several processes follow the same change log:
// the first to have a position saves it.
enum class DefinitionsSaved {
  kStored,
  kKnown,  // the log has this position, or a later one of this incarnation
  kGap,    // the log is not at `after`: only a snapshot can be saved
};

// Thread-safe. Calls may block. Errors of writes: UNAVAILABLE STORE_UNAVAILABLE (the outcome is
// unknown; the same again is harmless), RESOURCE_EXHAUSTED DISK_FULL (nothing was stored).
//
// Where several processes can reach the log, what is written about a partition names the epoch in
// which the writer owns it, and nothing is stored in an epoch that is over. Engines that only one
// process can open do not look at it.
class StateLog {
 public:
  virtual ~StateLog() = default;

  // The partitions of this process; at most one at a time, which the log outlives.
  virtual absl::StatusOr<std::unique_ptr<PartitionOwnership>> OpenOwnership() = 0;

  // Stores the entries of the partitions in `writers`, durable when it returns; each entry's is
  // among them. Returns the partitions, in their order, that another process has taken: of these
  // nothing is stored, of the others all or none. An entry that is there already changes nothing.
  virtual absl::StatusOr<std::vector<int32_t>> Append(absl::Span<const LoggedState> entries,
                                                      absl::Span<const OwnedPart> writers) = 0;

  // The newest entry of every state of these KPIs, without `state`, in no order; of all KPIs when
  // none is named. Stops at the first error that `visit` returns.
  virtual absl::Status VisitLatest(absl::Span<const std::string> kpis,
                                   absl::FunctionRef<absl::Status(LoggedState)> visit) = 0;

  // The entries of a KPI about closed periods (revision 1 and more), without `state`, in the order
  // of recording. Stops at the first error that `visit` returns.
  virtual absl::Status VisitClosed(absl::string_view kpi,
                                   absl::FunctionRef<absl::Status(LoggedState)> visit) = 0;

  // The newest entry of every state of a KPI, if it tells that the state is closed (revision 1 and
  // more); with `final`, only if it tells that it is FINAL. In no order.
  virtual absl::StatusOr<std::vector<LoggedState>> ClosedStates(absl::string_view kpi,
                                                                bool final) = 0;

  // The newest entry of a state. With an empty period: of the last period that was logged.
  virtual absl::StatusOr<std::optional<LoggedState>> Find(const StateId& id) = 0;
  // The newest entry of the last period of a series (its period does not matter) that was closed
  // (revision 1 and more).
  virtual absl::StatusOr<std::optional<LoggedState>> FindClosed(const StateId& series) = 0;

  // By period, then in the order of recording.
  virtual absl::StatusOr<std::vector<HistoryEntryRow>> History(const HistoryQuery& query) = 0;

  // Adds a decision about a KPI of the partition, durable when it returns. After an unknown outcome
  // what is there is to be read before the next one. UNAVAILABLE NOT_READY: another process has
  // taken the partition.
  virtual absl::Status SaveDecision(const FinalityDecision& decision, const OwnedPart& writer) = 0;
  // All decisions about all KPIs, in the order of saving.
  virtual absl::StatusOr<FinalityDecisions> LoadDecisions() = 0;

  // First day of the last period of a window of a KPI, in any slice, that an entry tells to be
  // closed under definitions before the position; nothing when there is none.
  virtual absl::StatusOr<std::optional<int32_t>> LastClosed(absl::string_view kpi,
                                                            absl::string_view window,
                                                            int64_t before_position) = 0;

  // Number of partitions of the feed; 0 when it was never saved.
  virtual absl::Status SavePartitions(int partitions) = 0;
  virtual absl::StatusOr<int> LoadPartitions() = 0;

  virtual absl::StatusOr<DefinitionsSaved> SaveDefinitions(const DefinitionsToSave& save) = 0;
  // Replaces the versions of KPIs of the partition, unless the log is at another position or the
  // partition was taken: then nothing is done. Whether it was done.
  virtual absl::StatusOr<bool> SaveVersions(absl::Span<const SavedVersions> versions,
                                            int64_t position, int64_t incarnation,
                                            const OwnedPart& writer) = 0;
  virtual absl::StatusOr<FollowedDefinitions> LoadDefinitions() = 0;
  // The same without the definitions.
  virtual absl::StatusOr<FollowedDefinitions> LoadVersions() = 0;

  // "sqlite", "postgres", "memory".
  virtual std::string engine() const = 0;
};

// What a set does to a log that is at a position of an incarnation (0: nothing was saved yet).
DefinitionsSaved PlanSave(const DefinitionsToSave& save, int64_t position, int64_t incarnation);

// What the log said until a moment about closed periods of a KPI: what its frozen targets read.
// Errors of reads.
absl::StatusOr<RecordedValues> ReadRecorded(StateLog& log, absl::string_view kpi,
                                            absl::Time until = absl::InfiniteFuture());

}  // namespace kpisuite
