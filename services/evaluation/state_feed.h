// StateFeed: the states that this evaluator shows, for the others of its log, who follow them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/evaluation/live_partitions.h"
#include "services/evaluation/replica.pb.h"
#include "services/evaluation/shown_positions.h"
#include "services/evaluation/state_board.h"

namespace kpisuite {

// What waits for one follower. Thread-safe.
class StateFollower {
 public:
  // `wake` is called on the engine thread when Next may have something again.
  explicit StateFollower(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The next message, sent `now`; nothing at present; RESOURCE_EXHAUSTED (SLOW_CONSUMER).
  absl::StatusOr<std::optional<replica::FollowStatesResponse>> Next(absl::Time now)
      EXCLUDES(mutex_);

 private:
  friend class StateFeed;
  struct Queued {
    size_t bytes = 0;
    bool bounded = false;
    replica::PartNews news;
  };

  // `bounded`: counts against what may wait. The states with which a partition begins do not: they
  // are made only when there is room, and would never fit if they were too many.
  void Push(replica::PartNews news, int64_t definition_position, bool bounded) EXCLUDES(mutex_);
  void PushAsOf(int64_t as_of_ns) EXCLUDES(mutex_);
  void PushTold(int64_t told_ns) EXCLUDES(mutex_);
  size_t queued_bytes() const EXCLUDES(mutex_);

  const std::function<void()> wake_;
  std::map<int32_t, int64_t> begun_;  // epochs; of the engine thread
  mutable Mutex mutex_;
  std::deque<Queued> queue_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;  // of all
  size_t bounded_bytes_ GUARDED_BY(mutex_) = 0;
  int64_t definition_position_ GUARDED_BY(mutex_) = 0;
  // Behind the queue: what was not sent yet, and what was sent last.
  int64_t as_of_ns_ GUARDED_BY(mutex_) = 0;
  int64_t told_ns_ GUARDED_BY(mutex_) = 0;
  int64_t sent_told_ns_ GUARDED_BY(mutex_) = 0;
  bool overflow_ GUARDED_BY(mutex_) = false;
};

// Of the engine thread, but for Open.
class StateFeed {
 public:
  // The references outlive the feed.
  StateFeed(const StateBoard& board, const ShownPositions& positions)
      : board_(board), positions_(positions) {}

  // Any thread. The caller keeps the follower as long as it follows.
  std::shared_ptr<StateFollower> Open(std::function<void()> wake) EXCLUDES(mutex_);

  // The board shows these states of a partition now.
  void Publish(int32_t part, const std::vector<ChangedState>& changed, int64_t definition_position);
  // A partition has become ready.
  void Ready() { behind_ = true; }
  // A partition is no longer evaluated here, or begins again.
  void End(int32_t part);
  // Begins with what is ready and has not begun with a follower, while it has room. After it
  // behind() tells whether some of that is left.
  void Advance(const LivePartitions& live);
  bool behind() const { return behind_; }
  // All that measurement had then is shown.
  void AsOf(absl::Time as_of);
  // All that readers were shown by then was published.
  void Told(absl::Time time);

 private:
  // In pieces that fit into a message; at least one.
  std::vector<replica::PartNews> NewsOf(int32_t part, int64_t epoch,
                                        const std::vector<ChangedState>& states) const;
  // Takes in those who came.
  void Collect() EXCLUDES(mutex_);
  void Prune();

  const StateBoard& board_;
  const ShownPositions& positions_;
  std::vector<std::weak_ptr<StateFollower>> followers_;
  bool behind_ = false;
  Mutex mutex_;
  std::vector<std::weak_ptr<StateFollower>> opened_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
