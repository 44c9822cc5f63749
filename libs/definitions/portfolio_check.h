// Checks of the definitions that stand around KPIs: objectives, scorecards, benchmarks,
// initiatives, alert rules, sources. Their shape and what they say about their KPIs; references
// that do not exist are left to the caller.
#pragma once

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

// Adds everything that is wrong with a definition of one of these kinds; paths start with the
// spec field. What it refers to is resolved in `catalog`.
void CheckPortfolio(const ResourceName& name, const v1::Definition& definition,
                    const Catalog& catalog, Violations& violations);

// What can be said of a Target whose KPI does not exist.
void CheckTargetAlone(const v1::Target& target, Violations& violations);

}  // namespace kpisuite
