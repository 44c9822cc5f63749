// Rendezvous hashing: who of several should have what, so that little moves when one comes or goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// Index of the member that should own a partition: the one with the highest hash of its address and
// the partition (of equal addresses the one with the greater id). All members agree on it, in
// whatever order they know each other. `members` is not empty.
size_t RendezvousOwner(int32_t part, const std::vector<Peer>& members);

}  // namespace kpisuite
