#include "services/measurement/postgres/ingest_queue.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "libs/base/error.h"

namespace kpisuite {

IngestQueue::IngestQueue(const IngestQueueOptions& options, WriteGroup write_group)
    : options_(options), write_group_(std::move(write_group)) {
  for (int i = 0; i < options_.writers; ++i) writers_.push_back(std::make_unique<Writer>());
  for (int i = 0; i < options_.writers; ++i) {
    writers_[i]->thread = std::thread([this, i] { RunThread(i); });
  }
}

IngestQueue::~IngestQueue() { Shutdown(); }

absl::Status IngestQueue::Submit(QueuedUnit& unit) {
  Writer& writer = *writers_[unit.unit.part % options_.writers];
  const size_t bytes = unit.bytes;
  MutexLock lock(writer.mutex);
  if (writer.shutting_down) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the store is closing");
  }
  const size_t queued = queued_units_.load();
  const bool fits = queued < options_.max_queued_units &&
                    queued_bytes_.load() + bytes <= options_.max_queued_bytes;
  if (!fits && queued > 0) {
    return WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                    "too many writes are waiting for the store"),
                          absl::Milliseconds(100));
  }
  queued_units_ += 1;
  queued_bytes_ += bytes;
  unit.give_up = Deadline::After(options_.longest_wait);
  writer.queue.push_back(std::move(unit));
  writer.changed.NotifyOne();
  return absl::OkStatus();
}

void IngestQueue::Shutdown() {
  for (const auto& writer : writers_) {
    MutexLock lock(writer->mutex);
    writer->shutting_down = true;
    writer->changed.NotifyAll();
  }
  for (const auto& writer : writers_) {
    if (writer->thread.joinable()) writer->thread.join();
  }
}

void IngestQueue::RunThread(int number) {
  while (true) {
    std::vector<QueuedUnit> group = NextGroup(*writers_[number]);
    if (group.empty()) return;
    std::vector<QueuedUnit> again = write_group_(number, std::move(group));
    if (!again.empty()) PutBack(*writers_[number], std::move(again));
  }
}

void IngestQueue::PutBack(Writer& writer, std::vector<QueuedUnit> group) {
  absl::flat_hash_set<int> parts;
  std::deque<QueuedUnit> same;
  std::deque<QueuedUnit> others;
  MutexLock lock(writer.mutex);
  for (QueuedUnit& unit : group) {
    parts.insert(unit.unit.part);
    queued_units_ += 1;
    queued_bytes_ += unit.bytes;
    same.push_back(std::move(unit));
  }
  for (QueuedUnit& unit : writer.queue) {
    (parts.contains(unit.unit.part) ? same : others).push_back(std::move(unit));
  }
  for (QueuedUnit& unit : same) others.push_back(std::move(unit));
  writer.queue = std::move(others);
}

std::vector<QueuedUnit> IngestQueue::NextGroup(Writer& writer) {
  MutexLock lock(writer.mutex);
  while (writer.queue.empty() && !writer.shutting_down) writer.changed.Wait(writer.mutex);
  std::vector<QueuedUnit> group;
  size_t rows = 0;
  while (!writer.queue.empty() && group.size() < options_.max_group_units) {
    QueuedUnit& next = writer.queue.front();
    rows += next.unit.RowCount();
    if (!group.empty() && rows > options_.max_group_rows) break;
    queued_units_ -= 1;
    queued_bytes_ -= next.bytes;
    group.push_back(std::move(next));
    writer.queue.pop_front();
  }
  return group;
}

}  // namespace kpisuite
