#include "services/evaluation/engine/partition_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {

absl::string_view WorkspaceId(absl::string_view workspace) {
  return absl::StartsWith(workspace, "workspaces/") ? workspace.substr(11) : workspace;
}

std::string MetricKey(absl::string_view workspace, absl::string_view metric) {
  return absl::StrCat(workspace, "\n", metric);
}

PartitionEngine::PartitionEngine(int32_t part, int64_t incarnation, int64_t seq,
                                 size_t max_backlog_bytes)
    : part_(part),
      incarnation_(incarnation),
      max_backlog_bytes_(max_backlog_bytes),
      seq_(seq),
      evaluated_seq_(seq),
      shown_seq_(seq),
      complete_seq_(seq) {}

absl::Status PartitionEngine::Apply(std::shared_ptr<const v1::ChangeBatch> batch) {
  const v1::FeedPosition& position = batch->position();
  if (position.part() != part_ || position.incarnation() != incarnation_) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
        absl::StrCat("got a batch of part ", position.part(), " incarnation ",
                     position.incarnation(), ", want part ", part_, " incarnation ", incarnation_));
  }
  if (position.seq() <= seq_) return absl::OkStatus();
  if (position.seq() != seq_ + 1) {
    return MakeError(absl::StatusCode::kOutOfRange, "FEED_TRIMMED",
                     absl::StrCat("the feed of part ", part_, " has a gap: got ", position.seq(),
                                  ", want ", seq_ + 1));
  }
  seq_ = position.seq();
  last_commit_ = std::max(last_commit_, FromTimestamp(batch->commit_time()));
  ++counters_.batches;
  const absl::string_view workspace = WorkspaceId(batch->workspace());
  for (const v1::SeriesChanges& changes : batch->series()) {
    counters_.samples += changes.kinds_size();
    const auto metric = metrics_.find(MetricKey(workspace, changes.metric()));
    if (metric == metrics_.end()) continue;
    for (TableEntry* entry : metric->second.tables) {
      ApplyTo(*entry, changes, *batch, std::nullopt);
    }
  }
  PropagateTouched();
  for (const v1::Watermark& watermark : batch->watermarks()) {
    const auto metric = metrics_.find(MetricKey(workspace, watermark.metric()));
    if (metric == metrics_.end()) continue;
    ApplyWatermark(metric->second, FromTimestamp(watermark.complete_through()));
  }
  for (const v1::KeptSamples& kept : batch->kept()) {
    const auto metric = metrics_.find(MetricKey(workspace, kept.metric()));
    if (metric != metrics_.end()) ApplyKept(metric->second, kept);
  }
  PromoteAllWatermarks();
  if (!loads_.empty()) KeepForLoads(std::move(batch));
  return absl::OkStatus();
}

void PartitionEngine::ApplyTo(TableEntry& entry, const v1::SeriesChanges& changes,
                              const v1::ChangeBatch& batch,
                              const std::optional<PaneTable::PaneRef>& only) {
  const int64_t last_event = entry.table->last_event_nano();
  const size_t folded = entry.table->other_members();
  entry.table->Apply(
      changes, batch.position().seq(), FromTimestamp(batch.commit_time()), only,
      [&](const SlicePanes& panes, int32_t day) {
        touched_.insert({&entry, &panes, day});
      },
      [&](const SlicePanes& panes, int32_t day) {
        touched_.insert({&entry, &panes, day});
        AskForPane(entry, panes, day);
      });
  counters_.slices_folded += static_cast<int64_t>(entry.table->other_members() - folded);
  NoteLastEvent(entry, last_event);
}

void PartitionEngine::NoteLastEvent(const TableEntry& entry, int64_t before) {
  const int64_t after = entry.table->last_event_nano();
  if (after == before) return;
  const PaneSpec& spec = entry.table->spec();
  MetricEntry& metric = metrics_.at(MetricKey(spec.workspace, spec.metric));
  MarkStale(metric);
  if (after > before && before != INT64_MIN) return;
  // The last samples went away, or the first ones came: what looked fresh may be stale already.
  for (const int64_t id : metric.runtimes) {
    KpiRuntime& runtime = *runtimes_by_id_.at(id);
    if (!CanGoStale(runtime.kpi())) continue;
    for (size_t s = 0; s < runtime.slices().size(); ++s) {
      for (size_t w = 0; w < runtime.kpi().windows.size(); ++w) {
        const std::optional<int32_t> latest = runtime.LatestWithRows(runtime.slices()[s], w);
        auto& periods = runtime.slices()[s].windows[w];
        for (auto it = latest.has_value() ? periods.lower_bound(*latest) : periods.begin();
             it != periods.end(); ++it) {
          MarkDirty(runtime, s, w, it->first, false);
        }
      }
    }
  }
}

