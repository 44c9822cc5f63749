// Any text: a filter that parses has a canonical text that parses to itself and keeps the same
// values.

#include <string>
#include <vector>

#include "libs/kpi/filter.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

void Check(absl::string_view text) {
  static const auto* const kDimensions = new std::vector<std::string>{"origin", "team"};
  const int scale = static_cast<int>(text.size() % 10);
  const absl::StatusOr<Filter> filter = Filter::Create(text, *kDimensions, scale);
  if (!filter.ok()) return;
  const Filter again = Filter::Create(filter->canonical_text(), *kDimensions, scale).value();
  Require(again.canonical_text() == filter->canonical_text());
  Require(again.Dimensions() == filter->Dimensions());
  for (const absl::string_view origin : {"", "ORD", "New York"}) {
    const Slice series = Slice::Create({{"origin", Member::FromSource(origin)}}).value();
    const ValueFilter kept = filter->ForSeries(series);
    Require(kept == again.ForSeries(series));
    Require(kept.Not().Not() == kept);
    Require(kept.KeepsAll() || filter->ReadsValue() || kept.KeepsNothing());
  }
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
