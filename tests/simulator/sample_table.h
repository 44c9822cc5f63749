// SampleTable: the live samples, kept a second time in the plainest way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "kpisuite/v1/measurement.pb.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/sample.h"

namespace kpisuite {

// Of one workspace. A copyable value.
class SampleTable {
 public:
  // metric, canonical slice of the series, time, sample_id
  using Key = std::tuple<std::string, std::string, int64_t, std::string>;
  using Rows = std::map<Key, SampleContent>;
  using Watermarks = std::map<std::string, int64_t>;  // by metric, unix nanoseconds

  // Applies a unit by the rules of measurement_store.h; what it did.
  IngestCounts Apply(const IngestUnit& unit);
  // Applies an entry of the feed. FAILED_PRECONDITION when what it says was there before is not
  // what is there.
  absl::Status Apply(const v1::ChangeBatch& batch);

  const Rows& rows() const { return rows_; }
  const Watermarks& watermarks() const { return watermarks_; }

 private:
  absl::Status ApplyRow(const v1::SeriesChanges& changes, int row, const std::string& slice);
  void MoveWatermark(const std::string& metric, int64_t nano);

  Rows rows_;
  Watermarks watermarks_;
};

// What a store holds of these metrics.
absl::StatusOr<SampleTable::Rows> RowsOf(MeasurementStore& store, const std::string& workspace,
                                         const std::vector<std::string>& metrics);

}  // namespace kpisuite
