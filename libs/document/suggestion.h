// "Did you mean": the closest of a list of known names.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kpisuite {

// The candidate that `word` most likely stands for: one that differs only in case, '-' and '_',
// else one that begins with it, else the nearest by insertions, deletions, substitutions and swaps,
// at most a third of the word's length (but always one) away. Ties go to the first candidate. Empty
// when none is near.
std::string ClosestMatch(absl::string_view word, const std::vector<std::string>& candidates);

// `, did you mean "X"?` for the closest match; empty when none is near.
std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace kpisuite
