// Validation of a proposed set: everything that is wrong with it, at once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/base/error.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"

namespace kpisuite {

inline constexpr size_t kMaxSetSize = 5000;

// The last live revision of metrics that were deleted: a name stays bound to how its samples are
// stored.
using RetiredMetrics = std::map<ResourceName, std::shared_ptr<const v1::Definition>>;

struct ProposedSet {
  std::string workspace;
  absl::Span<const v1::Definition> definitions;
  // Live definitions that go in the same step, and the path under which the request asks for it
  // (`prune`, `name`).
  std::vector<ResourceName> deletions;
  std::string deletions_field;
};

struct ValidationResult {
  // Paths start at the request (`definitions[2].kpi.inputs["late"].where`) and use the names of
  // the proto fields. In the order of the request, then of the deletions.
  std::vector<FieldViolation> violations;
  // Of definitions without violations; nothing is refused for them.
  std::vector<FieldViolation> warnings;
};

// Checks names, shapes, references, cycles, units and limits of the set as if it were applied to
// `live`, and that everything live remains sound: what is accepted can be evaluated. Codes:
// violations.h. Pure.
ValidationResult ValidateSet(const Catalog& live, const ProposedSet& proposed,
                             const RetiredMetrics& retired);

// Fields of a metric that can never change (IMMUTABLE): scale, weight_scale, dimensions, identity,
// partition_group. Paths start with `metric.`.
void CheckImmutable(const v1::Metric& before, const v1::Metric& after, Violations& violations);

// What a reader of a sound KPI should know: NO_DESCRIPTION, NO_OBJECTIVE, NO_REVIEW, NO_GUARDRAIL,
// ZERO_TARGET, DUPLICATE_FINGERPRINT. Paths start with `kpi.`, or are `description`.
void LintKpi(const ResourceName& name, const KpiDefinition& kpi, const Catalog& catalog,
             Violations& warnings);

}  // namespace kpisuite
