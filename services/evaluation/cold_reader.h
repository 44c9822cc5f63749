// ColdReader: answers from the cache, else from the state log, while a partition is not in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/cache/state_cache.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

// Thread-safe. Calls block. However many keys there are, the cache is asked once for all of them,
// in one round trip; where it does not answer, it has nothing.
class ColdReader {
 public:
  // In the order of the keys.
  using Answers = std::vector<absl::StatusOr<StateAnswer>>;

  // The references outlive it.
  ColdReader(StateCache& cache, StateLog& log) : cache_(cache), log_(log) {}

  // From the cache when its frontier vouches for the state (stale when the frontier is not fresh,
  // or the definition is another than the one that is known here), else from the log, always stale.
  // LATEST_WITH_DATA means the last period in the log, LATEST_CLOSED the last of which it says that
  // it is closed; later ones may have come since: always stale. UNAVAILABLE (NOT_READY) when
  // neither has it. `why` nothing better can be had goes with what is stale.
  Answers Read(absl::Span<const ResolvedKey> keys, absl::Time now, absl::string_view why);
  // From the cache alone, and only what it vouches for under the definition that is known here:
  // CURRENT or a period by its id. UNAVAILABLE otherwise.
  Answers ReadFresh(absl::Span<const ResolvedKey> keys, absl::Time now);

 private:
  // A state, and where the cache has it. Without an id or a partition it is not looked for there.
  struct Sought {
    StateId id;
    int32_t part = kUnknownPart;
  };

  Answers FromCache(absl::Span<const ResolvedKey> keys, absl::Span<const Sought> sought,
                    absl::Time now, absl::string_view why);
  // Also of KPIs whose partition nobody has told in this life of the process.
  void FindParts(absl::Span<const ResolvedKey> keys, std::vector<Sought>& sought);
  // What a key means for Read; `logged` is what the log has, where it was asked.
  absl::StatusOr<StateId> IdOf(const ResolvedKey& key, absl::Time now,
                               std::optional<LoggedState>* logged);

  StateCache& cache_;
  StateLog& log_;
};

}  // namespace kpisuite
