// Retention: forgets, now and then, what is kept for a time only.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/periodic_task.h"
#include "libs/rpc/options.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

inline constexpr absl::Duration kLeastFeedRetention = absl::Hours(1);
// What the contract of WriteSamples promises.
inline constexpr absl::Duration kLeastRequestRetention = absl::Hours(24);

struct RetentionOptions {
  // How long what a feed entry changed can be read; 0: for ever. Samples, their revisions, and when
  // and why each was recorded stay.
  absl::Duration feed = absl::ZeroDuration();
  // How long a repeated request_id is recognised.
  absl::Duration requests = absl::Hours(48);
};

// Adds --feed-retention and --request-retention with their checks.
void AddRetentionOptions(RetentionOptions& options, OptionParser& parser);

// A thread that does it every ten minutes, in small transactions between which writers come in.
// Several processes on one store may each have one.
class Retention {
 public:
  // The references outlive it.
  Retention(MeasurementStore& store, const RetentionOptions& options, const Clock& clock);
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Does it once. May block. Errors of the store.
  absl::Status RunOnce();
  // Ends the thread. Idempotent.
  void Stop() { task_.Stop(); }

 private:
  MeasurementStore& store_;
  const RetentionOptions options_;
  const Clock& clock_;
  PeriodicTask task_;
};

}  // namespace kpisuite
