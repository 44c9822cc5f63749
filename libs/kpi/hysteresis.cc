#include "libs/kpi/hysteresis.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {

absl::Status ValidateHysteresis(const HysteresisRule& rule, const Bands& bands) {
  std::vector<FieldViolation> violations;
  const auto add = [&](absl::string_view field, const std::string& got, const std::string& want) {
    violations.push_back(
        {absl::StrCat("hysteresis.", field), absl::StrCat("got ", got, ", want ", want), "", 0, 0});
  };
  const std::optional<Decimal> gap = bands.SmallestGap();
  if (rule.deadband.IsNegative()) {
    add("deadband", rule.deadband.ToString(), "0 or more");
  } else if (gap.has_value() && rule.deadband >= *gap) {
    add("deadband", rule.deadband.ToString(),
        absl::StrCat("less than the smallest gap between cut points, ", gap->ToString()));
  }
  const auto check_periods = [&](absl::string_view field, int periods) {
    if (periods >= 1 && periods <= kMaxConfirmingPeriods) return;
    add(field, absl::StrCat(periods), absl::StrCat("1 to ", kMaxConfirmingPeriods));
  };
  check_periods("worsenPeriods", rule.worsen_periods);
  check_periods("improvePeriods", rule.improve_periods);
  return violations.empty() ? absl::OkStatus() : InvalidFields(std::move(violations));
}

BandFold Fold(const HysteresisRule& rule, const BandFold& before,
              const std::optional<BandPlace>& place) {
  if (!place.has_value()) return before;
  if (!before.band.has_value()) return {.band = place->raw};
  const size_t current = *before.band;
  BandFold after{.band = current};
  // Bands are numbered from the best.
  if (place->raw > current) {
    after.worse_periods = before.worse_periods + 1;
    after.candidate =
        before.worse_periods == 0 ? place->raw : std::min(before.candidate, place->raw);
    if (after.worse_periods >= rule.worsen_periods) return {.band = after.candidate};
  } else if (place->raised < current) {
    after.better_periods = before.better_periods + 1;
    after.candidate =
        before.better_periods == 0 ? place->raised : std::max(before.candidate, place->raised);
    if (after.better_periods >= rule.improve_periods) return {.band = after.candidate};
  }
  return after;
}

}  // namespace kpisuite
