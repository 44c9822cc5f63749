#include "services/measurement/memory_state.h"

#include <algorithm>

#include "libs/base/status_macros.h"

namespace kpisuite {

MemoryState::MemoryState(int64_t incarnation, int partition_count) {
  for (int part = 0; part < partition_count; ++part) {
    Partition partition;
    partition.head.part = part;
    partition.head.incarnation = incarnation;
    partitions.push_back(std::move(partition));
  }
}

absl::StatusOr<IngestOutcome> MemoryState::Apply(const IngestUnit& unit) {
  ASSIGN_OR_RETURN(const std::optional<IngestOutcome> known, FindRequest(unit));
  if (known.has_value()) return *known;
  RETURN_IF_ERROR(CheckUnit(unit));
  if (unit.operation == IngestOperation::kWrite) {
    for (const MetricTraits& one : unit.metrics) traits[{unit.workspace, one.metric}] = one.traits;
  }
  Partition& partition = partitions[unit.part];
  const int64_t seq = partition.head.last_seq + 1;
  ChangeBatchBuilder changes;
  for (const SeriesRows& rows : unit.series) ApplySeries(unit, rows, seq, changes);
  IngestOutcome outcome;
  MoveWatermarks(unit, changes, outcome);
  MoveKept(unit, changes);
  if (!changes.empty()) {
    const absl::Time commit_time =
        partition.feed.empty()
            ? unit.record_time
            : std::max(unit.record_time, partition.feed.back().commit.record_time);
    partition.feed.push_back(
        {changes.Finish(unit.workspace, unit.part, partition.head.incarnation, seq, commit_time),
         {commit_time, unit.reason}});
    partition.head.last_seq = seq;
  }
  outcome.counts = changes.counts();
  outcome.part = unit.part;
  outcome.incarnation = partition.head.incarnation;
  outcome.seq = partition.head.last_seq;
  outcome.answer_note = unit.answer_note;
  if (!unit.request_id.empty()) {
    Request& request = requests[{unit.workspace, unit.request_id}];
    request.fingerprint = unit.fingerprint;
    request.created = unit.record_time;
    request.outcomes[unit.part] = outcome;
    request.outcomes[unit.part].watermarks.clear();
  }
  return outcome;
}

absl::Status MemoryState::CheckUnit(const IngestUnit& unit) const {
  KeptByMetric not_all;
  for (const MetricTraits& one : unit.metrics) {
    const auto found = traits.find({unit.workspace, one.metric});
    if (found != traits.end() && found->second != one.traits) {
      return TraitsChanged(one.metric, found->second, one.traits);
    }
    const auto known = kept.find({unit.workspace, one.metric});
    if (known != kept.end()) not_all[one.metric] = known->second;
  }
  return CheckKept(unit, not_all);
}

absl::StatusOr<std::optional<IngestOutcome>> MemoryState::FindRequest(
    const IngestUnit& unit) const {
  if (unit.request_id.empty()) return std::nullopt;
  const auto request = requests.find({unit.workspace, unit.request_id});
  if (request == requests.end()) return std::nullopt;
  if (request->second.fingerprint != unit.fingerprint) return RequestIdReused(unit.request_id);
  const auto found = request->second.outcomes.find(unit.part);
  if (found == request->second.outcomes.end()) return std::nullopt;
  IngestOutcome outcome = found->second;
  outcome.duplicate = true;
  return outcome;
}

MemoryState::Series* MemoryState::FindOrAddSeries(const IngestUnit& unit, const SeriesRows& rows) {
  std::map<std::string, uint64_t>& ids = series_ids[{unit.workspace, rows.metric}];
  const auto found = ids.find(rows.slice.ToString());
  if (found != ids.end()) return &series[found->second - 1];
  if (unit.operation == IngestOperation::kRetract) return nullptr;
  Series added;
  added.record.id = series.size() + 1;
  added.record.part = unit.part;
  added.record.slice = rows.slice.ToString();
  ids[added.record.slice] = added.record.id;
  series.push_back(std::move(added));
  return &series.back();
}

void MemoryState::ApplySeries(const IngestUnit& unit, const SeriesRows& rows, int64_t seq,
                              ChangeBatchBuilder& changes) {
  Series* const target = FindOrAddSeries(unit, rows);
  changes.BeginSeries(rows.metric, rows.slice, target == nullptr ? 0 : target->record.id);
  for (const SampleRow& row : rows.rows) {
    if (target == nullptr) {
      changes.AddRow(row, RowEffect::kUnchanged, nullptr);
      continue;
    }
    const auto found = target->samples.find({row.time_nano, row.sample_id});
    const Revision* latest = found == target->samples.end() ? nullptr : &found->second.back();
    const SampleContent* live = latest == nullptr || latest->retracted ? nullptr : &latest->content;
    const RowEffect effect = EffectOf(unit.operation, live, row.content);
    changes.AddRow(row, effect, live);
    if (effect == RowEffect::kUnchanged) continue;
    Revision revision;
    revision.seq = seq;
    revision.retracted = effect == RowEffect::kRetracted;
    if (!revision.retracted) revision.content = row.content;
    if (revision.content.business_day != kNoBusinessDay) target->record.has_business_day = true;
    target->samples[{row.time_nano, row.sample_id}].push_back(std::move(revision));
  }
}

void MemoryState::MoveWatermarks(const IngestUnit& unit, ChangeBatchBuilder& changes,
                                 IngestOutcome& outcome) {
  for (const WatermarkMove& move : unit.watermarks) {
    const auto [found, added] =
        watermarks.try_emplace({unit.workspace, move.metric}, move.complete_through_nano);
    if (added || found->second < move.complete_through_nano) {
      found->second = move.complete_through_nano;
      changes.AddWatermark(move);
    }
    outcome.watermarks.push_back({move.metric, found->second});
  }
}

void MemoryState::MoveKept(const IngestUnit& unit, ChangeBatchBuilder& changes) {
  for (const KeptMove& move : unit.kept) {
    KeptSamples known = FindKept({unit.workspace, move.metric});
    if (!known.MoveTo(move.kept)) continue;
    kept[{unit.workspace, move.metric}] = known;
    changes.AddKept(move.metric, known);
  }
}

KeptSamples MemoryState::FindKept(const MetricKey& metric) const {
  const auto found = kept.find(metric);
  return found == kept.end() ? KeptSamples() : found->second;
}

std::vector<PastSamples> MemoryState::FindPast(int64_t cutoff_nano) const {
  std::vector<PastSamples> past;
  for (const auto& [metric, ids] : series_ids) {
    bool found = false;
    int part = 0;
    int32_t last_day = kNoBusinessDay;
    for (const auto& [slice, id] : ids) {
      const Series& one = series[id - 1];
      part = one.record.part;
      const auto end = one.samples.lower_bound({cutoff_nano, ""});
      for (auto sample = one.samples.begin(); sample != end; ++sample) {
        found = true;
        for (const Revision& revision : sample->second) {
          last_day = std::max(last_day, revision.content.business_day);
        }
      }
    }
    const auto missing = MissingRecord(FindKept(metric), cutoff_nano, found, last_day);
    if (missing.has_value()) past.push_back({part, metric.first, {metric.second, *missing}});
  }
  return past;
}

void MemoryState::DeletePast(int64_t cutoff_nano) {
  for (const auto& [metric, known] : kept) {
    const auto ids = series_ids.find(metric);
    if (ids == series_ids.end()) continue;
    const int64_t end = std::min(known.from_nano, cutoff_nano);
    for (const auto& [slice, id] : ids->second) {
      auto& samples = series[id - 1].samples;
      samples.erase(samples.begin(), samples.lower_bound({end, ""}));
    }
  }
}

}  // namespace kpisuite
