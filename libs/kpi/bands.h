#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// Status of a KPI in a period. The first four come from bands and are ordered best first.
enum class KpiStatus {
  kExceeded,
  kOnTarget,
  kWarning,
  kOffTarget,
  kNoTarget,
  kTooEarly,
  kNoData,
  kError,
};
// `EXCEEDED`, `ON_TARGET`, `WARNING`, `OFF_TARGET`, `NO_TARGET`, `TOO_EARLY`, `NO_DATA`, `ERROR`.
absl::string_view KpiStatusName(KpiStatus status);
// Whether a band can carry it.
bool IsBandStatus(KpiStatus status);

// The number that the cut points cut. Names: `ACTUAL`, `VARIANCE`, `FVP`, `ATTAINMENT`, `PACE`,
// `SIGMA`.
enum class BandBasis { kActual, kVariance, kFvp, kAttainment, kPace, kSigma };
absl::string_view BandBasisName(BandBasis basis);

// One band: everything at its cut or better that no better band took.
struct Band {
  KpiStatus status = KpiStatus::kOffTarget;
  // In the unit of the basis; a value at the cut is in. Empty for the last band only.
  std::optional<Decimal> cut;
  // Shown instead of the status, for instance "green"; may be empty.
  std::string label;
};

// A cut in natural units for one goal: met by the values in [low, high], an empty end is infinite.
// HIGHER has only `low`, LOWER only `high`, two-sided goals may have both.
struct Threshold {
  std::optional<Decimal> low;
  std::optional<Decimal> high;
};

// Values of a KPI that make sense; an empty end is infinite.
struct LogicalRange {
  std::optional<Decimal> min;
  std::optional<Decimal> max;
};

// Index of the first threshold that `actual` meets, with the tolerance 1e-30 relative to the larger
// of the two; the number of thresholds if it meets none.
size_t BandOf(const Decimal& actual, absl::Span<const Threshold> thresholds);

// How far a value is from one cut.
struct CutDistance {
  // Of the band whose cut it is.
  size_t band = 0;
  // The cut as the definition states it.
  Decimal cut;
  // The end of the threshold that is nearest to the value.
  Decimal threshold;
  // actual - threshold, in natural units.
  Decimal distance;
};

// Where a value falls.
struct BandHit {
  // Index into bands().
  size_t band = 0;
  KpiStatus status = KpiStatus::kOffTarget;
  // The number of the basis, as the definition's cuts are written.
  Decimal basis_value;
  // One per band with a cut, best first.
  std::vector<Threshold> thresholds;
  // The cut that must be reached for the next better band; empty in the best.
  std::optional<CutDistance> next_better;
  // The cut that was met and below which the next worse band begins; empty in the worst.
  std::optional<CutDistance> next_worse;
};

// Either a hit or why the basis has no value (ZERO_TARGET, DOMAIN, NO_TARGET, DIV0 for a sigma of
// 0, or the reason of the reference).
struct BandOutcome {
  std::optional<BandHit> hit;
  std::optional<NdReason> reason;
};

// Cut points of a KPI. Total and gap-free by construction: the first band that is met wins, the
// last takes the rest. Immutable; safe to share between threads.
class Bands {
 public:
  // INVALID_ARGUMENT (InvalidFields, paths `bands`, `bands.bands[i].cut` and so on), all problems
  // at once: fewer than two bands; a cut missing before the last band or present on it; cuts not
  // strictly monotone toward worse (increasing for ACTUAL of LOWER, else decreasing); statuses
  // that get better toward the end or that no band can carry; for two-sided directions a basis
  // other than VARIANCE and FVP, EXCEEDED, or a cut above 0; any band on NEUTRAL.
  static absl::StatusOr<Bands> Create(BandBasis basis, DirectionKind direction,
                                      std::vector<Band> bands);

  BandBasis basis() const { return basis_; }
  const std::vector<Band>& bands() const { return bands_; }
  // Whether a status needs a target at all.
  bool needs_target() const { return basis_ != BandBasis::kActual; }

