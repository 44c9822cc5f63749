// Materiality: which changes of a closed value are worth announcing (SEMANTICS 3.16.3).
#pragma once

#include <optional>

#include "libs/kpi/decimal.h"

namespace kpisuite {

// At least one is set; both are >= 0.
struct Materiality {
  std::optional<Decimal> absolute;  // in the unit of the value
  std::optional<Decimal> relative;  // part of the old value
};

// Whether the change is within either bound, both ends included. A value that appears or goes away
// never is, and a relative bound of 0 allows nothing.
bool IsWithin(const Materiality& materiality, const Number& before, const Number& after);

}  // namespace kpisuite
