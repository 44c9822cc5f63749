#include "services/measurement/memory_measurement_store.h"

#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/measurement/memory_state.h"

namespace kpisuite {
namespace {

StoredSample View(const std::pair<int64_t, std::string>& key, const MemoryState::Revision& from,
                  int32_t revision) {
  StoredSample sample;
  sample.time_nano = key.first;
  sample.sample_id = key.second;
  sample.value = from.content.value;
  sample.weight = from.content.weight;
  sample.business_day = from.content.business_day;
  sample.entity = from.content.entity;
  sample.revision = revision;
  sample.seq = from.seq;
  sample.retracted = from.retracted;
  return sample;
}

bool NotAfter(const StoredSample& sample, const std::optional<SampleRange::Cursor>& after) {
  if (!after.has_value()) return false;
  return std::make_tuple(sample.time_nano, sample.sample_id, sample.revision) <=
         std::make_tuple(after->time_nano, absl::string_view(after->sample_id), after->revision);
}

class MemorySnapshot final : public MeasurementSnapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<const MemoryState> state) : state_(std::move(state)) {
    for (const MemoryState::Partition& partition : state_->partitions) {
      heads_.push_back(partition.head);
    }
  }

  const std::vector<FeedHead>& heads() const override { return heads_; }

  absl::StatusOr<std::optional<std::string>> FindTraits(absl::string_view workspace,
                                                        absl::string_view metric) override {
    const auto found = state_->traits.find({std::string(workspace), std::string(metric)});
    if (found == state_->traits.end()) return std::nullopt;
    return found->second;
  }

  absl::StatusOr<std::optional<int64_t>> FindWatermark(absl::string_view workspace,
                                                       absl::string_view metric) override {
    const auto found = state_->watermarks.find({std::string(workspace), std::string(metric)});
    if (found == state_->watermarks.end()) return std::nullopt;
    return found->second;
  }

  absl::StatusOr<KeptSamples> FindKept(absl::string_view workspace,
                                       absl::string_view metric) override {
    return state_->FindKept({std::string(workspace), std::string(metric)});
  }

  absl::Status VisitSeries(absl::string_view workspace, absl::string_view metric,
                           absl::string_view from,
                           absl::FunctionRef<bool(const SeriesRecord&)> visit) override {
    const auto ids = state_->series_ids.find({std::string(workspace), std::string(metric)});
    if (ids == state_->series_ids.end()) return absl::OkStatus();
    for (auto next = ids->second.lower_bound(std::string(from)); next != ids->second.end();
         ++next) {
      if (!visit(state_->series[next->second - 1].record)) break;
    }
    return absl::OkStatus();
  }

  absl::Status VisitSamples(uint64_t series_id, const SampleRange& range,
                            absl::FunctionRef<bool(const StoredSample&)> visit) override {
    return Visit(series_id, range, [&](const auto& key, const auto& revisions) {
      if (revisions.back().retracted) return true;
      const StoredSample sample = View(key, revisions.back(), static_cast<int>(revisions.size()));
      return NotAfter(sample, range.after) || visit(sample);
    });
  }

  absl::Status VisitRevisions(uint64_t series_id, const SampleRange& range,
                              absl::FunctionRef<bool(const StoredSample&)> visit) override {
    return Visit(series_id, range, [&](const auto& key, const auto& revisions) {
      for (size_t i = 0; i < revisions.size(); ++i) {
        const StoredSample sample = View(key, revisions[i], static_cast<int>(i) + 1);
        if (!NotAfter(sample, range.after) && !visit(sample)) return false;
      }
      return true;
    });
  }

  absl::StatusOr<SeriesSummary> Summarise(uint64_t series_id, int64_t start_nano) override {
    SeriesSummary summary;
    const SampleRange range{.start_nano = start_nano};
    RETURN_IF_ERROR(VisitSamples(series_id, range, [&](const StoredSample& sample) {
      if (summary.live_samples++ == 0) summary.first_nano = sample.time_nano;
      summary.last_nano = sample.time_nano;
      return true;
    }));
    return summary;
  }

  absl::StatusOr<std::optional<int64_t>> FindLastTime(uint64_t series_id) override {
    ASSIGN_OR_RETURN(const SeriesSummary summary, Summarise(series_id, SampleRange().start_nano));
    return summary.last_nano;
  }

  absl::StatusOr<FeedCommit> FindCommit(int part, int64_t seq) override {
    const auto& feed = state_->partitions[part].feed;
    if (seq < 1 || seq > static_cast<int64_t>(feed.size())) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL", "no such feed entry");
    }
    return feed[seq - 1].commit;
  }

 private:
  template <typename VisitKey>
  absl::Status Visit(uint64_t series_id, const SampleRange& range, const VisitKey& visit) {
    const auto& samples = state_->series[series_id - 1].samples;
    for (auto next = samples.lower_bound({range.start_nano, ""}); next != samples.end(); ++next) {
      if (next->first.first >= range.end_nano) break;
      if (!visit(next->first, next->second)) break;
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<const MemoryState> state_;
  std::vector<FeedHead> heads_;
};

}  // namespace

