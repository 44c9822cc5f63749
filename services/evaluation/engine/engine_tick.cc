// PartitionEngine: touched states are evaluated, logged and shown.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

// A log that does not answer is asked again.
constexpr absl::Duration kRetryLogAfter = absl::Seconds(1);

v1::Status ProtoStatus(const KpiEvaluation& evaluation) {
  return static_cast<v1::Status>(static_cast<int>(evaluation.status.status) + 1);
}

// Why a closed state has changed.
v1::HistoryCause CauseOfChange(const TrackedState& state) {
  if (state.definition_changed) return v1::HISTORY_CAUSE_DEFINITION;
  return state.release != nullptr ? v1::HISTORY_CAUSE_RELEASED : v1::HISTORY_CAUSE_RESTATED;
}

// Decides whether the log has to say something new, and updates what it said. `renewed`: a release
// had the targets of a FINAL period resolved again, which counts once.
v1::HistoryCause CauseOf(const KpiDefinition& kpi, const KpiEvaluation& evaluation, absl::Time now,
                         bool renewed, TrackedState& state) {
  const v1::Status status = ProtoStatus(evaluation);
  const std::string value = LogText(evaluation.value.number());
  const bool changed =
      !state.logged || status != state.logged_status || value != state.logged_value;
  v1::HistoryCause cause = v1::HISTORY_CAUSE_UNSPECIFIED;
  if (state.revision >= 1) {
    if (changed) {
      cause = CauseOfChange(state);
      ++state.revision;
      state.restatement =
          NoteRestatement({state.logged_value, state.logged_status, state.restatement}, value,
                          status, cause, kpi.materiality);
      state.restated = state.restated || !(state.definition_changed || state.restatement->minor);
    } else if (renewed || (state.release != nullptr && state.held_out.has_value() &&
                           *state.held_out != evaluation.held_out)) {
      cause = v1::HISTORY_CAUSE_RELEASED;
    }
  } else if (IsClosed(evaluation.phase)) {
    cause = v1::HISTORY_CAUSE_CLOSED;
    state.revision = 1;
    state.closed_at = now;
  } else if (status != state.logged_status) {
    // The first status too, with or without rows: what is kept is kept again after a restart.
    cause = state.logged && state.definition_changed ? v1::HISTORY_CAUSE_DEFINITION
                                                     : v1::HISTORY_CAUSE_TRANSITION;
  }
  if (cause != v1::HISTORY_CAUSE_UNSPECIFIED) {
    state.logged = true;
    state.logged_status = status;
    state.logged_value = value;
  }
  return cause;
}

// Who is behind an entry, and why; null: Kpi.final_after.
void SignEntry(const FinalityDecision* decision, LoggedState& entry) {
  if (decision == nullptr) {
    entry.reason = "final_after";
    return;
  }
  entry.author = decision->author;
  entry.reason = decision->role.empty() ? decision->reason
                                        : absl::StrCat(decision->role, ": ", decision->reason);
}

// `kept` is what the evaluation was told to keep.
void KeepTargets(const KpiRuntime& runtime, const KpiEvaluation& evaluation,
                 std::shared_ptr<const FinalTargets> kept, TrackedState& state) {
  state.final_targets = nullptr;
  if (!state.final || runtime.target_reads().kpis.empty()) return;
  if (kept == nullptr) {
    FinalTargets told = {evaluation.target};
    told.insert(told.end(), evaluation.other_targets.begin(), evaluation.other_targets.end());
    kept = std::make_shared<const FinalTargets>(std::move(told));
  }
  state.final_targets = std::move(kept);
}

}  // namespace

StatePlace PartitionEngine::Place() const {
  return {.part = part_,
          .incarnation = incarnation_,
          .definition_position = definition_position_,
          .seq = seq_,
          .tick = now_};
}

bool PartitionEngine::Keeps(const KpiRuntime& runtime, size_t slice, size_t window) const {
  if (!only_.has_value()) return true;
  return runtime.slices()[slice].slice == only_->slice &&
         runtime.kpi().windows[window].id() == only_->window &&
         runtime.kpi().resource_name() == only_->kpi;
}

