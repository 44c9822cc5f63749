#pragma once

#include <algorithm>
#include <vector>

namespace kpisuite {

// The middle of `values`, which must not be empty; of an even count (a + b) / 2 of the two middle
// ones, a <= b.
inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace kpisuite
