// FeedReader: the client side of ReadChanges.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/mutex.h"
#include "services/evaluation/evaluation_loop.h"

namespace kpisuite {

struct FeedReaderOptions {
  // Between attempts to connect: doubling.
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration longest_backoff = absl::Seconds(5);
  // A stream that is silent for longer is given up; the server proves every second that it lives.
  absl::Duration silence = absl::Seconds(10);
};

// One thread that brings the feed of the partitions that this process owns to the loop, over and
// over: heads of the partitions, then everything after what was brought last. It waits while the
// loop's queue is full, so that the server is held back. Another one asks for the heads once a
// second: only what was asked after a moment tells what had been acknowledged by then. Heads in the
// stream may have been read long before they come, and the times of batches say nothing about other
// partitions. Thread-safe.
class FeedReader {
 public:
  // `loop`, `readiness` and `clock` outlive the reader. Nothing is read before Begin().
  FeedReader(std::shared_ptr<grpc::Channel> channel, EvaluationLoop& loop, Readiness& readiness,
             const Clock& clock, const FeedReaderOptions& options);
  FeedReader(const FeedReader&) = delete;
  FeedReader& operator=(const FeedReader&) = delete;
  ~FeedReader();  // Stop()

  // The loop knows definitions: partitions may start. Idempotent.
  void Begin() EXCLUDES(mutex_);
  // Partitions that are to be followed, each from its head on.
  void Own(const std::vector<OwnedPart>& parts) EXCLUDES(mutex_);
  // Partitions that are not to be followed any more, in these epochs.
  void Disown(const std::vector<OwnedPart>& parts) EXCLUDES(mutex_);
  // The partition is to begin again at its head.
  void RestartPartition(int32_t part) EXCLUDES(mutex_);
  // Ends the stream and joins the thread. The loop is stopped first, or still takes what comes.
  void Stop() EXCLUDES(mutex_);

  bool connected() const { return connected_.load(std::memory_order_relaxed); }

 private:
  struct Position {
    int64_t epoch = 0;  // in which it began
    int64_t incarnation = 0;
    int64_t seq = 0;
  };

  void RunThread() EXCLUDES(mutex_);
  // One connection, from heads to its end.
  absl::Status FollowOnce();
  // Compares the heads with where the loop stands and starts what must begin (again).
  absl::Status Align(const v1::ServerInfo& info) EXCLUDES(mutex_);
  // Ok instead of how it ended when it was to end.
  absl::Status Ended(const absl::Status& status) const EXCLUDES(mutex_);
  absl::Status Take(v1::ReadChangesResponse& response);
  absl::Status ReadStream(grpc::ClientContext& context, const v1::ReadChangesRequest& request);
  // Ends what is running, so that the partitions are looked at again.
  void AlignAgain() REQUIRES(mutex_);
  // Waits, at most until partitions are to be looked at again.
  void Wait(absl::Duration duration) EXCLUDES(mutex_);
  bool stopping() const EXCLUDES(mutex_);
  // Whether a partition is to begin again at the next alignment.
  bool Restarts() const EXCLUDES(mutex_);
  void SetContext(grpc::ClientContext* context) EXCLUDES(mutex_);
  // The second thread: ends a silent stream, and asks for the heads.
  void RunWatch() EXCLUDES(mutex_);
  void ProveHeads() EXCLUDES(mutex_);

  const std::unique_ptr<v1::MeasurementService::Stub> stub_;
  EvaluationLoop& loop_;
  Readiness& readiness_;
  const Clock& clock_;
  const FeedReaderOptions options_;
  std::atomic<bool> connected_{false};
  mutable Mutex mutex_;
  CondVar changed_;
  bool begun_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::map<int32_t, int64_t> owned_ GUARDED_BY(mutex_);  // epochs
  std::set<int32_t> to_restart_ GUARDED_BY(mutex_);
  bool align_again_ GUARDED_BY(mutex_) = false;  // owned_ has changed
  grpc::ClientContext* context_ GUARDED_BY(mutex_) = nullptr;
  grpc::ClientContext* prove_context_ GUARDED_BY(mutex_) = nullptr;
  // When the running stream counts as dead; never while the loop takes what came.
  Deadline silent_at_ GUARDED_BY(mutex_) = Deadline::Never();
  // Of the thread: brought to the loop.
  std::map<int32_t, Position> positions_;
  std::thread thread_;
  std::thread watch_thread_;
};

}  // namespace kpisuite
