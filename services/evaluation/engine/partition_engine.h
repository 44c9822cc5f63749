// The core of evaluation for one partition: definitions, the change feed, aggregate answers and
// time go in; states and log entries come out. No clock, no I/O, no threads: the simulator and the
// service drive the same code.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/measurement.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/comparator.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/engine/kpi_runtime.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/recorded_values.h"
#include "services/evaluation/engine/told_state.h"

namespace kpisuite {

// `workspaces/w` of a batch to the id.
absl::string_view WorkspaceId(absl::string_view workspace);
// Identifies a metric in a partition.
std::string MetricKey(absl::string_view workspace, absl::string_view metric);

inline constexpr size_t kMaxBacklogBytes = size_t{128} << 20;

// Invariant: every state it publishes equals a recomputation from the samples of the feed up to
// evaluated_seq(), under the definitions of definition_position(), at the tick of its last change.
// Not thread-safe.
class PartitionEngine {
 public:
  // Starts at a position of the feed; earlier samples come with the aggregate answers. At most
  // `max_backlog_bytes` of the feed are kept for loads that are not answered yet: those that take
  // longer are asked for again.
  PartitionEngine(int32_t part, int64_t incarnation, int64_t seq,
                  size_t max_backlog_bytes = kMaxBacklogBytes);

  // One series of a KPI.
  struct SeriesName {
    std::string kpi;  // resource name
    std::string window;
    Slice slice;
  };
  // Keeps the states of this series alone; all others are computed when they are read. Members
  // belong where they do at `members_at`, and only AS_IS. Before the first SetKpi.
  void KeepOnly(SeriesName series, absl::Time members_at) {
    only_ = std::move(series);
    members_at_ = members_at;
  }
  // Where to read what the log has about a KPI whose targets read that, in SetVersions. Without it
  // nothing is on record when a KPI comes. Before the first SetKpi.
  void FindRecordedWith(RecordedLookup lookup) { recorded_lookup_ = std::move(lookup); }
  // The same of what closed states told: of FINAL ones in SetVersions, of others in Tick.
  void FindClosedStatesWith(ClosedStatesLookup lookup) { told_.ReadWith(std::move(lookup)); }

  // --- Inputs ---

  // What the state log last said about a state; before the KPI's first SetKpi.
  void Seed(LoggedState logged);
  // All decisions about the days of a KPI of that resource name, in the order of their time. They
  // count from the next SetKpi of the KPI, and of those that contain it, on.
  void SetFinality(absl::string_view kpi, FinalityDecisions decisions);
  // Adds or replaces a KPI; all its states are computed again.
  absl::Status SetKpi(std::shared_ptr<const KpiDefinition> kpi);
  // The same with earlier versions of it, oldest first; the last is the KPI and can be evaluated.
  // Errors: those of what is recorded about it.
  absl::Status SetVersions(const std::vector<KpiVersion>& versions);
  // Unknown names are ignored.
  void RemoveKpi(absl::string_view resource_name);
  void SetDefinitionPosition(int64_t position) { definition_position_ = position; }
  // The next batch of the feed; batches up to seq() are ignored. OUT_OF_RANGE on a gap,
  // FAILED_PRECONDITION (INCARNATION_CHANGED) when it belongs to another life of the partition.
  absl::Status Apply(std::shared_ptr<const v1::ChangeBatch> batch);
  // A load could not be answered: it is among those of the next TakeLoads, unless its table is
  // gone.
  void AskAgain(int64_t load);
  // An answer to a load. Unknown ids are ignored: their table is gone. INTERNAL when damaged,
  // FAILED_PRECONDITION (FEED_TRIMMED) when it lacks changes that are not kept any more; the load
  // is then asked for again.
  absl::Status Answer(const LoadAnswer& answer);

  // --- Outputs ---

