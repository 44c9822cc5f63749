#include "libs/kpi/slice_rule.h"

#include <tuple>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

// How specific a rule is for a slice; the greater wins.
struct Strength {
  SliceMatchKind kind;
  bool exact;             // an exact rule before one for the slice and what is within
  size_t nearness;        // of the ancestor
  size_t dimensions = 0;  // that the rule fixes

  auto Key() const { return std::tie(kind, exact, nearness, dimensions); }
};

std::optional<Strength> StrengthOf(const SliceRule& rule, const Slice& slice,
                                   absl::Span<const Slice> ancestors) {
  if (!rule.selector.has_value()) return Strength{SliceMatchKind::kDefault, false, 0};
  const Slice& selected = *rule.selector;
  if (selected == slice) return Strength{SliceMatchKind::kExact, rule.exact, 0};
  if (rule.exact || selected.is_total()) return std::nullopt;
  const size_t dimensions = selected.members().size();
  if (selected.Contains(slice)) {
    return Strength{SliceMatchKind::kDimension, false, 0, dimensions};
  }
  for (size_t i = 0; i < ancestors.size(); ++i) {
    if (!selected.Contains(ancestors[i])) continue;
    return Strength{SliceMatchKind::kHierarchy, false, ancestors.size() - i, dimensions};
  }
  return std::nullopt;
}

}  // namespace

std::string SliceMatchText(const SliceRule& rule, SliceMatchKind kind) {
  const std::string slice = rule.selector.has_value() ? rule.selector->ToString() : "";
  switch (kind) {
    case SliceMatchKind::kDefault: return "default";
    case SliceMatchKind::kHierarchy: return absl::StrCat("hierarchy:", slice);
    case SliceMatchKind::kDimension: return absl::StrCat("dimension:", slice);
    case SliceMatchKind::kExact: return absl::StrCat("exact:", slice);
  }
  return "";
}

std::optional<SliceMatch> LongestMatch(absl::Span<const SliceRule* const> rules, const Slice& slice,
                                       absl::Span<const Slice> ancestors) {
  std::optional<SliceMatch> best;
  std::optional<Strength> best_strength;
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::optional<Strength> strength = StrengthOf(*rules[i], slice, ancestors);
    if (!strength.has_value()) continue;
    if (best_strength.has_value()) {
      const bool equal = strength->Key() == best_strength->Key();
      const bool better = equal ? rules[i]->selector < rules[best->index]->selector
                                : best_strength->Key() < strength->Key();
      if (!better) continue;
    }
    best = SliceMatch{i, strength->kind};
    best_strength = strength;
  }
  return best;
}

}  // namespace kpisuite
