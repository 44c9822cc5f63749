// A KPI at work: its panes, and the states it has been asked to keep.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/definitions/kpi.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/input_reader.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/period_values.h"
#include "services/evaluation/engine/series_history.h"
#include "services/evaluation/engine/withheld_slices.h"

namespace kpisuite {

// A state that is kept up to date.
struct TrackedState {
  bool dirty = false;
  bool definition_changed = false;  // why it is dirty, for the log
  bool history_changed = false;     // why it is dirty: what it builds on is another
  uint64_t rows = 0;
  v1::Status status = v1::STATUS_UNSPECIFIED;
  bool stale = false;  // and noted as such under its metrics
  PeriodPhase phase = PeriodPhase::kFuture;
  bool backfilled = false;  // it was over before its first sample arrived, and is not closed yet
  absl::Time changed_at;    // tick of the last change of what it shows
  absl::Time period_end = absl::InfiniteFuture();
  int32_t end_day = 0;  // day after the period; 0 before the first evaluation
  // Set while the period is closed and its KPI builds on history.
  std::shared_ptr<const SeriesPoint> point;
  absl::Time wakeup = absl::InfiniteFuture();
  std::shared_ptr<const std::string> state;  // serialised; null before the first evaluation
  size_t content_size = 0;                   // bytes of it before its place
  std::string version;
  absl::Time tick = absl::InfinitePast();  // of the version
  // As last logged.
  bool logged = false;
  v1::Status logged_status = v1::STATUS_UNSPECIFIED;
  std::string logged_value;
  int32_t revision = 0;
  bool restated = false;
  std::optional<absl::Time> closed_at;
  std::optional<RestatementNote> restatement;
};

// The states of one slice.
struct SliceStates {
  Slice slice;
  size_t grouping = 0;                     // into KpiRuntime::groupings
  std::vector<std::string> input_slices;   // canonical slice that each input reads
  std::vector<std::string> entity_slices;  // and each of SuppressionRule::entities
  std::vector<absl::btree_map<int32_t, TrackedState>> windows;  // by first day of the period
  mutable std::vector<SeriesHistory> histories;                 // parallel to windows; a memo
};

// One grouping and the tables that its inputs read.
struct RuntimeGrouping {
  std::vector<std::string> dimensions;    // sorted; empty for the total
  std::vector<PaneTable*> tables;         // parallel to KpiDefinition::inputs; not owned
  std::vector<PaneTable*> entity_tables;  // parallel to SuppressionRule::entities; not owned

  // All of them.
  std::vector<PaneTable*> AllTables() const;
};

// Whether the age of the data can change a state of the KPI.
bool CanGoStale(const KpiDefinition& kpi);

// The hierarchies of a KPI's inputs, each dimension once; and whether one of its levels is in a
// grouping, so that its states depend on the view.
std::vector<std::shared_ptr<const Hierarchy>> HierarchiesOf(const KpiDefinition& kpi);
bool IsCutByLevels(const KpiDefinition& kpi);

// Where members belong, as a runtime sees it.
struct Membership {
  MembershipView view = MembershipView::kAsIs;
  // The day that counts AS_IS: the last on which an entry begins, of those that have come.
  absl::CivilDay as_is = absl::CivilDay::min();
};

// Maps days to the first day of their period; the answer does not depend on the zone.
class PeriodMemo {
 public:
  int32_t FirstDay(const Calendar& calendar, Grain grain, int32_t day);

 private:
  absl::flat_hash_map<std::pair<int, int32_t>, int32_t> first_days_;
};

// Not thread-safe. Tables outlive the runtime; `facts` is parallel to KpiDefinition::inputs.
class KpiRuntime {
 public:
  KpiRuntime(int64_t id, std::shared_ptr<const KpiDefinition> kpi,
             std::vector<RuntimeGrouping> groupings, std::vector<const MetricFacts*> facts,
             std::shared_ptr<PeriodMemo> memo, Membership membership = {});

  int64_t id() const { return id_; }
  const KpiDefinition& kpi() const { return *kpi_; }
  const std::shared_ptr<const KpiDefinition>& definition() const { return kpi_; }
  const std::vector<RuntimeGrouping>& groupings() const { return groupings_; }
  // States AS_WAS are kept for readers alone: they are neither logged nor published.
  MembershipView view() const { return membership_.view; }
  // The slices above one in the hierarchies, nearest first, for a day of its data.
  std::vector<Slice> AncestorsOf(const Slice& slice, absl::CivilDay day) const;
  // The slice of a coarser grouping that contains it, AS_IS.
  std::optional<Slice> SliceAbove(const Slice& slice, const std::vector<std::string>& names) const;
  // Whether a level is among the dimensions of the slice.
  bool HasLevel(const Slice& slice) const;

