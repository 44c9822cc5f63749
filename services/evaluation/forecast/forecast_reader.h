// ReadForecast: from the closed periods of a series to the next ones.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/forecast.pb.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// Most closed periods that enter a forecast, the latest ones.
inline constexpr int kMaxForecastHistory = 400;
inline constexpr int kDefaultForecastPeriods = 3;

// The series that is forecast. Engine and runtime are not owned; the slice is canonical.
struct ForecastPlace {
  PartitionEngine* engine = nullptr;
  const KpiRuntime* runtime = nullptr;
  std::string slice;
  size_t window = 0;
};

// Forecasts `periods` (1 to kMostForecastHorizon) periods after the last closed one. The history
// are the closed periods before it that have values, back to the first period with rows or the last
// one without a value: what is not known is not guessed. A window whose periods share data has the
// reason NOT_AGGREGATABLE, too short a history NOT_READY. Where the calendar ends there are fewer
// periods. Errors: those of PartitionEngine::Read. On the thread of the engine.
absl::StatusOr<v1::Forecast> ReadForecast(const ForecastPlace& place, int periods, absl::Time now);

}  // namespace kpisuite
