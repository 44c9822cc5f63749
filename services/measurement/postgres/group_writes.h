// What a PartitionGroup has changed, as statements.
#pragma once

#include "libs/postgres/connection.h"
#include "services/measurement/postgres/partition_group.h"

namespace kpisuite {

// Adds one statement for each table of which rows change, or get what others refer to: all that is
// to come before AddGroupAdditions in the same transaction. `group` outlives the run.
void AddGroupChanges(const PartitionGroup& group, PostgresPipeline& pipeline);

// Adds the statement that stores what is new (samples, feed entries, requests) and moves the head;
// the index of its result. `before` is the head before the group. Unless the transaction holds the
// `locked` head row, and has looked for the requests, the statement does both itself: it stores
// nothing and gives no row when the head has moved since or a request is known. Else the row holds
// trimmed_seq. A key that is taken: ALREADY_EXISTS.
size_t AddGroupAdditions(const PartitionGroup& group, const FeedHead& before, bool locked,
                         PostgresPipeline& pipeline);

}  // namespace kpisuite
