#include "libs/kpi/unit.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxBytes = 64;
constexpr size_t kMaxSymbols = 16;
constexpr int kMaxExponent = 99;

// Those with a space stand for the whole unit only.
constexpr std::array<absl::string_view, 10> kDimensionless = {
    "%", "pp", "points", "ppm", "count", "x", "score", "per 1000", "per 100 FTE", "per 10^6 h"};

bool IsDimensionlessAlias(absl::string_view symbol) {
  return std::find(kDimensionless.begin(), kDimensionless.end(), symbol) != kDimensionless.end();
}

bool IsSymbolStart(char c) {
  return absl::ascii_isalpha(c) || c == '_' || c == '%' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Reads unit text from left to right; `position` is the offset of the next byte.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  absl::Status Error(absl::string_view want) const {
    return absl::InvalidArgumentError(absl::StrCat("unit, offset ", position_, ": got \"",
                                                   absl::CHexEscape(text_), "\", want ", want));
  }

  bool AtEnd() const { return position_ == text_.size(); }

  bool Take(char c) {
    if (AtEnd() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  absl::StatusOr<std::string> Symbol() {
    const size_t start = position_;
    if (AtEnd() || !IsSymbolStart(text_[position_])) {
      return Error("a unit such as \"EUR/h\", \"km^2\" or \"min\"");
    }
    while (!AtEnd() && (IsSymbolStart(text_[position_]) || absl::ascii_isdigit(text_[position_]))) {
      ++position_;
    }
    return std::string(text_.substr(start, position_ - start));
  }

  // An exponent after '^', or 1 without one.
  absl::StatusOr<int> Exponent() {
    if (!Take('^')) return 1;
    const bool negative = Take('-');
    const size_t start = position_;
    int exponent = 0;
    while (!AtEnd() && absl::ascii_isdigit(text_[position_]) && position_ < start + 2) {
      exponent = exponent * 10 + (text_[position_++] - '0');
    }
    if (exponent == 0) return Error("an exponent between 1 and 99, or -99 and -1");
    return negative ? -exponent : exponent;
  }

 private:
  absl::string_view text_;
  size_t position_ = 0;
};

}  // namespace

absl::StatusOr<Unit> Unit::Parse(absl::string_view text) {
  Unit unit;
  if (text.empty()) return unit;
  Reader reader(text);
  if (text.size() > kMaxBytes) return reader.Error("at most 64 bytes");
  if (IsDimensionlessAlias(text)) {
    unit.alias_ = std::string(text);
    return unit;
  }
  int sign = 1;
  bool first = true;
  while (first || !reader.AtEnd()) {
    if (!first) {
      if (reader.Take('*')) {
        sign = 1;
      } else if (reader.Take('/')) {
        sign = -1;
      } else {
        return reader.Error("'*', '/' or '^'");
      }
    } else if (reader.Take('1')) {  // "1/h"
      first = false;
      continue;
    }
    first = false;
    Unit factor;
    ASSIGN_OR_RETURN(std::string symbol, reader.Symbol());
    ASSIGN_OR_RETURN(const int exponent, reader.Exponent());
    if (IsDimensionlessAlias(symbol)) continue;
    factor.factors_.emplace_back(std::move(symbol), exponent);
    ASSIGN_OR_RETURN(unit, Combine(unit, factor, sign));
  }
  // "a^-9" becomes "1/a^9", which is longer.
  if (unit.ToString().size() > kMaxBytes) return reader.Error("at most 64 bytes in canonical form");
  return unit;
}

absl::StatusOr<Unit> Unit::Combine(const Unit& left, const Unit& right, int right_sign) {
  Unit result;
  result.factors_ = left.factors_;
  for (const Factor& factor : right.factors_) {
    const auto at = std::lower_bound(
        result.factors_.begin(), result.factors_.end(), factor.first,
        [](const Factor& existing, const std::string& symbol) { return existing.first < symbol; });
    if (at == result.factors_.end() || at->first != factor.first) {
      result.factors_.emplace(at, factor.first, right_sign * factor.second);
      continue;
    }
    at->second += right_sign * factor.second;
    if (at->second == 0) {
      result.factors_.erase(at);
    } else if (std::abs(at->second) > kMaxExponent) {
      return absl::InvalidArgumentError(absl::StrCat("got unit ", factor.first, "^", at->second,
                                                     ", want an exponent between -99 and 99"));
    }
  }
  if (result.factors_.size() > kMaxSymbols) {
    return absl::InvalidArgumentError(
        absl::StrCat("got unit ", result.ToString(), ", want at most 16 symbols"));
  }
  return result;
}

std::string Unit::ToString() const {
  std::string text;
  const auto append = [&text](absl::string_view joint, const Factor& factor, int exponent) {
    absl::StrAppend(&text, joint, factor.first);
    if (exponent != 1) absl::StrAppend(&text, "^", exponent);
  };
  for (const Factor& factor : factors_) {
    if (factor.second > 0) append(text.empty() ? "" : "*", factor, factor.second);
  }
  if (text.empty() && !factors_.empty()) text = "1";
  for (const Factor& factor : factors_) {
    if (factor.second < 0) append("/", factor, -factor.second);
  }
  return text;
}

bool Unit::IsRate() const {
  return std::any_of(factors_.begin(), factors_.end(),
                     [](const Factor& factor) { return factor.second < 0; });
}

bool Unit::HasCurrency() const {
  return std::any_of(factors_.begin(), factors_.end(),
                     [](const Factor& factor) { return IsCurrencyCode(factor.first); });
}

absl::StatusOr<Unit> Unit::Times(const Unit& other) const { return Combine(*this, other, 1); }

absl::StatusOr<Unit> Unit::Over(const Unit& other) const { return Combine(*this, other, -1); }

absl::StatusOr<Unit> Unit::ToThe(int exponent) const {
  Unit result;
  if (exponent == 0) return result;
  for (const Factor& factor : factors_) {
    const int64_t power = int64_t{factor.second} * exponent;
    if (std::abs(power) > kMaxExponent) {
      return absl::InvalidArgumentError(absl::StrCat("got unit (", ToString(), ")^", exponent,
                                                     ", want exponents between -99 and 99"));
    }
    result.factors_.emplace_back(factor.first, static_cast<int>(power));
  }
  return result;
}

absl::StatusOr<Unit> Unit::SquareRoot() const {
  Unit result;
  for (const Factor& factor : factors_) {
    if (factor.second % 2 != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("got the square root of unit ", ToString(), ", want even exponents"));
    }
    result.factors_.emplace_back(factor.first, factor.second / 2);
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const Unit& unit) { return out << unit.ToString(); }

}  // namespace kpisuite
