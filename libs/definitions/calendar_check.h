// From a Calendar's message to a calendar of libs/kpi.
#pragma once

#include <memory>

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/calendar.h"

namespace kpisuite {

// Adds everything that is wrong to `violations` (paths start with `calendar.`); null then.
std::shared_ptr<const Calendar> BuildCalendar(const ResourceName& name,
                                              const v1::Calendar& calendar, Violations& violations);

}  // namespace kpisuite