void PartitionEngine::MarkDirty(KpiRuntime& runtime, size_t slice, size_t window, int32_t first_day,
                                bool definition_changed) {
  if (!Keeps(runtime, slice, window)) return;
  if (!runtime.Owns(window, first_day)) return;
  SliceStates& states = runtime.slices()[slice];
  const auto mark = [&](int32_t day) {
    const auto [it, fresh] = states.windows[window].try_emplace(day);
    if (!it->second.dirty) dirty_.insert({runtime.id(), slice, window, day});
    it->second.dirty = true;
    return fresh;
  };
  const bool fresh = mark(first_day);
  if (runtime.suppresses()) runtime.withheld().NoteChange(slice, window, first_day, first_day + 1);
  if (definition_changed) states.windows[window].at(first_day).definition_changed = true;
  if (!fresh || !runtime.builds_on_history()) return;
  states.histories[window].NoteChange(first_day);
  for (const int32_t day : runtime.GapsAround(states, window, first_day)) mark(day);
}

void PartitionEngine::SetTimer(const StateRef& ref, TrackedState& state, absl::Time time) {
  if (state.wakeup == time) return;
  if (state.wakeup != absl::InfiniteFuture()) timers_.erase({state.wakeup, ref});
  state.wakeup = time;
  if (time != absl::InfiniteFuture()) timers_.insert({time, ref});
}

void PartitionEngine::FireTimers(absl::Time now) {
  while (!timers_.empty() && timers_.begin()->time <= now) {
    const StateRef ref = timers_.begin()->ref;
    timers_.erase(timers_.begin());
    const auto runtime = runtimes_by_id_.find(ref.runtime);
    if (runtime == runtimes_by_id_.end()) continue;
    auto& periods = runtime->second->slices()[ref.slice].windows[ref.window];
    const auto known = periods.find(ref.first_day);
    if (known != periods.end()) known->second.wakeup = absl::InfiniteFuture();
    MarkDirty(*runtime->second, ref.slice, ref.window, ref.first_day, false);
  }
}

absl::Time PartitionEngine::NextWakeup() const {
  const absl::Time timer = timers_.empty() ? absl::InfiniteFuture() : timers_.begin()->time;
  return regroupings_.empty() ? timer : std::min(timer, regroupings_.begin()->first);
}

TickOutput PartitionEngine::Tick(absl::Time now, int max_evaluations) {
  now_ = std::max(now_, now);
  TickOutput output;
  Regroup();
  FoldSlices();
  ticked_ = true;
  output.updates = std::exchange(removals_, {});
  told_.Retry();
  FireTimers(now_);
  TouchSteps();
  std::vector<StateRef> held;
  for (int evaluated = 0; !dirty_.empty() && evaluated < max_evaluations;) {
    const StateRef ref = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    const auto runtime = runtimes_by_id_.find(ref.runtime);
    if (runtime == runtimes_by_id_.end()) continue;
    // What a held period leaves to the later ones of its series is not known.
    const bool waits = runtime->second->builds_on_history() && !held.empty() &&
                       held.back().SeriesOf() == ref.SeriesOf();
    // Nothing is said before it is settled which slices the KPI keeps.
    const bool unsettled =
        !overflowing_.empty() && overflowing_.contains(runtime->second->kpi().resource_name());
    ++evaluated;
    if (waits || unsettled || !RefreshWithheld(ref, *runtime->second).ok() ||
        !Evaluate(ref, *runtime->second, output)) {
      held.push_back(ref);
    }
  }
  output.more = !dirty_.empty() || std::exchange(loads_wait_for_clock_, false);
  if (dirty_.empty()) {
    told_.Forget();
    if (held.empty()) evaluated_seq_ = seq_;
    shown_seq_ = seq_;
    for (const StateRef& ref : held) shown_seq_ = std::min(shown_seq_, ShownUntil(ref));
    complete_seq_ = seq_;
  }
  dirty_.insert(held.begin(), held.end());
  output.evaluated_seq = evaluated_seq_;
  return output;
}

// Up to where the feed is in what is shown of a state that waits for a load.
int64_t PartitionEngine::ShownUntil(const StateRef& ref) {
  TrackedState& state =
      runtimes_by_id_.at(ref.runtime)->slices()[ref.slice].windows[ref.window].at(ref.first_day);
  if (state.state == nullptr) return seq_;
  // It was touched after that: else it would have been evaluated.
  if (state.shown_until < 0) state.shown_until = complete_seq_;
  return state.shown_until;
}

