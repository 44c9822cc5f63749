// StateCache: the states of KPIs where any replica and process reads them in one round trip.
//
// The cache is never the truth: it may lose everything at any moment. What it answers is right
// nevertheless, because each partition carries a frontier, written together with its states:
//
//   key                 value
//   {p0123}:f           frontier: incarnation(10) epoch(20) seq(20) as_of_ms(13), decimal digits
//   {p0123}:s:<key>     version: incarnation(10) definition(10) seq(20) tick(20), then the payload
//   {p0123}:h:<sha256>  the same, of a key of more than 512 bytes
//   {p0123}:l           link: incarnation(10) epoch(20) number(20) of the last publication
//
// <key> is the owner's text for a KPI and its slice, window and period. The braces put a partition
// into one slot of a Redis Cluster, so that one MGET is an atomic view of it. Numbers are
// zero-padded decimal digits because scripts in Redis compare text by locale and lose numbers
// beyond 2^53. Keys expire 24 h after they were last published, as garbage collection only.
//
// A frontier that is present promises: every state of the partition, as of `seq`, is in the cache
// (unless somebody deleted single keys: a missing state is worth one look into the store). A server
// that has lost the last publications, as a replica that became the master has or one that was
// restarted from its disk, still shows the frontier of what it has; the link tells the owner, who
// publishes the whole partition before the frontier moves again.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

inline constexpr int kMaxCachePartition = 9999;

// Who may write a partition. A writer with a smaller fence than the frontier's is refused.
struct Fence {
  uint64_t incarnation = 0;  // of the feed: unix seconds when it was opened; at most 10 digits
  uint64_t epoch = 0;        // of the lease on the partition

  friend auto operator<=>(const Fence&, const Fence&) = default;
};

// Up to where the states of a partition are.
struct Frontier {
  Fence fence;
  uint64_t seq = 0;                      // position in the partition's change feed
  absl::Time as_of = absl::UnixEpoch();  // to the millisecond, from 1970 on

  friend std::strong_ordering operator<=>(const Frontier&, const Frontier&) = default;
};

// Order of the states of one key.
struct StateVersion {
  uint64_t incarnation = 0;  // at most 10 digits
  uint64_t definition = 0;   // at most 10 digits
  uint64_t seq = 0;
  uint64_t tick = 0;

  friend auto operator<=>(const StateVersion&, const StateVersion&) = default;
};

// Serialised once by the owner and shared with whoever sends it.
using StatePayload = std::shared_ptr<const std::string>;

struct StateUpdate {
  std::string key;  // not empty
  StateVersion version;
  StatePayload payload;  // not null
};

// What a publication does to the frontier, after its states and in the same atomic step.
enum class FrontierWrite {
  kKeep,       // nothing: more states of the same position follow
  kAdvance,    // raises it; a missing one stays missing
  kEstablish,  // raises or creates it: the whole partition has been published
};

struct Publication {
  int partition = 0;  // 0 to kMaxCachePartition
  Frontier frontier;
  FrontierWrite frontier_write = FrontierWrite::kAdvance;
  std::vector<StateUpdate> updates;  // may be empty: a heartbeat
};

struct PublishResult {
  bool fenced = false;            // somebody owns the partition with a greater fence; nothing done
  bool frontier_missing = false;  // before this call: the cache lost or never had the partition
  // What was published before through this object is gone, or some of it. The frontier was left as
  // it is; the whole partition is to be published.
  bool lost = false;
  size_t stored = 0;  // updates newer than what was there; older ones are ignored
};

struct PartitionRead {
  int partition = 0;
  std::vector<std::string> keys;
};

struct CachedState {
  StateVersion version;
  std::string payload;
};

struct PartitionStates {
  std::optional<Frontier> frontier;                // nullopt: trust nothing of this partition
  std::vector<std::optional<CachedState>> states;  // in the order of the keys
};

// Thread-safe. Calls block, within the time limits of the engine.
//
// Errors: UNAVAILABLE CACHE_UNAVAILABLE with metadata `cause` (CONNECT, TIMEOUT, TLS, AUTH,
// WRONG_TYPE, REFUSED, NOT_READY, GARBLED, CIRCUIT_OPEN), and with `scope` SERVER when one of
// several servers has failed and other partitions are not concerned; INTERNAL for a value outside
// the limits above. After an error of Publish its outcome is unknown; publishing the same again is
// harmless.
class StateCache {
 public:
  virtual ~StateCache() = default;

  // Stores each update that is newer than what its key holds, renews the expiry of equal ones and
  // then writes the frontier. The frontier never covers a state that was not stored before it. One
  // thread publishes a partition at a time.
  virtual absl::StatusOr<PublishResult> Publish(const Publication& publication) = 0;

  // The states of several partitions; each partition is one atomic view.
  virtual absl::StatusOr<std::vector<PartitionStates>> Read(
      const std::vector<PartitionRead>& partitions) = 0;

  // Whether the cache answers.
  virtual absl::Status Ping() = 0;

  // The engine and where it is, without credentials: "redis://host:6379/0", "memory".
  virtual std::string description() const = 0;
};

}  // namespace kpisuite
