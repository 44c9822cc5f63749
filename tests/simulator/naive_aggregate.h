// Aggregation by plain loops over raw samples: what the incremental states must agree with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/value.h"

namespace kpisuite {

struct NaiveSample {
  int64_t time_nano = 0;
  int64_t value = 0;  // mantissa
  std::string sample_id;
  std::string entity;
  std::string series;  // canonical slice of the leaf series
  absl::CivilDay day;  // local day that it is assigned to
};

// The value of at least one row, of which the filter kept `kept`.
Value NaiveAggregate(const AggregationSpec& spec, const std::vector<const NaiveSample*>& kept);

}  // namespace kpisuite
