#include "services/evaluation/engine/revisions.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "libs/kpi/nowcast.h"
#include "services/evaluation/engine/make_pace.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/restatement.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// What is known about the series. The horizon is the greatest age that enough periods have reached:
// the value there counts as final.
struct RevisionReading {
  RevisionStatistics statistics;
  int horizon = 0;
};

// What the entries of one period say about it once it was closed; nothing while it is withheld.
std::vector<RevisionEntry> SaidOf(absl::Span<const LoggedState> entries) {
  std::vector<RevisionEntry> said;
  if (entries.back().value == LogText(NdReason::kSuppressed)) return said;
  for (const LoggedState& entry : entries) {
    if (entry.revision < 1) continue;
    if (entry.cause == v1::HISTORY_CAUSE_DEFINITION) said.clear();
    const auto value = Decimal::Parse(entry.value);
    if (value.ok()) said.push_back({entry.record_time, *value});
  }
  return said;
}

std::vector<RevisionTrail> TrailsOf(const KpiDefinition& kpi, const Window& window,
                                    const Period& period, absl::Span<const LoggedState> entries,
                                    absl::Time now) {
  std::vector<RevisionTrail> trails;
  for (size_t first = 0; first < entries.size();) {
    size_t end = first + 1;
    while (end < entries.size() && entries[end].id.period == entries[first].id.period) ++end;
    const Period of = window.At(*kpi.calendar, DayOfNumber(entries[first].first_day));
    if (of.id == entries[first].id.period && of.end <= period.start) {
      const std::vector<RevisionEntry> said = SaidOf(entries.subspan(first, end - first));
      if (!said.empty()) trails.push_back(TrailOf(*kpi.calendar, of, said, now, kMostRevisionAge));
    }
    first = end;
  }
  return trails;
}

// The greatest age that enough trails reach.
int HorizonOf(const std::vector<RevisionTrail>& trails) {
  std::vector<int> ages;
  for (const RevisionTrail& trail : trails)
    ages.push_back(static_cast<int>(trail.known.size()) - 1);
  if (ages.size() < kLeastRevisionTrails) return 0;
  std::sort(ages.begin(), ages.end(), std::greater<>());
  return std::max(ages[kLeastRevisionTrails - 1], 0);
}

RevisionReading ReadRevisions(const KpiDefinition& kpi, const Window& window, const Period& period,
                              absl::Span<const LoggedState> entries, absl::Time now) {
  const std::vector<RevisionTrail> trails = TrailsOf(kpi, window, period, entries, now);
  RevisionReading reading{.horizon = HorizonOf(trails)};
  reading.statistics = ComputeRevisionStatistics(trails, reading.horizon);
  return reading;
}

void AddStatistics(const RevisionReading& reading, v1::Explanation& explanation) {
  const RevisionStatistics& statistics = reading.statistics;
  for (int age = 0; age <= reading.horizon; ++age) {
    const Number factor = LagFactorAt(statistics, age);
    const Number revision = age == 0
                                ? Number(Decimal())
                                : statistics.mean_absolute_revisions[static_cast<size_t>(age) - 1];
    const int periods = age == 0 ? statistics.lag_factor_trails[0]
                                 : statistics.revision_trails[static_cast<size_t>(age) - 1];
    if (periods < kLeastRevisionTrails) continue;
    v1::RevisionStatistic& out = *explanation.add_revisions();
    out.set_age(age);
    out.set_periods(periods);
    out.set_mean_absolute_revision(TextOf(revision));
    out.set_lag_factor(TextOf(factor));
  }
}

}  // namespace

int32_t FirstRevisedDay(const KpiDefinition& kpi, const Period& period) {
  return DayNumber(ShiftPeriodFreely(*kpi.calendar, period, -kRevisionPeriods).first_day);
}

void AddRevisions(const KpiDefinition& kpi, const Window& window, const Period& period,
                  absl::Span<const LoggedState> entries, absl::Time now,
                  v1::Explanation& explanation) {
  if (explanation.state().nd_reason() == v1::ND_REASON_SUPPRESSED) return;
  const RevisionReading reading = ReadRevisions(kpi, window, period, entries, now);
  if (reading.horizon == 0) return;
  AddStatistics(reading, explanation);
  v1::KpiState& state = *explanation.mutable_state();
  const bool waits = state.period().life() == v1::PERIOD_LIFE_CLOSING ||
                     state.period().life() == v1::PERIOD_LIFE_CLOSED;
  const int age = AgeOf(*kpi.calendar, period, now);
  if (!waits || state.completeness() == "1" || age >= reading.horizon) return;
  const auto value = Decimal::Parse(state.value());
  if (!value.ok() || !LagFactorAt(reading.statistics, age).defined()) return;
  *state.mutable_nowcast() = MakeNowcast(*value, age, reading.statistics);
}

}  // namespace kpisuite
