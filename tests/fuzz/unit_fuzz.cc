// Any text: a unit that parses has a canonical text that parses to an equal unit, and the algebra
// closes.

#include "libs/kpi/unit.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

void Check(absl::string_view text) {
  const absl::StatusOr<Unit> unit = Unit::Parse(text);
  if (!unit.ok()) return;
  Require(Unit::Parse(unit->ToString()).value() == *unit);
  Require(unit->Over(*unit).value().IsDimensionless());
  const absl::StatusOr<Unit> square = unit->ToThe(2);
  if (square.ok()) Require(square->SquareRoot().value() == *unit);
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