// What is withheld in a period is known before any of its states is shown; those for which that
// has changed are evaluated too.
absl::Status PartitionEngine::RefreshWithheld(const StateRef& ref, KpiRuntime& runtime) {
  if (!runtime.suppresses()) return absl::OkStatus();
  const Period period =
      runtime.kpi().windows[ref.window].At(*runtime.kpi().calendar, DayOfNumber(ref.first_day));
  ASSIGN_OR_RETURN(const std::vector<size_t> changed,
                   runtime.withheld().Refresh(runtime, ref.window, period, now_, seq_));
  for (const size_t slice : changed) {
    if (slice == ref.slice) continue;
    const bool kept = runtime.slices()[slice].windows[ref.window].contains(ref.first_day);
    if (kept) MarkDirty(runtime, slice, ref.window, ref.first_day, false);
  }
  if (changed.empty()) return absl::OkStatus();
  return runtime.withheld().Refresh(runtime, ref.window, period, now_, seq_).status();
}

// False while the inputs are being loaded.
bool PartitionEngine::Evaluate(const StateRef& ref, KpiRuntime& runtime, TickOutput& output) {
  const SliceStates& slice = runtime.slices()[ref.slice];
  const Period period =
      runtime.kpi().windows[ref.window].At(*runtime.kpi().calendar, DayOfNumber(ref.first_day));
  TrackedState& state = runtime.slices()[ref.slice].windows[ref.window].at(ref.first_day);
  const auto computed = runtime.Compute(slice, ref.window, period, &state, now_, seq_);
  if (!computed.ok()) return false;
  ++counters_.evaluations;
  if (computed->misses_samples && state.revision >= 1) {
    const auto told = KeepAsTold(ref, *computed, state, output);
    if (!told.ok()) {
      SetTimer(ref, state, now_ + kRetryLogAfter);
      return false;
    }
    if (*told) return true;
  }
  state.dirty = false;
  state.shown_until = -1;
  Record(ref, runtime, *computed, state, output);
  return true;
}

// What the log says about a state now.
LoggedState PartitionEngine::EntryOf(const StateId& id, const StateRef& ref, v1::HistoryCause cause,
                                     const TrackedState& state) const {
  return {.id = id,
          .part = part_,
          .first_day = ref.first_day,
          .revision = state.revision,
          .cause = cause,
          .record_time = now_,
          .closed_at = state.closed_at,
          .restated = state.restated,
          .status = state.logged_status,
          .definition_position = definition_position_,
          .value = state.logged_value,
          .restatement = state.restatement,
          .state = state.state,
          .final = state.final};
}

// That the period has become FINAL.
LoggedState PartitionEngine::FinalEntryOf(const StateId& id, const StateRef& ref,
                                          const Period& reach, const TrackedState& state) const {
  LoggedState entry = EntryOf(id, ref, v1::HISTORY_CAUSE_FINAL, state);
  const KpiRuntime& runtime = *runtimes_by_id_.at(ref.runtime);
  SignEntry(runtime.finalities().front()->DecisionFor(DayNumber(reach.end_day) - 1), entry);
  return entry;
}

void PartitionEngine::Record(const StateRef& ref, KpiRuntime& runtime,
                             const KpiRuntime::Computation& computed, TrackedState& state,
                             TickOutput& output) {
  const std::optional<int32_t> latest_before =
      runtime.LatestWithRows(runtime.slices()[ref.slice], ref.window);
  KpiEvaluation evaluation = computed.evaluation;
  EvaluationContext context = computed.context;
  const bool was_open = state.phase == PeriodPhase::kOpen;
  const bool shown = runtime.view() == MembershipView::kAsIs;
  const bool renewed = !runtime.target_reads().kpis.empty() && state.final_targets != nullptr &&
                       context.final_targets == nullptr;
  const v1::HistoryCause cause = shown ? CauseOf(*context.kpi, evaluation, now_, renewed, state)
                                       : v1::HISTORY_CAUSE_UNSPECIFIED;
  const std::shared_ptr<const FinalityDecision> release = std::exchange(state.release, nullptr);
  const bool was_final = std::exchange(state.final, evaluation.phase == PeriodPhase::kFinal);
  KeepTargets(runtime, evaluation, context.final_targets, state);
  state.held_out = evaluation.held_out;
  state.definition_changed = false;
  state.backfilled = evaluation.settling;
  state.phase = evaluation.phase;
  state.paced = context.pace != nullptr;
  state.rows = evaluation.rows;
  state.status = ProtoStatus(evaluation);
  state.period_end = context.period.end;
  state.end_day = DayNumber(context.period.end_day);
  NotePoint(ref, runtime, evaluation, state);
  context.revision = state.revision;
  context.closed_at = state.closed_at;
  context.restatement = state.restatement;
  evaluation.status.flags.restated = state.restated;

  const StateId id{context.kpi->resource_name(), context.window->id(), context.slice.ToString(),
                   context.period.id};
  const bool changed = Keep(MakeState(context, evaluation).SerializeAsString(), state);
  if (changed && shown) output.updates.push_back(UpdateOf(id, ref.first_day, state));
  if (cause != v1::HISTORY_CAUSE_UNSPECIFIED) {
    output.log.push_back(EntryOf(id, ref, cause, state));
    NoteRecorded(ref, runtime, output.log.back());
    if (cause == v1::HISTORY_CAUSE_RELEASED) SignEntry(release.get(), output.log.back());
  }
  if (shown && state.final && !was_final) {
    output.log.push_back(FinalEntryOf(id, ref, context.reach, state));
  }
  SetTimer(ref, state, evaluation.next_change);
  // The last use of `state`: a new period below moves it.
  if (CanGoStale(*context.kpi)) NoteStale(ref, runtime, state, evaluation.status.flags.stale);

  const std::optional<int32_t> latest =
      runtime.LatestWithRows(runtime.slices()[ref.slice], ref.window);
  RollOver(ref, runtime, context, evaluation, was_open && GoesOn(ref, runtime, context, latest));
  if (latest != latest_before) MarkFrom(runtime, ref, latest, latest_before);
}

