// Exact sums of samples on both sides, each made by its own database.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "libs/storage/connection.h"

namespace kpisuite {

// "sample" or "sample_revision", workspace, metric, partition.
using SumKey = std::tuple<std::string, std::string, std::string, int64_t>;

struct SampleSums {
  int64_t rows = 0;
  int64_t live = 0;     // of them not withdrawn
  std::string values;   // sum of their mantissas, a whole number
  std::string weights;  // the same of their weights

  friend bool operator==(const SampleSums&, const SampleSums&) = default;
};

absl::StatusOr<std::map<SumKey, SampleSums>> SumSource(Connection& file);
absl::StatusOr<std::map<SumKey, SampleSums>> SumTarget(PostgresConnection& target);

}  // namespace kpisuite
