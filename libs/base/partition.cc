#include "libs/base/partition.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace kpisuite {

int PartitionOf(absl::string_view workspace, absl::string_view partition_group, int partitions) {
  return static_cast<int>(Hash64(absl::StrCat(workspace, "/", partition_group)) %
                          static_cast<uint64_t>(partitions));
}

}  // namespace kpisuite
