// A KPI at work: its panes, and the states it has been asked to keep.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/definitions/kpi.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/input_reader.h"
#include "services/evaluation/engine/pace_past.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/period_values.h"
#include "services/evaluation/engine/recorded_values.h"
#include "services/evaluation/engine/series_history.h"
#include "services/evaluation/engine/version_chain.h"
#include "services/evaluation/engine/withheld_slices.h"

namespace kpisuite {

// A state that is kept up to date.
struct TrackedState {
  bool dirty = false;
  bool definition_changed = false;  // why it is dirty, for the log
  bool history_changed = false;     // why it is dirty: what it builds on is another
  int64_t shown_until = -1;         // while it waits for a load: how much of the feed is in `state`
  uint64_t rows = 0;
  v1::Status status = v1::STATUS_UNSPECIFIED;
  bool stale = false;  // and noted as such under its metrics
  bool paced = false;  // it has a pace
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
  bool final = false;
  std::optional<int64_t> held_out;  // as last evaluated
  // What it told once it was FINAL, of KPIs whose targets read others; null otherwise.
  std::shared_ptr<const FinalTargets> final_targets;
  // A release that may be what changes it next; null otherwise.
  std::shared_ptr<const FinalityDecision> release;
};

// A state as readers are told of it.
inline ChangedState UpdateOf(StateId id, int32_t first_day, const TrackedState& state) {
  return {.id = std::move(id),
          .first_day = first_day,
          .has_rows = state.rows > 0,
          .status = state.status,
          .version = state.version,
          .state = state.state};
}

// The states of one slice.
struct SliceStates {
  Slice slice;
  size_t grouping = 0;                     // into KpiRuntime::groupings
  std::vector<std::string> input_slices;   // canonical slice that each input reads
  std::vector<std::string> entity_slices;  // and each of SuppressionRule::entities
  std::vector<absl::btree_map<int32_t, TrackedState>> windows;  // by first day of the period
  absl::btree_set<int32_t> reports;  // the days on which it reported; empty of those that never do
  // Memos, parallel to windows: of KPIs that build on history, and of those with pace.
  mutable std::vector<SeriesHistory> histories;
  mutable std::vector<PacePast> pasts;
};

// One grouping and the tables that its inputs read.
struct RuntimeGrouping {
  std::vector<std::string> dimensions;        // sorted; empty for the total
  std::shared_ptr<const SliceRoster> roster;  // null: there are not too many slices
  std::vector<PaneTable*> tables;             // parallel to KpiDefinition::inputs; not owned
  std::vector<PaneTable*> entity_tables;      // parallel to SuppressionRule::entities; not owned

  // All of them.
  std::vector<PaneTable*> AllTables() const;
};

// Whether the age of the data can change a state of the KPI.
bool CanGoStale(const KpiDefinition& kpi);

// The hierarchies of a KPI's inputs, each dimension once; and whether one of its levels is in a
// grouping, so that its states depend on the view.
std::vector<std::shared_ptr<const Hierarchy>> HierarchiesOf(const KpiDefinition& kpi);
bool IsCutByLevels(const KpiDefinition& kpi);
// The last day on which an entry of these begins, of those that have begun; CivilDay::min() when
// none has. And when the next one does; InfiniteFuture: none.
absl::CivilDay MembershipDayOf(const KpiDefinition& kpi, absl::Time now);
absl::Time NextMembershipChange(const KpiDefinition& kpi, absl::Time now);

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
  const Membership& membership() const { return membership_; }
  // The slices above one in the hierarchies, nearest first, for a day of its data.
  std::vector<Slice> AncestorsOf(const Slice& slice, absl::CivilDay day) const;
  // The slice of a coarser grouping that contains it, AS_IS.
  std::optional<Slice> SliceAbove(const Slice& slice, const std::vector<std::string>& names) const;
  // Whether states of the KPI, of any version, depend on the view.
  bool DependsOnView() const;
  // Whether a level is among the dimensions of the slice.
  bool HasLevel(const Slice& slice) const;

  std::deque<SliceStates>& slices() { return slices_; }
  const std::deque<SliceStates>& slices() const { return slices_; }

  // The states of a slice of one of the groupings; made when they are missing.
  size_t SliceIndex(size_t grouping, const Slice& slice);
  // Nothing when the slice is unknown.
  std::optional<size_t> FindSlice(absl::string_view slice) const;
  // The grouping a slice belongs to; nothing when it is not declared, or when the slice counts in
  // (other).
  std::optional<size_t> GroupingOf(const Slice& slice) const;
  // The slice in which this one counts, which is one of too many; nothing when it is not.
  std::optional<Slice> OtherFor(const Slice& slice) const;
  // --- Members that stop reporting (SEMANTICS 3.8.5; runtime_members.cc). ---
  // A slice reports on a day when an input that is cut by all of its dimensions has a row there. It
  // is missing once it has reported nothing for two periods that are closed, after it had reported:
  // in the second of them, and until it reports again. Periods of calendar windows only; the total
  // and (other) are no members.

