// PartitionEngine: groupings with more slices than the KPI may have. Once there are too many, it is
// settled which of them keep their own states, and the tables are loaded again with all others in
// (other). The newest version's Kpi.max_slices binds all versions.
#include <algorithm>
#include <tuple>
#include <utility>

#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

bool IsLogged(const SliceStates& slice) {
  return std::any_of(slice.windows.begin(), slice.windows.end(), [](const auto& periods) {
    return std::any_of(periods.begin(), periods.end(),
                       [](const auto& period) { return period.second.logged; });
  });
}

std::optional<size_t> GroupingWith(const KpiRuntime& runtime,
                                   const std::vector<std::string>& dimensions) {
  for (size_t g = 0; g < runtime.groupings().size(); ++g) {
    if (runtime.groupings()[g].dimensions == dimensions) return g;
  }
  return std::nullopt;
}

// Where a slice stands when there are too many: those of which something was said come first, then
// the order in which measurement recorded them, of the first input that has them.
struct Standing {
  bool unsaid = true;
  size_t input = SIZE_MAX;
  size_t rank = SIZE_MAX;

  friend bool operator<(const Standing& a, const Standing& b) {
    return std::tie(a.unsaid, a.input, a.rank) < std::tie(b.unsaid, b.input, b.rank);
  }
};

// By canonical slice, over all versions.
using Standings = absl::btree_map<std::string, Standing>;

void AddStandings(const KpiRuntime& runtime, size_t grouping, Standings& standings) {
  const RuntimeGrouping& cut = runtime.groupings()[grouping];
  for (const SliceStates& slice : runtime.slices()) {
    if (slice.grouping != grouping || IsOtherSlice(slice.slice)) continue;
    Standing& standing = standings[slice.slice.ToString()];
    standing.unsaid = standing.unsaid && !IsLogged(slice);
    for (size_t i = 0; i < cut.tables.size() && i < standing.input; ++i) {
      if (cut.tables[i]->spec().group_by != cut.dimensions) continue;
      const SlicePanes* panes = cut.tables[i]->Find(slice.slice.ToString());
      if (panes == nullptr) continue;
      standing.input = i;
      standing.rank = panes->rank;
    }
  }
}

// Null while there are not too many, or while it is not known.
std::shared_ptr<const SliceRoster> ChooseRoster(
    const std::vector<std::unique_ptr<KpiRuntime>>& versions,
    const std::vector<std::string>& dimensions) {
  Standings standings;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const std::optional<size_t> grouping = GroupingWith(**version, dimensions);
    if (!grouping.has_value()) continue;
    for (const PaneTable* table : (*version)->groupings()[*grouping].tables) {
      if (!table->loaded()) return nullptr;
    }
    AddStandings(**version, *grouping, standings);
  }
  const size_t most = versions.back()->max_slices();
  if (dimensions.empty() || standings.size() <= most) return nullptr;
  std::vector<std::pair<Standing, std::string>> order;
  for (const auto& [slice, standing] : standings) order.emplace_back(standing, slice);
  std::sort(order.begin(), order.end());
  absl::flat_hash_set<std::string> own;
  for (size_t i = 0; i < most; ++i) own.insert(order[i].second);
  return std::make_shared<const SliceRoster>(dimensions, std::move(own));
}

// Whether the slices of a KPI are those of the same samples as before.
bool HaveSameSlices(const KpiDefinition& before, const KpiDefinition& after) {
  return &before == &after ||
         (before.uid == after.uid && before.series_fingerprint == after.series_fingerprint &&
          HierarchiesOf(before) == HierarchiesOf(after));
}

}  // namespace

const PartitionEngine::Versions* PartitionEngine::FindVersions(absl::string_view resource_name,
                                                               MembershipView view) const {
  const auto& runtimes = view == MembershipView::kAsIs ? runtimes_ : as_was_;
  const auto it = runtimes.find(resource_name);
  return it == runtimes.end() || it->second.empty() ? nullptr : &it->second;
}

