// Retention: forgets, now and then, what is kept for a time only.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/base/periodic_task.h"
#include "libs/rpc/options.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

inline constexpr absl::Duration kLeastFeedRetention = absl::Hours(1);
// What the contract of WriteSamples promises.
inline constexpr absl::Duration kLeastRequestRetention = absl::Hours(24);

// At least the month before this one is always whole.
inline constexpr absl::Duration kLeastSampleRetention = absl::Hours(744);

struct RetentionOptions {
  // How long samples and their revisions are kept, by event time; 0: for ever. They go by whole
  // months, see SamplesKeptFrom.
  absl::Duration samples = absl::ZeroDuration();
  // How long what a feed entry changed can be read; 0: for ever. Samples, their revisions, and when
  // and why each was recorded stay.
  absl::Duration feed = absl::ZeroDuration();
  // How long a repeated request_id is recognised.
  absl::Duration requests = absl::Hours(48);
};

// Adds --sample-retention, --feed-retention and --request-retention with their checks.
void AddRetentionOptions(RetentionOptions& options, OptionParser& parser);

// Samples with earlier event times are past their retention at `now`: the first moment, in UTC, of
// the month in which `now` - `retention` lies. The infinite past when `retention` is 0.
absl::Time SamplesKeptFrom(absl::Duration retention, absl::Time now);

// A thread that does it soon after the start and then every ten minutes, in small transactions
// between which writers come in. Several processes on one store may each have one.
//
// Samples: each metric that has samples past their retention is recorded as keeping them from then
// on (IngestUnit::kept), in its feed; then they are deleted. Of other metrics nothing is said. A
// month that is done with is not looked at again by this process.
class Retention {
 public:
  // The references outlive it.
  Retention(MeasurementStore& store, const RetentionOptions& options, const Clock& clock);
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Does it once. May block. Errors of the store; ABORTED when others go on writing samples that
  // are to go.
  absl::Status RunOnce() EXCLUDES(mutex_);
  // Ends the thread. Idempotent.
  void Stop() { task_.Stop(); }

 private:
  absl::Status ForgetRequests();
  absl::Status ForgetChanges();
  absl::Status DropSamples() EXCLUDES(mutex_);
  // Until the store finds none that is missing; false: it is to stop before that.
  absl::StatusOr<bool> RecordPast(absl::Time cutoff);
  absl::Status Ingest(std::vector<PastSamples> past);

  MeasurementStore& store_;
  const RetentionOptions options_;
  const Clock& clock_;
  Mutex mutex_;  // one at a time
  // Up to when samples are recorded as gone, and are deleted, as this process has seen.
  absl::Time recorded_ GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time deleted_ GUARDED_BY(mutex_) = absl::InfinitePast();
  PeriodicTask task_;
};

}  // namespace kpisuite