  // The data of a day of a slice changed. Nothing when the slice reports on it, or does not, as
  // before; else the next day on which it reports, INT32_MAX without one.
  std::optional<int32_t> NoteReport(SliceStates& slice, int32_t day);
  // The last day before `end_day` on which the slice reported.
  static std::optional<int32_t> LastReport(const SliceStates& slice, int32_t end_day);
  // The slices one level above: those of the next coarser groupings that contain it, AS_IS.
  std::vector<std::string> ParentsOf(const SliceStates& slice) const;
  // A slice below `parent` has begun to report on a day, or has ceased to.
  void ForgetMissing(const std::string& parent) { missing_.erase(parent); }

  // How many slices of a grouping have states of their own at most: what the newest version says.
  size_t max_slices() const {
    const KpiRuntime& newest = chain_ == nullptr ? *this : chain_->newest();
    return static_cast<size_t>(newest.kpi().max_slices);
  }
  // How many slices of a grouping there are, besides (other).
  size_t CountSlices(size_t grouping) const { return slice_counts_[grouping]; }
  // Index of the window with this id; the first for an empty id.
  std::optional<size_t> WindowIndex(absl::string_view id) const;

  // What was told of a period of one of the KPI's windows since it is closed, in this version;
  // nothing when that is not known, or may be what another definition said (RESTATE_HISTORY).
  std::optional<Number> ToldValue(const Slice& slice, const Window& window,
                                  const Period& period) const;

  // How the KPIs that targets read are found; before that there are none.
  void FindKpisWith(KpiLookup lookup) { lookup_ = std::move(lookup); }
  // What the targets, of any definition, read beyond their definitions.
  const TargetReads& target_reads() const { return target_reads_; }

  // What was recorded about closed periods of the KPI, in any version; null when no target of any
  // version reads it. It outlives the runtime.
  void SetRecorded(const RecordedValues* recorded) { recorded_ = recorded; }
  const RecordedValues* recorded() const { return recorded_; }

  // --- What final periods keep (SEMANTICS 3.16.4): definitions that continue each other, the last
  // of them kpi(). ---
  // Of all of them, what is withheld is that of kpi(). Before the first slice.
  void SetKept(const std::vector<KeptDefinition>& kept);
  const std::vector<KeptDefinition>& kept() const { return kept_; }
  // By which a period of a window, one of the KPI's or any other, is evaluated. The inputs of all
  // have the same places.
  const KpiDefinition& DefinitionFor(const Window& window, const Period& period) const;

  // --- Versions (SEMANTICS 3.16.5); without a chain the KPI has this one only. ---
  void SetChain(std::shared_ptr<const VersionChain> chain) { chain_ = std::move(chain); }
  const VersionChain* chain() const { return chain_.get(); }
  bool is_newest() const { return chain_ == nullptr || &chain_->newest() == this; }
  // The version of a period; `window` is one of the KPI's or any other. Null when there is none.
  const KpiRuntime* VersionOf(const Window& window, const Period& period) const;
  // Whether the period of the window that begins on `first_day` is of this version.
  bool Owns(size_t window, int32_t first_day) const;
  // Whether what is computed for this version may read values of the period.
  bool MayCompareWith(const Window& window, const Period& period) const;
  // Whether the period is of this version and the one before it is of another.
  bool StartsVersion(const Window& window, const Period& period) const;
  // As LatestWithRows over all versions of the KPI; the window is that of this one.
  std::optional<int32_t> LatestOfAll(absl::string_view slice, size_t window) const;
  // First day of the first period with rows in any version.
  std::optional<int32_t> FirstOfAll(absl::string_view slice, size_t window) const;

  // The finality of the KPI itself, then of those that it contains.
  using Finalities = std::vector<std::shared_ptr<const KpiFinality>>;
  void SetFinalities(Finalities finalities) { finalities_ = std::move(finalities); }
  const Finalities& finalities() const { return finalities_; }
  // When the last of these days becomes FINAL for the KPI; InfiniteFuture: never.
  absl::Time FinalTimeOf(const Period& reach) const;
  // The newest release after `time`, before others one of any of these days; null when there is
  // none.
  std::shared_ptr<const FinalityDecision> ReleaseSince(absl::Time time, const Period& reach) const;
  // The same of those that `before` does not know, a runtime of the same definition.
  std::shared_ptr<const FinalityDecision> ReleaseBeyond(const KpiRuntime& before,
                                                        const Period& reach) const;
  // Samples of the days [first, end) in all slices together that are held out, of each metric once.
  // FAILED_PRECONDITION (NOT_READY) while inputs are loaded.
  absl::StatusOr<int64_t> HeldOut(int32_t first, int32_t end, int64_t seq) const;
  // The least watermark of the inputs; InfinitePast when one has none.
  absl::Time LeastWatermark() const;

