// The table kpi_version of SqliteStateLog. For sqlite_definitions.cc only.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/storage/database.h"
#include "services/evaluation/engine/saved_versions.h"

namespace kpisuite {

// Replaces the versions of these KPIs; a snapshot replaces all.
absl::Status ReplaceVersions(Connection& connection, bool snapshot,
                             absl::Span<const SavedVersions> versions);
// Adds all, by name.
absl::Status LoadAllVersions(Connection& connection, std::vector<SavedVersions>* versions);

}  // namespace kpisuite