// Those of the old versions, as long as the KPI has the same slices, and new ones where there are
// too many.
PartitionEngine::Rosters PartitionEngine::RostersFor(const std::vector<VersionGroup>& versions,
                                                     const Versions& old) const {
  Rosters rosters;
  size_t same = 0;
  for (const VersionGroup& version : versions) {
    if (version.kpi == nullptr) continue;
    const bool kept =
        same < old.size() && HaveSameSlices(old[same]->kpi(), *version.kpi) &&
        old[same]->membership().as_is == MembershipDayOf(*version.kpi, MembershipTime());
    if (!kept) return rosters;
    ++same;
  }
  const bool bounded_alike = versions.back().kpi->max_slices == old.back()->kpi().max_slices;
  if (same != old.size() || !bounded_alike) return rosters;
  for (const auto& version : old) {
    for (const RuntimeGrouping& grouping : version->groupings()) {
      auto& roster = rosters[grouping.dimensions];
      if (roster == nullptr) roster = grouping.roster;
    }
  }
  for (auto& [dimensions, roster] : rosters) {
    if (roster == nullptr) roster = ChooseRoster(old, dimensions);
  }
  return rosters;
}

size_t PartitionEngine::SliceIndex(KpiRuntime& runtime, size_t grouping, const Slice& slice) {
  const std::optional<size_t> known = runtime.FindSlice(slice.ToString());
  if (known.has_value()) return *known;
  const size_t index = runtime.SliceIndex(grouping, slice);
  NoteSlice(runtime, grouping);
  const RuntimeGrouping& dimensions = runtime.groupings()[grouping];
  for (size_t i = 0; i < dimensions.tables.size(); ++i) {
    const PaneTable& table = *dimensions.tables[i];
    if (table.spec().group_by.size() == dimensions.dimensions.size()) continue;
    const SlicePanes* panes = table.Find(runtime.slices()[index].input_slices[i]);
    if (panes == nullptr) continue;
    for (const auto& [day, pane] : panes->days) TouchSlice(runtime, index, day);
  }
  return index;
}

// There is a new slice.
void PartitionEngine::NoteSlice(const KpiRuntime& runtime, size_t grouping) {
  const RuntimeGrouping& cut = runtime.groupings()[grouping];
  if (cut.roster != nullptr || cut.dimensions.empty()) return;
  size_t slices = runtime.CountSlices(grouping);
  if (runtime.chain() != nullptr) {
    slices = 0;
    for (const VersionChain::Link& link : runtime.chain()->links()) {
      if (link.runtime == nullptr) continue;
      const std::optional<size_t> same = GroupingWith(*link.runtime, cut.dimensions);
      if (same.has_value()) slices += link.runtime->CountSlices(*same);
    }
  }
  if (slices > runtime.max_slices()) overflowing_.insert(runtime.kpi().resource_name());
}

// Before anything is said of slices that are too many.
void PartitionEngine::FoldSlices() {
  for (const std::string& name : std::exchange(overflowing_, {})) {
    bool waits = false;
    bool folds = false;
    for (const MembershipView view : {MembershipView::kAsIs, MembershipView::kAsWas}) {
      const Versions* versions = FindVersions(name, view);
      if (versions == nullptr) continue;
      for (const auto& version : *versions) {
        for (const RuntimeGrouping& grouping : version->groupings()) {
          if (grouping.roster != nullptr || grouping.dimensions.empty()) continue;
          waits = waits || std::any_of(grouping.tables.begin(), grouping.tables.end(),
                                       [](const auto* table) { return !table->loaded(); });
          folds = folds || ChooseRoster(*versions, grouping.dimensions) != nullptr;
        }
      }
    }
    // It cannot fail: the definition was bound before. Those that still load are noted again.
    if (folds) {
      SetVersions(VersionsOf(runtimes_.at(name))).IgnoreError();
    } else if (waits) {
      overflowing_.insert(name);
    }
  }
}

}  // namespace kpisuite
