// The filters that simulated KPIs use, each with a second, independent meaning.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {

// Member by dimension as a source sent it; an empty member is none.
using Dimensions = std::map<std::string, std::string>;

struct KnownFilter {
  std::string text;                     // canonical
  std::vector<std::string> dimensions;  // that it reads
  bool (*keeps)(const Decimal& value, const Dimensions& dimensions);
};

const std::vector<KnownFilter>& KnownFilters();
// Null for a text that is none of them.
const KnownFilter* FindFilter(absl::string_view canonical_text);

}  // namespace kpisuite
