// The hierarchies of a metric: names of levels, and members that belong somewhere from a day on.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/metric.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr int kMaxLevels = 8;
constexpr int kMaxMembers = 10'000;

class HierarchyBuilder {
 public:
  HierarchyBuilder(std::string field, const v1::Hierarchy& hierarchy, Violations& violations)
      : field_(std::move(field)), hierarchy_(hierarchy), violations_(violations) {}

  void CheckDimension(const MetricDefinition& metric, std::set<std::string>& taken) {
    const std::string& dimension = hierarchy_.dimension();
    const std::string field = field_ + ".dimension";
    if (dimension.empty()) {
      AddRequired(field, "a dimension of the metric", violations_);
    } else if (!metric.HasDimension(dimension)) {
      violations_.Add(field, violation::kUndeclaredIdentifier,
                      GotWant(dimension, absl::StrCat("one of the metric's dimensions: ",
                                                      absl::StrJoin(metric.dimensions, ", "))));
    } else if (!taken.insert(dimension).second) {
      violations_.Add(field, violation::kDuplicate,
                      GotWant(dimension, "one hierarchy for each dimension"));
    }
  }

  // `names`: of all dimensions and the levels so far.
  void CheckLevels(std::set<std::string>& names) {
    const auto& levels = hierarchy_.levels();
    if (levels.empty()) AddRequired(field_ + ".levels", "1 to 8 levels", violations_);
    if (levels.size() > kMaxLevels) {
      violations_.Add(field_ + ".levels", violation::kLimit,
                      absl::StrCat("got ", levels.size(), ", want at most ", kMaxLevels));
    }
    for (int i = 0; i < levels.size(); ++i) {
      const std::string field = IndexField(field_ + ".levels", i);
      CheckDimensionName(field, levels[i], violations_);
      if (names.insert(levels[i]).second) continue;
      violations_.Add(field, violation::kDuplicate,
                      GotWant(levels[i], "a name that no dimension and no other level has"));
    }
  }

  std::shared_ptr<const Hierarchy> Build() {
    const auto& members = hierarchy_.members();
    if (members.size() > kMaxMembers) {
      violations_.Add(field_ + ".members", violation::kLimit,
                      absl::StrCat("got ", members.size(), ", want at most ", kMaxMembers));
      return nullptr;
    }
    std::vector<Hierarchy::Entry> entries;
    std::set<std::pair<std::string, std::optional<absl::CivilDay>>> seen;
    for (int i = 0; i < members.size(); ++i) {
      const std::string field = IndexField(field_ + ".members", i);
      Hierarchy::Entry entry = ReadEntry(field, members[i]);
      if (!seen.emplace(entry.member, entry.from).second) {
        violations_.Add(
            field, violation::kDuplicate,
            absl::StrCat("got a second entry for ", entry.member,
                         entry.from.has_value() ? " from " + absl::FormatCivilTime(*entry.from)
                                                : std::string(" from the first day"),
                         ", want one for each member and date"));
      }
      entries.push_back(std::move(entry));
    }
    std::vector<std::string> levels(hierarchy_.levels().begin(), hierarchy_.levels().end());
    for (size_t level = 1; level < levels.size() && violations_.empty(); ++level) {
      CheckOneParent(entries, level);
    }
    return std::make_shared<const Hierarchy>(hierarchy_.dimension(), std::move(levels),
                                             std::move(entries));
  }

 private:
  Hierarchy::Entry ReadEntry(const std::string& field, const v1::HierarchyMember& member) {
    Hierarchy::Entry entry{.member = member.member()};
    if (member.member().empty()) {
      AddRequired(field + ".member", "a member of the dimension", violations_);
    } else {
      CheckMember(field + ".member", member.member());
    }
    if (member.path_size() != hierarchy_.levels_size()) {
      violations_.Add(field + ".path", violation::kOutOfRange,
                      absl::StrCat("got ", member.path_size(), " members, want one for each of ",
                                   hierarchy_.levels_size(), " levels"));
    }
    for (int i = 0; i < member.path_size(); ++i) {
      if (!member.path(i).empty()) CheckMember(IndexField(field + ".path", i), member.path(i));
    }
    for (int i = 0; i < hierarchy_.levels_size(); ++i) {
      entry.path.push_back(i < member.path_size() ? Member::FromSource(member.path(i))
                                                  : Member::Null());
    }
    if (!member.effective_from().empty()) {
      entry.from = CheckDate(field + ".effective_from", member.effective_from(), violations_);
    }
    return entry;
  }

  void CheckMember(const std::string& field, const std::string& text) {
    const auto slice = Slice::Create({{"member", Member::Text(text)}});
    if (!slice.ok()) violations_.AddStatus(field, violation::kSyntax, slice.status());
  }

  // On each day a member of a level belongs to the same members above it, whoever is below. The
  // days are gone through in order, each with the entries that begin on it.
  void CheckOneParent(const std::vector<Hierarchy::Entry>& entries, size_t level) {
    std::map<absl::CivilDay, std::vector<const Hierarchy::Entry*>> by_day;
    for (const Hierarchy::Entry& entry : entries) {
      by_day[entry.from.value_or(absl::CivilDay::min())].push_back(&entry);
    }
    std::map<std::string, const Hierarchy::Entry*> in_force;   // by member
    std::map<std::string, std::map<std::string, int>> places;  // of members of the level
    const auto place = [&](const Hierarchy::Entry& entry) {
      std::string above;
      for (size_t i = 0; i < level; ++i) absl::StrAppend(&above, entry.path[i].ToString(), "\n");
      return above;
    };
    for (const auto& [day, begun] : by_day) {
      std::set<std::string> touched;
      for (const Hierarchy::Entry* entry : begun) {
        const Hierarchy::Entry*& current = in_force[entry->member];
        if (current != nullptr) {
          auto& counts = places[current->path[level].ToString()];
          if (--counts[place(*current)] == 0) counts.erase(place(*current));
        }
        current = entry;
        touched.insert(entry->path[level].ToString());
        ++places[entry->path[level].ToString()][place(*entry)];
      }
      touched.erase(Member::Null().ToString());
      for (const std::string& member : touched) {
        if (places[member].size() > 1) return AddTwoParents(level, member, day);
      }
    }
  }

  void AddTwoParents(size_t level, const std::string& member, absl::CivilDay day) {
    violations_.Add(field_ + ".members", violation::kRefused,
                    absl::StrCat("got ", hierarchy_.levels(static_cast<int>(level)), " ", member,
                                 " in two places of the levels above",
                                 day == absl::CivilDay::min() ? std::string()
                                                              : " on " + absl::FormatCivilTime(day),
                                 ", want one place for it on each day"));
  }

  const std::string field_;
  const v1::Hierarchy& hierarchy_;
  Violations& violations_;
};

}  // namespace

void BuildHierarchies(const v1::Metric& metric, MetricDefinition& built, Violations& violations) {
  std::set<std::string> dimensions;
  std::set<std::string> names(built.dimensions.begin(), built.dimensions.end());
  for (int i = 0; i < metric.hierarchies_size(); ++i) {
    Violations own;
    HierarchyBuilder builder(IndexField("metric.hierarchies", i), metric.hierarchies(i), own);
    builder.CheckDimension(built, dimensions);
    builder.CheckLevels(names);
    std::shared_ptr<const Hierarchy> hierarchy = builder.Build();
    if (own.empty()) built.hierarchies.push_back(std::move(hierarchy));
    for (const FieldViolation& item : own.items()) violations.Add(item);
  }
}

}  // namespace kpisuite
