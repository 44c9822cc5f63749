// What an `expect forecast` of a case can name.
//
//     expect forecast revenue MONTH {region=EMEA} 2025-04: value 120, lo 100, hi 130,
//       method THETA, wape 0.05, history_periods 24, last_period 2025-02
//
// The period is one of the 36 after the last closed one; `value`, `lo`, `hi` and `life` are its,
// `nd`, `unit`, `points`, `candidates` (names, the best first) and the others of the whole.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/forecast.pb.h"

namespace kpisuite {

bool IsForecastField(absl::string_view name);
// All names, for messages.
std::string ForecastFieldNames();
// `none` for what is not set, and for the figures of a period that is not forecast.
std::string ForecastField(absl::string_view name, absl::string_view period,
                          const v1::Forecast& forecast);

}  // namespace kpisuite
