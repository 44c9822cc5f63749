// Filters that test levels of hierarchies.
#include <algorithm>
#include <utility>

#include "libs/kpi/filter.h"
#include "libs/kpi/filter_expression.h"
#include "libs/kpi/hierarchy.h"

namespace kpisuite {
namespace {

// `level in (wanted)` as a test of the dimension below; true when it is to be negated.
bool LowerMembers(const Hierarchy& hierarchy, size_t level, absl::CivilDay day,
                  std::vector<Member>& wanted) {
  const auto asks_for = [&](const Member& member) {
    return std::find(wanted.begin(), wanted.end(), member) != wanted.end();
  };
  // Whoever belongs nowhere is at (null): those are all others.
  const bool negated = asks_for(Member::Null());
  std::vector<Member> members;
  for (const auto& [text, at] : hierarchy.MembersAt(level, day)) {
    if (asks_for(at) != negated) members.push_back(Member::Text(text));
  }
  // No source can name (other): a test that nobody meets.
  if (members.empty()) members.push_back(Member::Other());
  wanted = std::move(members);
  return negated;
}

}  // namespace

absl::StatusOr<Filter> WithoutLevels(const Filter& filter, Hierarchies hierarchies,
                                     absl::Span<const std::string> dimensions, int scale,
                                     absl::CivilDay day) {
  const std::vector<std::string> names = filter.Dimensions();
  const bool reads_levels = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return HierarchyOfLevel(hierarchies, name) != nullptr;
  });
  if (!reads_levels) return filter;
  FilterExpression expression = filter.expression();
  const size_t count = expression.nodes.size();
  for (size_t i = 0; i < count; ++i) {
    FilterNode lowered = expression.nodes[i];
    const bool tests = lowered.kind == FilterNode::Kind::kDimension ||
                       lowered.kind == FilterNode::Kind::kMembership;
    const Hierarchy* hierarchy = tests ? HierarchyOfLevel(hierarchies, lowered.dimension) : nullptr;
    if (hierarchy == nullptr) continue;
    const bool differs =
        std::exchange(lowered.comparison, Comparison::kEqual) == Comparison::kNotEqual;
    const bool negated =
        LowerMembers(*hierarchy, *hierarchy->LevelIndex(lowered.dimension), day, lowered.members);
    lowered.dimension = hierarchy->dimension();
    lowered.kind = FilterNode::Kind::kMembership;
    if (negated == differs) {
      expression.nodes[i] = std::move(lowered);
      continue;
    }
    expression.nodes[i] = {.kind = FilterNode::Kind::kNot,
                           .children = {static_cast<int>(expression.nodes.size())}};
    expression.nodes.push_back(std::move(lowered));
  }
  return Filter::Create(FilterText(expression), dimensions, scale);
}

}  // namespace kpisuite
