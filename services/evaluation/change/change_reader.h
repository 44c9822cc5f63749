// ReadChange: from the place of a state in its engine to what drove it there.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/change.pb.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// The state whose change is explained. Engine and runtime are not owned; the slice is canonical.
struct ChangePlace {
  PartitionEngine* engine = nullptr;
  const KpiRuntime* runtime = nullptr;
  std::string slice;
  size_t window = 0;
  Period period;
};

// Explains the change from `base_period` (empty or PREVIOUS_PERIOD: the one before, else an id) to
// the period of `asked`, by the members of `dimension`, or by operands where that is empty; no
// change (NO_COMPARABLE) when the two are of different versions of the KPI. On the thread of the
// engine. INVALID_ARGUMENT for another period or dimension than the contract asks
// for, NOT_FOUND for an unknown slice, FAILED_PRECONDITION (NOT_AGGREGATABLE; NOT_READY while
// inputs are loaded).
absl::StatusOr<v1::ChangeExplanation> ReadChange(const ChangePlace& asked,
                                                 const std::string& base_period,
                                                 const std::string& dimension, absl::Time now);

}  // namespace kpisuite
