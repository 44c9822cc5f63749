// A suite in which something has happened: what copies, upgrades and restores must keep.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {

struct Past {
  std::vector<std::vector<Delivery>> days;  // as first written; three from FirstDay() on
  std::vector<Delivery> corrected;          // of the first day, 100 minutes more than in `days`
  std::vector<Delivery> retracted;          // of the second day, by RetractRequest("retraction", .)
  std::string token;                        // of the last write
};

// Into a new suite that runs: the definitions of deliveries, two revisions of two KPIs; three days
// of deliveries, the first two closed, corrections and retractions after that, the first day final.
// Evaluation has seen all of it when it returns.
absl::StatusOr<Past> GiveAPast(ProcessSuite& suite, int deliveries_a_day);

// SIGTERM for all services, evaluation first; ok when each ends with 0.
absl::Status StopServices(ProcessSuite& suite);

}  // namespace kpisuite
