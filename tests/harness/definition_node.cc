#include "tests/harness/definition_node.h"

#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

// Whether `proposed` says what the live revision says.
bool IsUnchanged(const v1::Definition& live, v1::Definition proposed) {
  proposed.set_revision(live.revision());
  proposed.set_uid(live.uid());
  *proposed.mutable_create_time() = live.create_time();
  if (!live.has_create_time()) proposed.clear_create_time();
  *proposed.mutable_update_time() = live.update_time();
  if (!live.has_update_time()) proposed.clear_update_time();
  return google::protobuf::util::MessageDifferencer::Equals(live, proposed);
}

}  // namespace

ValidationResult DefinitionNode::Apply(std::vector<v1::Definition> definitions) {
  ValidationResult result =
      ValidateSet(catalog_, {.workspace = workspace_, .definitions = definitions}, retired_);
  if (!result.violations.empty()) return result;
  std::vector<v1::Definition> revisions;
  for (v1::Definition& definition : definitions) {
    const CatalogEntry* live = catalog_.Find(*ResourceName::Parse(definition.name()));
    if (live != nullptr && IsUnchanged(*live->definition, definition)) continue;
    definition.set_revision(live == nullptr ? 1 : live->definition->revision() + 1);
    definition.set_uid(live == nullptr ? absl::StrCat(definition.name(), "@", log_.size() + 1)
                                       : live->definition->uid());
    if (live != nullptr) *definition.mutable_create_time() = live->definition->create_time();
    revisions.push_back(std::move(definition));
  }
  Commit(std::move(revisions));
  return result;
}

ValidationResult DefinitionNode::Delete(const std::vector<ResourceName>& names) {
  ValidationResult result = ValidateSet(
      catalog_, {.workspace = workspace_, .deletions = names, .deletions_field = "name"}, retired_);
  if (!result.violations.empty()) return result;
  std::vector<v1::Definition> revisions;
  for (const ResourceName& name : names) {
    const CatalogEntry* live = catalog_.Find(name);
    if (live == nullptr) continue;
    if (name.kind == DefinitionKind::kMetric) retired_[name] = live->definition;
    v1::Definition revision = *live->definition;
    revision.set_revision(revision.revision() + 1);
    revision.set_deleted(true);
    revisions.push_back(std::move(revision));
  }
  Commit(std::move(revisions));
  return result;
}

void DefinitionNode::Commit(std::vector<v1::Definition> revisions) {
  if (revisions.empty()) return;
  const int64_t position = static_cast<int64_t>(log_.size()) + 1;
  catalog_.Apply(revisions, position);
  log_.push_back({position, std::move(revisions)});
}

}  // namespace kpisuite