  // Whether the value of a period or its target reads data from before it.
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
    // Samples that the value or a target needs are past their retention.
    bool misses_samples = false;
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
                       slice.input_slices, facts_, now, seq, ReadsFrom());
  }
  // As ReaderOf, of the entities behind its denominators.
  InputReader EntityReaderOf(const SliceStates& slice, absl::Time now, int64_t seq) const {
    return InputReader(*kpi_->calendar, kpi_->suppression.entities,
                       groupings_[slice.grouping].entity_tables, slice.entity_slices, entity_facts_,
                       now, seq, ReadsFrom());
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
  // As Compute, for a period that builds on `before`; null for KPIs that do not build on history.
  absl::StatusOr<Computation> ComputeAfter(const SeriesCarry* before, const SliceStates& slice,
                                           size_t window, const Period& period,
                                           const TrackedState* tracked, absl::Time now,
                                           int64_t seq) const;
  // What `step` builds on when periods that are over lie between it and the last kept one, which
  // nobody keeps because they have no rows: `kept` is the carry up to the last kept one. Nothing
  // when there is no such period. Costs an evaluation for each, kMaxSeriesGap at most.
  absl::StatusOr<std::optional<SeriesCarry>> CarryBeyondKept(const SeriesCarry& kept,
                                                             const SliceStates& slice,
                                                             size_t window, const Period& step,
                                                             absl::Time now, int64_t seq) const;
  std::optional<size_t> GroupingWith(const Slice& slice) const;
  std::vector<std::vector<size_t>> GroupingsAbove() const;
  void AddToParents(size_t index);
  bool ReportsOn(const SliceStates& slice, int32_t day) const;
  struct Silence {
    int32_t since = 0;                          // no report from this day on: missing
    absl::Time until = absl::InfiniteFuture();  // when `since` may move on by time alone
  };
  // Nothing where it is not told.
  std::optional<Silence> SilenceAt(const Window& window, const Period& period,
                                   absl::Time now) const;
  // Of the slices one level below. FAILED_PRECONDITION (NOT_READY) while they are loaded.
  absl::StatusOr<int32_t> CountMissing(const SliceStates& slice, size_t window,
                                       const Period& period, int32_t since) const;
  absl::Status FillMembers(const SliceStates& slice, size_t window,
                           EvaluationContext& context) const;
  // How many slices count in (other) with samples in the period; 0 for another slice.
  int32_t OtherMembersIn(const SliceStates& slice, const Period& reach) const;
  // First day of what periods of this version may read of others, as the last day of those.
  int32_t ReadsFrom() const;
  bool LaterVersionHasRows(const SliceStates& slice, size_t window) const;
  // The series in every version that has it, oldest first.
  void ForEachSeries(
      absl::string_view slice, size_t window,
      absl::FunctionRef<void(const KpiRuntime&, const SliceStates&, size_t)> visit) const;

  int64_t id_;
  std::shared_ptr<const KpiDefinition> kpi_;
  std::vector<KeptDefinition> kept_;
  std::vector<RuntimeGrouping> groupings_;
  std::vector<const MetricFacts*> facts_;
  std::vector<const MetricFacts*> entity_facts_;
  std::shared_ptr<PeriodMemo> memo_;
  Membership membership_;
  std::vector<std::shared_ptr<const Hierarchy>> hierarchies_;
  TargetReads target_reads_;
  KpiLookup lookup_;
  const RecordedValues* recorded_ = nullptr;
  std::shared_ptr<const VersionChain> chain_;
  Finalities finalities_;
  bool reaches_back_;
  bool builds_on_history_;
  int32_t days_after_;
  std::deque<SliceStates> slices_;
  absl::flat_hash_map<std::string, size_t> slice_index_;
  std::vector<size_t> slice_counts_;                  // parallel to groupings_
  std::vector<std::vector<size_t>> groupings_above_;  // parallel to groupings_: the next coarser
  absl::flat_hash_map<std::string, std::vector<size_t>> children_;  // by canonical slice
  // How many members are missing, by canonical slice, window and first day; a memo.
  struct MissingCount {
    int32_t since = 0;
    int32_t count = 0;
  };
  using MissingCounts = absl::btree_map<std::pair<size_t, int32_t>, MissingCount>;
  mutable absl::flat_hash_map<std::string, MissingCounts> missing_;
  mutable WithheldSlices withheld_;
};

}  // namespace kpisuite
