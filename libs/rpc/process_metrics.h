// The metrics of the process itself, under the names of the Prometheus client libraries.
#pragma once

#include <string>

#include "libs/rpc/metrics.h"

namespace kpisuite {

// Adds process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_max_fds and process_start_time_seconds, read from /proc when scraped.
void AddProcessMetrics(Metrics& metrics);

// Adds kpisuite_store_free_bytes and kpisuite_store_capacity_bytes of the file system that holds
// `store`, "sqlite:DIRECTORY", read when scraped; NaN while it does not tell. A store that is not
// on a file system of this process has neither.
void AddStoreMetrics(const std::string& store, Metrics& metrics);

}  // namespace kpisuite
