// What a PartitionGroup has changed, as statements.
#pragma once

#include "libs/postgres/connection.h"
#include "services/measurement/postgres/partition_group.h"

namespace kpisuite {

// Adds one statement for each table that changes; the caller commits. `group` outlives the run.
void AddGroupWrites(const PartitionGroup& group, PostgresPipeline& pipeline);

}  // namespace kpisuite
