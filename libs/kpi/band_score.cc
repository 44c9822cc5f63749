// Scores and display text of banded values: the members of Bands that follow a placed value.
#include <algorithm>
#include <string>

#include "libs/kpi/bands.h"

namespace kpisuite {
namespace {

// Lowest score of a band status in points.
Decimal ScoreBase(KpiStatus status) { return Decimal::FromInt(3 - static_cast<int>(status)); }

// The fraction rounded down to 12 decimals, in [0, 1).
Number ScoreFraction(const Number& fraction) {
  static const Decimal steps = Decimal::FromInt(1'000'000'000'000);
  static const Decimal last_step = Decimal::FromInt(999'999'999'999);
  return Max(Decimal(), Min(last_step, Floor(fraction * steps))) / steps;
}

}  // namespace

Decimal Bands::Oriented(const Decimal& value) const {
  const bool less_is_better = basis_ == BandBasis::kActual && direction_ == DirectionKind::kLower;
  return less_is_better ? value.Negated() : value;
}

Bands::StatusRange Bands::RangeOf(size_t band) const {
  StatusRange range{band, band};
  while (range.first > 0 && bands_[range.first - 1].status == bands_[band].status) --range.first;
  while (range.last + 1 < bands_.size() && bands_[range.last + 1].status == bands_[band].status) {
    ++range.last;
  }
  if (range.first > 0) range.upper = Oriented(*bands_[range.first - 1].cut);
  if (range.last + 1 < bands_.size()) range.lower = Oriented(*bands_[range.last].cut);
  return range;
}

std::optional<Decimal> Bands::MidpointScore(KpiStatus published) {
  if (!IsBandStatus(published)) return std::nullopt;
  const Decimal base = ScoreBase(published);
  if (published == KpiStatus::kExceeded) return base;
  return (base + Decimal::FromMantissa(5, 1)).value();
}

std::optional<Decimal> Bands::Score(const BandHit& hit, KpiStatus published) const {
  if (published != hit.status || published == KpiStatus::kExceeded) {
    return MidpointScore(published);
  }
  StatusRange range = RangeOf(hit.band);
  // An open end lies as far away as the neighbour is wide; an open neighbour makes it undefined.
  if (range.lower.defined() && !range.upper.defined()) {
    range.upper = range.lower + (range.lower - RangeOf(range.last + 1).lower);
  } else if (range.upper.defined() && !range.lower.defined()) {
    range.lower = range.upper - (RangeOf(range.first - 1).upper - range.upper);
  }
  const Number fraction =
      ScoreFraction((Oriented(hit.basis_value) - range.lower) / (range.upper - range.lower));
  const Number score = ScoreBase(published) + fraction;
  return score.defined() ? score.value() : MidpointScore(published);
}

std::string Bands::Display(const Decimal& actual, const BandHit& hit, int places) const {
  constexpr int kMostPlaces = 34;
  // Exact text is reached at the latest with all decimals that the number has.
  for (; places < std::min(kMostPlaces, -actual.exponent()); ++places) {
    const Number rounded = RoundHalfAway(actual, places);
    if (!rounded.defined()) break;
    const Decimal step = Decimal::FromMantissa(rounded.value() > actual ? -1 : 1, places);
    for (const Number& shown : {rounded, rounded + step}) {
      if (shown.defined() && BandOf(shown.value(), hit.thresholds) == hit.band) {
        return shown.value().ToDisplayString(places);
      }
    }
  }
  return actual.ToDisplayString(places);
}

}  // namespace kpisuite