void PartitionEngine::MarkStale(MetricEntry& metric) {
  for (const StateRef& ref : metric.stale) {
    MarkDirty(*runtimes_by_id_.at(ref.runtime), ref.slice, ref.window, ref.first_day, false);
  }
}

void PartitionEngine::PropagateTouched() {
  for (const TouchedPane& pane : touched_) {
    for (const Dependent& dependent : pane.entry->dependents) {
      Touch(dependent, pane.panes->slice, pane.day);
    }
  }
  touched_.clear();
}

void PartitionEngine::Touch(const Dependent& dependent, const Slice& slice, int32_t day) {
  KpiRuntime& runtime = *dependent.runtime;
  const auto mark = [&](size_t index) {
    ++counters_.kpis_touched;
    TouchSlice(runtime, index, day);
  };
  const RuntimeGrouping& grouping = runtime.groupings()[dependent.grouping];
  if (slice.members().size() == grouping.dimensions.size()) {
    mark(SliceIndex(runtime, dependent.grouping, slice));
    return;
  }
  // The input ignores dimensions of the grouping: its value enters every slice within.
  for (size_t i = 0; i < runtime.slices().size(); ++i) {
    const SliceStates& states = runtime.slices()[i];
    if (states.grouping == dependent.grouping && slice.Contains(states.slice)) mark(i);
  }
}

void PartitionEngine::TouchSlice(KpiRuntime& runtime, size_t slice, int32_t day) {
  for (size_t w = 0; w < runtime.kpi().windows.size(); ++w) TouchDay(runtime, slice, w, day);
  NoteReport(runtime, slice, day);
  // A value that is read elsewhere may be withheld because of what happened to its siblings.
  const bool siblings = runtime.suppresses() && !readers_.empty();
  TouchTargets(runtime, siblings ? nullptr : &runtime.slices()[slice].slice, day, day + 1);
}

// Data of a day changed.
void PartitionEngine::TouchDay(KpiRuntime& runtime, size_t slice, size_t window, int32_t day) {
  const int32_t first = runtime.FirstDay(window, day);
  auto& periods = runtime.slices()[slice].windows[window];
  if (runtime.kpi().windows[window].kind() == WindowKind::kTrailing) {
    // Which steps have begun is known when the clock is: at the next tick.
    touched_steps_.insert({runtime.id(), slice, window, day});
  } else {
    MarkDirty(runtime, slice, window, first, false);
  }
  if (runtime.kpi().pace.has_value()) TouchPace(runtime, slice, window, day, first);
  if (runtime.suppresses()) NoteWithheld(runtime, slice, window, day);
  // Those that are not kept are computed when they are asked for.
  if (runtime.reaches_back()) {
    for (auto it = periods.lower_bound(first); it != periods.end(); ++it) {
      MarkDirty(runtime, slice, window, it->first, false);
    }
  }
  if (runtime.days_after() > 0) {
    const int32_t from = runtime.FirstDay(window, day - runtime.days_after());
    for (auto it = periods.lower_bound(from); it != periods.end() && it->first < first; ++it) {
      MarkDirty(runtime, slice, window, it->first, false);
    }
  }
}

// The pace of periods that are not closed is assessed from earlier ones too.
void PartitionEngine::TouchPace(KpiRuntime& runtime, size_t slice, size_t window, int32_t day,
                                int32_t first) {
  auto& periods = runtime.slices()[slice].windows[window];
  PacePast& past = runtime.slices()[slice].pasts[window];
  for (auto it = periods.rbegin(); it != periods.rend() && it->first > first; ++it) {
    const TrackedState& state = it->second;
    if (state.dirty) continue;
    // Those before a closed one are closed too.
    if (!state.paced && state.phase != PeriodPhase::kFuture) break;
    if (past.NoteChange(day, it->first)) MarkDirty(runtime, slice, window, it->first, false);
  }
  past.NoteChange(day, first);
}

