#include "libs/cache/cache_publisher.h"

#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::chrono::nanoseconds Nanoseconds(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

size_t BytesOf(absl::string_view key, const StatePayload& payload) {
  return key.size() + (payload != nullptr ? payload->size() : 0);
}

// An error of one partition's keys, not of the cache.
bool ConcernsOnePartition(const absl::Status& status) {
  ErrorDetails details = GetErrorDetails(status);
  return details.metadata["cause"] == "WRONG_TYPE" || !absl::IsUnavailable(status);
}

}  // namespace

CachePublisher::CachePublisher(StateCache& cache, CachePublisherListener& listener,
                               const CachePublisherOptions& options)
    : cache_(cache),
      listener_(listener),
      options_(options),
      next_heartbeat_(SteadyClock::now()),
      thread_([this] { RunThread(); }) {}

CachePublisher::~CachePublisher() { Shutdown(); }

void CachePublisher::Publish(int number, const Frontier& frontier,
                             std::vector<StateUpdate> updates) {
  MutexLock lock(mutex_);
  Partition& partition = partitions_[number];
  const bool moved =
      frontier.fence != partition.frontier.fence || frontier.seq != partition.frontier.seq;
  partition.frontier = std::max(partition.frontier, frontier);
  // The owner's PublishWhole is yet to come and will hold these.
  if (partition.whole_needed) return;
  if (updates.empty() && !moved) return;
  for (StateUpdate& update : updates) Enqueue(partition, std::move(update));
  ready_.insert(number);
  if (OverLimits()) NeedWhole(number, partition);
  changed_.NotifyOne();
}

void CachePublisher::PublishWhole(int number, const Frontier& frontier,
                                  std::vector<StateUpdate> states) {
  MutexLock lock(mutex_);
  Partition& partition = partitions_[number];
  partition.frontier = std::max(partition.frontier, frontier);
  EmptyQueue(partition);
  // One partition is always let in, however large: the only one, or the one asked for.
  const bool welcome = stats_.queued_states == 0 || asked_ == number;
  for (StateUpdate& state : states) Enqueue(partition, std::move(state));
  partition.whole_needed = false;
  partition.whole_running = true;
  to_ask_.erase(number);
  ready_.insert(number);
  if (!welcome && OverLimits()) NeedWhole(number, partition);
  changed_.NotifyOne();
}

void CachePublisher::Forget(int number) {
  MutexLock lock(mutex_);
  Erase(number);
  written_.NotifyAll();
}

bool CachePublisher::WaitUntilWritten(absl::Duration timeout) {
  const Time end = SteadyClock::now() + Nanoseconds(timeout);
  MutexLock lock(mutex_);
  while (!AllWritten()) {
    const auto left = end - SteadyClock::now();
    if (left <= std::chrono::nanoseconds::zero()) return false;
    written_.WaitFor(mutex_, absl::FromChrono(left));
  }
  return true;
}

