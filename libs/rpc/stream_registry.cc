#include "libs/rpc/stream_registry.h"

#include <utility>

namespace kpisuite {

StreamRegistry::StreamRegistry(const StreamLimits& limits, const Clock& clock,
                               absl::Duration tick_interval)
    : limits_(limits), clock_(clock) {
  if (tick_interval > absl::ZeroDuration()) {
    thread_ = std::thread([this, tick_interval] { RunThread(tick_interval); });
  }
}

StreamRegistry::~StreamRegistry() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  stopped_changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void StreamRegistry::RunThread(absl::Duration interval) {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (!stopped_) stopped_changed_.WaitFor(mutex_, interval);
      if (stopped_) return;
    }
    Tick();
  }
}

void StreamRegistry::Add(const std::shared_ptr<OpenStream>& stream) {
  absl::Status end;
  {
    MutexLock lock(mutex_);
    streams_[stream.get()] = stream;
    end = end_;
  }
  if (!end.ok()) stream->RequestEnd(end);
}

void StreamRegistry::Remove(const OpenStream* stream) {
  MutexLock lock(mutex_);
  streams_.erase(stream);
}

void StreamRegistry::EndAll(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    end_ = status;
  }
  for (const auto& stream : Streams()) stream->RequestEnd(status);
}

void StreamRegistry::Tick() {
  const absl::Time now = clock_.Now();
  for (const auto& stream : Streams()) stream->Tick(now);
}

int StreamRegistry::open_streams() const {
  MutexLock lock(mutex_);
  return static_cast<int>(streams_.size());
}

std::vector<std::shared_ptr<OpenStream>> StreamRegistry::Streams() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<OpenStream>> streams;
  streams.reserve(streams_.size());
  for (const auto& [key, weak] : streams_) {
    if (auto stream = weak.lock()) streams.push_back(std::move(stream));
  }
  return streams;
}

}  // namespace kpisuite
