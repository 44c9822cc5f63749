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

// By template of the KPI catalogue: the templates of which one keeps a KPI made from it honest.
using TemplateGuardrails = std::map<std::string, std::vector<std::string>>;

struct ProposedSet {
  std::string workspace;
  absl::Span<const v1::Definition> definitions;
  // Live definitions that go in the same step, and the path under which the request asks for it
  // (`prune`, `name`).
  std::vector<ResourceName> deletions;
  std::string deletions_field;
  // Of the KPI catalogue, for warnings; outlives the call. Null: nothing is known about templates.
  const TemplateGuardrails* guardrails = nullptr;
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

// What a reader should know of what is sound (SEMANTICS 3.22). Codes: the warnings of
// violations.h. Paths start with `kpi.`, `objective` or `scorecard.`, or are `description`.
// `guardrails` as in ProposedSet.
void LintKpi(const ResourceName& name, const KpiDefinition& kpi, const Catalog& catalog,
             const TemplateGuardrails* guardrails, Violations& warnings);
void LintObjective(const ResourceName& name, const Catalog& catalog, Violations& warnings);
void LintScorecard(const v1::Scorecard& scorecard, Violations& warnings);

}  // namespace kpisuite
