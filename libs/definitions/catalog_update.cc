#include "libs/definitions/catalog_update.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/definitions/calendar_check.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/portfolio_check.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

void CatalogUpdate::Put(const v1::Definition& definition) {
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(definition.name());
  if (!name.ok()) return;
  if (definition.deleted()) {
    Remove(*name);
    return;
  }
  if (KindOfSpec(definition) != name->kind) return;
  const CatalogEntry* before = catalog_.Find(*name);
  if (before == nullptr) existence_changed_.insert(*name);
  replaced_.emplace(*name, before == nullptr ? nullptr : before->definition);
  Touch(*name, *name);
  CatalogEntry& entry = OwnEntry(*name);
  DropReferences(*name, entry);
  entry = CatalogEntry();
  entry.definition = std::make_shared<const v1::Definition>(definition);
  entry.references = ReferencesOf(*name, definition);
  for (const Reference& reference : entry.references) {
    catalog_.referrers_[reference.name].insert(*name);
    if (reference.use == Reference::Use::kTargetOf) TouchKpiOfTarget(reference.name, *name);
  }
}

void CatalogUpdate::Remove(const ResourceName& name) {
  const CatalogEntry* before = catalog_.Find(name);
  if (before == nullptr) return;
  replaced_.emplace(name, before->definition);
  existence_changed_.insert(name);
  Touch(name, name);
  DropReferences(name, OwnEntry(name));
  if (catalog_.base_ != nullptr && catalog_.base_->Find(name) != nullptr) {
    catalog_.entries_[name] = CatalogEntry();
  } else {
    catalog_.entries_.erase(name);
  }
}

CatalogChanges CatalogUpdate::Finish() {
  FollowReferrers();
  LinkNodes();
  ResolveInOrder();
  return Changes();
}

void CatalogUpdate::Touch(const ResourceName& name, const ResourceName& cause) {
  auto [node, is_new] = nodes_.try_emplace(name);
  if (name == cause) {
    node->second.cause = cause;
    node->second.spreads = true;
  }
  if (!is_new) return;
  node->second.cause = cause;
  if (const CatalogEntry* entry = catalog_.Find(name); entry != nullptr) {
    node->second.metric_before = entry->metric;
    node->second.kpi_before = entry->kpi;
    IndexFingerprint(name, entry->kpi, false);
  }
}

// A KPI is resolved together with its targets, but they do not matter to what refers to the KPI,
// unless the KPI was unusable.
void CatalogUpdate::TouchKpiOfTarget(const ResourceName& kpi, const ResourceName& target) {
  const bool is_new = !nodes_.contains(kpi);
  Touch(kpi, target);
  if (is_new) nodes_.at(kpi).spreads = nodes_.at(kpi).kpi_before == nullptr;
}

CatalogEntry& CatalogUpdate::OwnEntry(const ResourceName& name) {
  const auto [own, is_new] = catalog_.entries_.try_emplace(name);
  if (is_new && catalog_.base_ != nullptr) {
    const CatalogEntry* base = catalog_.base_->Find(name);
    if (base != nullptr) own->second = *base;
  }
  return own->second;
}

void CatalogUpdate::DropReferences(const ResourceName& name, const CatalogEntry& entry) {
  for (const Reference& reference : entry.references) {
    if (reference.use == Reference::Use::kTargetOf) TouchKpiOfTarget(reference.name, name);
    const auto found = catalog_.referrers_.find(reference.name);
    if (found == catalog_.referrers_.end()) continue;
    found->second.erase(name);
    if (found->second.empty()) catalog_.referrers_.erase(found);
  }
}

void CatalogUpdate::FollowReferrers() {
  std::deque<ResourceName> queue;
  for (const auto& [name, node] : nodes_) queue.push_back(name);
  while (!queue.empty()) {
    const ResourceName name = std::move(queue.front());
    queue.pop_front();
    if (!nodes_.at(name).spreads) continue;
    const bool existence = existence_changed_.contains(name);
    for (const ResourceName& referrer : catalog_.ReferrersOf(name)) {
      const auto known = nodes_.find(referrer);
      if (known != nodes_.end() && known->second.spreads) continue;
      const std::vector<Reference>& references = catalog_.Find(referrer)->references;
      const bool affected =
          std::any_of(references.begin(), references.end(), [&](const Reference& reference) {
            return reference.name == name &&
                   (existence || reference.use == Reference::Use::kContent);
          });
      if (!affected) continue;
      Touch(referrer, nodes_.at(name).cause);
      nodes_.at(referrer).spreads = true;
      queue.push_back(referrer);
      if (referrer.kind != DefinitionKind::kTarget) continue;
      // A Target is resolved with its KPI.
      for (const Reference& reference : references) {
        if (reference.use != Reference::Use::kTargetOf) continue;
        TouchKpiOfTarget(reference.name, nodes_.at(name).cause);
        queue.push_back(reference.name);
      }
    }
  }
}

