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

// Thread-safe. Calls may block. Errors of writes: UNAVAILABLE STORE_UNAVAILABLE (the outcome is
// unknown; the same again is harmless), RESOURCE_EXHAUSTED DISK_FULL (nothing was stored).
class StateLog {
 public:
  virtual ~StateLog() = default;

  // Stores the entries, all or none, durable when it returns. An entry that is there already
  // changes nothing.
  virtual absl::Status Append(absl::Span<const LoggedState> entries) = 0;

  // The newest entry of every state of a KPI, without `state`, in no order; of all KPIs when the
  // name is empty. Stops at the first error that `visit` returns.
  virtual absl::Status VisitLatest(absl::string_view kpi,
                                   absl::FunctionRef<absl::Status(LoggedState)> visit) = 0;

  // The entries of a KPI about closed periods (revision 1 and more), without `state`, in the order
  // of recording. Stops at the first error that `visit` returns.
  virtual absl::Status VisitClosed(absl::string_view kpi,
                                   absl::FunctionRef<absl::Status(LoggedState)> visit) = 0;

  // The newest entry of a state. With an empty period: of the last period that was logged.
  virtual absl::StatusOr<std::optional<LoggedState>> Find(const StateId& id) = 0;

  // By period, then in the order of recording.
  virtual absl::StatusOr<std::vector<HistoryEntryRow>> History(const HistoryQuery& query) = 0;

  // Adds a decision, durable when it returns. After an unknown outcome what is there is to be read
  // before the next one.
  virtual absl::Status SaveDecision(const FinalityDecision& decision) = 0;
  // All decisions about all KPIs, in the order of saving.
  virtual absl::StatusOr<FinalityDecisions> LoadDecisions() = 0;

  // First day of the last period of a window of a KPI, in any slice, that an entry tells to be
  // closed under definitions before the position; nothing when there is none.
  virtual absl::StatusOr<std::optional<int32_t>> LastClosed(absl::string_view kpi,
                                                            absl::string_view window,
                                                            int64_t before_position) = 0;

  // Starts a new life of the process that owns the log: 1, then one more each time.
  virtual absl::StatusOr<int64_t> OpenEpoch() = 0;

  // Number of partitions of the feed; 0 when it was never saved.
  virtual absl::Status SavePartitions(int partitions) = 0;
  virtual absl::StatusOr<int> LoadPartitions() = 0;

  // Adds definitions, and takes those away that have `deleted` set; replaces the versions of these
  // KPIs. A snapshot replaces all of both.
  virtual absl::Status SaveDefinitions(bool snapshot, absl::Span<const v1::Definition> definitions,
                                       absl::Span<const SavedVersions> versions, int64_t position,
                                       int64_t incarnation) = 0;
  virtual absl::StatusOr<FollowedDefinitions> LoadDefinitions() = 0;

  // "sqlite", "memory".
  virtual std::string engine() const = 0;
};

// What the log said until a moment about closed periods of a KPI: what its frozen targets read.
// Errors of reads.
absl::StatusOr<RecordedValues> ReadRecorded(StateLog& log, absl::string_view kpi,
                                            absl::Time until = absl::InfiniteFuture());

}  // namespace kpisuite
