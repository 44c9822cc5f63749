#include "libs/kpi/allocation.h"

#include <algorithm>
#include <numeric>

#include "libs/kpi/int128.h"

namespace kpisuite {

std::vector<int64_t> Allocate(int64_t total, absl::Span<const int64_t> weights) {
  // 64 by 64 bits fit 128, and so does the sum of 10'000 weights.
  Int128 sum = 0;
  for (const int64_t weight : weights) sum += weight;
  if (sum == 0) return {};
  const Int128 size = total < 0 ? -Int128(total) : Int128(total);
  std::vector<Int128> parts;
  std::vector<Int128> remainders;
  Int128 left = size;
  for (const int64_t weight : weights) {
    parts.push_back(size * weight / sum);
    remainders.push_back(size * weight % sum);
    left -= parts.back();
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a > b;
  });
  for (size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  std::vector<int64_t> result;
  for (const Int128 part : parts) result.push_back(static_cast<int64_t>(total < 0 ? -part : part));
  return result;
}

}  // namespace kpisuite
