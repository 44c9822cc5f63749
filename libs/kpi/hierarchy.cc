#include "libs/kpi/hierarchy.h"

#include <algorithm>
#include <set>
#include <utility>

namespace kpisuite {
namespace {

// The hierarchy in which the name is the dimension or a level; null for none.
const Hierarchy* HierarchyWith(Hierarchies hierarchies, absl::string_view name) {
  for (const auto& hierarchy : hierarchies) {
    if (hierarchy->dimension() == name || hierarchy->LevelIndex(name).has_value()) {
      return hierarchy.get();
    }
  }
  return nullptr;
}

// Members of the levels above a member of the dimension or of a level.
std::vector<Member> Above(const Hierarchy& hierarchy, absl::string_view name, const Member& member,
                          absl::CivilDay day) {
  const std::optional<size_t> level = hierarchy.LevelIndex(name);
  if (!level.has_value()) return hierarchy.PathOf(member, day);
  if (member.kind() != Member::Kind::kText) return {};
  return hierarchy.PathAbove(*level, member, day).value_or(std::vector<Member>());
}

}  // namespace

Hierarchy::Hierarchy(std::string dimension, std::vector<std::string> levels,
                     std::vector<Entry> entries)
    : dimension_(std::move(dimension)),
      levels_(std::move(levels)),
      nowhere_(levels_.size(), Member::Null()) {
  std::set<absl::CivilDay> days;
  for (Entry& entry : entries) {
    if (entry.from.has_value()) days.insert(*entry.from);
    members_[entry.member][entry.from.value_or(absl::CivilDay::min())] = std::move(entry.path);
  }
  changes_.assign(days.begin(), days.end());
}

std::optional<size_t> Hierarchy::LevelIndex(absl::string_view level) const {
  const auto found = std::find(levels_.begin(), levels_.end(), level);
  if (found == levels_.end()) return std::nullopt;
  return static_cast<size_t>(found - levels_.begin());
}

std::vector<absl::CivilDay> Hierarchy::ChangesOf(const Member& member) const {
  std::vector<absl::CivilDay> days;
  const auto paths = members_.find(member.text());
  if (member.kind() != Member::Kind::kText || paths == members_.end()) return days;
  for (const auto& [day, path] : paths->second) {
    if (day != absl::CivilDay::min()) days.push_back(day);
  }
  return days;
}

const std::vector<Member>& Hierarchy::PathOf(const Member& member, absl::CivilDay day) const {
  if (member.kind() != Member::Kind::kText) return nowhere_;
  const auto paths = members_.find(member.text());
  if (paths == members_.end()) return nowhere_;
  const auto after = paths->second.upper_bound(day);
  return after == paths->second.begin() ? nowhere_ : std::prev(after)->second;
}

std::optional<std::vector<Member>> Hierarchy::PathAbove(size_t level, const Member& member,
                                                        absl::CivilDay day) const {
  std::optional<std::vector<Member>> known;
  for (const auto& [text, paths] : members_) {
    const std::vector<Member>& path = PathOf(Member::Text(text), day);
    if (path[level] != member) continue;
    std::vector<Member> above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(level));
    if (known.has_value() && *known != above) return std::nullopt;
    known = std::move(above);
  }
  return known;
}

std::map<std::string, Member> Hierarchy::MembersAt(size_t level, absl::CivilDay day) const {
  std::map<std::string, Member> members;
  for (const auto& [text, paths] : members_) {
    const Member& at = PathOf(Member::Text(text), day)[level];
    if (at.kind() == Member::Kind::kText) members.emplace(text, at);
  }
  return members;
}

const Hierarchy* HierarchyOfLevel(Hierarchies hierarchies, absl::string_view name) {
  const Hierarchy* hierarchy = HierarchyWith(hierarchies, name);
  return hierarchy == nullptr || hierarchy->dimension() == name ? nullptr : hierarchy;
}

std::vector<std::string> BaseDimensions(Hierarchies hierarchies,
                                        absl::Span<const std::string> names) {
  std::set<std::string> bases;
  for (const std::string& name : names) {
    const Hierarchy* hierarchy = HierarchyOfLevel(hierarchies, name);
    bases.insert(hierarchy == nullptr ? name : hierarchy->dimension());
  }
  return {bases.begin(), bases.end()};
}

Slice ProjectWithLevels(Hierarchies hierarchies, const Slice& leaf,
                        absl::Span<const std::string> names, absl::CivilDay day) {
  std::map<std::string, Member> members;
  for (const std::string& name : names) {
    const Hierarchy* hierarchy = HierarchyOfLevel(hierarchies, name);
    const Member* member = leaf.Find(hierarchy == nullptr ? name : hierarchy->dimension());
    if (member == nullptr) {
      members.emplace(name, Member::Null());
    } else if (hierarchy == nullptr) {
      members.emplace(name, *member);
    } else {
      members.emplace(name, hierarchy->PathOf(*member, day)[*hierarchy->LevelIndex(name)]);
    }
  }
  // Names and members were checked where they come from.
  absl::StatusOr<Slice> slice = Slice::Create(std::move(members));
  return slice.ok() ? *std::move(slice) : leaf.Project(names);
}

std::vector<Slice> AncestorsOf(Hierarchies hierarchies, const Slice& slice, absl::CivilDay day) {
  // All ways to replace members, by the number of steps.
  std::set<std::pair<size_t, std::string>> found = {{0, slice.ToString()}};
  for (const auto& [name, member] : slice.members()) {
    const Hierarchy* hierarchy = HierarchyWith(hierarchies, name);
    if (hierarchy == nullptr) continue;
    const std::vector<Member> above = Above(*hierarchy, name, member, day);
    std::set<std::pair<size_t, std::string>> wider = found;
    for (size_t steps = 1; steps <= above.size(); ++steps) {
      const size_t level = above.size() - steps;
      if (above[level].kind() != Member::Kind::kText) continue;
      if (slice.Find(hierarchy->levels()[level]) != nullptr) continue;
      for (const auto& [before, text] : found) {
        std::map<std::string, Member> members = Slice::Parse(text)->members();
        members.erase(name);
        members.insert_or_assign(hierarchy->levels()[level], above[level]);
        wider.emplace(before + steps, Slice::Create(std::move(members))->ToString());
      }
    }
    found = std::move(wider);
  }
  std::vector<Slice> ancestors;
  for (const auto& [steps, text] : found) {
    if (steps > 0) ancestors.push_back(*Slice::Parse(text));
  }
  return ancestors;
}

std::optional<Slice> SliceAbove(Hierarchies hierarchies, const Slice& slice,
                                absl::Span<const std::string> names, absl::CivilDay day) {
  std::map<std::string, Member> members;
  for (const std::string& name : names) {
    if (const Member* own = slice.Find(name); own != nullptr) {
      members.emplace(name, *own);
      continue;
    }
    const Hierarchy* hierarchy = HierarchyOfLevel(hierarchies, name);
    if (hierarchy == nullptr) return std::nullopt;
    const size_t level = *hierarchy->LevelIndex(name);
    std::optional<Member> above;
    for (const auto& [finer, member] : slice.members()) {
      if (HierarchyWith(hierarchies, finer) != hierarchy) continue;
      const std::vector<Member> path = Above(*hierarchy, finer, member, day);
      if (level < path.size()) above = path[level];
    }
    if (!above.has_value()) return std::nullopt;
    members.emplace(name, *above);
  }
  absl::StatusOr<Slice> above = Slice::Create(std::move(members));
  if (!above.ok()) return std::nullopt;
  return *std::move(above);
}

}  // namespace kpisuite
