#include "services/definition/definition_store.h"

#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {

absl::StatusOr<std::optional<v1::Definition>> DefinitionStore::ReadRevision(
    const ResourceName& name, int64_t revision) {
  ASSIGN_OR_RETURN(std::vector<v1::Definition> revisions, ReadRevisions(name, revision + 1, 1, 1));
  if (revisions.empty() || revisions[0].revision() != revision) {
    return std::optional<v1::Definition>();
  }
  return std::optional<v1::Definition>(std::move(revisions[0]));
}

absl::StatusOr<v1::Definition> ParseStoredDefinition(absl::string_view bytes) {
  v1::Definition definition;
  if (!definition.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a stored revision is damaged");
  }
  return definition;
}

}  // namespace kpisuite
