#pragma once

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {

inline constexpr int kMaxConfirmingPeriods = 1000;

// How reluctantly a status follows its band (SEMANTICS 3.9).
struct HysteresisRule {
  // How far beyond a cut an improvement must go, in the unit of the basis; >= 0, and less than the
  // smallest gap between two cut points.
  Decimal deadband;
  // Periods in a row that confirm a worsening or an improvement, 1 to kMaxConfirmingPeriods.
  int worsen_periods = 1;
  int improve_periods = 1;
  // The KPI's logical range, at whose best value a raised cut stops.
  LogicalRange logical;
};

// INVALID_ARGUMENT (InvalidFields, paths `hysteresis.deadband` and so on), all problems at once.
absl::Status ValidateHysteresis(const HysteresisRule& rule, const Bands& bands);

// State of the fold after a closed period: small enough to be kept with each period. Folding anew
// from a changed period may stop at the first later period that comes out as it was stored.
struct BandFold {
  // The current band S, an index into Bands::bands(); empty before the first valid period.
  std::optional<size_t> band;
  // Length of the confirming run; at most one of the two is above 0.
  int worse_periods = 0;
  int better_periods = 0;
  // Where S goes when the run is confirmed: its mildest raw band, or its worst raised band. 0
  // outside of a run.
  size_t candidate = 0;

  friend bool operator==(const BandFold&, const BandFold&) = default;
};

// Where one period's value falls.
struct BandPlace {
  // The band of the value.
  size_t raw = 0;
  // The band of the value when every cut is raised by the deadband (Bands::BandWhenRaised).
  size_t raised = 0;
};

// One step of the fold over closed periods: from the state after the previous period to that after
// this one; a period without a band (nothing) leaves it unchanged. An open period's status is the
// band of a step that is not kept. Begin with an empty state, and again at a series break, a
// changed band rule or a rebase, never at a changed target. Pure.
BandFold Fold(const HysteresisRule& rule, const BandFold& before,
              const std::optional<BandPlace>& place);

}  // namespace kpisuite
