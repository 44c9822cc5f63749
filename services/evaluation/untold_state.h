// Stands in a list for a state that cannot be told at present.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/definitions/kpi.h"
#include "services/evaluation/state_lookup.h"

namespace kpisuite {

// Its place in the list; the referent outlives the call.
struct UntoldPlace {
  const KpiDefinition& kpi;
  size_t window = 0;
  std::string slice;
  std::string period;
};

// NO_DATA (NOT_READY), stale, both for the reason `why`.
StateAnswer UntoldState(const UntoldPlace& place, absl::Time now, absl::Time as_of,
                        absl::string_view why);

}  // namespace kpisuite
