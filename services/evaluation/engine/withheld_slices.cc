#include "services/evaluation/engine/withheld_slices.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/suppression.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

using Reading = std::function<absl::StatusOr<InputAggregate>(const InputReader&, size_t)>;

Reading ReadsPeriod(const Window& window, const Period& period) {
  return [&window, &period](const InputReader& reader, size_t input) {
    return reader.Read(input, window, period);
  };
}

Reading ReadsDays(absl::Span<const DayRange> days) {
  return [days](const InputReader& reader, size_t input) { return reader.ReadDays(input, days); };
}

// The people behind one input; `entities` counts the distinct ones.
uint64_t PeopleOf(const MetricInput& input, const InputAggregate& aggregate,
                  const InputAggregate& entities) {
  const AggregationReach reach = ReachOf(input.aggregation.kind, input.frame);
  if (reach.outside() || reach.needs_frame) return aggregate.members;
  const Number known = entities.value.number();
  const bool any = entities.rows > 0 && known.defined() && !known.value().IsZero();
  if (!any) return aggregate.kept;
  return static_cast<uint64_t>(known.value().ToDouble());
}

absl::StatusOr<PeopleCount> CountPeople(const KpiRuntime& runtime, const SliceStates& slice,
                                        const Reading& read, absl::Time now, int64_t seq) {
  const KpiDefinition& kpi = runtime.kpi();
  const SuppressionRule& rule = kpi.suppression;
  const InputReader reader = runtime.ReaderOf(slice, now, seq);
  const InputReader entities = runtime.EntityReaderOf(slice, now, seq);
  bool any = false;
  uint64_t people = std::numeric_limits<uint64_t>::max();
  size_t next = 0;  // into the denominators
  for (size_t i = 0; i < kpi.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(const InputAggregate input, read(reader, i));
    any = any || input.has_data();
    if (next == rule.denominators.size() || rule.denominators[next] != i) continue;
    ASSIGN_OR_RETURN(const InputAggregate distinct, read(entities, next++));
    people = std::min(people, PeopleOf(kpi.inputs[i], input, distinct));
  }
  return any ? PeopleCount(people) : std::nullopt;
}

// Every pair of groupings of which one divides the other.
std::vector<SuppressionFamily> FamiliesOf(const KpiRuntime& runtime,
                                          const std::vector<size_t>& slices) {
  absl::flat_hash_map<absl::string_view, size_t> cells;
  for (size_t i = 0; i < slices.size(); ++i) {
    cells.emplace(runtime.slices()[slices[i]].slice.ToString(), i);
  }
  const auto& groupings = runtime.groupings();
  absl::btree_map<std::pair<size_t, size_t>, std::vector<size_t>> children;
  for (size_t i = 0; i < slices.size(); ++i) {
    const SliceStates& child = runtime.slices()[slices[i]];
    for (const RuntimeGrouping& above : groupings) {
      if (above.dimensions == groupings[child.grouping].dimensions) continue;
      // (other) lies in the total and in no slice above: who counts there is of several.
      if (IsOtherSlice(child.slice) && !above.dimensions.empty()) continue;
      const std::optional<Slice> slice = runtime.SliceAbove(child.slice, above.dimensions);
      if (!slice.has_value()) continue;
      const Slice& place = above.roster == nullptr ? *slice : above.roster->PlaceOf(*slice);
      const auto parent = cells.find(place.ToString());
      if (parent != cells.end()) children[{parent->second, child.grouping}].push_back(i);
    }
  }
  std::vector<SuppressionFamily> families;
  for (auto& [key, members] : children) families.push_back({key.first, std::move(members)});
  return families;
}

absl::flat_hash_set<size_t> Withheld(const KpiRuntime& runtime,
                                     const std::vector<PeopleCount>& people) {
  const uint64_t fewest = runtime.kpi().suppression.fewest;
  const bool any = std::any_of(people.begin(), people.end(), [&](const PeopleCount& count) {
    return count.has_value() && *count < fewest;
  });
  absl::flat_hash_set<size_t> withheld;
  if (!any) return withheld;
  std::vector<size_t> slices;
  std::vector<SuppressionCell> cells;
  for (size_t s = 0; s < people.size(); ++s) {
    if (!people[s].has_value()) continue;
    slices.push_back(s);
    cells.push_back({runtime.slices()[s].slice.ToString(), *people[s]});
  }
  const std::vector<bool> suppressed = SuppressedCells(cells, FamiliesOf(runtime, slices), fewest);
  for (size_t i = 0; i < slices.size(); ++i) {
    if (suppressed[i]) withheld.insert(slices[i]);
  }
  return withheld;
}

