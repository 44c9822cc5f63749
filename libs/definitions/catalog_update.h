// CatalogUpdate: one change of a Catalog, from the definitions put in to everything resolved
// again. Only for catalog.cc.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "libs/definitions/catalog.h"

namespace kpisuite {

// Used once: Put and Remove in any order, then Finish.
//
// Finish works on the touched definitions alone: it follows references backwards from what
// changed, orders what it found by content references (Kahn) and resolves in that order. What is
// left over lies on a cycle or behind one.
class CatalogUpdate {
 public:
  explicit CatalogUpdate(Catalog& catalog) : catalog_(catalog) {}

  // Stores a definition, or removes it when it is `deleted`. One whose name is malformed or does
  // not fit its spec is ignored.
  void Put(const v1::Definition& definition);
  void Remove(const ResourceName& name);

  CatalogChanges Finish();

 private:
  struct Node {
    ResourceName cause;
    bool spreads = true;  // whether what refers to it must be resolved too
    std::shared_ptr<const MetricDefinition> metric_before;
    std::shared_ptr<const KpiDefinition> kpi_before;
    std::vector<ResourceName> dependents;  // touched definitions that need this one's content
    int unresolved = 0;                    // touched definitions that this one needs
  };

  // A reference that must be resolved before a definition, and the definition that holds it: the
  // same, or a Target of the KPI.
  struct Need {
    ResourceName holder;
    Reference reference;
  };
  // What the definition needs, if it exists.
  std::vector<Need> NeedsOf(const ResourceName& name) const;

  // Notes what `name` was before the first change, and that it must be resolved.
  void Touch(const ResourceName& name, const ResourceName& cause);
  void TouchKpiOfTarget(const ResourceName& kpi, const ResourceName& target);
  // The definition's own entry, which in an overlay is copied from the base when need be.
  CatalogEntry& OwnEntry(const ResourceName& name);
  void DropReferences(const ResourceName& name, const CatalogEntry& entry);
  void FollowReferrers();
  void LinkNodes();
  void ResolveInOrder();
  void Resolve(const ResourceName& name);
  void ResolveKpi(const ResourceName& name, CatalogEntry& entry);
  void ResolveOther(const ResourceName& name, CatalogEntry& entry);
  void AddUnknownReferences(const ResourceName& name, CatalogEntry& entry) const;
  void ReportCycles(std::set<ResourceName> left_over);
  void ReportCycle(const std::vector<ResourceName>& cycle);
  void IndexFingerprint(const ResourceName& name, const std::shared_ptr<const KpiDefinition>& kpi,
                        bool add);
  CatalogChanges Changes();

  Catalog& catalog_;
  std::map<ResourceName, Node> nodes_;
  std::map<ResourceName, std::shared_ptr<const v1::Definition>> replaced_;
  // Names that came or went, so that even a reference that only asks for existence matters.
  std::set<ResourceName> existence_changed_;
};

}  // namespace kpisuite
