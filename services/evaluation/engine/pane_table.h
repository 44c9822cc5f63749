#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/measurement.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/derived_value.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/hierarchy.h"
#include "libs/kpi/slice.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/slice_roster.h"

namespace kpisuite {

// What a pane table holds: one aggregation of one metric, cut by slice and local day. KPIs whose
// inputs have equal specs share a table.
struct PaneSpec {
  std::string workspace;  // id
  std::string metric;     // id
  AggregationSpec aggregation;
  DerivedValue derived;  // comes before the filter
  Filter filter;
  std::vector<std::string> group_by;  // sorted dimensions and levels; empty for the total
  // Where members belong on the levels of group_by; empty without levels.
  std::vector<std::shared_ptr<const Hierarchy>> hierarchies;
  int64_t metric_revision = 0;  // whose hierarchies these are; 0 without levels
  // Whose day's membership counts; nothing: that of each sample's own local day (AS_WAS).
  std::optional<absl::CivilDay> as_is;
  std::shared_ptr<const Calendar> calendar;      // zone and day start cut the days
  std::shared_ptr<const PaneFinality> finality;  // null: nothing is held out
  std::shared_ptr<const SliceRoster> roster;     // null: every slice has panes of its own

  // Equal for equal specs.
  std::string Key() const;
  // The query that fills the table, for all days and slices, without what finality holds out. It
  // knows nothing of levels: cells come by the dimensions below them, so that no other process need
  // have the same hierarchies.
  v1::AggregateQuery Query() const;
  bool has_levels() const { return !hierarchies.empty(); }
  // The slice to which a sample of that day and these dimensions belongs; its panes may be those of
  // the roster's (other).
  Slice SliceOf(const Slice& leaf, int32_t day) const;
};

// The samples of one slice on one local day.
struct Pane {
  Aggregate state;
  int64_t last_time_nano = INT64_MIN;  // latest event time, before the filter
  int64_t base_seq = 0;                // changes up to here are in the state already
  bool loading = false;                // could not be corrected in place; waits for a reload
  int64_t held_out = 0;                // samples that finality keeps out of the state
};

// Panes of kBlockDays days together, so that long ranges need not merge every day again.
inline constexpr int kBlockDays = 32;
struct PaneBlock {
  Aggregate state;
  int64_t last_time_nano = INT64_MIN;
  int64_t held_out = 0;
  std::optional<Aggregate> carried;  // what later periods can see of it, once that was asked for
};

// The panes of one slice, by days since 1970-01-01.
struct SlicePanes {
  Slice slice;
  size_t rank = 0;  // among the slices of the table, in the order in which they were recorded
  absl::btree_map<int32_t, Pane> days;
  // By day / kBlockDays, rounded down; made when they are wanted, gone when a day of them changes.
  mutable absl::flat_hash_map<int32_t, PaneBlock> blocks;
};

// Days since 1970-01-01.
inline int32_t DayNumber(absl::CivilDay day) {
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}
inline absl::CivilDay DayOfNumber(int32_t number) { return absl::CivilDay(1970, 1, 1) + number; }

// Partial aggregates of one input, kept by folding the change feed into them. Added samples merge,
// corrections subtract the old value; a pane that cannot be corrected in place (a maximum went
// away, or a change of a final day is held out of it) is marked `loading` and must be loaded again.
// Thread-compatible.
class PaneTable {
 public:
  using PaneCallback = absl::FunctionRef<void(const SlicePanes&, int32_t day)>;

  static absl::StatusOr<std::unique_ptr<PaneTable>> Create(PaneSpec spec);

  // Folds the rows of one series in. Rows of panes that wait for a load, and rows that a load
  // already contained (seq <= base_seq), are skipped. `touched` is called for every pane that
  // changed, `broken` for every pane that has just been marked `loading`. With `only`, other panes
  // are left alone: a replay after a reload of that pane.
  struct PaneRef {
    std::string slice;
    int32_t day = 0;
  };
  void Apply(const v1::SeriesChanges& changes, int64_t seq, absl::Time commit_time,
             const std::optional<PaneRef>& only, PaneCallback touched, PaneCallback broken);

