// SliceRoster: which slices of a grouping keep states of their own when there are more than
// Kpi.max_slices (SEMANTICS 3.3.3).
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

// Whether all members are (other), and there is one. What a source calls "(other)" is a text, whose
// canonical form is `\(other)`: the two are never confused.
bool IsOtherSlice(const Slice& slice);
// The slice of these dimensions whose members are all (other).
Slice OtherSliceOf(const std::vector<std::string>& dimensions);

// Immutable. It does not change any more once a grouping has too many slices, so that a slice never
// moves into (other) or out of it because of what others do.
class SliceRoster {
 public:
  // `own` are canonical slices of the dimensions, of which there is at least one.
  SliceRoster(const std::vector<std::string>& dimensions, absl::flat_hash_set<std::string> own);

  bool Contains(const Slice& slice) const { return own_.contains(slice.ToString()); }
  // The slice itself, or that in which its samples count.
  const Slice& PlaceOf(const Slice& slice) const { return Contains(slice) ? slice : other_; }
  const Slice& other() const { return other_; }
  // Equal for equal rosters.
  const std::string& key() const { return key_; }

 private:
  const absl::flat_hash_set<std::string> own_;
  const Slice other_;
  std::string key_;
};

}  // namespace kpisuite
