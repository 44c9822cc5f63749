#include "services/measurement/metric_catalog.h"

#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"

namespace kpisuite {
namespace {

bool IsRelevant(const v1::Definition& definition) {
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(definition.name());
  return name.ok() &&
         (name->kind == DefinitionKind::kMetric || name->kind == DefinitionKind::kSource);
}

}  // namespace

absl::Status MetricCatalog::Load() {
  ASSIGN_OR_RETURN(const SavedDefinitions saved, store_.LoadDefinitions());
  std::vector<v1::Definition> definitions;
  for (const SavedDefinition& one : saved.definitions) {
    definitions.emplace_back();
    if (!definitions.back().ParseFromString(one.bytes)) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                       "the saved definition " + one.name + " cannot be read");
    }
  }
  MutexLock lock(mutex_);
  catalog_.Reset(definitions, saved.position);
  incarnation_ = saved.incarnation;
  return absl::OkStatus();
}

absl::Status MetricCatalog::Apply(absl::Span<const v1::Definition> definitions, bool replace_all,
                                  int64_t position, int64_t incarnation) {
  std::vector<v1::Definition> relevant;
  DefinitionsUpdate update;
  update.position = position;
  update.incarnation = incarnation;
  update.replace_all = replace_all;
  for (const v1::Definition& definition : definitions) {
    if (!IsRelevant(definition)) continue;
    relevant.push_back(definition);
    if (definition.deleted()) {
      update.deleted.push_back(definition.name());
    } else {
      update.changed.push_back({definition.name(), definition.SerializeAsString()});
    }
  }
  RETURN_IF_ERROR(store_.SaveDefinitions(update));
  MutexLock lock(mutex_);
  incarnation_ = incarnation;
  if (replace_all) {
    catalog_.Reset(relevant, position);
  } else {
    catalog_.Apply(relevant, position);
  }
  return absl::OkStatus();
}

std::shared_ptr<const MetricDefinition> MetricCatalog::Find(absl::string_view workspace,
                                                            absl::string_view metric) const {
  MutexLock lock(mutex_);
  return catalog_.FindMetric(workspace, metric);
}

std::vector<std::shared_ptr<const MetricDefinition>> MetricCatalog::FindBySource(
    absl::string_view workspace, absl::string_view source) const {
  std::vector<std::shared_ptr<const MetricDefinition>> metrics;
  MutexLock lock(mutex_);
  const ResourceName name{std::string(workspace), DefinitionKind::kSource, std::string(source)};
  if (catalog_.Find(name) == nullptr) return metrics;
  for (const ResourceName& referrer : catalog_.ReferrersOf(name)) {
    if (referrer.kind != DefinitionKind::kMetric) continue;
    if (auto metric = catalog_.FindMetric(workspace, referrer.id)) {
      metrics.push_back(std::move(metric));
    }
  }
  return metrics;
}

int64_t MetricCatalog::position() const {
  MutexLock lock(mutex_);
  return catalog_.position();
}

int64_t MetricCatalog::incarnation() const {
  MutexLock lock(mutex_);
  return incarnation_;
}

}  // namespace kpisuite