void CachePublisher::Shutdown() {
  {
    MutexLock lock(mutex_);
    shutting_down_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

CachePublisherStats CachePublisher::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

void CachePublisher::RunThread() {
  while (true) {
    Step step = NextStep();
    if (step.stop) return;
    Tell(step.events);
    if (!step.publication.has_value()) continue;
    const absl::StatusOr<PublishResult> result = cache_.Publish(*step.publication);
    Tell(Finish(*std::move(step.publication), result));
  }
}

CachePublisher::Step CachePublisher::NextStep() {
  MutexLock lock(mutex_);
  while (true) {
    Step step;
    step.stop = shutting_down_;
    if (step.stop) return step;
    const Time now = SteadyClock::now();
    if (now >= next_heartbeat_) Heartbeat(now);
    AskForWhole(now, step.events);
    step.publication = TakePublication(now);
    if (step.publication.has_value() || !step.events.empty()) return step;
    WaitForWork(now);
  }
}

void CachePublisher::WaitForWork(Time now) {
  Time until = next_heartbeat_;
  if (!ready_.empty() && not_before_ > now) until = std::min(until, not_before_);
  changed_.WaitFor(mutex_, absl::FromChrono(until - now));
}

void CachePublisher::Heartbeat(Time now) {
  next_heartbeat_ = now + Nanoseconds(options_.heartbeat);
  for (auto& [number, partition] : partitions_) {
    ready_.insert(number);
    const bool established = partition.established != Time() && !partition.whole_running;
    if (established && now - partition.established > Nanoseconds(options_.republish_every)) {
      partition.established = now;
      to_ask_.insert(number);
    }
  }
}

void CachePublisher::AskForWhole(Time now, std::vector<Event>& events) {
  if (up_ != true || to_ask_.empty() || (asked_.has_value() && now < ask_again_)) return;
  // In turn, so that one owner who does not answer does not hold up the others.
  auto next = asked_.has_value() ? to_ask_.upper_bound(*asked_) : to_ask_.begin();
  if (next == to_ask_.end()) next = to_ask_.begin();
  asked_ = *next;
  ask_again_ = now + Nanoseconds(options_.republish_patience);
  events.push_back({.kind = Event::Kind::kRepublish, .partition = *next});
}

std::optional<Publication> CachePublisher::TakePublication(Time now) {
  if (now < not_before_) return std::nullopt;
  auto next = ready_.upper_bound(last_written_);
  for (size_t looked_at = 0; looked_at < ready_.size(); ++looked_at) {
    if (next == ready_.end()) next = ready_.begin();
    const int number = *next++;
    Partition& partition = partitions_[number];
    if (partition.not_before > now) continue;
    last_written_ = number;
    writing_ = true;
    return MakePublication(number, partition);
  }
  return std::nullopt;
}

Publication CachePublisher::MakePublication(int number, Partition& partition) {
  Publication publication;
  publication.partition = number;
  publication.frontier = partition.frontier;
  auto entry = partition.queue.begin();
  while (entry != partition.queue.end() && publication.updates.size() < options_.max_batch_states) {
    stats_.queued_bytes -= BytesOf(entry->first, entry->second.payload);
    --stats_.queued_states;
    publication.updates.push_back(
        {entry->first, entry->second.version, std::move(entry->second.payload)});
    partition.queue.erase(entry++);
  }
  const bool last = partition.queue.empty();
  if (last) ready_.erase(number);
  if (partition.whole_needed || !last) {
    publication.frontier_write = FrontierWrite::kKeep;
  } else {
    publication.frontier_write =
        partition.whole_running ? FrontierWrite::kEstablish : FrontierWrite::kAdvance;
  }
  return publication;
}

std::vector<CachePublisher::Event> CachePublisher::Finish(
    Publication publication, const absl::StatusOr<PublishResult>& result) {
  std::vector<Event> events;
  const Time now = SteadyClock::now();
  MutexLock lock(mutex_);
  writing_ = false;
  if (result.ok()) {
    Succeeded(publication, *result, now, events);
  } else {
    Failed(std::move(publication), result.status(), now, events);
  }
  written_.NotifyAll();
  return events;
}

void CachePublisher::Succeeded(const Publication& publication, const PublishResult& result,
                               Time now, std::vector<Event>& events) {
  if (up_ != true) events.push_back({.kind = Event::Kind::kUp});
  up_ = stats_.up = true;
  const auto found = partitions_.find(publication.partition);
  if (found == partitions_.end()) return;
  Partition& partition = found->second;
  if (result.fenced) {
    // The owner may have come back with a greater fence while this was under way.
    if (partition.frontier.fence > publication.frontier.fence) {
      NeedWhole(publication.partition, partition);
      return;
    }
    Erase(publication.partition);
    events.push_back({.kind = Event::Kind::kFenced, .partition = publication.partition});
    return;
  }
  stats_.published_states += publication.updates.size();
  if (result.lost) {
    if (!partition.whole_needed) NeedWhole(publication.partition, partition);
    return;
  }
  if (publication.frontier_write == FrontierWrite::kEstablish) {
    if (!partition.whole_running) return;
    partition.whole_running = false;
    partition.established = now;
    if (asked_ == publication.partition) asked_.reset();
    return;
  }
  if (result.frontier_missing && !partition.whole_running && !partition.whole_needed) {
    NeedWhole(publication.partition, partition);
  }
}

void CachePublisher::Failed(Publication publication, const absl::Status& status, Time now,
                            std::vector<Event>& events) {
  ++stats_.failures;
  const auto found = partitions_.find(publication.partition);
  const bool of_one_server = IsOfOneServer(status);
  if (of_one_server || ConcernsOnePartition(status)) {
    // One server's failure is said by its connections, not by each of its partitions.
    if (!of_one_server) {
      LogError("partition could not be published",
               {{"partition", publication.partition}, {"error", status}});
    }
    if (found != partitions_.end()) {
      found->second.not_before = now + Nanoseconds(options_.heartbeat);
    }
  } else {
    not_before_ = now + Nanoseconds(options_.retry_after);
    if (up_ != false) events.push_back({.kind = Event::Kind::kDown, .status = status});
    up_ = stats_.up = false;
  }
  if (found == partitions_.end()) return;
  Partition& partition = found->second;
  ready_.insert(publication.partition);
  if (partition.whole_needed) return;
  for (StateUpdate& update : publication.updates) Enqueue(partition, std::move(update));
  if (OverLimits()) NeedWhole(publication.partition, partition);
}

void CachePublisher::Tell(const std::vector<Event>& events) {
  for (const Event& event : events) {
    switch (event.kind) {
      case Event::Kind::kRepublish: listener_.OnRepublishNeeded(event.partition); break;
      case Event::Kind::kFenced: listener_.OnFenced(event.partition); break;
      case Event::Kind::kUp: listener_.OnCacheUp(); break;
      case Event::Kind::kDown: listener_.OnCacheDown(event.status); break;
    }
  }
}

void CachePublisher::Enqueue(Partition& partition, StateUpdate update) {
  const auto [entry, added] = partition.queue.try_emplace(std::move(update.key));
  Queued& queued = entry->second;
  if (!added) {
    if (update.version <= queued.version) return;
    stats_.queued_bytes -= BytesOf(entry->first, queued.payload);
    --stats_.queued_states;
  }
  queued = {update.version, std::move(update.payload)};
  stats_.queued_bytes += BytesOf(entry->first, queued.payload);
  ++stats_.queued_states;
}

void CachePublisher::EmptyQueue(Partition& partition) {
  for (const auto& [key, queued] : partition.queue) {
    stats_.queued_bytes -= BytesOf(key, queued.payload);
    --stats_.queued_states;
  }
  partition.queue.clear();
}

bool CachePublisher::OverLimits() const {
  return stats_.queued_states > options_.max_queued_states ||
         stats_.queued_bytes > options_.max_queued_bytes;
}

void CachePublisher::NeedWhole(int number, Partition& partition) {
  stats_.dropped_states += partition.queue.size();
  EmptyQueue(partition);
  partition.whole_needed = true;
  partition.whole_running = false;
  to_ask_.insert(number);
  if (asked_ == number) asked_.reset();
}

void CachePublisher::Erase(int number) {
  const auto found = partitions_.find(number);
  if (found == partitions_.end()) return;
  EmptyQueue(found->second);
  partitions_.erase(found);
  ready_.erase(number);
  to_ask_.erase(number);
  if (asked_ == number) asked_.reset();
}

bool CachePublisher::AllWritten() const {
  return !writing_ && ready_.empty() &&
         std::none_of(partitions_.begin(), partitions_.end(), [](const auto& entry) {
           return entry.second.whole_needed || entry.second.whole_running;
         });
}

}  // namespace kpisuite
