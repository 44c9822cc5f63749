// How much values of earlier periods were revised, and what the value of a period will be when all
// its data has arrived: from the log of what was said (SEMANTICS 3.16.7, 3.11.8).
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/explanation.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/period.h"
#include "libs/kpi/window.h"
#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

// Periods before the explained one whose revisions are looked at.
inline constexpr int kRevisionPeriods = 60;

// First day of the first of them, days since 1970-01-01.
int32_t FirstRevisedDay(const KpiDefinition& kpi, const Period& period);

// Adds the statistics, and next to the value of a period that is over and incomplete its nowcast.
// `entries` are those of one window and slice, by period and then by recording; entries of periods
// that are not before `period`, of other calendars, and of periods that are withheld now are left
// out. What was said while a period was open does not count, nor what was said before a change of
// its definition. A function of the log and of the moment of the answer, so that it is no part of a
// stored state.
void AddRevisions(const KpiDefinition& kpi, const Window& window, const Period& period,
                  absl::Span<const LoggedState> entries, absl::Time now,
                  v1::Explanation& explanation);

}  // namespace kpisuite
