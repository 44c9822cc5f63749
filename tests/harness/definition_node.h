// DefinitionNode: what kpi-definition does with a set of definitions, without storage and gRPC.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"
#include "libs/definitions/validate.h"

namespace kpisuite {

// One entry of the change log of definitions.
struct DefinitionChange {
  int64_t position = 0;  // from 1, dense
  // New revisions; removed names carry `deleted`.
  std::vector<v1::Definition> definitions;
};

// Validates sets, numbers revisions and keeps the change log. Not thread-safe.
class DefinitionNode {
 public:
  // `workspace` is the id of the one workspace.
  explicit DefinitionNode(std::string workspace) : workspace_(std::move(workspace)) {}

  // Stores the set as one entry of the log, unless it has violations: then nothing changes.
  // Definitions that are as they were are left out of the log.
  ValidationResult Apply(std::vector<v1::Definition> definitions);
  // Removes live definitions; as Apply.
  ValidationResult Delete(const std::vector<ResourceName>& names);

  const std::string& workspace() const { return workspace_; }
  const Catalog& catalog() const { return catalog_; }
  const std::vector<DefinitionChange>& log() const { return log_; }

 private:
  void Commit(std::vector<v1::Definition> revisions);

  std::string workspace_;
  Catalog catalog_;
  RetiredMetrics retired_;
  std::vector<DefinitionChange> log_;
};

}  // namespace kpisuite
