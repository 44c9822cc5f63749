// MetricCatalog: the metrics and sources that measurement knows, kept in its store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/base/mutex.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/metric.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Thread-safe.
class MetricCatalog {
 public:
  // `store` outlives the catalog.
  explicit MetricCatalog(MeasurementStore& store) : store_(store) {}
  MetricCatalog(const MetricCatalog&) = delete;
  MetricCatalog& operator=(const MetricCatalog&) = delete;

  // Reads what the store has saved. Called once, first. May block.
  absl::Status Load() EXCLUDES(mutex_);

  // Takes over an applied set, or with `replace_all` all live definitions; definitions of other
  // kinds are passed over. Saved before it takes effect. One caller at a time; may block.
  absl::Status Apply(absl::Span<const v1::Definition> definitions, bool replace_all,
                     int64_t position, int64_t incarnation) EXCLUDES(mutex_);

  // Null when there is no such metric.
  std::shared_ptr<const MetricDefinition> Find(absl::string_view workspace,
                                               absl::string_view metric) const EXCLUDES(mutex_);
  // By id; empty when there is no such source, or when no metric names it.
  std::vector<std::shared_ptr<const MetricDefinition>> FindBySource(absl::string_view workspace,
                                                                    absl::string_view source) const
      EXCLUDES(mutex_);

  // Position of the definition log that has been taken over; 0: nothing was ever heard.
  int64_t position() const EXCLUDES(mutex_);
  // Life of that log.
  int64_t incarnation() const EXCLUDES(mutex_);

 private:
  MeasurementStore& store_;
  mutable Mutex mutex_;
  Catalog catalog_ GUARDED_BY(mutex_);
  int64_t incarnation_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kpisuite
