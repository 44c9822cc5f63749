#pragma once

#include "absl/strings/string_view.h"

namespace kpisuite {

// The units in which calendars count, from fine to coarse. kAll is all time: the one period of a
// CUMULATIVE window, no unit of anything else.
enum class Grain { kDay, kWeek, kMonth, kQuarter, kYear, kAll };
inline constexpr Grain kAllGrains[] = {Grain::kDay, Grain::kWeek, Grain::kMonth, Grain::kQuarter,
                                       Grain::kYear};

// `DAY`, `WEEK`, `MONTH`, `QUARTER`, `YEAR`, `ALL`.
absl::string_view GrainName(Grain grain);

}  // namespace kpisuite
