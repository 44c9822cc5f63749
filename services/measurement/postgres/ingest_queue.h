// IngestQueue: units on their way to the writers, each of which owns some partitions.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/deadline.h"
#include "libs/base/mutex.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

struct IngestQueueOptions {
  int writers = 4;  // threads
  size_t max_queued_units = 4096;
  size_t max_queued_bytes = 64 << 20;
  // A group is closed at the first of these.
  size_t max_group_units = 512;
  size_t max_group_rows = 20'000;
  // A unit whose partition is locked by another process is tried again for so long.
  absl::Duration longest_wait = absl::Seconds(10);
};

// A unit between Ingest and its answer.
struct QueuedUnit {
  IngestUnit unit;
  MeasurementStore::IngestDone done;
  size_t bytes = 0;
  Deadline give_up;  // set by Submit
};

// Thread-safe. Units of one partition keep their order; while a writer writes, others gather behind
// it and are written together, whatever partitions they are of. Those that cannot be written yet
// wait for the other partitions of their writer to have their turn.
class IngestQueue {
 public:
  // Called on the thread of `writer` (from 0) with units, at least one, of its partitions; before
  // it returns, answers all but those that it returns: they are tried again, in their order.
  using WriteGroup =
      std::function<std::vector<QueuedUnit>(int writer, std::vector<QueuedUnit> group)>;

  IngestQueue(const IngestQueueOptions& options, WriteGroup write_group);
  IngestQueue(const IngestQueue&) = delete;
  IngestQueue& operator=(const IngestQueue&) = delete;
  ~IngestQueue();  // Shutdown()

  // Never blocks. When an error is returned the unit is as it was and its `done` is not called:
  // RESOURCE_EXHAUSTED QUEUE_FULL (with a retry hint), UNAVAILABLE SHUTTING_DOWN. A unit larger
  // than max_queued_bytes is accepted when nothing is queued.
  absl::Status Submit(QueuedUnit& unit);

  // Refuses new units, writes what is queued, joins the threads. Idempotent.
  void Shutdown();

  size_t queued_bytes() const { return queued_bytes_.load(std::memory_order_relaxed); }

 private:
  struct Writer {
    Mutex mutex;
    CondVar changed;
    std::deque<QueuedUnit> queue GUARDED_BY(mutex);
    bool shutting_down GUARDED_BY(mutex) = false;
    std::thread thread;
  };

  void RunThread(int number);
  // Waits for work; empty: shut down and drained.
  std::vector<QueuedUnit> NextGroup(Writer& writer);
  // Behind the units of other partitions, before those of their own.
  void PutBack(Writer& writer, std::vector<QueuedUnit> group);

  const IngestQueueOptions options_;
  const WriteGroup write_group_;
  std::atomic<size_t> queued_units_{0};
  std::atomic<size_t> queued_bytes_{0};
  std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace kpisuite