bool PartitionEngine::Keep(std::string bytes, TrackedState& state) const {
  const bool same = state.state != nullptr && state.content_size == bytes.size() &&
                    state.state->compare(0, state.content_size, bytes) == 0;
  if (same) return false;
  state.changed_at = now_;
  state.content_size = bytes.size();
  StatePlace place = Place();
  // Two contents never share a version, also within one millisecond of one position.
  if (place.Version() <= state.version) place.tick = state.tick + absl::Milliseconds(1);
  AppendPlace(place, &bytes);
  state.state = std::make_shared<const std::string>(std::move(bytes));
  state.version = place.Version();
  state.tick = place.tick;
  return true;
}

// A series goes on into later periods: into the current one when it was active in the one that has
// just ended, and period by period as long as earlier data enters the next.
void PartitionEngine::RollOver(const StateRef& ref, KpiRuntime& runtime,
                               const EvaluationContext& context, const KpiEvaluation& evaluation,
                               bool active) {
  if (context.period.end > now_) return;
  const Calendar& calendar = *context.kpi->calendar;
  if (active) {
    const Period current = context.window->At(calendar, now_);
    MarkNext(runtime, runtime.slices()[ref.slice], ref.window, current);
  }
  if (!evaluation.carries_on) return;
  const auto& periods = runtime.slices()[ref.slice].windows[ref.window];
  const Period next = NextPeriod(calendar, context.period);
  if (periods.rbegin()->first > ref.first_day || next.first_day >= next.end_day) return;
  MarkNext(runtime, runtime.slices()[ref.slice], ref.window, next);
}

// Which periods can be stale has changed from the earlier of the two on.
void PartitionEngine::MarkFrom(KpiRuntime& runtime, const StateRef& ref,
                               std::optional<int32_t> latest, std::optional<int32_t> before) {
  // Earlier versions may be able to go stale when this one is not.
  if (latest.has_value() != before.has_value()) {
    MarkLatestOfEarlier(runtime, runtime.slices()[ref.slice], ref.window);
  }
  if (!CanGoStale(runtime.kpi())) return;
  const int32_t first = std::min(latest.value_or(INT32_MIN), before.value_or(INT32_MIN));
  auto& periods = runtime.slices()[ref.slice].windows[ref.window];
  for (auto it = periods.rbegin(); it != periods.rend() && it->first >= first; ++it) {
    if (it->first != ref.first_day) MarkDirty(runtime, ref.slice, ref.window, it->first, false);
  }
}

void PartitionEngine::NoteStale(const StateRef& ref, const KpiRuntime& runtime, TrackedState& state,
                                bool stale) {
  if (state.stale == stale) return;
  state.stale = stale;
  for (const MetricInput& input : runtime.kpi().inputs) {
    MetricEntry& metric = metrics_.at(MetricKey(runtime.kpi().workspace, input.metric->id));
    if (stale) {
      metric.stale.insert(ref);
    } else {
      metric.stale.erase(ref);
    }
  }
}

}  // namespace kpisuite
