// CachePublisher: brings an owner's states into the cache from a thread of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

struct CachePublisherOptions {
  size_t max_queued_states = 200'000;
  size_t max_queued_bytes = 64 << 20;  // keys and payloads
  size_t max_batch_states = 1000;      // per call of the cache
  absl::Duration heartbeat = absl::Seconds(1);
  absl::Duration retry_after = absl::Milliseconds(500);   // after the cache has failed
  absl::Duration republish_every = absl::Hours(6);        // renews the expiry of idle states
  absl::Duration republish_patience = absl::Seconds(10);  // for an owner asked to republish
};

// What the publisher tells its owner, on the publisher's thread. Must not block; may call the
// publisher.
class CachePublisherListener {
 public:
  virtual ~CachePublisherListener() = default;

  // The cache lacks the partition or part of it: the owner answers soon with PublishWhole. One
  // partition is asked for at a time.
  virtual void OnRepublishNeeded(int partition) = 0;

  // Somebody else owns the partition with a greater fence. The publisher has forgotten it.
  virtual void OnFenced(int partition) = 0;

  // The first answer of the cache, and each change since. `status` says why it is down.
  virtual void OnCacheUp() = 0;
  virtual void OnCacheDown(const absl::Status& status) = 0;
};

struct CachePublisherStats {
  size_t queued_states = 0;
  size_t queued_bytes = 0;
  uint64_t published_states = 0;  // sent and accepted or found older
  uint64_t dropped_states = 0;    // for want of room; their partitions are republished
  uint64_t failures = 0;          // calls of the cache that failed
  bool up = false;
};

// A bounded queue that keeps only the newest state of each key. Thread-safe; no call blocks on the
// cache. The frontier of a partition is written only when every state up to it has been: while
// states are missing in the cache, its frontier stands still and readers go elsewhere.
class CachePublisher {
 public:
  // `cache` and `listener` outlive the publisher.
  CachePublisher(StateCache& cache, CachePublisherListener& listener,
                 const CachePublisherOptions& options);
  CachePublisher(const CachePublisher&) = delete;
  CachePublisher& operator=(const CachePublisher&) = delete;
  ~CachePublisher();  // Shutdown()

  // The states that have changed, and the frontier that holds with them. Call it also without
  // states when the frontier has moved: a new seq is written soon, a new as_of at the heartbeat.
  // Where there is no room the partition is asked for again, later.
  void Publish(int partition, const Frontier& frontier, std::vector<StateUpdate> updates)
      EXCLUDES(mutex_);

  // All states of the partition. The first publication of a partition, and the answer to
  // OnRepublishNeeded.
  void PublishWhole(int partition, const Frontier& frontier, std::vector<StateUpdate> states)
      EXCLUDES(mutex_);

  // The partition is no longer owned: its queued states and heartbeats end.
  void Forget(int partition) EXCLUDES(mutex_);

  // Whether everything given was written, waiting for it at most `timeout`.
  bool WaitUntilWritten(absl::Duration timeout) EXCLUDES(mutex_);

  // Joins the thread; what is queued is dropped.
  void Shutdown() EXCLUDES(mutex_);

  CachePublisherStats stats() const EXCLUDES(mutex_);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Queued {
    StateVersion version;
    StatePayload payload;
  };
  struct Partition {
    Frontier frontier;  // the newest the owner has told
    absl::flat_hash_map<std::string, Queued> queue;
    bool whole_needed = false;   // waits for PublishWhole; states are not taken meanwhile
    bool whole_running = false;  // the end of the queue completes the partition
    Time established;            // when it was complete last, or asked to be
    Time not_before;             // after an error of this partition alone
  };
  // What the listener is to be told, outside the lock.
  struct Event {
    enum class Kind { kRepublish, kFenced, kUp, kDown };
    Kind kind;
    int partition = 0;
    absl::Status status;
  };
  struct Step {
    bool stop = false;
    std::vector<Event> events;
    std::optional<Publication> publication;
  };

  void RunThread() EXCLUDES(mutex_);
  // Waits for something to tell or to write.
  Step NextStep() EXCLUDES(mutex_);
  void WaitForWork(Time now) REQUIRES(mutex_);
  std::optional<Publication> TakePublication(Time now) REQUIRES(mutex_);
  Publication MakePublication(int number, Partition& partition) REQUIRES(mutex_);
  void Heartbeat(Time now) REQUIRES(mutex_);
  void AskForWhole(Time now, std::vector<Event>& events) REQUIRES(mutex_);
  // Takes in the outcome of a publication; returns what it means for the owner.
  std::vector<Event> Finish(Publication publication, const absl::StatusOr<PublishResult>& result)
      EXCLUDES(mutex_);
  void Succeeded(const Publication& publication, const PublishResult& result, Time now,
                 std::vector<Event>& events) REQUIRES(mutex_);
  void Failed(Publication publication, const absl::Status& status, Time now,
              std::vector<Event>& events) REQUIRES(mutex_);
  void Tell(const std::vector<Event>& events) EXCLUDES(mutex_);

  void Enqueue(Partition& partition, StateUpdate update) REQUIRES(mutex_);
  void EmptyQueue(Partition& partition) REQUIRES(mutex_);
  bool OverLimits() const REQUIRES(mutex_);
  // Drops the partition's queue; its frontier stands still until the owner publishes it whole.
  void NeedWhole(int number, Partition& partition) REQUIRES(mutex_);
  void Erase(int number) REQUIRES(mutex_);
  bool AllWritten() const REQUIRES(mutex_);

  StateCache& cache_;
  CachePublisherListener& listener_;
  const CachePublisherOptions options_;
  mutable Mutex mutex_;
  CondVar changed_;
  CondVar written_;
  std::map<int, Partition> partitions_ GUARDED_BY(mutex_);
  std::set<int> ready_ GUARDED_BY(mutex_);       // have something to write
  std::set<int> to_ask_ GUARDED_BY(mutex_);      // to be published whole by their owner
  std::optional<int> asked_ GUARDED_BY(mutex_);  // the one of to_ask_ that was asked for last
  Time ask_again_ GUARDED_BY(mutex_);
  Time next_heartbeat_ GUARDED_BY(mutex_);
  Time not_before_ GUARDED_BY(mutex_);  // after the cache has failed
  int last_written_ GUARDED_BY(mutex_) = -1;
  bool writing_ GUARDED_BY(mutex_) = false;
  bool shutting_down_ GUARDED_BY(mutex_) = false;
  std::optional<bool> up_ GUARDED_BY(mutex_);  // nullopt: not known yet
  CachePublisherStats stats_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace kpisuite
