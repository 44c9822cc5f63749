// The tables of measurement.db.
#pragma once

#include <cstdint>

#include "libs/storage/schema.h"

namespace kpisuite {

Schema MeasurementSchema();

// The key of a feed entry: the partition above, the sequence number in the lower 48 bits, so that
// the entries of a partition are neighbours and appended.
inline int64_t FeedKey(int part, int64_t seq) { return (int64_t{part} << 48) | seq; }
inline int64_t SeqOfFeedKey(int64_t key) { return key & ((int64_t{1} << 48) - 1); }

}  // namespace kpisuite
