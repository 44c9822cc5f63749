// What drove a change, as text.
#pragma once

#include <string>

#include "kpisuite/v1/change.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// Several lines: both values, the change, the drivers, what they leave open, warnings.
std::string ChangeText(const v1::ChangeExplanation& change, bool colored);

// The drivers, one row each.
Table DriverTable(const v1::ChangeExplanation& change);

}  // namespace kpisuite
