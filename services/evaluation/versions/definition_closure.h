// Everything that the states of a KPI are computed from, as definitions: what is saved of an
// earlier version, and by which it is told whether a change says something else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/catalog.h"

namespace kpisuite {

// The definitions at one moment. What it is made of outlives it.
class DefinitionsAt {
 public:
  using DefinitionPtr = std::shared_ptr<const v1::Definition>;

  // As they are, and as they were before the set that the catalog applied last.
  explicit DefinitionsAt(const Catalog& catalog) : catalog_(catalog) {}
  DefinitionsAt(const CatalogChanges& changes, const Catalog& catalog)
      : replaced_(&changes.replaced), catalog_(catalog) {}

  // Null when there was none.
  DefinitionPtr Find(const ResourceName& name) const;
  std::vector<DefinitionPtr> TargetsOf(const ResourceName& kpi) const;

 private:
  const std::map<ResourceName, DefinitionPtr>* replaced_ = nullptr;
  const Catalog& catalog_;
};

using DefinitionClosure = v1::BatchGetDefinitionsResponse;

// The KPI, which comes first, its Targets and everything that these need, so that a catalog of them
// alone resolves it.
DefinitionClosure ClosureOf(const ResourceName& kpi, const DefinitionsAt& definitions);

// Whether the KPI says the same of a period by either: they differ in nothing but who is told and
// how it is shown (names, descriptions, labels, owners, reviews, windows and slices that are kept,
// materiality), what is withheld, which is always today's, where members of hierarchies belong,
// and since when they are what they are.
bool SayTheSame(const DefinitionClosure& a, const DefinitionClosure& b);

// The KPI of a serialised closure, which withholds values behind which fewer than `fewest` people
// are, if it does not withhold more itself; null when it cannot be read.
std::shared_ptr<const KpiDefinition> ResolveClosure(absl::string_view serialised, uint64_t fewest);

}  // namespace kpisuite
