// StreamRegistry: the open streams of a process; ends them on drain and drives their timers.
#pragma once

#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"

namespace kpisuite {

struct StreamLimits {
  absl::Duration heartbeat = absl::Seconds(15);   // after this long without a message
  absl::Duration slow_write = absl::Seconds(60);  // a message not taken for so long ends the stream
  absl::Duration cancel_grace = absl::Seconds(5);  // an ended stream is cut off after this
  int max_queued_responses = 256;                  // of a bidirectional stream, then reading stops
};

// What the registry needs of a stream. Thread-safe.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Heartbeats, slow readers, grace of ended streams.
  virtual void Tick(absl::Time now) = 0;
  // Ends the stream with `status`, unless it is ending already.
  virtual void RequestEnd(const absl::Status& status) = 0;
};

// Thread-safe.
class StreamRegistry {
 public:
  // Calls Tick() on its own thread every `tick_interval`; zero means only when told.
  StreamRegistry(const StreamLimits& limits, const Clock& clock, absl::Duration tick_interval);
  StreamRegistry(const StreamRegistry&) = delete;
  StreamRegistry& operator=(const StreamRegistry&) = delete;
  ~StreamRegistry();

  const StreamLimits& limits() const { return limits_; }
  const Clock& clock() const { return clock_; }

  // Keeps a weak reference. After EndAll() the stream is told to end at once.
  void Add(const std::shared_ptr<OpenStream>& stream) EXCLUDES(mutex_);
  void Remove(const OpenStream* stream) EXCLUDES(mutex_);

  // Ends all streams, present and future, with `status`.
  void EndAll(const absl::Status& status) EXCLUDES(mutex_);

  // Ticks every stream once.
  void Tick() EXCLUDES(mutex_);

  int open_streams() const EXCLUDES(mutex_);

 private:
  std::vector<std::shared_ptr<OpenStream>> Streams() const EXCLUDES(mutex_);
  void RunThread(absl::Duration interval) EXCLUDES(mutex_);

  const StreamLimits limits_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar stopped_changed_;
  std::map<const OpenStream*, std::weak_ptr<OpenStream>> streams_ GUARDED_BY(mutex_);
  absl::Status end_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
