// The metrics of the process itself, under the names of the Prometheus client libraries.
#pragma once

#include "libs/rpc/metrics.h"

namespace kpisuite {

// Adds process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_max_fds and process_start_time_seconds, read from /proc when scraped.
void AddProcessMetrics(Metrics& metrics);

}  // namespace kpisuite
