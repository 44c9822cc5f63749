// ShownPositions: up to where the states that readers see reflect feed and definitions; and who
// waits for them to get further.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/position_token.h"

namespace kpisuite {

// Written by one thread, read by any.
class ShownPositions {
 public:
  // Makes room for `partitions`, none of them shown yet. At most once, with 1 to kMaxPartitions.
  // `shared`: other processes show partitions that this one does not.
  void Start(int partitions, bool shared);
  // 0 before Start.
  int partitions() const { return partitions_.load(std::memory_order_acquire); }

  // Whether this process evaluates the partition; it is not shown yet then. Of others the position
  // is never reached.
  void SetOwned(int32_t part, bool owned);
  bool owned(int32_t part) const;
  // The definitions that are followed.
  void SetFollowed(int64_t definition_position);
  int64_t followed() const { return followed_.load(std::memory_order_acquire); }
  // Whether another process' states of the partition are all known here, and the feed as of when
  // (1970 while that was not told); nothing: they are not. They are held then, too.
  void SetMirrored(int32_t part, std::optional<absl::Time> as_of);
  std::optional<absl::Time> mirrored(int32_t part) const;
  // As of when all states of the partition were known here the last time, whether they were
  // evaluated here or followed (1970 while that was not told); nothing: they never were. What is
  // known since may lack what came later.
  void SetHeld(int32_t part, absl::Time as_of);
  std::optional<absl::Time> held(int32_t part) const;
  // All that the other process had shown of the partition by then, by its clock, is known here.
  void SetTold(int32_t part, absl::Time by);
  // Whether readers here are shown no less of the partition than what any process had shown by
  // then.
  bool ShowsAllBy(int32_t part, absl::Time by) const;

  void Set(int32_t part, const PartPosition& position, int64_t definition_position);
  // Also whether everything that was loading at start has been shown; it is held then.
  void SetReady(int32_t part, bool ready);
  bool ready(int32_t part) const;
  PartPosition position(int32_t part) const;
  // The definitions that every partition reflects; where they are shared, every owned one.
  int64_t definition_position() const;

  // Ok when the token is reached, UNAVAILABLE (NOT_READY) when it is not yet,
  // FAILED_PRECONDITION (INCARNATION_CHANGED) when it speaks of a past life of a partition,
  // INVALID_ARGUMENT when it names a partition that does not exist.
  absl::Status Check(const PositionToken& token) const;

 private:
  static constexpr int64_t kUnknown = -1;
  struct Part {
    std::atomic<int64_t> incarnation{0};
    std::atomic<int64_t> seq{-1};
    std::atomic<int64_t> definition_position{0};
    std::atomic<bool> owned{false};
    std::atomic<bool> ready{false};
    std::atomic<int64_t> mirrored_ns{kUnknown};
    std::atomic<int64_t> held_ns{kUnknown};
    std::atomic<int64_t> told_ns{0};
  };

  absl::Status CheckPart(int32_t part, const PartPosition& wanted) const;

  std::unique_ptr<Part[]> parts_;
  std::atomic<int> partitions_{0};
  std::atomic<int64_t> followed_{0};
  bool shared_ = false;  // set by Start
};

// Calls that wait for a position. Not thread-safe: belongs to the thread that writes the positions.
class PositionWaiters {
 public:
  using Done = std::function<void(absl::Status)>;

  explicit PositionWaiters(const ShownPositions& shown) : shown_(shown) {}

  // `done` is called once: ok when the token is reached, DEADLINE_EXCEEDED (POSITION_TIMEOUT) at
  // the deadline, as ShownPositions::Check, or the status of End(); maybe at once.
  void Add(PositionToken token, absl::Time deadline, Done done);
  // To be called when positions have moved, and when NextDeadline has come.
  void Advance(absl::Time now);
  absl::Time NextDeadline() const;
  // Answers everybody with `status`, also those who come later and would have to wait.
  void End(const absl::Status& status);
  size_t size() const { return waiters_.size(); }

 private:
  struct Waiter {
    PositionToken token;
    Done done;
  };

  const ShownPositions& shown_;
  absl::Status end_;                           // ok until End()
  std::multimap<absl::Time, Waiter> waiters_;  // by deadline
};

}  // namespace kpisuite
