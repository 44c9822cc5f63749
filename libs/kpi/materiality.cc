#include "libs/kpi/materiality.h"

namespace kpisuite {

bool IsWithin(const Materiality& materiality, const Number& before, const Number& after) {
  const Number change = Abs(after - before);
  if (!change.defined()) return false;
  if (materiality.absolute.has_value() && change.value() <= *materiality.absolute) return true;
  if (!materiality.relative.has_value()) return false;
  const Number bound = Abs(before) * Number(*materiality.relative);
  return bound.defined() && change.value() <= bound.value();
}

}  // namespace kpisuite
