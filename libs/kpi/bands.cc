#include "libs/kpi/bands.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

const Decimal& Tolerance() {
  static const Decimal tolerance = Decimal::FromMantissa(1, 30);
  return tolerance;
}

// Collects what is wrong with a list of bands.
class BandChecker {
 public:
  BandChecker(BandBasis basis, DirectionKind direction) : basis_(basis), direction_(direction) {}

  std::vector<FieldViolation> Check(const std::vector<Band>& bands) {
    if (direction_ == DirectionKind::kNeutral) {
      Add("bands", "got bands with NEUTRAL, want none");
    } else if (bands.size() < 2) {
      Add("bands", absl::StrCat("got ", bands.size(), ", want at least 2"));
    }
    if (TwoSided() && basis_ != BandBasis::kVariance && basis_ != BandBasis::kFvp) {
      Add("bands.basis", absl::StrCat("got ", BandBasisName(basis_), " with ",
                                      DirectionName(direction_), ", want VARIANCE or FVP"));
    }
    for (size_t i = 0; i < bands.size(); ++i) CheckBand(bands, i);
    return std::move(violations_);
  }

 private:
  bool TwoSided() const { return IsTwoSided(direction_); }

  void Add(absl::string_view field, absl::string_view description) {
    violations_.push_back({std::string(field), std::string(description), "", 0, 0});
  }

  void CheckBand(const std::vector<Band>& bands, size_t i) {
    const Band& band = bands[i];
    const std::string path = absl::StrCat("bands.bands[", i, "].");
    CheckStatus(bands, i, path);
    const bool last = i + 1 == bands.size();
    if (band.cut.has_value() == last) {
      Add(path + "cut", last ? "got a value on the last band, want nothing: it takes the rest"
                             : "got nothing, want a cut point on every band but the last");
    }
    if (!band.cut.has_value()) return;
    if (TwoSided() && *band.cut > Decimal()) {
      Add(path + "cut", absl::StrCat("got ", band.cut->ToString(), ", want at most 0 with ",
                                     DirectionName(direction_)));
    }
    if (i == 0 || !bands[i - 1].cut.has_value()) return;
    const bool increasing = basis_ == BandBasis::kActual && direction_ == DirectionKind::kLower;
    const Decimal& previous = *bands[i - 1].cut;
    if (increasing ? *band.cut <= previous : *band.cut >= previous) {
      Add(path + "cut", absl::StrCat("got ", band.cut->ToString(), " after ", previous.ToString(),
                                     ", want strictly ", increasing ? "increasing" : "decreasing",
                                     " cut points"));
    }
  }

  void CheckStatus(const std::vector<Band>& bands, size_t i, const std::string& path) {
    const KpiStatus status = bands[i].status;
    if (!IsBandStatus(status)) {
      Add(path + "status", absl::StrCat("got ", KpiStatusName(status),
                                        ", want EXCEEDED, ON_TARGET, WARNING or OFF_TARGET"));
    } else if (i > 0 && status < bands[i - 1].status) {
      Add(path + "status",
          absl::StrCat("got ", KpiStatusName(status), " after ", KpiStatusName(bands[i - 1].status),
                       ", want statuses from best to worst"));
    } else if (TwoSided() && status == KpiStatus::kExceeded) {
      Add(path + "status", absl::StrCat("got EXCEEDED with ", DirectionName(direction_),
                                        ", want ON_TARGET at best"));
    }
  }

  BandBasis basis_;
  DirectionKind direction_;
  std::vector<FieldViolation> violations_;
};

// Whether `actual` misses the end by no more than the tolerance.
bool MeetsEnd(const Decimal& actual, const Decimal& end, bool is_low) {
  if (is_low ? actual >= end : actual <= end) return true;
  const Number shortfall = Abs(actual - end);
  const Number allowed = Tolerance() * Max(actual.Abs(), end.Abs());
  return shortfall.defined() && allowed.defined() && shortfall.value() <= allowed.value();
}

bool Meets(const Decimal& actual, const Threshold& threshold) {
  return (!threshold.low.has_value() || MeetsEnd(actual, *threshold.low, true)) &&
         (!threshold.high.has_value() || MeetsEnd(actual, *threshold.high, false));
}

std::optional<CutDistance> DistanceTo(const Decimal& actual, size_t band, const Band& definition,
                                      const Threshold& threshold) {
  std::optional<CutDistance> nearest;
  for (const std::optional<Decimal>& end : {threshold.low, threshold.high}) {
    if (!end.has_value()) continue;
    const Number distance = actual - *end;
    if (!distance.defined()) continue;
    if (nearest.has_value() && nearest->distance.Abs() <= distance.value().Abs()) continue;
    nearest = CutDistance{band, *definition.cut, *end, distance.value()};
  }
  return nearest;
}

}  // namespace

absl::string_view KpiStatusName(KpiStatus status) {
  switch (status) {
    case KpiStatus::kExceeded: return "EXCEEDED";
    case KpiStatus::kOnTarget: return "ON_TARGET";
    case KpiStatus::kWarning: return "WARNING";
    case KpiStatus::kOffTarget: return "OFF_TARGET";
    case KpiStatus::kNoTarget: return "NO_TARGET";
    case KpiStatus::kTooEarly: return "TOO_EARLY";
    case KpiStatus::kNoData: return "NO_DATA";
    case KpiStatus::kError: return "ERROR";
  }
  return "";
}

bool IsBandStatus(KpiStatus status) { return status <= KpiStatus::kOffTarget; }

