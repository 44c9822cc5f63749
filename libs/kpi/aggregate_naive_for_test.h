// Aggregation by plain loops over samples, written without any of the library's states: what they
// must agree with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_frame.h"

namespace kpisuite {

struct TestSample {
  int64_t time_nano = 0;
  int64_t value = 0;
  std::string sample_id;
  std::string entity;
  std::optional<int64_t> weight;
  uint64_t series = 0;
  int64_t shift_nano = 0;
  bool kept = true;

  int64_t place_nano() const { return time_nano + shift_nano; }

  SampleView View() const {
    return {.time_nano = time_nano,
            .value = value,
            .sample_id = sample_id,
            .entity = entity,
            .weight = weight,
            .series = series,
            .shift_nano = shift_nano,
            .kept = kept};
  }
};

// The value over all samples (of kinds that need none), of fewer than 20 entities. VAR and STDDEV:
// of values below 2^50.
Value NaiveValue(const AggregationSpec& spec, const std::vector<TestSample>& samples);

// The value of FIRST, LAST, TIME_WEIGHTED_*, CONVERSION, COHORT_RATIO in the frame.
Value NaiveValueIn(const AggregationSpec& spec, const AggregateFrame& frame,
                   const std::vector<TestSample>& samples);

}  // namespace kpisuite
