// NaiveKpi: members that stop reporting (SEMANTICS 3.8.5).
#include <algorithm>

#include "tests/simulator/naive_kpi.h"

namespace kpisuite {
namespace {

// Whether `names` are among `others`.
bool AreAmong(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) != others.end();
  });
}

}  // namespace

// The first day of the two closed periods that decide; nothing where it is not told.
std::optional<absl::CivilDay> NaiveKpi::SilentSince(const NaivePlace& place, const Period& period,
                                                    absl::Time now) const {
  if (kpi_->windows[place.window].kind() != WindowKind::kCalendar) return std::nullopt;
  if (!period.exists() || period.start > now) return std::nullopt;
  absl::Duration wait;
  absl::Time watermark = now;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Timeliness& due = kpi_->inputs[i].metric->timeliness;
    wait = std::max(wait, due.expected_lag + due.grace);
    watermark = std::min(watermark, inputs_[i].watermark);
  }
  const absl::Time closed = std::max(watermark, now - wait);
  absl::CivilDay last = place.first_day;
  while (kpi_->windows[place.window].At(*kpi_->calendar, last).end > closed) {
    last = PeriodAround(place.window, last - 1).first;
  }
  return PeriodAround(place.window, last - 1).first;
}

bool NaiveKpi::IsMissing(const std::vector<std::string>& grouping, const Dimensions& members,
                         absl::CivilDay since, absl::CivilDay end) const {
  bool reported = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const std::vector<std::string>& ignored = kpi_->inputs[i].ignore_dimensions;
    const bool sees_all = std::none_of(grouping.begin(), grouping.end(), [&](const auto& name) {
      return std::find(ignored.begin(), ignored.end(), name) != ignored.end();
    });
    if (!sees_all) continue;
    for (const Row& row : inputs_[i].rows) {
      if (row.day >= end || !IsWithin(i, row, members)) continue;
      if (row.day >= since) return false;
      reported = true;
    }
  }
  return reported;
}

NaiveKpi::Silence NaiveKpi::SilenceAt(const NaivePlace& place, const Period& period,
                                      absl::Time now) const {
  const std::optional<absl::CivilDay> since = SilentSince(place, period, now);
  if (!since.has_value()) return {};
  const absl::CivilDay end = PeriodAround(place.window, place.first_day).second;
  const Dimensions members = DimensionsOf(place.slice);
  std::vector<std::string> grouping;
  for (const auto& [name, member] : members) grouping.push_back(name);
  Silence silence{.missing = !grouping.empty() && IsMissing(grouping, members, *since, end)};
  const auto is_below = [](const auto& finer, const auto& coarser) {
    return finer.size() > coarser.size() && AreAmong(coarser, finer);
  };
  for (const std::vector<std::string>& finer : kpi_->groupings) {
    const bool is_next =
        is_below(finer, grouping) &&
        std::none_of(kpi_->groupings.begin(), kpi_->groupings.end(), [&](const auto& between) {
          return is_below(finer, between) && is_below(between, grouping);
        });
    if (!is_next) continue;
    std::set<std::string> slices;
    for (const Input& input : inputs_) {
      for (const Row& row : input.rows) slices.insert(SliceOf(row.dimensions, finer));
    }
    for (const std::string& slice : slices) {
      const Dimensions below = DimensionsOf(slice);
      const bool lies_here =
          std::includes(below.begin(), below.end(), members.begin(), members.end());
      if (lies_here && IsMissing(finer, below, *since, end)) ++silence.missing_below;
    }
  }
  return silence;
}

}  // namespace kpisuite
