#include "services/evaluation/log/sole_ownership.h"

namespace kpisuite {

void SoleOwnership::Begin(int partitions, const std::string& /*address*/,
                          OwnershipListener& listener) {
  std::vector<OwnedPart> all;
  for (int part = 0; part < partitions; ++part) all.push_back({part, epoch_});
  owned_ = partitions;
  listener.OnAcquired(all);
}

}  // namespace kpisuite
