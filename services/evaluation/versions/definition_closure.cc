#include "services/evaluation/versions/definition_closure.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "google/protobuf/util/message_differencer.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

// Leaves what a state says something else by; false where that is nothing.
bool KeepMeaning(v1::Definition& definition) {
  definition.clear_display_name();
  definition.clear_description();
  definition.clear_labels();
  definition.clear_revision();
  definition.clear_etag();
  definition.clear_create_time();
  definition.clear_update_time();
  definition.clear_creator();
  definition.clear_updater();
  definition.clear_change_reason();
  definition.clear_owned_set();
  switch (definition.spec_case()) {
    case v1::Definition::kKpi: {
      v1::Kpi& kpi = *definition.mutable_kpi();
      kpi.clear_objective();
      kpi.clear_owner();
      kpi.clear_perspective();
      kpi.clear_windows();
      kpi.clear_slices();
      kpi.clear_review();
      kpi.clear_min_denominator();
      kpi.clear_max_slices();
      kpi.clear_materiality();
      kpi.clear_history_policy();
      kpi.clear_guardrails();
      kpi.clear_display_decimals();
      kpi.clear_effective_from();
      return true;
    }
    case v1::Definition::kMetric:
      definition.mutable_metric()->clear_personal();
      for (v1::Hierarchy& hierarchy : *definition.mutable_metric()->mutable_hierarchies()) {
        hierarchy.clear_members();
      }
      return true;
    case v1::Definition::kTarget:
      definition.mutable_target()->clear_review_by();
      definition.mutable_target()->clear_set_by();
      definition.mutable_target()->clear_reason();
      return true;
    case v1::Definition::kObjective: return false;
    default: return true;
  }
}

std::map<std::string, v1::Definition> MeaningOf(const DefinitionClosure& closure) {
  std::map<std::string, v1::Definition> meaning;
  for (v1::Definition definition : closure.definitions()) {
    if (KeepMeaning(definition)) meaning.emplace(definition.name(), std::move(definition));
  }
  return meaning;
}

}  // namespace

DefinitionsAt::DefinitionPtr DefinitionsAt::Find(const ResourceName& name) const {
  if (replaced_ != nullptr) {
    const auto replaced = replaced_->find(name);
    if (replaced != replaced_->end()) return replaced->second;
  }
  const CatalogEntry* entry = catalog_.Find(name);
  return entry == nullptr ? nullptr : entry->definition;
}

std::vector<DefinitionsAt::DefinitionPtr> DefinitionsAt::TargetsOf(const ResourceName& kpi) const {
  if (replaced_ == nullptr) return catalog_.TargetsOf(kpi);
  std::vector<DefinitionPtr> targets;
  for (const DefinitionPtr& target : catalog_.TargetsOf(kpi)) {
    const auto name = ResourceName::Parse(target->name());
    if (name.ok() && !replaced_->contains(*name)) targets.push_back(target);
  }
  for (const auto& [name, definition] : *replaced_) {
    const bool was_target = definition != nullptr && name.kind == DefinitionKind::kTarget &&
                            name.workspace == kpi.workspace && definition->target().kpi() == kpi.id;
    if (was_target) targets.push_back(definition);
  }
  return targets;
}

DefinitionClosure ClosureOf(const ResourceName& kpi, const DefinitionsAt& definitions) {
  DefinitionClosure closure;
  std::set<ResourceName> known;
  std::deque<ResourceName> to_follow;
  const auto add = [&](const ResourceName& name, bool follow) {
    const DefinitionsAt::DefinitionPtr definition = definitions.Find(name);
    if (definition == nullptr || !known.insert(name).second) return;
    *closure.add_definitions() = *definition;
    if (follow) to_follow.push_back(name);
  };
  add(kpi, true);
  for (const DefinitionsAt::DefinitionPtr& target : definitions.TargetsOf(kpi)) {
    const auto name = ResourceName::Parse(target->name());
    if (name.ok()) add(*name, true);
  }
  // What must only exist is not followed.
  std::vector<ResourceName> exist;
  while (!to_follow.empty()) {
    const ResourceName name = std::move(to_follow.front());
    to_follow.pop_front();
    for (const Reference& reference : ReferencesOf(name, *definitions.Find(name))) {
      if (reference.use == Reference::Use::kContent) {
        add(reference.name, true);
      } else {
        exist.push_back(reference.name);
      }
    }
  }
  for (const ResourceName& name : exist) add(name, false);
  return closure;
}

bool SayTheSame(const DefinitionClosure& a, const DefinitionClosure& b) {
  const std::map<std::string, v1::Definition> left = MeaningOf(a);
  const std::map<std::string, v1::Definition> right = MeaningOf(b);
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](const auto& one, const auto& two) {
           return google::protobuf::util::MessageDifferencer::Equals(one.second, two.second);
         });
}

std::shared_ptr<const KpiDefinition> ResolveClosure(absl::string_view serialised, uint64_t fewest) {
  DefinitionClosure closure;
  if (!closure.ParseFromArray(serialised.data(), static_cast<int>(serialised.size())) ||
      closure.definitions().empty()) {
    return nullptr;
  }
  const auto name = ResourceName::Parse(closure.definitions(0).name());
  if (!name.ok()) return nullptr;
  const auto resolve = [&] {
    const std::vector<v1::Definition> set(closure.definitions().begin(),
                                          closure.definitions().end());
    Catalog catalog;
    catalog.Apply(set, 0);
    return catalog.FindKpi(name->workspace, name->id);
  };
  std::shared_ptr<const KpiDefinition> kpi = resolve();
  if (kpi == nullptr || kpi->suppression.fewest >= fewest) return kpi;
  closure.mutable_definitions(0)->mutable_kpi()->set_min_denominator(static_cast<int32_t>(fewest));
  return resolve();
}

}  // namespace kpisuite
