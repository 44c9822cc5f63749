// Drivers of a formula: its operands. The heart is v(S), the formula with the drivers in S as they
// are after the change and the others as they were before.

#include <bit>
#include <optional>
#include <utility>

#include "libs/kpi/contribution.h"
#include "libs/kpi/formula_shape.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {
namespace {

class FormulaDrivers {
 public:
  FormulaDrivers(const Formula& formula, const FormulaOperands& before,
                 const FormulaOperands& after)
      : formula_(formula), before_(before), after_(after) {
    names_.assign(formula.inputs().begin(), formula.inputs().end());
    AddConstant(kDaysConstant, formula.uses_days(), before.constants.days, after.constants.days);
    AddConstant(kWorkingDaysConstant, formula.uses_working_days(), before.constants.working_days,
                after.constants.working_days);
  }

  size_t size() const { return names_.size(); }
  const std::string& name(size_t driver) const { return names_[driver]; }
  Number Of(const FormulaOperands& side, size_t driver) const {
    if (driver < side.values.size()) return side.values[driver].number();
    return names_[driver] == kDaysConstant ? side.constants.days : side.constants.working_days;
  }
  Number Before(size_t driver) const { return Of(before_, driver); }
  Number After(size_t driver) const { return Of(after_, driver); }

  // The value with the drivers that `is_after(driver)` names as after.
  template <typename Choice>
  Number Evaluate(const Choice& is_after) const {
    FormulaOperands mixture = before_;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!is_after(i)) continue;
      if (i < mixture.values.size()) {
        mixture.values[i] = after_.values[i];
      } else if (names_[i] == kDaysConstant) {
        mixture.constants.days = after_.constants.days;
      } else {
        mixture.constants.working_days = after_.constants.working_days;
      }
    }
    return formula_.Evaluate(mixture.values, mixture.constants).number();
  }

 private:
  void AddConstant(absl::string_view name, bool used, const Decimal& before, const Decimal& after) {
    if (used && before != after) names_.emplace_back(name);
  }

  const Formula& formula_;
  const FormulaOperands& before_;
  const FormulaOperands& after_;
  std::vector<std::string> names_;
};

bool IsPositive(const Number& number) { return number.defined() && number.value() > Decimal(); }

// (value after - value before) / ln(value after / value before); ND where LOG_MEAN does not apply.
Number LogMean(const Number& before, const Number& after) {
  if (before == after) return before;
  return (after - before) / Ln(after / before);
}

// The contributions of LOG_MEAN; nothing if the formula or its values do not allow it.
std::optional<std::vector<Number>> LogMeanContributions(const Formula& formula,
                                                        const FormulaDrivers& drivers,
                                                        const Number& before, const Number& after) {
  if (drivers.size() < 2) return std::nullopt;
  const std::optional<std::vector<FormulaPower>> powers = FormulaAsProduct(formula);
  if (!powers.has_value()) return std::nullopt;
  const Number mean = LogMean(before, after);
  if (!mean.defined()) return std::nullopt;
  std::vector<Number> contributions;
  for (size_t i = 0; i < drivers.size(); ++i) {
    if (!IsPositive(drivers.Before(i)) || !IsPositive(drivers.After(i))) return std::nullopt;
    int exponent = 0;
    for (const FormulaPower& power : *powers) {
      if (power.name == drivers.name(i)) exponent = power.exponent;
    }
    const Number growth = Ln(drivers.After(i) / drivers.Before(i));
    contributions.push_back(mean * (Decimal::FromInt(exponent) * growth));
    if (!contributions.back().defined()) return std::nullopt;
  }
  return contributions;
}

std::vector<Number> ShapleyContributions(const FormulaDrivers& drivers) {
  const size_t count = drivers.size();
  std::vector<Number> values;
  for (unsigned set = 0; set < 1U << count; ++set) {
    values.push_back(drivers.Evaluate([set](size_t driver) { return ((set >> driver) & 1) != 0; }));
  }
  std::vector<int64_t> factorial = {1};
  for (size_t i = 1; i <= count; ++i) {
    factorial.push_back(factorial.back() * static_cast<int64_t>(i));
  }
  std::vector<Number> contributions;
  for (size_t driver = 0; driver < count; ++driver) {
    Number sum = Decimal();
    for (unsigned set = 0; set < 1U << count; ++set) {
      if (((set >> driver) & 1) != 0) continue;
      const auto size = static_cast<size_t>(std::popcount(set));
      const Decimal weight = Decimal::FromInt(factorial[size] * factorial[count - size - 1]);
      sum = sum + weight * (values[set | (1U << driver)] - values[set]);
    }
    contributions.push_back(sum / Decimal::FromInt(factorial[count]));
  }
  return contributions;
}

std::vector<Number> SingleContributions(const FormulaDrivers& drivers, const Number& before) {
  std::vector<Number> contributions;
  for (size_t driver = 0; driver < drivers.size(); ++driver) {
    const Number alone = drivers.Evaluate([driver](size_t other) { return other == driver; });
    contributions.push_back(alone - before);
  }
  return contributions;
}

}  // namespace

ChangeBreakdown ExplainFormula(const Formula& formula, const FormulaOperands& before,
                               const FormulaOperands& after) {
  const FormulaDrivers drivers(formula, before, after);
  ChangeBreakdown breakdown;
  breakdown.before = formula.Evaluate(before.values, before.constants).number();
  breakdown.after = formula.Evaluate(after.values, after.constants).number();
  std::vector<Number> contributions;
  if (std::optional<std::vector<Number>> parts =
          LogMeanContributions(formula, drivers, breakdown.before, breakdown.after)) {
    breakdown.method = ContributionMethod::kLogMean;
    contributions = *std::move(parts);
  } else if (drivers.size() <= kMaxShapleyDrivers) {
    breakdown.method = ContributionMethod::kShapley;
    contributions = ShapleyContributions(drivers);
  } else {
    breakdown.method = ContributionMethod::kOneAtATime;
    contributions = SingleContributions(drivers, breakdown.before);
  }
  for (size_t i = 0; i < drivers.size(); ++i) {
    breakdown.drivers.push_back({.name = drivers.name(i),
                                 .before = drivers.Before(i),
                                 .after = drivers.After(i),
                                 .contribution = contributions[i]});
  }
  CompleteBreakdown(breakdown);
  return breakdown;
}

}  // namespace kpisuite
