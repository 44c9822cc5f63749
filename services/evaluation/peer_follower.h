// PeerFollower: brings the states that other evaluators own to the loop.
#pragma once

#include <grpcpp/client_context.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libs/base/mutex.h"
#include "services/evaluation/evaluation_loop.h"
#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// One stream from each peer, over and over, each on a thread of its own. Thread-safe.
class PeerFollower {
 public:
  // The references outlive it.
  PeerFollower(const PartitionOwnership& ownership, const ShownPositions& positions,
               EvaluationLoop& loop);
  PeerFollower(const PeerFollower&) = delete;
  PeerFollower& operator=(const PeerFollower&) = delete;
  ~PeerFollower();  // Stop()

  // The peers have changed. Never blocks.
  void Look() EXCLUDES(mutex_);
  // Ends all streams. The loop is stopped later, or still takes what comes.
  void Stop() EXCLUDES(mutex_);

 private:
  class Stream;

  void RunThread() EXCLUDES(mutex_);

  const PartitionOwnership& ownership_;
  const ShownPositions& positions_;
  EvaluationLoop& loop_;
  // By address, of the thread: a process that was killed and started again is two peers of one
  // address, until the lease of the first is over.
  std::map<std::string, std::unique_ptr<Stream>> streams_;
  Mutex mutex_;
  CondVar changed_;
  bool look_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