  // Places `actual`. `goal` may be null only if !needs_target(); its direction must be the one
  // the bands were made for. Unrounded values are compared, as BandOf says.
  //
  // `reference` is what two bases are measured by, and is ignored by the others:
  //   PACE: R, the part of the target that is due by now (T f, or T of a level or ratio); the basis
  //     is the pace index 1 + s(a - R)/|R|, a cut c the threshold R + s(c - 1)|R|;
  //   SIGMA: sigma_hat of process control; the basis is s(a - t)/sigma, a cut c the threshold
  //     t + s c sigma.
  BandOutcome Evaluate(const Decimal& actual, const Goal* goal,
                       const Number& reference = NdReason::kNotReady) const;

  // The same bands for a part of a period: the cuts in natural units (ACTUAL, VARIANCE) times
  // `factor`, the relative ones as they are. Empty if the factor is not above 0, or if a cut leaves
  // decimal128 or the cuts become equal.
  std::optional<Bands> ScaledBy(const Decimal& factor) const;

  // The band of `actual` when every cut point is raised by `deadband` >= 0, which is in the unit of
  // the basis: harder to reach by so much. A raised cut beyond the best value of the logical range
  // equals that value; a two-sided one moves inward from both ends, at most to their middle. None
  // becomes easier than it was. `goal` and `reference` as in Evaluate. Never better than the band
  // of Evaluate.
  size_t BandWhenRaised(const Decimal& actual, const Goal* goal, const Decimal& deadband,
                        const LogicalRange& logical,
                        const Number& reference = NdReason::kNotReady) const;
  // Smallest distance between two neighbouring cut points; empty if there is only one.
  std::optional<Decimal> SmallestGap() const;

  // Score in points for roll-ups: OFF_TARGET [0,1), WARNING [1,2), ON_TARGET [2,3), EXCEEDED 3,
  // linear within the published status, its fraction rounded down to 12 decimals; the midpoint
  // if `published` is not the status of `hit` or the range has no width. Shown divided by 3.
  // Empty if `published` is no band status.
  std::optional<Decimal> Score(const BandHit& hit, KpiStatus published) const;
  // The score where no value decides: the middle of the status' range, 3 for EXCEEDED.
  static std::optional<Decimal> MidpointScore(KpiStatus published);

  // `actual` rounded to `places` (0 to 9) for display: half away from zero, unless that would
  // leave the value's own band; then the other way. Text with exactly `places` decimals, and with
  // more only where the band is narrower than one step of the last place.
  std::string Display(const Decimal& actual, const BandHit& hit, int places) const;

 private:
  Bands(BandBasis basis, DirectionKind direction, std::vector<Band> bands)
      : basis_(basis), direction_(direction), bands_(std::move(bands)) {}

  Number BasisValue(const Decimal& actual, const Goal* goal, const Number& reference) const;
  // The threshold of one cut in natural units; nothing if it overflows.
  std::optional<Threshold> ThresholdOf(const Decimal& cut, const Goal* goal,
                                       const Number& reference) const;
  Number OneSidedThreshold(const Decimal& cut, const Goal* goal, const Number& reference) const;
  std::optional<Threshold> RaisedThreshold(const Decimal& cut, const Goal* goal,
                                           const Number& reference, const Decimal& deadband,
                                           const LogicalRange& logical) const;
  // The neighbouring bands that share the status of `band`, and the cuts that enclose them,
  // oriented so that more is better; ND where the range is open.
  struct StatusRange {
    size_t first;
    size_t last;
    Number lower = NdReason::kEmpty;
    Number upper = NdReason::kEmpty;
  };
  StatusRange RangeOf(size_t band) const;
  Decimal Oriented(const Decimal& value) const;

  BandBasis basis_;
  DirectionKind direction_;
  std::vector<Band> bands_;
};

}  // namespace kpisuite
