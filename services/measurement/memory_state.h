// MemoryState: the content of a MemoryMeasurementStore as plain containers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// A copyable value; not thread-safe.
class MemoryState {
 public:
  MemoryState(int64_t incarnation, int partitions);

  // See MeasurementStore::Ingest. The state is unchanged on an error.
  absl::StatusOr<IngestOutcome> Apply(const IngestUnit& unit);

  KeptSamples FindKept(const std::pair<std::string, std::string>& metric) const;
  std::vector<PastSamples> FindPast(int64_t cutoff_nano) const;
  void DeletePast(int64_t cutoff_nano);

  struct Revision {
    SampleContent content;
    int64_t seq = 0;
    bool retracted = false;
  };
  struct Series {
    SeriesRecord record;
    // By (time, sample_id); revision n is at n - 1.
    std::map<std::pair<int64_t, std::string>, std::vector<Revision>> samples;
  };
  struct FeedEntry {
    std::string batch;
    FeedCommit commit;
  };
  struct Partition {
    FeedHead head;
    std::vector<FeedEntry> feed;  // seq n is at n - 1, also when trimmed
  };
  struct Request {
    std::string fingerprint;
    absl::Time created;
    std::map<int, IngestOutcome> outcomes;  // by partition
  };
  using MetricKey = std::pair<std::string, std::string>;  // workspace, metric

  std::vector<Partition> partitions;
  std::map<MetricKey, std::string> traits;
  std::map<MetricKey, int64_t> watermarks;
  std::map<MetricKey, KeptSamples> kept;
  std::map<MetricKey, std::map<std::string, uint64_t>> series_ids;  // by canonical slice
  std::vector<Series> series;                                       // id n is at n - 1
  std::map<std::pair<std::string, std::string>, Request> requests;  // workspace, request_id
  SavedDefinitions definitions;

 private:
  absl::StatusOr<std::optional<IngestOutcome>> FindRequest(const IngestUnit& unit) const;
  absl::Status CheckUnit(const IngestUnit& unit) const;
  void ApplySeries(const IngestUnit& unit, const SeriesRows& rows, int64_t seq,
                   ChangeBatchBuilder& changes);
  Series* FindOrAddSeries(const IngestUnit& unit, const SeriesRows& rows);
  void MoveWatermarks(const IngestUnit& unit, ChangeBatchBuilder& changes, IngestOutcome& outcome);
  void MoveKept(const IngestUnit& unit, ChangeBatchBuilder& changes);
};

}  // namespace kpisuite