// The data of a day decides what is withheld in the periods that read it. Where periods read values
// of other periods, those of the siblings may have come or gone with it.
void PartitionEngine::NoteWithheld(KpiRuntime& runtime, size_t slice, size_t window, int32_t day) {
  const bool trailing = runtime.kpi().windows[window].kind() == WindowKind::kTrailing;
  const int32_t from = runtime.FirstDay(window, day - runtime.days_after());
  const int32_t end = runtime.reaches_back() || trailing ? INT32_MAX : day + 1;
  runtime.withheld().NoteChange(slice, window, from, end);
  const bool reads_earlier = runtime.reaches_back() || runtime.target_reads().any();
  const bool has_pace = runtime.kpi().pace.has_value();
  if (!reads_earlier && !has_pace) return;
  for (size_t s = 0; s < runtime.slices().size(); ++s) {
    SliceStates& states = runtime.slices()[s];
    if (has_pace) states.pasts[window].NoteWithheld(day);
    auto& periods = states.windows[window];
    for (auto it = periods.lower_bound(from); it != periods.end(); ++it) {
      const bool paced = it->second.paced && it->first + runtime.days_after() > day;
      if (reads_earlier || paced) MarkDirty(runtime, s, window, it->first, false);
    }
  }
}

// The steps of trailing windows that contain a touched day and have begun; the next one when it
// begins. Those after it follow, as long as their series goes on.
void PartitionEngine::TouchSteps() {
  for (const StateRef& touched : std::exchange(touched_steps_, {})) {
    const auto found = runtimes_by_id_.find(touched.runtime);
    if (found == runtimes_by_id_.end()) continue;
    KpiRuntime& runtime = *found->second;
    const Window& window = runtime.kpi().windows[touched.window];
    const Calendar& calendar = *runtime.kpi().calendar;
    const auto [first, last] = window.StepsTouchedBy(calendar, DayOfNumber(touched.first_day));
    for (Period step = first; step.first_day <= last.first_day && step.first_day < step.end_day;
         step = NextPeriod(calendar, step)) {
      const int32_t first_day = DayNumber(step.first_day);
      if (step.start > now_) {
        timers_.insert({step.start, {touched.runtime, touched.slice, touched.window, first_day}});
        break;
      }
      MarkDirty(runtime, touched.slice, touched.window, first_day, false);
    }
  }
}

void PartitionEngine::ApplyWatermark(MetricEntry& metric, absl::Time watermark) {
  const absl::Time before = metric.facts.watermark;
  if (watermark <= before) return;
  metric.facts.watermark = watermark;
  MarkStale(metric);
  const int32_t complete_day = before == absl::InfinitePast()
                                   ? INT32_MIN
                                   : DayNumber(absl::ToCivilDay(before, absl::UTCTimeZone())) - 1;
  for (const int64_t id : metric.runtimes) {
    KpiRuntime& runtime = *runtimes_by_id_.at(id);
    TouchTargets(runtime, nullptr, complete_day, INT32_MAX);
    for (size_t s = 0; s < runtime.slices().size(); ++s) {
      SliceStates& slice = runtime.slices()[s];
      for (size_t w = 0; w < slice.windows.size(); ++w) {
        // Newest first; what was complete before does not change.
        auto& periods = slice.windows[w];
        for (auto it = periods.rbegin(); it != periods.rend() && it->second.period_end > before;
             ++it) {
          MarkDirty(runtime, s, w, it->first, false);
        }
      }
    }
  }
}

void PartitionEngine::PromoteWatermarks(MetricEntry& metric) {
  auto& coming = metric.coming_watermarks;
  while (!coming.empty() && coming.begin()->first <= seq_) {
    ApplyWatermark(metric, coming.begin()->second);
    coming.erase(coming.begin());
  }
}

void PartitionEngine::PromoteAllWatermarks() {
  absl::erase_if(watermarks_to_come_, [this](MetricEntry* metric) {
    PromoteWatermarks(*metric);
    return metric->coming_watermarks.empty();
  });
}

}  // namespace kpisuite
