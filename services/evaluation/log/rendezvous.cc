#include "services/evaluation/log/rendezvous.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"

namespace kpisuite {

size_t RendezvousOwner(int32_t part, const std::vector<Peer>& members) {
  size_t best = 0;
  uint64_t best_weight = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const uint64_t weight = Hash64(absl::StrCat(members[i].address, "/", part));
    if (i > 0 && std::pair(weight, members[i].id) <= std::pair(best_weight, members[best].id)) {
      continue;
    }
    best = i;
    best_weight = weight;
  }
  return best;
}

}  // namespace kpisuite
