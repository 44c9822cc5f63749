// WatchHub: brings changed states to those who watch.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/evaluation/kpi_directory.h"
#include "services/evaluation/state_board.h"
#include "services/evaluation/state_filter.h"
#include "services/evaluation/watch_token.h"

namespace kpisuite {

// A state that the board has begun to show.
struct ShownState {
  StateId id;
  int64_t update_no = 0;
  v1::Status status = v1::STATUS_UNSPECIFIED;
  StateBytes state;
  std::shared_ptr<const KpiInfo> kpi;
};
using ShownStates = std::shared_ptr<const std::vector<ShownState>>;

// What a watcher is sent.
struct WatchItem {
  StateBytes state;  // null in a mark
  std::string resume_token;
  bool in_sync = false;  // the current states have all been sent
};

class WatchHub;

// One who watches: a bounded set of changed states, only the newest of each key. Thread-safe.
//
// What is shown when it begins is listed piece by piece, as it is read: of a large board a watch
// holds a small part.
//
// What is pending is ordered by when a key changed first since it was last sent, so a state that
// changes all the time does not wait longer than others.
class StateWatch : public std::enable_shared_from_this<StateWatch> {
 public:
  // Made by the hub, which outlives it. `wake` is called on threads of the hub when Next may have
  // something again.
  StateWatch(StateFilter filter, const WatchToken& resumed_from, size_t max_pending, WatchHub& hub,
             std::function<void()> wake);

  // The next item; nothing at present; RESOURCE_EXHAUSTED (SLOW_CONSUMER) when more was pending
  // than allowed.
  absl::StatusOr<std::optional<WatchItem>> Next(const StateBoard& board) EXCLUDES(mutex_);
  // From where a client that has seen everything so far can go on.
  std::string ResumeToken() const EXCLUDES(mutex_);

 private:
  friend class WatchHub;
  struct Pending {
    int64_t first_no = 0;  // its place in order_
    StateBytes state;
  };

  // From now on the watch is offered what changes after `update_no`, and keys are being listed.
  void Begin(uint64_t process, int64_t update_no) EXCLUDES(mutex_);
  // More of what is shown; `all`: there is no more.
  void AddListed(std::vector<std::string> keys, bool all) EXCLUDES(mutex_);
  // Takes in a state that matches; whether the watch was idle.
  bool Offer(const ShownState& shown) EXCLUDES(mutex_);
  std::string TokenLocked() const REQUIRES(mutex_);
  // All updates up to this one have been sent.
  int64_t SentNo() const REQUIRES(mutex_);

  const StateFilter filter_;
  const WatchToken resumed_from_;
  const size_t max_pending_;
  WatchHub& hub_;
  const std::function<void()> wake_;
  size_t next_shard_ = 0;  // to be listed; of the listing thread
  mutable Mutex mutex_;
  bool begun_ GUARDED_BY(mutex_) = false;
  bool in_sync_ GUARDED_BY(mutex_) = false;
  bool listing_ GUARDED_BY(mutex_) = false;  // keys were asked for
  bool listed_all_ GUARDED_BY(mutex_) = false;
  bool overflow_ GUARDED_BY(mutex_) = false;
  int64_t sent_no_ GUARDED_BY(mutex_) = 0;  // at the overflow
  bool idle_ GUARDED_BY(mutex_) = true;     // Next said "nothing" last
  uint64_t process_ GUARDED_BY(mutex_) = 0;
  int64_t seen_no_ GUARDED_BY(mutex_) = 0;
  std::deque<std::string> listed_ GUARDED_BY(mutex_);
  std::map<int64_t, std::string> order_ GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Pending> pending_ GUARDED_BY(mutex_);
};

struct WatchHubOptions {
  uint64_t process = 0;          // tells tokens of this process from others; at least 2
  size_t max_pending = 100'000;  // changed states that wait for one watcher
  size_t max_queued_batches = 256;
};

// One thread that matches changed states with watchers, and one that lists what is shown for those
// who come: however many these are, changes do not wait for them. Thread-safe.
class WatchHub {
 public:
  // The references outlive the hub.
  WatchHub(const StateBoard& board, const KpiDirectory& kpis, const Clock& clock,
           const WatchHubOptions& options);
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;
  ~WatchHub();

  // Begins a watch. The caller keeps it as long as it watches. First are sent: without a token the
  // current states, of each matching series the last period with rows and the current one; with a
  // token of this process what changed since; with one of another process, from which the reader
  // may lack a change of any period, every state that matches.
  std::shared_ptr<StateWatch> Open(StateFilter filter, absl::string_view resume_token,
                                   std::function<void()> wake) EXCLUDES(mutex_);

  // By when other processes may have shown something to the reader who resumes from the token;
  // 1970: they have not.
  absl::Time ShownElsewhereBy(absl::string_view resume_token) const;

  // What comes next was shown by then by the clock of another process, which is at most a few
  // seconds ahead of this one.
  void RaiseShownBy(absl::Time time) EXCLUDES(shown_by_mutex_);

  // States that the board shows already, in their order. Blocks while too much is queued.
  void Publish(ShownStates states) EXCLUDES(mutex_);

  size_t watchers() const { return watcher_count_.load(std::memory_order_relaxed); }

 private:
  friend class StateWatch;
  struct Job {
    ShownStates states;  // or:
    std::shared_ptr<StateWatch> opened;
  };

  void RunThread() EXCLUDES(mutex_);
  void RunListing() EXCLUDES(mutex_);
  // Nothing that the board shows was shown later than then.
  absl::Time ShownBy() const EXCLUDES(shown_by_mutex_);
  // More keys are to be listed for the watch.
  void List(std::weak_ptr<StateWatch> watch) EXCLUDES(mutex_);
  void Distribute(const std::vector<ShownState>& states);
  void Begin(const std::shared_ptr<StateWatch>& watch);
  std::vector<std::string> KeysOfShard(const StateWatch& watch, size_t shard) const;
  std::vector<std::string> CurrentKeys(const StateFilter& filter, size_t shard) const;
  std::vector<std::string> KeysSince(const StateFilter& filter, int64_t update_no,
                                     size_t shard) const;

  const StateBoard& board_;
  const KpiDirectory& kpis_;
  const Clock& clock_;
  const WatchHubOptions options_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Job> jobs_ GUARDED_BY(mutex_);
  size_t queued_batches_ GUARDED_BY(mutex_) = 0;
  CondVar to_list_changed_;
  std::deque<std::weak_ptr<StateWatch>> to_list_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  mutable Mutex shown_by_mutex_;
  absl::Time shown_by_ GUARDED_BY(shown_by_mutex_) = absl::UnixEpoch();
  // Of the thread.
  int64_t distributed_no_ = 0;
  std::map<std::string, std::vector<std::weak_ptr<StateWatch>>> watches_;  // by workspace
  std::atomic<size_t> watcher_count_{0};
  std::thread thread_;
  std::thread listing_thread_;
};

}  // namespace kpisuite
