// StateList: one page of ListStates, read on the engine thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/evaluation/evaluation_loop.h"
#include "services/evaluation/state_filter.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

struct StatePage {
  std::vector<StateAnswer> states;
  std::string next_page_token;
};

// Only on the engine thread, except Check. The references outlive it.
class StateList {
 public:
  StateList(const StateLookup& lookup, const ShownPositions& positions, EvaluationLoop& loop,
            const Clock& clock)
      : lookup_(lookup), positions_(positions), loop_(loop), clock_(clock) {}

  // What is wrong with a request. Any thread.
  static absl::Status Check(const v1::ListStatesRequest& request);
  // States by KPI, window (in the order of the definition) and slice. A page may be short: only an
  // empty token ends the list. A state whose inputs are being loaded is NO_DATA and stale.
  // UNAVAILABLE (NOT_READY) while a partition is not in memory. With `parts` only of these
  // partitions.
  absl::StatusOr<StatePage> Read(const v1::ListStatesRequest& request,
                                 const std::optional<std::set<int32_t>>& parts) const;

 private:
  class Page;

  const StateLookup& lookup_;
  const ShownPositions& positions_;
  EvaluationLoop& loop_;
  const Clock& clock_;
};

}  // namespace kpisuite