std::vector<CatalogUpdate::Need> CatalogUpdate::NeedsOf(const ResourceName& name) const {
  std::vector<ResourceName> holders = {name};
  if (name.kind == DefinitionKind::kKpi) {
    for (const std::shared_ptr<const v1::Definition>& target : catalog_.TargetsOf(name)) {
      const absl::StatusOr<ResourceName> holder = ResourceName::Parse(target->name());
      if (holder.ok()) holders.push_back(*holder);
    }
  }
  std::vector<Need> needs;
  for (const ResourceName& holder : holders) {
    const CatalogEntry* entry = catalog_.Find(holder);
    if (entry == nullptr) continue;
    for (const Reference& reference : entry->references) {
      if (reference.use == Reference::Use::kContent) needs.push_back({holder, reference});
    }
  }
  return needs;
}

void CatalogUpdate::LinkNodes() {
  for (auto& [name, node] : nodes_) {
    if (catalog_.Find(name) == nullptr) continue;
    std::set<ResourceName> needed;
    for (const Need& need : NeedsOf(name)) needed.insert(need.reference.name);
    for (const ResourceName& need : needed) {
      const auto found = nodes_.find(need);
      if (found == nodes_.end() || catalog_.Find(need) == nullptr) continue;
      found->second.dependents.push_back(name);
      ++node.unresolved;
    }
  }
}

void CatalogUpdate::ResolveInOrder() {
  std::deque<ResourceName> ready;
  std::set<ResourceName> left_over;
  for (const auto& [name, node] : nodes_) {
    left_over.insert(name);
    if (node.unresolved == 0) ready.push_back(name);
  }
  while (!ready.empty()) {
    const ResourceName name = std::move(ready.front());
    ready.pop_front();
    left_over.erase(name);
    Resolve(name);
    for (const ResourceName& dependent : nodes_.at(name).dependents) {
      if (--nodes_.at(dependent).unresolved == 0) ready.push_back(dependent);
    }
  }
  ReportCycles(std::move(left_over));
}

void CatalogUpdate::Resolve(const ResourceName& name) {
  if (catalog_.Find(name) == nullptr) return;
  CatalogEntry& entry = OwnEntry(name);
  // What is wrong with a Target is found with its KPI, which may have been resolved before.
  if (name.kind != DefinitionKind::kTarget) {
    entry.violations.clear();
    entry.blocked = false;
    entry.metric = nullptr;
    entry.kpi = nullptr;
    entry.calendar = nullptr;
  }
  if (name.kind == DefinitionKind::kKpi) {
    ResolveKpi(name, entry);
  } else {
    ResolveOther(name, entry);
  }
}

void CatalogUpdate::ResolveKpi(const ResourceName& name, CatalogEntry& entry) {
  KpiBuild build = BuildKpi(name, entry.definition, catalog_.TargetsOf(name), catalog_);
  entry.violations = build.violations.Take();
  entry.blocked = build.blocked;
  AddUnknownReferences(name, entry);
  if (entry.violations.empty()) entry.kpi = std::move(build.kpi);
  IndexFingerprint(name, entry.kpi, true);
  for (auto& [target, violations] : build.target_violations) {
    // May move the entries: `entry` is not used any more.
    CatalogEntry& own = OwnEntry(target);
    own.violations = violations.Take();
    own.blocked = false;
    AddUnknownReferences(target, own);
    if (!nodes_.contains(target)) Touch(target, nodes_.at(name).cause);
  }
}

void CatalogUpdate::ResolveOther(const ResourceName& name, CatalogEntry& entry) {
  Violations violations;
  const v1::Definition& definition = *entry.definition;
  switch (name.kind) {
    case DefinitionKind::kMetric: {
      const CatalogEntry* source = nullptr;
      if (!definition.metric().source().empty()) {
        source =
            catalog_.Find({name.workspace, DefinitionKind::kSource, definition.metric().source()});
      }
      entry.metric = BuildMetric(
          definition, source == nullptr ? nullptr : &source->definition->source(), violations);
      break;
    }
    case DefinitionKind::kCalendar:
      entry.calendar = BuildCalendar(name, definition.calendar(), violations);
      break;
    case DefinitionKind::kTarget:
      if (catalog_.Find({name.workspace, DefinitionKind::kKpi, definition.target().kpi()}) !=
          nullptr) {
        return;
      }
      entry.violations.clear();
      CheckTargetAlone(definition.target(), violations);
      break;
    default: CheckPortfolio(name, definition, catalog_, violations);
  }
  for (FieldViolation& item : violations.Take()) entry.violations.push_back(std::move(item));
  AddUnknownReferences(name, entry);
  if (!entry.violations.empty()) {
    entry.metric = nullptr;
    entry.calendar = nullptr;
  }
}

