// An owner of partitions and a cache with faults, for the tests of CachePublisher.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/cache/cache_publisher.h"
#include "libs/cache/cache_test_support.h"
#include "libs/cache/memory_state_cache.h"

namespace kpisuite {

// A memory cache that can fail, hold its callers and remember what they published.
class FaultyCache final : public StateCache {
 public:
  absl::StatusOr<PublishResult> Publish(const Publication& publication) override {
    {
      MutexLock lock(mutex_);
      ++entered_;
      changed_.NotifyAll();
      while (held_) changed_.Wait(mutex_);
      if (!failure_.ok() && (failing_ < 0 || failing_ == publication.partition)) return failure_;
      log_.push_back(publication);
    }
    absl::StatusOr<PublishResult> result = memory_.Publish(publication);
    MutexLock lock(mutex_);
    if (flush_after_ > 0 && --flush_after_ == 0) memory_.Flush();
    return result;
  }
  absl::StatusOr<std::vector<PartitionStates>> Read(
      const std::vector<PartitionRead>& partitions) override {
    return memory_.Read(partitions);
  }
  absl::Status Ping() override { return absl::OkStatus(); }
  std::string description() const override { return "faulty"; }

  // All partitions, or only one.
  void Fail(absl::Status failure, int partition = -1) {
    MutexLock lock(mutex_);
    failure_ = std::move(failure);
    failing_ = partition;
  }
  // Holds callers of Publish; returns when one is held.
  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
    const int before = entered_;
    while (entered_ == before) changed_.Wait(mutex_);
  }
  void LetGo() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.NotifyAll();
  }
  // Forgets everything after so many publications.
  void FlushAfter(int publications) {
    MutexLock lock(mutex_);
    flush_after_ = publications;
  }
  std::vector<Publication> TakeLog() {
    MutexLock lock(mutex_);
    return std::exchange(log_, {});
  }
  MemoryStateCache& memory() { return memory_; }

 private:
  MemoryStateCache memory_;
  Mutex mutex_;
  CondVar changed_;
  absl::Status failure_ GUARDED_BY(mutex_);
  int failing_ GUARDED_BY(mutex_) = -1;  // partition; -1: all
  bool held_ GUARDED_BY(mutex_) = false;
  int entered_ GUARDED_BY(mutex_) = 0;
  int flush_after_ GUARDED_BY(mutex_) = 0;
  std::vector<Publication> log_ GUARDED_BY(mutex_);
};

// Owns states, publishes each change and republishes a partition when asked to.
class TestOwner final : public CachePublisherListener {
 public:
  struct Told {
    std::vector<int> asked;
    std::vector<int> fenced;
    int up = 0;
    int down = 0;
  };

  void set_publisher(CachePublisher* publisher) { publisher_ = publisher; }
  void set_answering(bool answering) {
    MutexLock lock(mutex_);
    answering_ = answering;
  }

  void Set(int partition, const std::string& key, const std::string& payload) {
    MutexLock lock(mutex_);
    const uint64_t seq = ++seq_;
    states_[partition].insert_or_assign(key, StateAt(key, seq, payload));
    publisher_->Publish(partition, FrontierAt(seq), {states_[partition].at(key)});
  }

  void PublishWhole(int partition) {
    MutexLock lock(mutex_);
    std::vector<StateUpdate> all;
    for (const auto& [key, state] : states_[partition]) all.push_back(state);
    publisher_->PublishWhole(partition, FrontierAt(seq_), std::move(all));
  }

  // Whether `cache` shows exactly the owner's states of all partitions, with frontiers.
  bool IsShownBy(StateCache& cache) {
    MutexLock lock(mutex_);
    for (const auto& [partition, states] : states_) {
      if (!ReadFrontier(cache, partition).has_value()) return false;
      for (const auto& [key, state] : states) {
        if (ReadPayload(cache, partition, key) != *state.payload) return false;
      }
    }
    return true;
  }

  Told told() {
    MutexLock lock(told_mutex_);
    return told_;
  }
  // Waits until `condition` holds for what was told; false after 10 s.
  template <typename Condition>
  bool WaitFor(Condition condition) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    MutexLock lock(told_mutex_);
    while (!condition(told_)) {
      if (absl::Now() > end) return false;
      told_changed_.WaitFor(told_mutex_, absl::Milliseconds(100));
    }
    return true;
  }

  void OnRepublishNeeded(int partition) override {
    Tell([partition](Told& told) { told.asked.push_back(partition); });
    bool answering = false;
    {
      MutexLock lock(mutex_);
      answering = answering_;
    }
    if (answering) PublishWhole(partition);
  }
  void OnFenced(int partition) override {
    Tell([partition](Told& told) { told.fenced.push_back(partition); });
  }
  void OnCacheUp() override {
    Tell([](Told& told) { ++told.up; });
  }
  void OnCacheDown(const absl::Status&) override {
    Tell([](Told& told) { ++told.down; });
  }

 private:
  template <typename Change>
  void Tell(Change change) {
    MutexLock lock(told_mutex_);
    change(told_);
    told_changed_.NotifyAll();
  }

  Mutex mutex_;
  CachePublisher* publisher_ = nullptr;
  bool answering_ GUARDED_BY(mutex_) = true;
  uint64_t seq_ GUARDED_BY(mutex_) = 0;
  std::map<int, std::map<std::string, StateUpdate>> states_ GUARDED_BY(mutex_);
  Mutex told_mutex_;
  CondVar told_changed_;
  Told told_ GUARDED_BY(told_mutex_);
};

}  // namespace kpisuite