  // Loads that were not taken yet. Each is to be answered, by what is read after this call; when
  // that fails, ask again.
  std::vector<LoadRequest> TakeLoads();
  // Brings up to `max_evaluations` touched states up to date. `now` never goes back: an earlier
  // time counts as the last one.
  TickOutput Tick(absl::Time now, int max_evaluations);
  // When the next state changes without new data; InfiniteFuture when none does.
  absl::Time NextWakeup() const;
  bool HasDirty() const { return !dirty_.empty() || !touched_steps_.empty(); }
  // Whether a load has not been answered.
  bool loading() const { return !loads_.empty(); }

  // --- Reads (of what has been evaluated) ---

  // The newest version.
  const KpiRuntime* Find(absl::string_view resource_name) const;
  // In a view. AS_WAS there is one for KPIs of which a version is cut by levels and none withholds
  // values; for others it is null.
  const KpiRuntime* Find(absl::string_view resource_name, MembershipView view) const;
  // The newest version of each, AS_IS.
  std::vector<const KpiRuntime*> Runtimes() const;
  // The current state, kept or computed now, with its place, by the version of the period.
  // NOT_FOUND for a slice outside the declared groupings, a window that the KPI has not, and
  // periods of a version that can only be read from the log; FAILED_PRECONDITION (NOT_READY) while
  // inputs are loaded.
  absl::StatusOr<std::shared_ptr<const std::string>> Read(const KpiRuntime& runtime,
                                                          absl::string_view slice, size_t window,
                                                          const Period& period, absl::Time now);
  // As Read, with everything behind it and next to its comparators, which are valid.
  absl::StatusOr<v1::Explanation> Explain(const KpiRuntime& runtime, absl::string_view slice,
                                          size_t window, const Period& period, absl::Time now,
                                          absl::Span<const Comparator> comparators = {});

  int32_t part() const { return part_; }
  int64_t incarnation() const { return incarnation_; }
  int64_t seq() const { return seq_; }
  int64_t evaluated_seq() const { return evaluated_seq_; }
  // Every state that is shown includes the feed up to here. States that wait for a load and were
  // never shown do not count: what is not there is not old.
  int64_t shown_seq() const { return shown_seq_; }
  int64_t definition_position() const { return definition_position_; }
  // The latest commit that was applied; InfinitePast before the first.
  absl::Time last_commit() const { return last_commit_; }
  const EngineCounters& counters() const { return counters_; }
  // Size of the batches that are kept for outstanding loads.
  size_t backlog_bytes() const { return backlog_bytes_; }
  // All states that are kept, newest version of each: for a cache that lost them.
  std::vector<ChangedState> Snapshot(MembershipView view = MembershipView::kAsIs) const;

 private:
  // A state to evaluate, or a timer for one.
  struct StateRef {
    int64_t runtime;
    size_t slice;
    size_t window;
    int32_t first_day;
    template <typename H>
    friend H AbslHashValue(H state, const StateRef& ref) {
      return H::combine(std::move(state), ref.runtime, ref.slice, ref.window, ref.first_day);
    }
    // By series, then by time: what a later period builds on is evaluated before it.
    friend auto operator<=>(const StateRef&, const StateRef&) = default;
    auto SeriesOf() const { return std::tie(runtime, slice, window); }
  };
  struct Dependent {
    KpiRuntime* runtime;
    size_t grouping;
  };
  struct TableEntry {
    std::unique_ptr<PaneTable> table;
    std::vector<Dependent> dependents;
  };
  struct MetricEntry {
    MetricFacts facts;
    std::optional<v1::KeptSamples> kept;  // nothing: all are
    std::vector<TableEntry*> tables;
    absl::flat_hash_set<int64_t> runtimes;
    // Watermarks of answers ahead of the feed, by position.
    std::multimap<int64_t, absl::Time> coming_watermarks;
    // States that were found stale: they look again when the metric moves.
    absl::flat_hash_set<StateRef> stale;
  };
  struct Load {
    TableEntry* entry = nullptr;
    std::optional<PaneTable::PaneRef> pane;  // nothing: the whole table
    int64_t asked_at_seq = 0;                // the answer reflects the feed up to here, or further
    // What is recorded in final days after their cutoff is left out, for cutoffs until then.
    absl::Time cutoffs_until = absl::InfiniteFuture();
    LoadRequest request;
  };
  struct Timer {
    absl::Time time;
    StateRef ref;
    bool operator<(const Timer& other) const {
      return std::tie(time, ref) < std::tie(other.time, other.ref);
    }
  };
  struct TouchedPane {
    TableEntry* entry;
    const SlicePanes* panes;
    int32_t day;
    template <typename H>
    friend H AbslHashValue(H state, const TouchedPane& pane) {
      return H::combine(std::move(state), pane.entry, pane.panes, pane.day);
    }
    friend bool operator==(const TouchedPane&, const TouchedPane&) = default;
  };