  // Replaces everything by an answer of QueryAggregates that reflects the feed up to `seq`.
  // INTERNAL when a cell is damaged; the table is then not loaded.
  absl::Status LoadAll(const std::vector<v1::AggregateCell>& cells, int64_t seq);
  // Replaces one pane by its cells among `cells`, those of its day; none means that it has no rows.
  absl::Status LoadPane(const PaneRef& pane, const std::vector<v1::AggregateCell>& cells,
                        int64_t seq);

  const PaneSpec& spec() const { return spec_; }
  bool loaded() const { return loaded_; }
  // Changes up to here are contained in every pane.
  int64_t base_seq() const { return base_seq_; }

  // Latest event time of the metric, before the filter; INT64_MIN without samples.
  int64_t last_event_nano() const { return last_event_nano_; }

  // The slices that have samples of the days [first, end) in the panes of (other).
  void AddOtherMembers(int32_t first, int32_t end,
                       absl::flat_hash_set<absl::string_view>& out) const;
  // How many slices ever had some there, since the table was loaded.
  size_t other_members() const { return others_.size(); }

  // Null when the slice never had a row.
  const SlicePanes* Find(absl::string_view slice) const;
  const absl::node_hash_map<std::string, SlicePanes>& slices() const { return slices_; }

  // Samples of the metric before that are past their retention: so are the days on which they may
  // have counted, and nothing of them is kept. Never goes back.
  void Keep(const v1::KeptSamples& kept);

  // The aggregate over the days [first, end) of one slice.
  struct Range {
    Aggregate state;
    int64_t last_time_nano = INT64_MIN;
    int64_t held_out = 0;
    bool is_kept = true;  // false: some of the days are past their retention
  };
  // FAILED_PRECONDITION while a pane of the range is loading or contains changes after `seq`.
  absl::StatusOr<Range> Over(absl::string_view slice, int32_t first, int32_t end,
                             int64_t seq) const;
  // As Over for what later periods can see of all days before `end` (Aggregate::CarriedOut), since
  // ever.
  absl::StatusOr<Range> CarriedInto(absl::string_view slice, int32_t end, int64_t seq) const;

 private:
  // The panes in which a slice counts.
  struct Home {
    SlicePanes* panes;
    std::optional<uint32_t> other;  // which member of (other) it is, in others_
  };
  // What a table needs to know about one series.
  struct SeriesBinding {
    // By the first day from which on it belongs there; the first entry is for all days before.
    std::vector<std::pair<int32_t, Home>> places;
    ValueFilter filter;

    const Home& HomeOn(int32_t day) const;
  };
  struct Row;

  PaneTable(PaneSpec spec, Aggregate empty);
  absl::StatusOr<SeriesBinding*> Bind(const v1::SeriesChanges& changes);
  // The day of a row, and where a business date (or none) moves it to.
  void Place(int32_t business_day, absl::Time commit_time, Row& row);
  SlicePanes& PanesOf(const Slice& slice);
  Home HomeOf(const Slice& slice);
  void CountOther(const Home& home, int32_t day, int64_t rows);
  void FindLastEvent();
  void DropDays();
  absl::StatusOr<PaneBlock*> BlockOf(const SlicePanes& panes, int32_t block, int64_t seq) const;
  absl::StatusOr<Pane> MakePane(const v1::AggregateCell& cell, int64_t seq) const;
  void Fold(const Row& row, const SeriesBinding& series, int64_t seq,
            const std::optional<PaneRef>& only, PaneCallback touched, PaneCallback broken);

  PaneSpec spec_;
  Aggregate empty_;
  DayLocator days_;
  bool loaded_ = false;
  int64_t base_seq_ = 0;
  int64_t last_event_nano_ = INT64_MIN;
  int32_t kept_from_ = INT32_MIN;  // day; the smallest: everything is kept
  absl::node_hash_map<std::string, SlicePanes> slices_;
  absl::flat_hash_map<uint64_t, SeriesBinding> series_;
  // Members of (other), and how many rows each has on a day.
  std::deque<std::string> others_;
  absl::flat_hash_map<std::string, uint32_t> other_index_;
  absl::btree_map<int32_t, absl::flat_hash_map<uint32_t, int64_t>> other_rows_;
};

}  // namespace kpisuite
