// Checks of scorecards, and of fields that name a window or slice of a KPI.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

inline constexpr int kMaxScorecardChildren = 100;
inline constexpr int kMaxScorecardDepth = 16;

void CheckScorecard(const ResourceName& name, const v1::Scorecard& scorecard,
                    const Catalog& catalog, Violations& violations);

// An empty window is the KPI's first. A null `kpi` checks the text alone. SYNTAX, OUT_OF_RANGE.
void CheckWindowOfKpi(absl::string_view field, const std::string& window, const KpiDefinition* kpi,
                      Violations& violations);

// A canonical slice over the KPI's grouping dimensions. SYNTAX, SLICE_DIMENSION.
void CheckSliceOfKpi(absl::string_view field, const std::string& slice, const KpiDefinition* kpi,
                     Violations& violations);

}  // namespace kpisuite
