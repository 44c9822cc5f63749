// ColdReader: answers from the cache, else from the state log, while a partition is not in memory.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/cache/state_cache.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

// Thread-safe. Calls block.
class ColdReader {
 public:
  // The references outlive it.
  ColdReader(StateCache& cache, StateLog& log) : cache_(cache), log_(log) {}

  // From the cache when its frontier vouches for the state (stale when the frontier is not fresh,
  // or the definition is another than the one that is known here), else from the log, always stale.
  // LATEST_WITH_DATA means the last period in the log, LATEST_CLOSED the last of which it says that
  // it is closed; later ones may have come since: always stale. UNAVAILABLE (NOT_READY) when
  // neither has it. `why` nothing better can be had goes with what is stale.
  absl::StatusOr<StateAnswer> Read(const ResolvedKey& key, absl::Time now, absl::string_view why);
  // From the cache alone, and only what it vouches for under the definition that is known here:
  // CURRENT or a period by its id. UNAVAILABLE otherwise.
  absl::StatusOr<StateAnswer> ReadFresh(const ResolvedKey& key, absl::Time now);

 private:
  // `vouched`: the cache can tell whether this is the state that was asked for.
  absl::StatusOr<StateAnswer> FromCache(const StateId& id, const ResolvedKey& key, int32_t part,
                                        absl::Time now, absl::string_view why, bool vouched);

  StateCache& cache_;
  StateLog& log_;
};

}  // namespace kpisuite
