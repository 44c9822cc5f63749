// FollowedList: one page of ListStates without the owners of the partitions: of what was followed
// from them, or shown by this process when it was the owner.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/evaluation/cold_reader.h"
#include "services/evaluation/evaluation_loop.h"
#include "services/evaluation/list_cursor.h"
#include "services/evaluation/state_filter.h"
#include "services/evaluation/state_list.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

// Order, cursors and choice of periods are those of StateList, so that a list may go on here and
// there. Each state says how it was had (NEAR_CACHE), and is stale unless its partition is followed
// and fresh. Of a partition that was never complete here totals come from cache or log, as
// ColdReader tells; its slices are not known. A total of which nothing is known is NO_DATA
// (NOT_READY) and stale. The references outlive it.
class FollowedList {
 public:
  FollowedList(const StateLookup& lookup, ColdReader& cold, const KpiDirectory& directory,
               const StateBoard& board, const ShownPositions& positions, EvaluationLoop& loop,
               const Clock& clock)
      : lookup_(lookup),
        cold_(cold),
        directory_(directory),
        board_(board),
        positions_(positions),
        loop_(loop),
        clock_(clock) {}

  // KPIs of a page, by name.
  struct Kpis {
    std::vector<std::shared_ptr<const KpiInfo>> kpis;
    bool more = false;  // others follow
  };

  // The KPIs of these partitions that come next in the list of a request that is valid. Only on
  // the engine thread. UNAVAILABLE (NOT_READY) where it takes their owner to list them: AS_WAS, and
  // slices of a partition that was never complete here.
  absl::StatusOr<Kpis> KpisOf(const v1::ListStatesRequest& request,
                              const std::set<int32_t>& parts) const;
  // Their states. Any thread; blocks.
  absl::StatusOr<StatePage> Read(const v1::ListStatesRequest& request, const Kpis& kpis);

 private:
  class Page;
  class SeriesInOrder;
  struct Series;

  // The first series of the KPIs after the cursor, in order.
  SeriesInOrder SeriesOf(const Kpis& kpis, const StateFilter& filter,
                         const ListCursor& cursor) const;

  const StateLookup& lookup_;
  ColdReader& cold_;
  const KpiDirectory& directory_;
  const StateBoard& board_;
  const ShownPositions& positions_;
  EvaluationLoop& loop_;
  const Clock& clock_;
};

}  // namespace kpisuite
