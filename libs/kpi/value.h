#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"

namespace kpisuite {

// What a formula or an aggregate yields: a decimal, a truth value, or the reason why there is
// neither. A value type of 32 bytes.
class Value {
 public:
  Value(const Decimal& decimal) : decimal_(decimal) {}  // NOLINT: implicit by design
  Value(NdReason reason)
      : kind_(Kind::kNotDefined), reason_(reason) {}        // NOLINT: implicit by design
  Value(const Number& number) : decimal_(number.value()) {  // NOLINT: implicit by design
    if (!number.defined()) {
      kind_ = Kind::kNotDefined;
      reason_ = number.reason();
    }
  }
  static Value Boolean(bool boolean) {
    Value value{Decimal()};
    value.kind_ = Kind::kBoolean;
    value.boolean_ = boolean;
    return value;
  }

  bool is_decimal() const { return kind_ == Kind::kDecimal; }
  bool is_boolean() const { return kind_ == Kind::kBoolean; }
  bool is_nd() const { return kind_ == Kind::kNotDefined; }
  const Decimal& decimal() const { return decimal_; }  // only if is_decimal()
  bool boolean() const { return boolean_; }            // only if is_boolean()
  NdReason reason() const { return reason_; }          // only if is_nd()

  // The decimal or the reason; a truth value is ND(DOMAIN).
  Number number() const {
    if (is_decimal()) return decimal_;
    return is_nd() ? reason_ : NdReason::kDomain;
  }

  // Canonical decimal text, "true", "false" or "ND(DIV0)".
  std::string ToString() const {
    if (is_boolean()) return boolean_ ? "true" : "false";
    return number().ToString();
  }

  friend bool operator==(const Value& left, const Value& right) {
    if (left.kind_ != right.kind_) return false;
    if (left.is_boolean()) return left.boolean_ == right.boolean_;
    return left.number() == right.number();
  }

 private:
  enum class Kind : uint8_t { kDecimal, kBoolean, kNotDefined };

  Decimal decimal_;
  Kind kind_ = Kind::kDecimal;
  bool boolean_ = false;
  NdReason reason_ = NdReason::kEmpty;
};

inline std::ostream& operator<<(std::ostream& out, const Value& value) {
  return out << value.ToString();
}

}  // namespace kpisuite
