#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

// Where a target, bands or an owner apply.
struct SliceRule {
  // No value: the definition's default for every slice. A slice: itself and, unless it is the
  // total, every slice within it or below it in a hierarchy.
  SliceSelector selector;
  // Only the selected slice itself. Without a selector of no meaning.
  bool exact = false;

  friend bool operator==(const SliceRule&, const SliceRule&) = default;
  friend bool operator<(const SliceRule& a, const SliceRule& b) {
    return a.selector != b.selector ? a.selector < b.selector : a.exact < b.exact;
  }
};

// How a rule comes to apply, weakest first.
enum class SliceMatchKind { kDefault, kHierarchy, kDimension, kExact };

// A rule that applies.
struct SliceMatch {
  size_t index = 0;  // of the rule
  SliceMatchKind kind = SliceMatchKind::kDefault;
};

// Id of a matched rule: `default`, `exact:SLICE`, `dimension:SLICE` or `hierarchy:SLICE`, with the
// slice that the rule selects.
std::string SliceMatchText(const SliceRule& rule, SliceMatchKind kind);

// Longest match: the exact slice (an `exact` rule before one that also holds for slices within it),
// then the rule that fixes most dimensions, then the rule of the nearest ancestor, then the
// default. `ancestors` are the slices above `slice` in the hierarchies of its dimensions, nearest
// first, without slice itself. Equally specific rules on different dimensions resolve to the
// smallest canonical text, so that the answer does not depend on the order of the rules. Indexes
// into `rules` (none of them null), of equal rules the first; nullopt if none applies.
std::optional<SliceMatch> LongestMatch(absl::Span<const SliceRule* const> rules, const Slice& slice,
                                       absl::Span<const Slice> ancestors);

}  // namespace kpisuite
