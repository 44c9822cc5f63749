#include "services/kpictl/view/value_text.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

constexpr char kNone[] = "–";
// More decimals than the definition asks for, where a band is narrower than a step.
constexpr int kMaxExtraPlaces = 12;
constexpr int kMaxPlaces = 34;

bool IsPercent(absl::string_view unit) { return unit == "%"; }

std::string UnitSuffix(absl::string_view unit) {
  return unit.empty() || unit == "count" ? "" : absl::StrCat(" ", unit);
}

std::optional<Decimal> ParseDecimal(absl::string_view text) {
  const absl::StatusOr<Decimal> value = Decimal::Parse(text);
  return value.ok() ? std::optional<Decimal>(*value) : std::nullopt;
}

// The number as it is shown: a percentage is a hundred times its fraction.
Decimal Shown(const Decimal& value, bool percent) {
  if (!percent) return value;
  const Number product = Number(value) * Number(Decimal::FromInt(100));
  return product.defined() ? product.value() : value;
}

std::optional<Decimal> ShownOf(absl::string_view text, bool percent) {
  const std::optional<Decimal> value = ParseDecimal(text);
  if (!value.has_value()) return std::nullopt;
  return Shown(*value, percent);
}

// Whether a shown number meets one cut.
bool Meets(const Decimal& number, const v1::Cut& cut, v1::Direction direction, bool percent) {
  const std::optional<Decimal> threshold = ShownOf(cut.threshold(), percent);
  const std::optional<Decimal> upper = ShownOf(cut.upper_threshold(), percent);
  if (direction == v1::DIRECTION_LOWER) return !threshold.has_value() || number <= *threshold;
  return (!threshold.has_value() || number >= *threshold) &&
         (!upper.has_value() || number <= *upper);
}

// Whether a shown number is in the band that the state's value is in.
bool InOwnBand(const Decimal& number, const v1::KpiState& state, bool percent) {
  const v1::BandHit& band = state.band();
  for (int i = 0; i < band.cuts_size(); ++i) {
    const v1::Cut& cut = band.cuts(i);
    if (cut.threshold().empty() && cut.upper_threshold().empty()) continue;
    const bool met = band.hit() >= 0 && i >= band.hit();
    if (Meets(number, cut, state.direction(), percent) != met) return false;
  }
  return true;
}

// The neighbours of `number` on the grid of `places` decimals: nearest, below, above.
std::vector<Decimal> Candidates(const Decimal& number, int places) {
  std::vector<Decimal> candidates;
  const Number ten_to_places = Power(Decimal::FromInt(10), places);
  const Number scaled = Number(number) * ten_to_places;
  for (const Number& candidate : {RoundHalfAway(number, places), Floor(scaled) / ten_to_places,
                                  Ceil(scaled) / ten_to_places}) {
    if (candidate.defined()) candidates.push_back(candidate.value());
  }
  return candidates;
}

std::string RoundedInBand(const Decimal& number, const v1::KpiState& state, bool percent) {
  const int places = state.display_decimals();
  for (int extra = 0; extra <= kMaxExtraPlaces && places + extra <= kMaxPlaces; ++extra) {
    for (const Decimal& candidate : Candidates(number, places + extra)) {
      if (InOwnBand(candidate, state, percent)) return candidate.ToDisplayString(places + extra);
    }
  }
  return number.ToString();
}

std::string WithSign(std::string text) {
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero || absl::StartsWith(text, "-") ? text : absl::StrCat("+", text);
}

template <typename Value>
std::string EnumText(Value value, absl::string_view prefix) {
  const auto* descriptor = google::protobuf::GetEnumDescriptor<Value>()->FindValueByNumber(value);
  if (descriptor == nullptr) return absl::StrCat(static_cast<int>(value));
  return std::string(absl::StripPrefix(descriptor->name(), prefix));
}

}  // namespace

std::string AmountText(absl::string_view decimal, absl::string_view unit, int places) {
  const std::optional<Decimal> value = ShownOf(decimal, IsPercent(unit));
  if (!value.has_value()) return std::string(decimal);
  return absl::StrCat(value->ToDisplayString(places), UnitSuffix(unit));
}

std::string ValueText(const v1::KpiState& state) {
  const bool percent = IsPercent(state.unit());
  const std::optional<Decimal> value = ShownOf(state.value(), percent);
  if (!value.has_value()) {
    return absl::StrCat("no value (", EnumText(state.nd_reason(), "ND_REASON_"), ")");
  }
  return absl::StrCat(RoundedInBand(*value, state, percent), UnitSuffix(state.unit()));
}

