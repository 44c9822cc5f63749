// KpiRuntime: members that stop reporting.
#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

// Whether each name can be told from the finer ones: it is one of them or a level above one.
bool CanBeTold(Hierarchies hierarchies, const std::vector<std::string>& names,
               const std::vector<std::string>& finer) {
  const auto has = [&](const std::string& name) {
    return std::find(finer.begin(), finer.end(), name) != finer.end();
  };
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    if (has(name)) return true;
    const Hierarchy* hierarchy = HierarchyOfLevel(hierarchies, name);
    if (hierarchy == nullptr) return false;
    const auto& levels = hierarchy->levels();
    const auto level = std::find(levels.begin(), levels.end(), name);
    return has(hierarchy->dimension()) || std::any_of(level, levels.end(), has);
  });
}

}  // namespace

// For each grouping the coarser ones between which and it there is no other.
std::vector<std::vector<size_t>> KpiRuntime::GroupingsAbove() const {
  const auto is_above = [&](size_t above, size_t below) {
    return above != below && groupings_[above].dimensions != groupings_[below].dimensions &&
           CanBeTold(hierarchies_, groupings_[above].dimensions, groupings_[below].dimensions);
  };
  std::vector<std::vector<size_t>> result(groupings_.size());
  for (size_t below = 0; below < groupings_.size(); ++below) {
    for (size_t above = 0; above < groupings_.size(); ++above) {
      if (!is_above(above, below)) continue;
      bool next = true;
      for (size_t between = 0; between < groupings_.size(); ++between) {
        next = next && !(is_above(above, between) && is_above(between, below));
      }
      if (next) result[below].push_back(above);
    }
  }
  return result;
}

std::vector<std::string> KpiRuntime::ParentsOf(const SliceStates& slice) const {
  std::vector<std::string> parents;
  for (const size_t above : groupings_above_[slice.grouping]) {
    const RuntimeGrouping& grouping = groupings_[above];
    const std::optional<Slice> parent = SliceAbove(slice.slice, grouping.dimensions);
    if (!parent.has_value()) continue;
    parents.push_back(
        (grouping.roster == nullptr ? *parent : grouping.roster->PlaceOf(*parent)).ToString());
  }
  return parents;
}

void KpiRuntime::AddToParents(size_t index) {
  for (std::string& parent : ParentsOf(slices_[index])) {
    children_[std::move(parent)].push_back(index);
  }
}

// The first of the two periods that decide which members are missing in this one, which has begun,
// and when that may be another one.
std::optional<KpiRuntime::Silence> KpiRuntime::SilenceAt(const Window& window, const Period& period,
                                                         absl::Time now) const {
  const bool told =
      window.kind() == WindowKind::kCalendar && period.exists() && period.start <= now;
  if (!told) return std::nullopt;
  // Periods that end by then are closed.
  const absl::Duration wait = ClosingRuleOf(*kpi_).wait;
  const absl::Time closed = std::max(std::min(LeastWatermark(), now), now - wait);
  const Calendar& calendar = *kpi_->calendar;
  Silence silence;
  Period last = period;
  if (period.end > closed) {
    const Period waiting = window.At(calendar, std::min(closed, period.start));
    // The period itself tells when it closes.
    if (closed < period.start) silence.until = waiting.end + wait;
    last = PreviousPeriod(calendar, waiting);
  }
  silence.since = DayNumber(PreviousPeriod(calendar, last).first_day);
  return silence;
}

bool KpiRuntime::ReportsOn(const SliceStates& slice, int32_t day) const {
  const RuntimeGrouping& grouping = groupings_[slice.grouping];
  for (size_t i = 0; i < grouping.tables.size(); ++i) {
    const PaneTable& table = *grouping.tables[i];
    if (table.spec().group_by != grouping.dimensions) continue;
    const SlicePanes* panes = table.Find(slice.input_slices[i]);
    if (panes == nullptr) continue;
    const auto pane = panes->days.find(day);
    if (pane != panes->days.end() && pane->second.state.rows() > 0) return true;
  }
  return false;
}

std::optional<int32_t> KpiRuntime::NoteReport(SliceStates& slice, int32_t day) {
  if (slice.slice.members().empty() || IsOtherSlice(slice.slice)) return std::nullopt;
  const bool reports = ReportsOn(slice, day);
  const bool changed = reports ? slice.reports.insert(day).second : slice.reports.erase(day) > 0;
  if (!changed) return std::nullopt;
  const auto next = slice.reports.upper_bound(day);
  return next == slice.reports.end() ? INT32_MAX : *next;
}

std::optional<int32_t> KpiRuntime::LastReport(const SliceStates& slice, int32_t end_day) {
  const auto next = slice.reports.lower_bound(end_day);
  if (next == slice.reports.begin()) return std::nullopt;
  return *std::prev(next);
}

absl::StatusOr<int32_t> KpiRuntime::CountMissing(const SliceStates& slice, size_t window,
                                                 const Period& period, int32_t since) const {
  for (size_t g = 0; g < groupings_.size(); ++g) {
    const auto& above = groupings_above_[g];
    if (std::find(above.begin(), above.end(), slice.grouping) == above.end()) continue;
    for (const PaneTable* table : groupings_[g].tables) {
      if (table->loaded()) continue;
      return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_READY",
                       "the slices below are being loaded");
    }
  }
  const std::string text = slice.slice.ToString();
  const auto children = children_.find(text);
  if (children == children_.end()) return 0;
  const auto [known, fresh] = missing_[text].try_emplace({window, DayNumber(period.first_day)});
  MissingCount& memo = known->second;
  if (!fresh && memo.since == since) return memo.count;
  memo = {.since = since};
  for (const size_t child : children->second) {
    const std::optional<int32_t> last = LastReport(slices_[child], DayNumber(period.end_day));
    memo.count += last.has_value() && *last < since ? 1 : 0;
  }
  return memo.count;
}

absl::Status KpiRuntime::FillMembers(const SliceStates& slice, size_t window,
                                     EvaluationContext& context) const {
  const Period& period = context.period;
  const std::optional<Silence> silence = SilenceAt(*context.window, period, context.now);
  if (!silence.has_value()) return absl::OkStatus();
  const std::optional<int32_t> last = LastReport(slice, DayNumber(period.end_day));
  context.member_missing = last.has_value() && *last < silence->since;
  ASSIGN_OR_RETURN(context.members_missing, CountMissing(slice, window, period, silence->since));
  context.members_until = silence->until;
  return absl::OkStatus();
}

}  // namespace kpisuite
