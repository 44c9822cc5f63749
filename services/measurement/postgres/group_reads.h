// GroupReads: what the tables say about the units of a PartitionGroup.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/postgres/connection.h"
#include "services/measurement/postgres/partition_group.h"

namespace kpisuite {

// Adds statements to a pipeline, and takes their results. Not thread-safe.
class GroupReads {
 public:
  // Both outlive the reads.
  GroupReads(PartitionGroup& group, PostgresPipeline& pipeline)
      : group_(group), pipeline_(pipeline) {}
  GroupReads(const GroupReads&) = delete;
  GroupReads& operator=(const GroupReads&) = delete;

  // Locks the head row. Everything else is to come after it.
  void AddHead();
  // Requests, traits with what is kept, watermarks.
  void AddNames();
  // Series that have no id yet.
  void AddSeries();
  // Samples of the series that have one, but for those that are later than the last.
  void AddRows();
  // The last sample of the series of which that is not known.
  void AddLast();

  // Fills in the group. INTERNAL when there is no such partition.
  absl::Status Take(absl::Span<const PostgresResult> results);

 private:
  void TakeRequests(const PostgresResult& rows);
  void TakeRows(const PostgresResult& rows);

  PartitionGroup& group_;
  PostgresPipeline& pipeline_;
  // Where the results are.
  std::optional<size_t> head_;
  std::optional<size_t> requests_;
  std::optional<size_t> traits_;
  std::optional<size_t> watermarks_;
  std::optional<size_t> kept_;
  std::optional<size_t> series_;
  std::optional<size_t> rows_;
  std::optional<size_t> last_;
  // Cells of the look-ups, as indices into the group.
  std::vector<size_t> asked_series_;
  std::vector<size_t> asked_rows_;
  std::vector<size_t> asked_last_;
};

}  // namespace kpisuite
