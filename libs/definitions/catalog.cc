#include "libs/definitions/catalog.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/catalog_update.h"

namespace kpisuite {

CatalogChanges Catalog::Apply(absl::Span<const v1::Definition> set, int64_t position) {
  CatalogUpdate update(*this);
  for (const v1::Definition& definition : set) update.Put(definition);
  if (position != 0) position_ = position;
  return update.Finish();
}

CatalogChanges Catalog::Reset(absl::Span<const v1::Definition> definitions, int64_t position) {
  CatalogUpdate update(*this);
  absl::flat_hash_set<ResourceName> kept;
  for (const v1::Definition& definition : definitions) {
    const absl::StatusOr<ResourceName> name = ResourceName::Parse(definition.name());
    if (!name.ok()) continue;
    kept.insert(*name);
    const CatalogEntry* entry = Find(*name);
    if (entry == nullptr || entry->definition->uid() != definition.uid() ||
        entry->definition->revision() != definition.revision()) {
      update.Put(definition);
    }
  }
  for (const ResourceName& name : Names()) {
    if (!kept.contains(name)) update.Remove(name);
  }
  position_ = position;
  return update.Finish();
}

const CatalogEntry* Catalog::Find(const ResourceName& name) const {
  const auto found = entries_.find(name);
  if (found != entries_.end()) {
    return found->second.definition == nullptr ? nullptr : &found->second;
  }
  return base_ == nullptr ? nullptr : base_->Find(name);
}

std::shared_ptr<const MetricDefinition> Catalog::FindMetric(absl::string_view workspace,
                                                            absl::string_view id) const {
  const CatalogEntry* entry =
      Find({std::string(workspace), DefinitionKind::kMetric, std::string(id)});
  return entry == nullptr ? nullptr : entry->metric;
}

std::shared_ptr<const KpiDefinition> Catalog::FindKpi(absl::string_view workspace,
                                                      absl::string_view id) const {
  const CatalogEntry* entry = Find({std::string(workspace), DefinitionKind::kKpi, std::string(id)});
  return entry == nullptr ? nullptr : entry->kpi;
}

bool Catalog::StillRefers(const ResourceName& referrer, const ResourceName& name) const {
  const CatalogEntry* entry = Find(referrer);
  if (entry == nullptr) return false;
  return std::any_of(entry->references.begin(), entry->references.end(),
                     [&name](const Reference& reference) { return reference.name == name; });
}

std::vector<ResourceName> Catalog::ReferrersOf(const ResourceName& name) const {
  std::set<ResourceName> all;
  if (base_ != nullptr) {
    for (ResourceName& referrer : base_->ReferrersOf(name)) {
      if (StillRefers(referrer, name)) all.insert(std::move(referrer));
    }
  }
  const auto own = referrers_.find(name);
  if (own != referrers_.end()) all.insert(own->second.begin(), own->second.end());
  return {all.begin(), all.end()};
}

std::vector<ResourceName> Catalog::KpisWithFingerprint(absl::string_view workspace,
                                                       absl::string_view fingerprint) const {
  std::set<ResourceName> all;
  if (base_ != nullptr) {
    for (ResourceName& name : base_->KpisWithFingerprint(workspace, fingerprint)) {
      const CatalogEntry* entry = Find(name);
      if (entry != nullptr && entry->kpi != nullptr && entry->kpi->fingerprint == fingerprint) {
        all.insert(std::move(name));
      }
    }
  }
  const auto own = fingerprints_.find(absl::StrCat(workspace, "/", fingerprint));
  if (own != fingerprints_.end()) all.insert(own->second.begin(), own->second.end());
  return {all.begin(), all.end()};
}

std::vector<std::shared_ptr<const v1::Definition>> Catalog::TargetsOf(
    const ResourceName& kpi) const {
  std::vector<std::shared_ptr<const v1::Definition>> targets;
  for (const ResourceName& referrer : ReferrersOf(kpi)) {
    if (referrer.kind != DefinitionKind::kTarget) continue;
    const auto& definition = Find(referrer)->definition;
    // Others only read its values.
    if (definition->target().kpi() == kpi.id) targets.push_back(definition);
  }
  return targets;
}

std::vector<ResourceName> Catalog::Names() const {
  std::vector<ResourceName> names;
  if (base_ != nullptr) {
    for (ResourceName& name : base_->Names()) {
      if (!entries_.contains(name)) names.push_back(std::move(name));
    }
  }
  for (const auto& [name, entry] : entries_) {
    if (entry.definition != nullptr) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::shared_ptr<const KpiDefinition>> Catalog::Kpis() const {
  std::vector<std::shared_ptr<const KpiDefinition>> kpis;
  for (const ResourceName& name : Names()) {
    const CatalogEntry* entry = Find(name);
    if (entry->kpi != nullptr) kpis.push_back(entry->kpi);
  }
  return kpis;
}

std::vector<std::shared_ptr<const MetricDefinition>> Catalog::Metrics() const {
  std::vector<std::shared_ptr<const MetricDefinition>> metrics;
  for (const ResourceName& name : Names()) {
    const CatalogEntry* entry = Find(name);
    if (entry->metric != nullptr) metrics.push_back(entry->metric);
  }
  return metrics;
}

size_t Catalog::size() const { return base_ == nullptr ? entries_.size() : Names().size(); }

}  // namespace kpisuite