  // Building and dropping (engine_definitions.cc).
  absl::StatusOr<TableEntry*> TableFor(PaneSpec spec);
  // By the dimensions of the grouping.
  using Rosters = std::map<std::vector<std::string>, std::shared_ptr<const SliceRoster>>;
  absl::StatusOr<std::vector<RuntimeGrouping>> Bind(const KpiDefinition& kpi,
                                                    const KpiRuntime::Finalities& finalities,
                                                    const Membership& membership,
                                                    const Rosters& rosters);
  void Drop(KpiRuntime& runtime, bool announce);
  void Inherit(KpiRuntime& old_runtime, KpiRuntime& newest);
  // Of one of the versions. The rule of the newest binds all but what FINAL days keep.
  KpiRuntime::Finalities FinalitiesOf(const KpiDefinition& kpi,
                                      const std::vector<KpiVersion>& versions) const;
  void ApplySeeds(KpiRuntime& newest);
  bool ApplySeed(KpiRuntime& newest, const LoggedState& logged);
  void Unbind(TableEntry& entry, const KpiRuntime& runtime);
  void TouchAll(TableEntry& entry, const Dependent& dependent);

  // Versions (engine_versions.cc).
  using Versions = std::vector<std::unique_ptr<KpiRuntime>>;  // oldest first
  absl::StatusOr<Versions> MakeVersions(const std::vector<KpiVersion>& versions,
                                        MembershipView view);
  absl::StatusOr<std::unique_ptr<KpiRuntime>> MakeRuntime(std::shared_ptr<const KpiDefinition> kpi,
                                                          const std::vector<KpiVersion>& versions,
                                                          const Membership& membership,
                                                          const Rosters& rosters);
  static std::vector<KpiVersion> VersionsOf(const Versions& versions);
  absl::Status SetAsWas(const std::vector<KpiVersion>& versions);
  void DropAsWas(absl::string_view resource_name);
  absl::Time MembershipTime() const;
  void Regroup();

  // Groupings with more slices than the KPI may have (engine_slices.cc).
  const Versions* FindVersions(absl::string_view resource_name, MembershipView view) const;
  Rosters RostersFor(const std::vector<VersionGroup>& versions, const Versions& old) const;
  void NoteSlice(const KpiRuntime& runtime, size_t grouping);
  void FoldSlices();
  void Connect(KpiRuntime& runtime);
  // What was recorded about the KPI; null when none of its versions reads that.
  absl::StatusOr<RecordedValues*> RecordedFor(const std::string& name, const Versions& made);
  absl::Status CompleteSeeds(const std::string& name, const Versions& made);
  // Where a state of the KPI is kept; nothing when its newest version does not declare it, or when
  // that of the period cannot be evaluated.
  struct Home {
    KpiRuntime* runtime;
    size_t grouping;
    size_t window;
  };
  std::optional<Home> HomeOf(const KpiRuntime& newest, const Slice& slice, absl::string_view window,
                             const std::string& period, int32_t first_day) const;
  KpiRuntime* Mutable(const KpiRuntime* runtime) const;
  void MarkLatestOfEarlier(const KpiRuntime& runtime, const SliceStates& slice, size_t window);
  void MarkNext(KpiRuntime& runtime, const SliceStates& slice, size_t window, const Period& period);
  // The version that a read of the runtime's window is about, and the index of the window there.
  absl::StatusOr<std::pair<const KpiRuntime*, size_t>> VersionFor(const KpiRuntime& runtime,
                                                                  size_t window,
                                                                  const Period& period) const;

