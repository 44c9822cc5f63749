#pragma once

#include <cstdlib>

namespace kpisuite {

// Ends a fuzz run with a report when a property does not hold.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace kpisuite
