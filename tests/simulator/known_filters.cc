#include "tests/simulator/known_filters.h"

namespace kpisuite {
namespace {

std::string At(const Dimensions& dimensions, const std::string& name) {
  const auto found = dimensions.find(name);
  return found == dimensions.end() ? "" : found->second;
}

}  // namespace

const std::vector<KnownFilter>& KnownFilters() {
  static const auto& filters = *new std::vector<KnownFilter>{
      {"", {}, [](const Decimal&, const Dimensions&) { return true; }},
      {"value > 5",
       {},
       [](const Decimal& value, const Dimensions&) { return value > Decimal::FromInt(5); }},
      {"value <= 7.5",
       {},
       [](const Decimal& value, const Dimensions&) {
         return value <= Decimal::FromMantissa(75, 1);
       }},
      {"region = north",
       {"region"},
       [](const Decimal&, const Dimensions& dimensions) {
         return At(dimensions, "region") == "north";
       }},
      {"region in (north, south) && value != 0",
       {"region"},
       [](const Decimal& value, const Dimensions& dimensions) {
         const std::string region = At(dimensions, "region");
         return (region == "north" || region == "south") && !value.IsZero();
       }},
      {"region = (null)",
       {"region"},
       [](const Decimal&, const Dimensions& dimensions) {
         return At(dimensions, "region").empty();
       }},
      {"value < 0 || team = red",
       {"team"},
       [](const Decimal& value, const Dimensions& dimensions) {
         return value.IsNegative() || At(dimensions, "team") == "red";
       }},
      {"!team = blue",
       {"team"},
       [](const Decimal&, const Dimensions& dimensions) {
         return At(dimensions, "team") != "blue";
       }},
  };
  return filters;
}

const KnownFilter* FindFilter(absl::string_view canonical_text) {
  for (const KnownFilter& filter : KnownFilters()) {
    if (filter.text == canonical_text) return &filter;
  }
  return nullptr;
}

}  // namespace kpisuite
