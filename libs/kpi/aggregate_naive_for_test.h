// Aggregation by plain loops over samples, written without any of the library's states: what they
// must agree with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libs/kpi/aggregate.h"

namespace kpisuite {

struct TestSample {
  int64_t time_nano = 0;
  int64_t value = 0;
  std::string sample_id;
  std::string entity;
  std::optional<int64_t> weight;
  uint64_t series = 0;
  bool kept = true;

  SampleView View() const {
    return {.time_nano = time_nano,
            .value = value,
            .sample_id = sample_id,
            .entity = entity,
            .weight = weight,
            .series = series,
            .kept = kept};
  }
};

// The value over all samples, of fewer than 20 entities. VAR and STDDEV: of values below 2^50.
Value NaiveValue(const AggregationSpec& spec, const std::vector<TestSample>& samples);

}  // namespace kpisuite