  std::deque<SliceStates>& slices() { return slices_; }
  const std::deque<SliceStates>& slices() const { return slices_; }

  // The states of a slice of one of the groupings; made when they are missing.
  size_t SliceIndex(size_t grouping, const Slice& slice);
  // Nothing when the slice is unknown.
  std::optional<size_t> FindSlice(absl::string_view slice) const;
  // The grouping a slice belongs to; nothing when it is not declared.
  std::optional<size_t> GroupingOf(const Slice& slice) const;
  // Index of the window with this id; the first for an empty id.
  std::optional<size_t> WindowIndex(absl::string_view id) const;

  // How the KPIs that targets read are found; before that there are none.
  void FindKpisWith(KpiLookup lookup) { lookup_ = std::move(lookup); }
  // What the targets read beyond their definitions.
  const TargetReads& target_reads() const { return target_reads_; }

  // Whether a period, its target or its pace, reads data from before it.
  bool reaches_back() const { return reaches_back_; }
  // Whether a state depends on earlier closed periods of its series, which is dense then: between
  // two periods that are kept, up to kMaxSeriesGap others are kept too.
  bool builds_on_history() const { return builds_on_history_; }
  // How many days after its end a period reads data; 0 for none.
  int32_t days_after() const { return days_after_; }

  // Day number of the first day of the window's period that contains `day`.
  int32_t FirstDay(size_t window, int32_t day);

  // First days of the periods between `first_day`, a kept one, and its neighbours, as far as they
  // belong to one series.
  std::vector<int32_t> GapsAround(const SliceStates& slice, size_t window, int32_t first_day) const;

  // What a state is computed from. FAILED_PRECONDITION (NOT_READY) while inputs are loaded.
  struct Computation {
    EvaluationContext context;
    std::vector<InputAggregate> inputs;
    KpiEvaluation evaluation;
  };
  // `tracked` may be null: a state that is not kept.
  absl::StatusOr<Computation> Compute(const SliceStates& slice, size_t window, const Period& period,
                                      const TrackedState* tracked, absl::Time now,
                                      int64_t seq) const;
  // A slice that is not kept, to compute its states.
  SliceStates MakeSlice(size_t grouping, const Slice& slice) const;

  // Reads the inputs of a slice, which outlives the reader.
  InputReader ReaderOf(const SliceStates& slice, absl::Time now, int64_t seq) const {
    return InputReader(*kpi_->calendar, kpi_->inputs, groupings_[slice.grouping].tables,
                       slice.input_slices, facts_, now, seq);
  }
  // As ReaderOf, of the entities behind its denominators.
  InputReader EntityReaderOf(const SliceStates& slice, absl::Time now, int64_t seq) const {
    return InputReader(*kpi_->calendar, kpi_->suppression.entities,
                       groupings_[slice.grouping].entity_tables, slice.entity_slices, entity_facts_,
                       now, seq);
  }

  // Whether values can be withheld, and which are. The answers are a memo of what the panes say.
  bool suppresses() const { return kpi_->suppression.fewest > 0; }
  WithheldSlices& withheld() const { return withheld_; }

  // Values of other periods for an evaluation at that time and position.
  PeriodValues ValuesAt(size_t window, absl::Time now, int64_t seq) const {
    return PeriodValues(*this, kpi_->windows[window], now, seq, lookup_);
  }

  // The time whose samples count in a period of the window.
  Period ReachOf(const Window& window, const Period& period) const;

  // First day of the last period with rows; nothing when there is none.
  std::optional<int32_t> LatestWithRows(const SliceStates& slice, size_t window) const;

 private:
  int64_t id_;
  std::shared_ptr<const KpiDefinition> kpi_;
  std::vector<RuntimeGrouping> groupings_;
  std::vector<const MetricFacts*> facts_;
  std::vector<const MetricFacts*> entity_facts_;
  std::shared_ptr<PeriodMemo> memo_;
  Membership membership_;
  std::vector<std::shared_ptr<const Hierarchy>> hierarchies_;
  TargetReads target_reads_;
  KpiLookup lookup_;
  bool reaches_back_;
  bool builds_on_history_;
  int32_t days_after_;
  std::deque<SliceStates> slices_;
  absl::flat_hash_map<std::string, size_t> slice_index_;
  mutable WithheldSlices withheld_;
};

}  // namespace kpisuite