  // The feed (partition_engine.cc) and loads (engine_loads.cc).
  void ApplyTo(TableEntry& entry, const v1::SeriesChanges& changes, const v1::ChangeBatch& batch,
               const std::optional<PaneTable::PaneRef>& only);
  void ApplyWatermark(MetricEntry& metric, absl::Time watermark);
  void PromoteWatermarks(MetricEntry& metric);
  void PromoteAllWatermarks();
  // The latest event of a table's metric was `before`.
  void NoteLastEvent(const TableEntry& entry, int64_t before);
  void MarkStale(MetricEntry& metric);
  void AskForTable(TableEntry& entry);
  void AskForPane(TableEntry& entry, const SlicePanes& panes, int32_t day);
  void Replay(const Load& load, int64_t from_seq);
  void AddLoad(Load load);
  void KeepForLoads(std::shared_ptr<const v1::ChangeBatch> batch);
  void TrimBacklog();
  void PropagateTouched();
  void Touch(const Dependent& dependent, const Slice& slice, int32_t day);
  void TouchDay(KpiRuntime& runtime, size_t slice, size_t window, int32_t day);
  void NoteWithheld(KpiRuntime& runtime, size_t slice, size_t window, int32_t day);
  void TouchPace(KpiRuntime& runtime, size_t slice, size_t window, int32_t day, int32_t first);
  void TouchSteps();
  void TouchSlice(KpiRuntime& runtime, size_t slice, int32_t day);

  // Samples past their retention (engine_retention.cc).
  void ApplyKept(MetricEntry& metric, const v1::KeptSamples& kept);
  absl::StatusOr<bool> KeepAsTold(const StateRef& ref, const KpiRuntime::Computation& computed,
                                  TrackedState& state, TickOutput& output);
  void Recall(const EvaluationContext& context, const v1::KpiState& told, TrackedState& state);

  // What targets read (engine_targets.cc).
  void AddReader(KpiRuntime& runtime);
  void RemoveReader(const KpiRuntime& runtime);
  std::vector<KpiRuntime*> ReadersOf(const KpiRuntime& runtime) const;
  std::vector<KpiRuntime*> LaterComparing(const KpiRuntime& runtime) const;
  void TouchTargets(KpiRuntime& source, const Slice* slice, int32_t first, int32_t end);
  void MarkTargets(KpiRuntime& reader, const KpiRuntime& source, size_t slice, int32_t first,
                   int32_t end);
  void NoteRecorded(const StateRef& ref, KpiRuntime& runtime, const LoggedState& entry);
  void MarkAllReaders(const KpiRuntime& runtime, bool definition_changed);
  // The states of a slice. A new one takes in the periods of inputs that ignore its dimensions.
  size_t SliceIndex(KpiRuntime& runtime, size_t grouping, const Slice& slice);

  // States (engine_tick.cc, engine_series.cc).
  bool Keeps(const KpiRuntime& runtime, size_t slice, size_t window) const;
  void MarkDirty(KpiRuntime& runtime, size_t slice, size_t window, int32_t first_day,
                 bool definition_changed);
  void NotePoint(const StateRef& ref, KpiRuntime& runtime, const KpiEvaluation& evaluation,
                 TrackedState& state);
  void SetPoint(const StateRef& ref, KpiRuntime& runtime, std::shared_ptr<const SeriesPoint> point,
                bool settled, TrackedState& state);
  void FireTimers(absl::Time now);
  void SetTimer(const StateRef& ref, TrackedState& state, absl::Time time);
  absl::Status RefreshWithheld(const StateRef& ref, KpiRuntime& runtime);
  bool Evaluate(const StateRef& ref, KpiRuntime& runtime, TickOutput& output);
  int64_t ShownUntil(const StateRef& ref);
  void Record(const StateRef& ref, KpiRuntime& runtime, const KpiRuntime::Computation& computed,
              TrackedState& state, TickOutput& output);
  // Takes the content of a state, with a version of its own; false when it is what it was.
  bool Keep(std::string bytes, TrackedState& state) const;
  LoggedState EntryOf(const StateId& id, const StateRef& ref, v1::HistoryCause cause,
                      const TrackedState& state) const;
  LoggedState FinalEntryOf(const StateId& id, const StateRef& ref, const Period& reach,
                           const TrackedState& state) const;
  // Members that stop reporting (engine_members.cc).
  bool GoesOn(const StateRef& ref, const KpiRuntime& runtime, const EvaluationContext& context,
              std::optional<int32_t> latest) const;
  void NoteReport(KpiRuntime& runtime, size_t slice, int32_t day);
  void MarkMembers(KpiRuntime& runtime, size_t slice, int32_t day, int32_t end);
  void RollOver(const StateRef& ref, KpiRuntime& runtime, const EvaluationContext& context,
                const KpiEvaluation& evaluation, bool active);
  void MarkFrom(KpiRuntime& runtime, const StateRef& ref, std::optional<int32_t> latest,
                std::optional<int32_t> before);
  void NoteStale(const StateRef& ref, const KpiRuntime& runtime, TrackedState& state, bool stale);
  StatePlace Place() const;
  void AddStates(const KpiRuntime& runtime, std::vector<ChangedState>* out) const;

