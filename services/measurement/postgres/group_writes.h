// What PartitionGroups have changed, as statements.
#pragma once

#include "absl/types/span.h"
#include "libs/postgres/connection.h"
#include "services/measurement/postgres/partition_group.h"

namespace kpisuite {

// Adds one statement for each table of which rows change, or get what others refer to: all that is
// to come before AddGroupAdditions in the same transaction. `group` outlives the run.
void AddGroupChanges(const PartitionGroup& group, PostgresPipeline& pipeline);

// What a group adds to its partition, whose head was `before`.
struct GroupAdditions {
  const PartitionGroup* group;
  FeedHead before;
};

// Adds the statement that stores what is new (samples, feed entries, requests) and moves the heads;
// the index of its result. `all` is ascending by partition, and outlives the run. Unless the
// transaction holds the `locked` head rows, and has looked for the requests, the statement does
// both itself: of a partition whose head has moved since, or which knows a request, it stores
// nothing. A row (part, trimmed_seq) for each of the others. A key that is taken: ALREADY_EXISTS.
size_t AddGroupAdditions(absl::Span<const GroupAdditions> all, bool locked,
                         PostgresPipeline& pipeline);

}  // namespace kpisuite
