// PartitionGroup: some units of one partition, between what is stored and what they make of it.
//
// Sans-IO. The writer (group_writer.h) fills in what the tables say, then applies the units in
// their order; each sees what those before it have made. What has changed is then written at once.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

inline constexpr int64_t kUnknownLast = std::numeric_limits<int64_t>::max();

// A series that the group names. Views refer to the units.
struct GroupSeries {
  absl::string_view workspace;
  absl::string_view metric;
  std::string slice;
  std::string key;  // of the three
  uint64_t id = 0;  // 0: it is not stored
  bool has_business_day = false;
  // No stored sample is later, so that one that is needs no look-up.
  int64_t last_nano = kUnknownLast;
  // What the group does to it.
  bool added = false;
  bool marked = false;  // got its first business day
};

// A sample that the group names, as it is stored or, later, as the group leaves it.
struct GroupRow {
  size_t series = 0;  // index
  int64_t time_nano = 0;
  absl::string_view sample_id;
  int64_t revision = 0;  // 0: it is not stored
  int64_t seq = 0;
  std::optional<SampleContent> live;  // nullopt: absent or withdrawn
  bool changed = false;

  // Whether nothing is, or was, stored before it.
  bool IsFirst() const { return revision <= 1; }
};

struct GroupTraits {
  std::string traits;
  bool added = false;
};
struct GroupWatermark {
  std::optional<int64_t> nano;
  bool moved = false;
};
struct GroupKept {
  KeptSamples kept;
  bool moved = false;
};
// An answer of the ledger.
struct GroupRequest {
  int part = 0;
  std::string fingerprint;
  int64_t created_nano = 0;
  IngestOutcome outcome;
  bool added = false;
};
struct GroupFeedEntry {
  int64_t seq = 0;
  int64_t commit_nano = 0;
  absl::string_view reason;
  std::string batch;
};

// Not thread-safe.
class PartitionGroup {
 public:
  // Workspace and the name of something in it.
  using Name = std::pair<std::string, std::string>;

  // All units are of one partition and outlive the group.
  explicit PartitionGroup(absl::Span<const IngestUnit* const> units);

  int part() const { return part_; }
  size_t unit_count() const { return units_.size(); }

  // What the tables say about these is to be filled in before Apply. Series of samples that are to
  // be looked up have an id by then.
  FeedHead head;
  int64_t commit_nano = 0;
  int64_t last_series = 0;
  std::vector<GroupSeries> series;
  std::vector<GroupRow> rows;
  std::map<Name, GroupTraits> traits;  // of metrics; empty text: none are stored
  std::map<Name, GroupWatermark> watermarks;
  std::map<Name, GroupKept> kept;                      // of metrics
  std::map<Name, std::vector<GroupRequest>> requests;  // by workspace and request_id

  // What the group writes besides what is marked above.
  std::vector<GroupFeedEntry> feed;
  std::vector<GroupRow> revisions;  // that are no longer the latest

  // Applies the unit at `index`, each once and in order. See MeasurementStore::Ingest; a unit that
  // is refused leaves no trace.
  absl::StatusOr<IngestOutcome> Apply(size_t index);
  // The feed has lost entries that were followed: what it gets now is of its next life. Before
  // Apply, and written even if the units change nothing.
  void BeginNewLife();
  // Whether anything is to be written.
  bool changed() const { return changed_; }
  // Whether what is to be written are new samples, feed entries and requests alone.
  bool OnlyAdds() const;

 private:
  struct SeriesUse {
    size_t series;
    std::vector<size_t> rows;  // of the unit's SeriesRows, in their order
  };

  void AddUnit(const IngestUnit& unit, bool alone);
  absl::StatusOr<std::optional<IngestOutcome>> FindRequest(const IngestUnit& unit) const;
  absl::Status CheckTraits(const IngestUnit& unit) const;
  absl::Status CheckTimes(const IngestUnit& unit) const;
  void AddTraits(const IngestUnit& unit);
  void ApplySeries(const IngestUnit& unit, const SeriesRows& rows, const SeriesUse& use,
                   ChangeBatchBuilder& changes);
  void MoveWatermarks(const IngestUnit& unit, ChangeBatchBuilder& changes, IngestOutcome& outcome);
  void MoveKept(const IngestUnit& unit, ChangeBatchBuilder& changes);
  void AppendFeed(const IngestUnit& unit, ChangeBatchBuilder& changes);
  void Remember(const IngestUnit& unit, const IngestOutcome& outcome);

  const int part_;
  const std::vector<const IngestUnit*> units_;
  std::vector<std::vector<SeriesUse>> uses_;  // by unit
  absl::flat_hash_map<std::string, size_t> series_index_;
  absl::flat_hash_map<std::tuple<size_t, int64_t, absl::string_view>, size_t> row_index_;
  bool changed_ = false;
};

}  // namespace kpisuite
