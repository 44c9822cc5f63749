// Which values are withheld because too few people are behind them (SEMANTICS 3.3.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace kpisuite {

// A slice of one KPI, window and period that has data.
struct SuppressionCell {
  std::string id;       // canonical slice
  uint64_t people = 0;  // its natural denominator n
};

// Slices of one grouping within one slice of a coarser grouping: together they are that slice, so
// that one of them follows from it and the others.
struct SuppressionFamily {
  size_t parent = 0;             // into the cells, as the children
  std::vector<size_t> children;  // in any order
};

// Parallel to `cells`: whether its value is withheld. First those with fewer than `fewest` people.
// Then, for as long as a family has a withheld child, a parent that is not withheld, and withheld
// children that are fewer than 2 or together fewer than `fewest` people: its next child by (people,
// id); with no child left, the parent. Families are taken in the order of their parents' ids, then
// of their smallest child, again and again until nothing changes: the answer is a function of the
// cells alone. Pure.
std::vector<bool> SuppressedCells(absl::Span<const SuppressionCell> cells,
                                  std::vector<SuppressionFamily> families, uint64_t fewest);

}  // namespace kpisuite
