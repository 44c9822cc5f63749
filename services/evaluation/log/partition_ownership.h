// PartitionOwnership: which partitions this process evaluates, and where the owners of the others
// are reached.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace kpisuite {

// A partition in one epoch of it. Whoever takes a partition begins an epoch, greater than all
// before; what is written about the partition names the epoch, and that of an earlier one is
// refused (StateLog::Append). Ownership saves double work; the epoch is what keeps it right.
struct OwnedPart {
  int32_t part = 0;
  int64_t epoch = 0;

  friend bool operator==(const OwnedPart&, const OwnedPart&) = default;
};

// Another process at the same log.
struct Peer {
  std::string id;       // of one life of the process
  std::string address;  // "host:port"

  friend bool operator==(const Peer&, const Peer&) = default;
};

// Called on a thread of the ownership, one call at a time; must not block.
class OwnershipListener {
 public:
  virtual ~OwnershipListener() = default;
  virtual void OnAcquired(const std::vector<OwnedPart>& parts) = 0;
  // Another process may own them from now on.
  virtual void OnLost(const std::vector<OwnedPart>& parts) = 0;
  // Peers() has changed.
  virtual void OnPeers() = 0;
};

// Thread-safe.
class PartitionOwnership {
 public:
  virtual ~PartitionOwnership() = default;  // End()

  // Begins to take partitions, once. `address` is where peers reach this process; `listener`
  // outlives the ownership.
  virtual void Begin(int partitions, const std::string& address, OwnershipListener& listener) = 0;
  // Begins to give everything back, which is told to the listener, and takes nothing more. Never
  // blocks. Idempotent.
  virtual void RequestEnd() = 0;
  // As RequestEnd(), and waits until it is done. Idempotent.
  virtual void End() = 0;

  // Whether peers may exist, who need an address.
  virtual bool shared() const = 0;
  // Whether what was acquired is owned for certain. Else another process may have taken over.
  virtual bool holds() const = 0;
  // The same of one partition in one epoch: as long as it does, nobody else shows its states.
  virtual bool Holds(const OwnedPart& part) const = 0;
  // How many partitions this process owns; counted before the listener is told.
  virtual int owned() const = 0;
  // Whether each partition had an owner that is alive, when this was looked at last.
  virtual bool complete() const = 0;
  // Address of the peer that owned a partition when this was looked at last; empty for none.
  virtual std::string OwnerOf(int32_t part) const = 0;
  // The processes that are alive, without this one.
  virtual std::vector<Peer> Peers() const = 0;
};

}  // namespace kpisuite