absl::StatusOr<bool> IsWithheldNow(const KpiRuntime& runtime, const SliceStates& slice,
                                   const Reading& read, absl::Time now, int64_t seq) {
  std::vector<PeopleCount> people;
  for (const SliceStates& other : runtime.slices()) {
    ASSIGN_OR_RETURN(people.emplace_back(), CountPeople(runtime, other, read, now, seq));
  }
  const std::optional<size_t> index = runtime.FindSlice(slice.slice.ToString());
  if (index.has_value()) return Withheld(runtime, people).contains(*index);
  ASSIGN_OR_RETURN(const PeopleCount own, CountPeople(runtime, slice, read, now, seq));
  return own.has_value() && *own < runtime.kpi().suppression.fewest;
}

}  // namespace

void WithheldSlices::NoteChange(size_t slice, size_t window, int32_t first, int32_t end) {
  if (window >= periods_.size()) return;
  auto& periods = periods_[window];
  for (auto it = periods.lower_bound(first); it != periods.end() && it->first < end; ++it) {
    it->second.stale.insert(slice);
  }
}

absl::StatusOr<std::vector<size_t>> WithheldSlices::Refresh(const KpiRuntime& runtime,
                                                            size_t window, const Period& period,
                                                            absl::Time now, int64_t seq) {
  periods_.resize(runtime.kpi().windows.size());
  Counts& counts = periods_[window][DayNumber(period.first_day)];
  for (size_t s = counts.people.size(); s < runtime.slices().size(); ++s) {
    counts.people.emplace_back();
    counts.stale.insert(s);
  }
  const Reading read = ReadsPeriod(runtime.kpi().windows[window], period);
  const uint64_t fewest = runtime.kpi().suppression.fewest;
  while (!counts.stale.empty()) {
    const size_t slice = *counts.stale.begin();
    ASSIGN_OR_RETURN(const PeopleCount people,
                     CountPeople(runtime, runtime.slices()[slice], read, now, seq));
    const bool changed = std::exchange(counts.people[slice], people) != people;
    counts.stale.erase(counts.stale.begin());
    counts.unsettled =
        counts.unsettled ||
        (changed && (!counts.withheld.empty() || (people.has_value() && *people < fewest)));
  }
  std::vector<size_t> changed;
  if (!std::exchange(counts.unsettled, false)) return changed;
  absl::flat_hash_set<size_t> withheld = Withheld(runtime, counts.people);
  for (const size_t slice : withheld) {
    if (!counts.withheld.contains(slice)) changed.push_back(slice);
  }
  for (const size_t slice : counts.withheld) {
    if (!withheld.contains(slice)) changed.push_back(slice);
  }
  counts.withheld = std::move(withheld);
  std::sort(changed.begin(), changed.end());
  return changed;
}

absl::StatusOr<bool> WithheldSlices::Contains(const KpiRuntime& runtime, const SliceStates& slice,
                                              const Window& window, const Period& period,
                                              absl::Time now, int64_t seq) {
  const auto& windows = runtime.kpi().windows;
  for (size_t w = 0; w < windows.size() && w < periods_.size(); ++w) {
    if (windows[w].id() != window.id()) continue;
    const auto counts = periods_[w].find(DayNumber(period.first_day));
    const bool kept = counts != periods_[w].end() && counts->second.stale.empty() &&
                      counts->second.people.size() == runtime.slices().size() &&
                      windows[w].At(*runtime.kpi().calendar, period.first_day) == period;
    const std::optional<size_t> index = runtime.FindSlice(slice.slice.ToString());
    if (kept && index.has_value()) return counts->second.withheld.contains(*index);
  }
  return IsWithheldNow(runtime, slice, ReadsPeriod(window, period), now, seq);
}

absl::StatusOr<bool> WithheldSlices::ContainsOverDays(const KpiRuntime& runtime,
                                                      const SliceStates& slice,
                                                      absl::Span<const DayRange> days,
                                                      absl::Time now, int64_t seq) {
  return IsWithheldNow(runtime, slice, ReadsDays(days), now, seq);
}

}  // namespace kpisuite
