#include "libs/document/suggestion.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

// Longer words are not typing mistakes of a name, and the distance is quadratic.
constexpr size_t kMaxWordBytes = 128;

// A shorter word is not taken for the beginning of a name.
constexpr size_t kMinPrefix = 3;

std::string Folded(absl::string_view word) {
  std::string folded;
  for (char c : word) {
    if (c != '-' && c != '_') folded.push_back(absl::ascii_tolower(c));
  }
  return folded;
}

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string ClosestMatch(absl::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kMaxWordBytes) return "";
  const std::string folded = Folded(word);
  for (const std::string& candidate : candidates) {
    if (Folded(candidate) == folded) return candidate;
  }
  for (const std::string& candidate : candidates) {
    if (folded.size() >= kMinPrefix && absl::StartsWith(Folded(candidate), folded)) {
      return candidate;
    }
  }
  size_t best_distance = std::max<size_t>(1, folded.size() / 3) + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kMaxWordBytes) continue;
    const size_t distance = EditDistance(folded, Folded(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates) {
  const std::string match = ClosestMatch(word, candidates);
  return match.empty() ? "" : absl::StrCat(", did you mean \"", match, "\"?");
}

}  // namespace kpisuite