absl::string_view BandBasisName(BandBasis basis) {
  switch (basis) {
    case BandBasis::kActual: return "ACTUAL";
    case BandBasis::kVariance: return "VARIANCE";
    case BandBasis::kFvp: return "FVP";
    case BandBasis::kAttainment: return "ATTAINMENT";
    case BandBasis::kPace: return "PACE";
    case BandBasis::kSigma: return "SIGMA";
  }
  return "";
}

size_t BandOf(const Decimal& actual, absl::Span<const Threshold> thresholds) {
  size_t band = 0;
  while (band < thresholds.size() && !Meets(actual, thresholds[band])) ++band;
  return band;
}

absl::StatusOr<Bands> Bands::Create(BandBasis basis, DirectionKind direction,
                                    std::vector<Band> bands) {
  std::vector<FieldViolation> violations = BandChecker(basis, direction).Check(bands);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return Bands(basis, direction, std::move(bands));
}

Number Bands::BasisValue(const Decimal& actual, const Goal* goal, const Number& reference) const {
  if (basis_ == BandBasis::kActual) return actual;
  if (goal == nullptr) return NdReason::kNoTarget;
  if (basis_ == BandBasis::kPace) {
    if (reference.defined() && reference.value().IsZero()) return NdReason::kZeroTarget;
    const bool higher = direction_ == DirectionKind::kHigher;
    const Number ahead = higher ? actual - reference : reference - actual;
    return Decimal::FromInt(1) + ahead / Abs(reference);
  }
  const Variance variance = ComputeVariance(actual, *goal);
  if (basis_ == BandBasis::kVariance) return variance.favourable;
  if (basis_ == BandBasis::kSigma) return variance.favourable / reference;
  return basis_ == BandBasis::kFvp ? variance.fvp : variance.attainment;
}

std::optional<Threshold> Bands::ThresholdOf(const Decimal& cut, const Goal* goal,
                                            const Number& reference) const {
  Threshold threshold;
  if (!IsTwoSided(direction_)) {
    const Number point = OneSidedThreshold(cut, goal, reference);
    if (!point.defined()) return std::nullopt;
    (direction_ == DirectionKind::kHigher ? threshold.low : threshold.high) = point.value();
    return threshold;
  }
  const GoodRange range = GoodRangeOf(*goal);
  const Number margin = basis_ == BandBasis::kFvp ? cut * range.Width() : Number(cut);
  if (range.low.has_value()) {
    const Number low = *range.low + margin;
    if (!low.defined()) return std::nullopt;
    threshold.low = low.value();
  }
  if (range.high.has_value()) {
    const Number high = *range.high - margin;
    if (!high.defined()) return std::nullopt;
    threshold.high = high.value();
  }
  return threshold;
}

Number Bands::OneSidedThreshold(const Decimal& cut, const Goal* goal,
                                const Number& reference) const {
  if (basis_ == BandBasis::kActual) return cut;
  const Decimal& target = goal->target.point();
  const bool higher = direction_ == DirectionKind::kHigher;
  if (basis_ == BandBasis::kPace) {
    const Number margin = (cut - Decimal::FromInt(1)) * Abs(reference);
    return higher ? reference + margin : reference - margin;
  }
  const auto shifted = [&](const Number& by) { return higher ? target + by : target - by; };
  if (basis_ == BandBasis::kVariance) return shifted(cut);
  if (basis_ == BandBasis::kSigma) return shifted(cut * reference);
  if (basis_ == BandBasis::kFvp) return shifted(cut * target.Abs());
  if (!goal->baseline.has_value()) return shifted((cut - Decimal::FromInt(1)) * target.Abs());
  return *goal->baseline + cut * (target - *goal->baseline);
}

BandOutcome Bands::Evaluate(const Decimal& actual, const Goal* goal,
                            const Number& reference) const {
  const Number basis_value = BasisValue(actual, goal, reference);
  if (!basis_value.defined()) return {std::nullopt, basis_value.reason()};
  BandHit hit;
  hit.basis_value = basis_value.value();
  for (size_t i = 0; i + 1 < bands_.size(); ++i) {
    std::optional<Threshold> threshold = ThresholdOf(*bands_[i].cut, goal, reference);
    if (!threshold.has_value()) return {std::nullopt, NdReason::kDomain};
    hit.thresholds.push_back(*threshold);
  }
  hit.band = BandOf(actual, hit.thresholds);
  hit.status = bands_[hit.band].status;
  if (hit.band > 0) {
    const size_t better = hit.band - 1;
    hit.next_better = DistanceTo(actual, better, bands_[better], hit.thresholds[better]);
  }
  if (hit.band < hit.thresholds.size()) {
    hit.next_worse = DistanceTo(actual, hit.band, bands_[hit.band], hit.thresholds[hit.band]);
  }
  return {std::move(hit), std::nullopt};
}

std::optional<Bands> Bands::ScaledBy(const Decimal& factor) const {
  if (factor.IsZero() || factor.IsNegative()) return std::nullopt;
  if (basis_ != BandBasis::kActual && basis_ != BandBasis::kVariance) return *this;
  std::vector<Band> scaled = bands_;
  for (Band& band : scaled) {
    if (!band.cut.has_value()) continue;
    const Number cut = *band.cut * factor;
    if (!cut.defined()) return std::nullopt;
    band.cut = cut.value();
  }
  if (!BandChecker(basis_, direction_).Check(scaled).empty()) return std::nullopt;
  return Bands(basis_, direction_, std::move(scaled));
}

}  // namespace kpisuite