MemoryMeasurementStore::MemoryMeasurementStore(int64_t incarnation, int partitions)
    : partitions_(partitions), state_(std::make_shared<MemoryState>(incarnation, partitions)) {}

MemoryMeasurementStore::~MemoryMeasurementStore() = default;

MemoryState& MemoryMeasurementStore::Mutable() {
  if (state_.use_count() > 1) state_ = std::make_shared<MemoryState>(*state_);
  return *state_;
}

absl::StatusOr<IngestOutcome> MemoryMeasurementStore::Apply(const IngestUnit& unit) {
  MutexLock lock(mutex_);
  if (shut_down_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the store is closing");
  }
  return Mutable().Apply(unit);
}

void MemoryMeasurementStore::Shutdown() {
  MutexLock lock(mutex_);
  shut_down_ = true;
}

void MemoryMeasurementStore::Ingest(IngestUnit unit, IngestDone done) {
  absl::StatusOr<IngestOutcome> outcome = Apply(unit);
  if (outcome.ok() && listener_) listener_();
  done(std::move(outcome));
}

std::vector<FeedHead> MemoryMeasurementStore::Heads() const {
  MutexLock lock(mutex_);
  std::vector<FeedHead> heads;
  for (const MemoryState::Partition& partition : state_->partitions) {
    heads.push_back(partition.head);
  }
  return heads;
}

absl::StatusOr<ChangePage> MemoryMeasurementStore::ReadChanges(int part, int64_t incarnation,
                                                               int64_t seq, size_t limit_bytes) {
  MutexLock lock(mutex_);
  const MemoryState::Partition& partition = state_->partitions[part];
  RETURN_IF_ERROR(CheckFeedPosition(partition.head, incarnation, seq));
  ChangePage page;
  page.last_seq = seq;
  size_t bytes = 0;
  while (page.last_seq < partition.head.last_seq) {
    const std::string& batch = partition.feed[page.last_seq].batch;
    if (!page.batches.empty() && bytes + batch.size() > limit_bytes) break;
    bytes += batch.size();
    page.batches.push_back(batch);
    ++page.last_seq;
  }
  return page;
}

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> MemoryMeasurementStore::Snapshot() {
  MutexLock lock(mutex_);
  return std::make_unique<MemorySnapshot>(state_);
}

absl::Status MemoryMeasurementStore::SaveDefinitions(const DefinitionsUpdate& update) {
  MutexLock lock(mutex_);
  SavedDefinitions& saved = Mutable().definitions;
  saved.position = update.position;
  saved.incarnation = update.incarnation;
  auto& kept = saved.definitions;
  if (update.replace_all) kept.clear();
  const auto forget = [&kept](const std::string& name) {
    kept.erase(std::remove_if(kept.begin(), kept.end(),
                              [&](const SavedDefinition& one) { return one.name == name; }),
               kept.end());
  };
  for (const std::string& name : update.deleted) forget(name);
  for (const SavedDefinition& changed : update.changed) {
    forget(changed.name);
    kept.push_back(changed);
  }
  std::sort(kept.begin(), kept.end(),
            [](const SavedDefinition& a, const SavedDefinition& b) { return a.name < b.name; });
  return absl::OkStatus();
}

absl::StatusOr<SavedDefinitions> MemoryMeasurementStore::LoadDefinitions() {
  MutexLock lock(mutex_);
  return state_->definitions;
}

absl::StatusOr<int64_t> MemoryMeasurementStore::ForgetChanges(int part, absl::Time before,
                                                              int64_t limit) {
  MutexLock lock(mutex_);
  MemoryState::Partition& partition = Mutable().partitions[part];
  int64_t forgotten = 0;
  while (forgotten < limit && partition.head.trimmed_seq < partition.head.last_seq &&
         partition.feed[partition.head.trimmed_seq].commit.record_time < before) {
    partition.feed[partition.head.trimmed_seq].batch.clear();
    ++partition.head.trimmed_seq;
    ++forgotten;
  }
  return forgotten;
}

absl::StatusOr<int64_t> MemoryMeasurementStore::ForgetRequests(absl::Time before, int64_t limit) {
  MutexLock lock(mutex_);
  int64_t forgotten = 0;
  auto& requests = Mutable().requests;
  for (auto request = requests.begin(); request != requests.end() && forgotten < limit;) {
    const bool old = request->second.created < before;
    request = old ? requests.erase(request) : std::next(request);
    forgotten += old;
  }
  return forgotten;
}

absl::StatusOr<std::vector<PastSamples>> MemoryMeasurementStore::FindPast(absl::Time cutoff) {
  MutexLock lock(mutex_);
  return state_->FindPast(absl::ToUnixNanos(cutoff));
}

absl::StatusOr<PastDeletion> MemoryMeasurementStore::DeletePast(absl::Time cutoff,
                                                                absl::FunctionRef<bool()>) {
  MutexLock lock(mutex_);
  Mutable().DeletePast(absl::ToUnixNanos(cutoff));
  return PastDeletion::kAll;
}

void MemoryMeasurementStore::TrimFeed(int part, int64_t seq) {
  MutexLock lock(mutex_);
  Mutable().partitions[part].head.trimmed_seq = seq;
}

}  // namespace kpisuite
