// What goes wrong in a simulated run, and when.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/prng.h"

namespace kpisuite {

enum class Fault {
  // The evaluation process dies: its memory is gone.
  kEvaluationCrashBeforeApply,
  kEvaluationCrashAfterApply,
  kEvaluationCrashBeforeAnswer,
  kEvaluationCrashAfterAnswer,
  kEvaluationCrashBeforeTick,
  kEvaluationCrashAfterTick,  // before the log
  kEvaluationCrashAfterLog,   // before anything is shown
  kEvaluationCrashAfterShow,
  kEvaluationCrashBeforePublish,
  kEvaluationCrashAfterPublish,
  kEvaluationCrashAfterDefinitions,
  // The measurement process dies: the store stays, requests under way get no answer.
  kMeasurementCrashBeforeCommit,
  kMeasurementCrashBetweenUnits,  // a request of two partitions is half done
  kMeasurementCrashAfterCommit,   // before the acknowledgement
  // Messages.
  kRequestDuplicated,  // a copy arrives much later
  kRequestLost,
  kAcknowledgementLost,
  kFeedDelayed,
  kFeedRestarted,  // from an earlier cursor: batches come again
  kFeedGap,        // a page without its first batch
  kFeedTrimmed,    // the entries after the cursor are gone
  kAnswerDelayed,
  kAnswerDuplicated,
  kAnswerLost,
  kAnswerDamaged,
  // The state log.
  kLogRefused,      // nothing was stored
  kLogOutcomeLost,  // stored, but the writer is told otherwise
  // The cache.
  kCacheFlushed,
  kCacheRefused,            // it does not answer; nothing was stored
  kPublicationOutcomeLost,  // stored, but the owner is told otherwise
  kPublicationDuplicated,   // a copy arrives much later, whoever owns the partition then
  // Clocks.
  kEvaluationClockForward,
  kEvaluationClockBackward,
  kMeasurementClockForward,
  kMeasurementClockBackward,
  // Readers.
  kWatcherDisconnected,
};
inline constexpr size_t kFaultKinds = static_cast<size_t>(Fault::kWatcherDisconnected) + 1;

// Stable name, `FEED_DELAYED`.
absl::string_view FaultName(Fault fault);

using FaultCounts = std::array<int64_t, kFaultKinds>;

// Decides at each opportunity whether a fault strikes. Each kind has its own chance stream: to
// switch one off leaves the decisions about the others as they were. Not thread-safe.
class FaultPlan {
 public:
  // Bit n of `disabled` switches off the fault number n.
  FaultPlan(uint64_t seed, uint64_t disabled);

  // Counts the fault when it strikes.
  bool Strikes(Fault fault);
  // From now on nothing strikes.
  void Stop() { stopped_ = true; }
  const FaultCounts& counts() const { return counts_; }

 private:
  std::vector<Prng> streams_;
  uint64_t disabled_;
  bool stopped_ = false;
  // Faults of one run are more or less frequent than those of another.
  int intensity_percent_;
  FaultCounts counts_{};
};

}  // namespace kpisuite