std::string TargetText(const v1::KpiState& state) {
  if (!state.has_target()) return kNone;
  const v1::ResolvedTarget& target = state.target();
  // A target is shown with the digits it was written with, if these are more.
  const auto amount = [&](const std::string& text) {
    const std::optional<Decimal> shown = ShownOf(text, IsPercent(state.unit()));
    if (!shown.has_value()) return text;
    const int digits = std::max(0, -shown->exponent());
    const std::string exact = shown->ToString();
    const size_t point = exact.find('.');
    const int written = point == std::string::npos ? 0 : static_cast<int>(exact.size() - point - 1);
    return shown->ToDisplayString(
        std::max(state.display_decimals(), std::min({digits, written, kMaxPlaces})));
  };
  const std::string unit = UnitSuffix(state.unit());
  if (!target.value().empty()) return absl::StrCat(amount(target.value()), unit);
  if (target.lo().empty() && target.hi().empty()) return kNone;
  if (target.lo().empty()) return absl::StrCat("≤ ", amount(target.hi()), unit);
  if (target.hi().empty()) return absl::StrCat("≥ ", amount(target.lo()), unit);
  return absl::StrCat(amount(target.lo()), " – ", amount(target.hi()), unit);
}

std::string SignedPercent(absl::string_view decimal) {
  const std::optional<Decimal> value = ShownOf(decimal, true);
  return value.has_value() ? absl::StrCat(WithSign(value->ToDisplayString(1)), " %") : "";
}

std::string VarianceText(const v1::KpiState& state) {
  const bool percent = IsPercent(state.unit());
  const std::optional<Decimal> variance = ShownOf(state.variance(), percent);
  if (!variance.has_value()) return kNone;
  const std::string amount = WithSign(variance->ToDisplayString(state.display_decimals()));
  const std::string unit = percent ? " pp" : UnitSuffix(state.unit());
  const std::string favourable = SignedPercent(state.fvp());
  return favourable.empty() ? absl::StrCat(amount, unit)
                            : absl::StrCat(amount, unit, " (", favourable, ")");
}

std::string DifferenceText(absl::string_view decimal, absl::string_view unit, int places) {
  const bool percent = IsPercent(unit);
  const std::optional<Decimal> difference = ShownOf(decimal, percent);
  if (!difference.has_value()) return std::string(decimal);
  return absl::StrCat(WithSign(difference->ToDisplayString(places)),
                      percent ? " pp" : UnitSuffix(unit));
}

Cell StatusCell(const v1::KpiState& state) {
  absl::string_view symbol = "?";
  Style style = Style::kDim;
  switch (state.status()) {
    case v1::STATUS_EXCEEDED: symbol = "★", style = Style::kExcellent; break;
    case v1::STATUS_ON_TARGET: symbol = "●", style = Style::kGood; break;
    case v1::STATUS_WARNING: symbol = "▲", style = Style::kWarning; break;
    case v1::STATUS_OFF_TARGET: symbol = "✖", style = Style::kBad; break;
    case v1::STATUS_NO_TARGET: symbol = "○"; break;
    case v1::STATUS_TOO_EARLY: symbol = "◌"; break;
    case v1::STATUS_NO_DATA: symbol = "∅"; break;
    case v1::STATUS_ERROR: symbol = "!", style = Style::kBad; break;
    default: break;
  }
  const std::string name = EnumText(state.status(), "STATUS_");
  const std::string& label = state.status_label().empty() ? name : state.status_label();
  return {absl::StrCat(symbol, " ", label), style, name};
}

std::string FlagsText(const v1::KpiState& state) {
  std::vector<std::string> flags;
  for (int flag : state.flags()) {
    flags.push_back(EnumText(static_cast<v1::StateFlag>(flag), "STATE_FLAG_"));
  }
  return absl::StrJoin(flags, " ");
}

std::string ObservationText(const v1::KpiState& state) {
  // In the order of the enum, whose first value is UNSPECIFIED.
  constexpr absl::string_view kLetters = "?ABDEFILMNOPUV";
  std::vector<std::string> letters;
  for (const int flag : state.observation_flags()) {
    const auto index = static_cast<size_t>(flag);
    letters.emplace_back(1, index < kLetters.size() ? kLetters[index] : '?');
  }
  return absl::StrJoin(letters, " ");
}

std::string AgeText(absl::Duration age) {
  if (age < absl::ZeroDuration()) return absl::StrCat("in ", AgeText(-age));
  const double days = absl::ToDoubleHours(age) / 24;
  if (age < absl::Minutes(1)) return absl::StrCat(age / absl::Seconds(1), " s");
  if (age < absl::Hours(1)) return absl::StrCat(age / absl::Minutes(1), " min");
  if (age < absl::Hours(48)) return absl::StrCat(age / absl::Hours(1), " h");
  if (days < 366) return absl::StrCat(static_cast<int>(days), " d");
  return absl::StrFormat("%.1f y", days / 365.2425);
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

Cell TimeCell(const google::protobuf::Timestamp& time) {
  google::protobuf::Timestamp second = time;
  second.set_nanos(0);
  return {TimeText(second), Style::kPlain, TimeText(time)};
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", ToTime(time), absl::UTCTimeZone());
}

}  // namespace kpisuite
