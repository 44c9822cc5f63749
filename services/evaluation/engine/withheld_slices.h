// Which slices of a KPI are withheld in a period because too few people are behind them
// (SEMANTICS 3.3.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/period.h"
#include "libs/kpi/window.h"

namespace kpisuite {

class KpiRuntime;
struct SliceStates;

// How many people are behind a value; nothing where there is no data at all.
using PeopleCount = std::optional<uint64_t>;

// The slices of one KPI that are withheld, by window and period. Counts are kept and only those
// that were noted as changed are read again. Slices are indices into KpiRuntime::slices(). Not
// thread-safe.
class WithheldSlices {
 public:
  // The data of a slice changed: its counts of periods that begin in [first, end).
  void NoteChange(size_t slice, size_t window, int32_t first, int32_t end);

  // Brings one of the window's own periods up to date; the slices that are withheld now and were
  // not, or the other way round. FAILED_PRECONDITION (NOT_READY) while inputs are loaded.
  absl::StatusOr<std::vector<size_t>> Refresh(const KpiRuntime& runtime, size_t window,
                                              const Period& period, absl::Time now, int64_t seq);

  // Whether a slice is withheld in any period of any window. Errors as Refresh.
  absl::StatusOr<bool> Contains(const KpiRuntime& runtime, const SliceStates& slice,
                                const Window& window, const Period& period, absl::Time now,
                                int64_t seq);
  // As above for the data of these days, as InputReader::ReadDays.
  absl::StatusOr<bool> ContainsOverDays(const KpiRuntime& runtime, const SliceStates& slice,
                                        absl::Span<const DayRange> days, absl::Time now,
                                        int64_t seq);

 private:
  struct Counts {
    std::vector<PeopleCount> people;  // parallel to slices
    absl::btree_set<size_t> stale;
    bool unsettled = false;  // what is withheld is to be found out again
    absl::flat_hash_set<size_t> withheld;
  };

  std::vector<absl::btree_map<int32_t, Counts>> periods_;  // by window, first day
};

}  // namespace kpisuite
