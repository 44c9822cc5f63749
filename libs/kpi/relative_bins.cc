#include "libs/kpi/relative_bins.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "libs/kpi/int128.h"

namespace kpisuite {
namespace {

constexpr uint64_t kLargest = uint64_t{1} << 63;  // magnitude of the smallest 64 bit integer

// Smallest magnitude of each bin from 1 on, and the end of the last.
const std::vector<uint64_t>& Edges() {
  static const auto* edges = [] {
    auto* all = new std::vector<uint64_t>{1};
    while (all->back() <= kLargest) {
      const Uint128 next = Uint128{all->back()} * 102 / 100 + 1;
      all->push_back(static_cast<uint64_t>(std::min<Uint128>(next, Uint128{kLargest} + 1)));
    }
    return all;
  }();
  return *edges;
}

}  // namespace

int32_t LastBin() { return static_cast<int32_t>(Edges().size()) - 1; }

int32_t BinOf(int64_t value) {
  if (value == 0) return 0;
  const uint64_t magnitude =
      value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const std::vector<uint64_t>& edges = Edges();
  const auto bin =
      static_cast<int32_t>(std::upper_bound(edges.begin(), edges.end(), magnitude) - edges.begin());
  return value < 0 ? -bin : bin;
}

BinRange RangeOfBin(int32_t bin) {
  if (bin == 0) return {};
  const std::vector<uint64_t>& edges = Edges();
  const auto index = static_cast<size_t>(bin < 0 ? -bin : bin);
  const uint64_t low = edges[index - 1];
  const uint64_t high = edges[index] - 1;
  if (bin < 0) return {static_cast<int64_t>(-high), static_cast<int64_t>(-low)};
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return {static_cast<int64_t>(low), static_cast<int64_t>(std::min(high, kMost))};
}

}  // namespace kpisuite
