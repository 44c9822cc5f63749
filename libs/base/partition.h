// Which partition of the change feed a metric belongs to.
#pragma once

#include "absl/strings/string_view.h"

namespace kpisuite {

// Hash64(workspace "/" group) modulo the number of partitions, which is at least 1. `workspace` is
// an id; the empty group is the workspace's default one. Stored by services: never changed.
int PartitionOf(absl::string_view workspace, absl::string_view partition_group, int partitions);

}  // namespace kpisuite
