// SoleOwnership: of a log that only one process can open.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// Owns every partition, in one epoch, from Begin() on: the listener is called in it.
class SoleOwnership final : public PartitionOwnership {
 public:
  explicit SoleOwnership(int64_t epoch) : epoch_(epoch) {}

  void Begin(int partitions, const std::string& address, OwnershipListener& listener) override;
  void RequestEnd() override {}
  void End() override {}
  bool shared() const override { return false; }
  bool holds() const override { return true; }
  bool Holds(const OwnedPart& part) const override { return part.epoch == epoch_; }
  int owned() const override { return owned_; }
  bool complete() const override { return owned_ > 0; }
  std::string OwnerOf(int32_t /*part*/) const override { return ""; }
  std::vector<Peer> Peers() const override { return {}; }

 private:
  const int64_t epoch_;
  std::atomic<int> owned_{0};
};

}  // namespace kpisuite
