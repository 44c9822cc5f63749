#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"
#include "libs/kpi/calendar.h"

namespace kpisuite {

// SampleView::shift_nano of a sample with a business date: the way from its event time to the
// instant of that local day next to it, so that the day's samples lie within the day, keep their
// order, and frames cut by instants agree with panes cut by days. 0 when the event time lies on the
// day. A day which the zone skips is the instant at which the next one starts.
int64_t PlaceShift(const Calendar& calendar, absl::CivilDay business_day, int64_t time_nano);

// Unix nanoseconds of the first instant of the local day; days out of range saturate.
int64_t StartNanoOf(const Calendar& calendar, absl::CivilDay day);

}  // namespace kpisuite
