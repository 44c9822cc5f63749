// Hierarchies of dimensions: where members belong on the levels above them, and from when on
// (SEMANTICS 3.3.2).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/slice.h"

namespace kpisuite {

// Whose membership counts when a member has moved.
enum class MembershipView {
  kAsIs,   // today's: history is regrouped
  kAsWas,  // that of the day of each sample: history stays
};

// The levels above one dimension. Immutable; thread-safe.
class Hierarchy {
 public:
  // Where a member belongs from a day on; without one, before every day.
  struct Entry {
    std::string member;
    std::optional<absl::CivilDay> from;
    std::vector<Member> path;  // one for each level, coarse first
  };

  // Levels are coarse first, at least one. Of entries for the same member and day the last counts.
  Hierarchy(std::string dimension, std::vector<std::string> levels, std::vector<Entry> entries);

  const std::string& dimension() const { return dimension_; }
  const std::vector<std::string>& levels() const { return levels_; }
  std::optional<size_t> LevelIndex(absl::string_view level) const;
  // The days on which an entry begins, ascending.
  const std::vector<absl::CivilDay>& changes() const { return changes_; }

  // The days on which entries of a member begin, ascending.
  std::vector<absl::CivilDay> ChangesOf(const Member& member) const;

  // Members of the levels above `member` on that day, coarse first; (null) on every level for one
  // without an entry.
  const std::vector<Member>& PathOf(const Member& member, absl::CivilDay day) const;
  // Members of the levels above `member` of a level on that day, coarse first; nothing when no
  // member below it tells, or when they differ.
  std::optional<std::vector<Member>> PathAbove(size_t level, const Member& member,
                                               absl::CivilDay day) const;
  // Members of the dimension by their member of a level on that day; those at (null) are left out.
  std::map<std::string, Member> MembersAt(size_t level, absl::CivilDay day) const;

 private:
  using Paths = std::map<absl::CivilDay, std::vector<Member>>;  // by first day

  std::string dimension_;
  std::vector<std::string> levels_;
  std::map<std::string, Paths> members_;
  std::vector<absl::CivilDay> changes_;
  std::vector<Member> nowhere_;  // (null) on every level
};

using Hierarchies = absl::Span<const std::shared_ptr<const Hierarchy>>;

// The hierarchy of a level; null for a name that is none.
const Hierarchy* HierarchyOfLevel(Hierarchies hierarchies, absl::string_view name);

// Dimensions from which the names, levels among them, can be told: sorted, each once.
std::vector<std::string> BaseDimensions(Hierarchies hierarchies,
                                        absl::Span<const std::string> names);

// As Slice::Project, where names may be levels: members of the day.
Slice ProjectWithLevels(Hierarchies hierarchies, const Slice& leaf,
                        absl::Span<const std::string> names, absl::CivilDay day);

// The slices above `slice` on that day: with one of its members or more replaced by one that it
// belongs to. Fewest steps first, then by text. Members at (null) have none above them.
std::vector<Slice> AncestorsOf(Hierarchies hierarchies, const Slice& slice, absl::CivilDay day);

// The slice of `names` that contains `slice` on that day, when its members tell: each name is one
// of its dimensions or a level above one.
std::optional<Slice> SliceAbove(Hierarchies hierarchies, const Slice& slice,
                                absl::Span<const std::string> names, absl::CivilDay day);

// The filter with its tests of levels turned into tests of the dimensions below them, for the
// membership of that day. `dimensions` and `scale` as for Filter::Create. INVALID_ARGUMENT (LIMIT)
// when the members are too many for a filter.
absl::StatusOr<Filter> WithoutLevels(const Filter& filter, Hierarchies hierarchies,
                                     absl::Span<const std::string> dimensions, int scale,
                                     absl::CivilDay day);

}  // namespace kpisuite
