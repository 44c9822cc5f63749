// PartitionEngine: aggregates are asked for, and the feed is kept for those that are to come.
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

// So long may a load take, and so far may the clocks of measurement and evaluation differ.
constexpr absl::Duration kCutoffsAhead = absl::Hours(48);

}  // namespace

void PartitionEngine::AddLoad(Load load) {
  const int64_t id = next_id_++;
  const PaneSpec& spec = load.entry->table->spec();
  load.asked_at_seq = seq_;
  load.request.id = id;
  load.request.workspace = spec.workspace;
  asked_.insert({load.asked_at_seq, id});
  loads_[id] = std::move(load);
  loads_to_ask_.push_back(id);
}

void PartitionEngine::AskForTable(TableEntry& entry) {
  AddLoad({.entry = &entry, .request = {.query = entry.table->spec().Query()}});
}

void PartitionEngine::AskForPane(TableEntry& entry, const SlicePanes& panes, int32_t day) {
  const PaneSpec& spec = entry.table->spec();
  Load load{.entry = &entry,
            .pane = PaneTable::PaneRef{panes.slice.ToString(), day},
            .request = {.query = spec.Query()}};
  load.request.query.set_first_day(day);
  load.request.query.set_end_day(day + 1);
  const bool by_itself = !spec.has_levels() && !(spec.roster && IsOtherSlice(panes.slice));
  if (by_itself) load.request.query.set_slice(load.pane->slice);
  AddLoad(std::move(load));
  ++counters_.pane_reloads;
}

void PartitionEngine::AskAgain(int64_t load) {
  if (loads_.contains(load)) loads_to_ask_.push_back(load);
}

std::vector<LoadRequest> PartitionEngine::TakeLoads() {
  std::vector<LoadRequest> requests;
  for (const int64_t id : std::exchange(loads_to_ask_, {})) {
    const auto found = loads_.find(id);
    if (found == loads_.end()) continue;
    Load& load = found->second;
    const auto& finality = load.entry->table->spec().finality;
    if (finality != nullptr && now_ == absl::InfinitePast()) {
      // Which periods are over is known at the first tick.
      loads_to_ask_.push_back(id);
      loads_wait_for_clock_ = true;
      continue;
    }
    if (finality != nullptr) {
      load.cutoffs_until = now_ + kCutoffsAhead;
      load.request.query.clear_cutoffs();
      finality->AddCutoffs(load.cutoffs_until, load.request.query);
    }
    // Measurement has all that has come from it: what is asked now needs none of it again.
    asked_.erase({load.asked_at_seq, id});
    load.asked_at_seq = seq_;
    asked_.insert({seq_, id});
    requests.push_back(load.request);
  }
  TrimBacklog();
  return requests;
}

absl::Status PartitionEngine::Answer(const LoadAnswer& answer) {
  const auto it = loads_.find(answer.id);
  if (it == loads_.end()) return absl::OkStatus();
  const Load load = it->second;
  if (now_ > load.cutoffs_until) {
    // Days that have become final since are not cut.
    loads_to_ask_.push_back(answer.id);
    return absl::OkStatus();
  }
  if (answer.seq < load.asked_at_seq) {
    loads_to_ask_.push_back(answer.id);
    return MakeError(absl::StatusCode::kFailedPrecondition, "FEED_TRIMMED",
                     absl::StrCat("got aggregates of part ", part_, " up to ", answer.seq,
                                  ", want them up to ", load.asked_at_seq));
  }
  PaneTable& table = *load.entry->table;
  const int64_t last_event = table.last_event_nano();
  const size_t folded = table.other_members();
  MetricEntry& metric = metrics_[MetricKey(table.spec().workspace, table.spec().metric)];
  if (answer.kept.has_value()) ApplyKept(metric, *answer.kept);
  absl::Status loaded;
  if (load.pane.has_value()) {
    loaded = table.LoadPane(*load.pane, answer.cells, answer.seq);
  } else {
    loaded = table.LoadAll(answer.cells, answer.seq);
  }
  counters_.slices_folded += static_cast<int64_t>(table.other_members() - folded);
  if (!loaded.ok()) {
    loads_to_ask_.push_back(answer.id);
    return loaded;
  }
  asked_.erase({load.asked_at_seq, answer.id});
  loads_.erase(it);
  NoteLastEvent(*load.entry, last_event);
  Replay(load, answer.seq);
  if (load.pane.has_value()) {
    const SlicePanes* panes = table.Find(load.pane->slice);
    if (panes != nullptr) touched_.insert({load.entry, panes, load.pane->day});
    PropagateTouched();
  } else {
    touched_.clear();
    for (const Dependent& dependent : load.entry->dependents) TouchAll(*load.entry, dependent);
  }
  if (answer.watermark.has_value()) {
    metric.coming_watermarks.emplace(answer.seq, *answer.watermark);
    watermarks_to_come_.insert(&metric);
    PromoteAllWatermarks();
  }
  TrimBacklog();
  return absl::OkStatus();
}

void PartitionEngine::Replay(const Load& load, int64_t from_seq) {
  const PaneSpec& spec = load.entry->table->spec();
  for (const auto& [batch, bytes] : backlog_) {
    if (batch->position().seq() <= from_seq) continue;
    if (WorkspaceId(batch->workspace()) != spec.workspace) continue;
    for (const v1::SeriesChanges& changes : batch->series()) {
      if (changes.metric() != spec.metric) continue;
      ApplyTo(*load.entry, changes, *batch, load.pane);
    }
  }
}

// So much of the feed is kept for no load: each is asked for again when its answer comes, by what
// measurement has now.
void PartitionEngine::KeepForLoads(std::shared_ptr<const v1::ChangeBatch> batch) {
  const size_t bytes = batch->ByteSizeLong();
  if (backlog_bytes_ + bytes <= max_backlog_bytes_) {
    backlog_bytes_ += bytes;
    backlog_.push_back({std::move(batch), bytes});
    return;
  }
  asked_.clear();
  for (auto& [id, load] : loads_) {
    load.asked_at_seq = seq_;
    asked_.insert({seq_, id});
  }
  TrimBacklog();
}

void PartitionEngine::TrimBacklog() {
  const int64_t oldest = asked_.empty() ? INT64_MAX : asked_.begin()->first;
  while (!backlog_.empty() && backlog_.front().batch->position().seq() <= oldest) {
    backlog_bytes_ -= backlog_.front().bytes;
    backlog_.pop_front();
  }
}

}  // namespace kpisuite