void CatalogUpdate::AddUnknownReferences(const ResourceName& name, CatalogEntry& entry) const {
  for (const Reference& reference : entry.references) {
    if (catalog_.Find(reference.name) != nullptr) continue;
    entry.violations.push_back(
        {reference.field,
         GotWant(reference.name.id,
                 absl::StrCat("the id of one of the ", CollectionOf(reference.name.kind),
                              " in workspace ", name.workspace)),
         violation::kUnknownReference});
  }
}

// Every left-over definition needs another one that is left over, so that a walk along these needs
// ends in a cycle, or in what an earlier walk has reported.
void CatalogUpdate::ReportCycles(std::set<ResourceName> left_over) {
  const std::set<ResourceName> all = left_over;
  // First, as a cycle through a Target is reported there, whichever walk finds it.
  for (const ResourceName& name : all) {
    CatalogEntry& entry = OwnEntry(name);
    entry.violations.clear();
    entry.kpi = nullptr;
    entry.blocked = true;
  }
  while (!left_over.empty()) {
    std::vector<ResourceName> walk;
    ResourceName at = *left_over.begin();
    while (left_over.contains(at) && std::find(walk.begin(), walk.end(), at) == walk.end()) {
      walk.push_back(at);
      for (const Need& need : NeedsOf(at)) {
        if (!all.contains(need.reference.name)) continue;
        at = need.reference.name;
        break;
      }
    }
    for (const ResourceName& name : walk) left_over.erase(name);
    const auto start = std::find(walk.begin(), walk.end(), at);
    if (start != walk.end()) ReportCycle({start, walk.end()});
  }
}

void CatalogUpdate::ReportCycle(const std::vector<ResourceName>& cycle) {
  for (size_t i = 0; i < cycle.size(); ++i) {
    std::vector<std::string> path;
    for (size_t step = 0; step <= cycle.size(); ++step) {
      path.push_back(cycle[(i + step) % cycle.size()].id);
    }
    // The middle of a long cycle says nothing.
    if (path.size() > 20) path.erase(path.begin() + 10, path.end() - 10);
    const ResourceName& next = cycle[(i + 1) % cycle.size()];
    for (const Need& need : NeedsOf(cycle[i])) {
      if (need.reference.name != next) continue;
      OwnEntry(need.holder)
          .violations.push_back(
              {need.reference.field,
               absl::StrCat("got the cycle ", absl::StrJoin(path, " -> "), ", want none"),
               violation::kCycle});
      break;
    }
  }
}

void CatalogUpdate::IndexFingerprint(const ResourceName& name,
                                     const std::shared_ptr<const KpiDefinition>& kpi, bool add) {
  if (kpi == nullptr) return;
  const std::string key = absl::StrCat(name.workspace, "/", kpi->fingerprint);
  if (add) {
    catalog_.fingerprints_[key].insert(name);
    return;
  }
  const auto found = catalog_.fingerprints_.find(key);
  if (found == catalog_.fingerprints_.end()) return;
  found->second.erase(name);
  if (found->second.empty()) catalog_.fingerprints_.erase(found);
}

CatalogChanges CatalogUpdate::Changes() {
  CatalogChanges changes{.replaced = std::move(replaced_)};
  for (auto& [name, node] : nodes_) {
    changes.touched.push_back({name, node.cause});
    const CatalogEntry* entry = catalog_.Find(name);
    if (name.kind == DefinitionKind::kMetric) {
      auto after = entry == nullptr ? nullptr : entry->metric;
      if (node.metric_before != nullptr || after != nullptr) {
        changes.metrics.push_back({name, std::move(node.metric_before), std::move(after)});
      }
    } else if (name.kind == DefinitionKind::kKpi) {
      auto after = entry == nullptr ? nullptr : entry->kpi;
      if (node.kpi_before != nullptr || after != nullptr) {
        changes.kpis.push_back({name, std::move(node.kpi_before), std::move(after)});
      }
    }
  }
  return changes;
}

}  // namespace kpisuite