  const int32_t part_;
  const int64_t incarnation_;
  const size_t max_backlog_bytes_;
  int64_t seq_;
  int64_t evaluated_seq_;
  int64_t shown_seq_;
  int64_t complete_seq_;  // at the last tick that left nothing but what waits for loads
  int64_t definition_position_ = 0;
  absl::Time now_ = absl::InfinitePast();
  bool ticked_ = false;
  int64_t next_id_ = 1;
  std::optional<SeriesName> only_;
  absl::Time members_at_;  // with only_

  absl::flat_hash_map<std::string, std::unique_ptr<TableEntry>> tables_;  // by PaneSpec::Key
  absl::node_hash_map<std::string, MetricEntry> metrics_;     // by workspace "\n" metric
  absl::flat_hash_map<std::string, Versions> runtimes_;       // by resource name
  absl::flat_hash_map<std::string, Versions> as_was_;         // likewise
  absl::flat_hash_map<int64_t, KpiRuntime*> runtimes_by_id_;  // both
  // KPIs that may have too many slices.
  absl::btree_set<std::string> overflowing_;
  // When members of hierarchies move next, by KPI.
  std::set<std::pair<absl::Time, std::string>> regroupings_;
  // Runtimes whose targets read the KPI of that resource name.
  absl::flat_hash_map<std::string, absl::btree_set<int64_t>> readers_;
  absl::flat_hash_set<MetricEntry*> watermarks_to_come_;
  std::map<std::string, std::shared_ptr<PeriodMemo>> memos_;
  absl::flat_hash_map<std::string, std::vector<LoggedState>> seeds_;
  absl::flat_hash_map<std::string, FinalityDecisions> decisions_;  // by resource name of the KPI
  RecordedLookup recorded_lookup_;
  ToldStates told_;
  // By resource name, of KPIs whose targets read it.
  absl::node_hash_map<std::string, RecordedValues> recorded_;
  absl::Time last_commit_ = absl::InfinitePast();

  std::map<int64_t, Load> loads_;
  absl::btree_set<std::pair<int64_t, int64_t>> asked_;  // of loads_: asked_at_seq and id
  std::vector<int64_t> loads_to_ask_;
  bool loads_wait_for_clock_ = false;
  // Batches that an outstanding load may have to replay.
  struct KeptBatch {
    std::shared_ptr<const v1::ChangeBatch> batch;
    size_t bytes = 0;
  };
  std::deque<KeptBatch> backlog_;
  size_t backlog_bytes_ = 0;

  absl::flat_hash_set<TouchedPane> touched_;
  absl::btree_set<StateRef> dirty_;
  // Of trailing windows, with the touched day instead of a first day.
  absl::btree_set<StateRef> touched_steps_;
  std::set<Timer> timers_;
  std::vector<ChangedState> removals_;
  EngineCounters counters_;
};

}  // namespace kpisuite
