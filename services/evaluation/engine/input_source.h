// Where the aggregates of a KPI's inputs come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"
#include "libs/kpi/value.h"
#include "libs/kpi/window.h"

namespace kpisuite {

// One metric input over the period that it means, and what is known about its metric.
struct InputAggregate {
  Value value = NdReason::kNotReady;  // finished aggregate; ignored without rows
  uint64_t rows = 0;                  // before the filter, in the period
  uint64_t kept = 0;                  // after the filter, in the period
  uint64_t members = 0;  // as AggregateResult says it, of kinds that look beyond the period
  uint64_t carried = 0;
  int64_t held_out = 0;  // samples of the period that finality keeps out of it
  absl::Time last_event = absl::InfinitePast();         // in slice and period
  absl::Time watermark = absl::InfinitePast();          // of the metric
  absl::Time metric_last_event = absl::InfinitePast();  // of the metric, all slices
  std::string slice;                                    // canonical slice that was read
  // Whether there is anything to make a value of.
  bool has_data() const { return rows > 0 || members > 0; }

  // The time that counts. Its id is that of the window's period there.
  Period period;
  // As AggregateResult says it.
  ApproximationMethod method = ApproximationMethod::kExact;
  std::optional<Decimal> lower = {};
  std::optional<Decimal> upper = {};
  // Of an input that keeps its spread: the variance of the samples behind a mean, and how many.
  Number variance = NdReason::kEmpty;
  uint64_t observations = 0;
  // NO_COMPARABLE: the earlier period that is meant does not exist. NOT_KEPT: samples that count
  // are past their retention.
  std::optional<NdReason> missing;
};

class InputSource {
 public:
  virtual ~InputSource() = default;
  // The input for a root period of the window. FAILED_PRECONDITION (NOT_READY) while it is loaded.
  virtual absl::StatusOr<InputAggregate> Read(size_t input, const Window& window,
                                              const Period& root) const = 0;
  // Whether days that end with `last_day` are of an earlier version of the KPI than the root: what
  // they say does not enter it.
  virtual bool IsAcrossBreak(const Period& /*root*/, absl::CivilDay /*last_day*/) const {
    return false;
  }
  // Whether something was asked for of which samples are past their retention. Its answer is
  // NOT_KEPT; what a formula makes of that would be wrong whatever it is.
  virtual bool misses_samples() const = 0;
};

}  // namespace kpisuite
