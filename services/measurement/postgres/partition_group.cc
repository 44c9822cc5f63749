#include "services/measurement/postgres/partition_group.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/measurement/postgres/schema.h"

namespace kpisuite {

PartitionGroup::PartitionGroup(absl::Span<const IngestUnit* const> units)
    : part_(units.front()->part), units_(units.begin(), units.end()) {
  for (const IngestUnit* unit : units_) AddUnit(*unit, units_.size() == 1);
}

// The identities of one unit are distinct: `alone` it needs no index of them.
void PartitionGroup::AddUnit(const IngestUnit& unit, bool alone) {
  std::vector<SeriesUse>& uses = uses_.emplace_back();
  for (const SeriesRows& one : unit.series) {
    GroupSeries named{unit.workspace, one.metric, one.slice.ToString(), {}};
    named.key = absl::StrCat(unit.workspace, "/", one.metric, "/", named.slice);
    const auto [known, added] = series_index_.try_emplace(named.key, series.size());
    if (added) series.push_back(std::move(named));
    SeriesUse& use = uses.emplace_back(SeriesUse{known->second, {}});
    use.rows.reserve(one.rows.size());
    for (const SampleRow& row : one.rows) {
      size_t index = rows.size();
      if (!alone) {
        const absl::string_view id = row.sample_id;
        index = row_index_.try_emplace({use.series, row.time_nano, id}, index).first->second;
      }
      if (index == rows.size()) rows.push_back({use.series, row.time_nano, row.sample_id});
      use.rows.push_back(index);
    }
  }
  for (const MetricTraits& one : unit.metrics) {
    traits[{unit.workspace, one.metric}];
    kept[{unit.workspace, one.metric}];
  }
  for (const KeptMove& move : unit.kept) kept[{unit.workspace, move.metric}];
  for (const WatermarkMove& move : unit.watermarks) watermarks[{unit.workspace, move.metric}];
  if (!unit.request_id.empty()) requests[{unit.workspace, unit.request_id}];
}

absl::StatusOr<IngestOutcome> PartitionGroup::Apply(size_t index) {
  const IngestUnit& unit = *units_[index];
  ASSIGN_OR_RETURN(const std::optional<IngestOutcome> known, FindRequest(unit));
  if (known.has_value()) return *known;
  RETURN_IF_ERROR(CheckTraits(unit));
  RETURN_IF_ERROR(CheckTimes(unit));
  if (unit.operation == IngestOperation::kWrite) AddTraits(unit);
  ChangeBatchBuilder changes;
  for (size_t i = 0; i < unit.series.size(); ++i) {
    ApplySeries(unit, unit.series[i], uses_[index][i], changes);
  }
  IngestOutcome outcome;
  MoveWatermarks(unit, changes, outcome);
  MoveKept(unit, changes);
  outcome.counts = changes.counts();
  if (!changes.empty()) AppendFeed(unit, changes);
  outcome.part = part_;
  outcome.incarnation = head.incarnation;
  outcome.seq = head.last_seq;
  outcome.answer_note = unit.answer_note;
  Remember(unit, outcome);
  return outcome;
}

void PartitionGroup::BeginNewLife() {
  ++head.incarnation;
  changed_ = true;
}

bool PartitionGroup::OnlyAdds() const {
  const auto series_changed = [](const GroupSeries& one) { return one.added || one.marked; };
  const auto traits_added = [](const auto& named) { return named.second.added; };
  const auto moved = [](const auto& named) { return named.second.moved; };
  return changed_ && revisions.empty() &&
         std::none_of(series.begin(), series.end(), series_changed) &&
         std::none_of(traits.begin(), traits.end(), traits_added) &&
         std::none_of(watermarks.begin(), watermarks.end(), moved) &&
         std::none_of(kept.begin(), kept.end(), moved);
}

absl::StatusOr<std::optional<IngestOutcome>> PartitionGroup::FindRequest(
    const IngestUnit& unit) const {
  if (unit.request_id.empty()) return std::nullopt;
  std::optional<IngestOutcome> outcome;
  for (const GroupRequest& known : requests.at({unit.workspace, unit.request_id})) {
    if (known.fingerprint != unit.fingerprint) return RequestIdReused(unit.request_id);
    if (known.part != part_) continue;
    outcome = known.outcome;
    outcome->part = part_;
    outcome->incarnation = head.incarnation;
    outcome->duplicate = true;
  }
  return outcome;
}

absl::Status PartitionGroup::CheckTraits(const IngestUnit& unit) const {
  for (const MetricTraits& one : unit.metrics) {
    const std::string& stored = traits.at({unit.workspace, one.metric}).traits;
    if (!stored.empty() && stored != one.traits) {
      return TraitsChanged(one.metric, stored, one.traits);
    }
  }
  return absl::OkStatus();
}

absl::Status PartitionGroup::CheckTimes(const IngestUnit& unit) const {
  KeptByMetric not_all;
  for (const MetricTraits& one : unit.metrics) {
    const KeptSamples& known = kept.at({unit.workspace, one.metric}).kept;
    if (!known.all()) not_all[one.metric] = known;
  }
  return CheckKept(unit, not_all);
}

void PartitionGroup::AddTraits(const IngestUnit& unit) {
  for (const MetricTraits& one : unit.metrics) {
    GroupTraits& known = traits.at({unit.workspace, one.metric});
    if (!known.traits.empty()) continue;
    known = {one.traits, true};
    changed_ = true;
  }
}

void PartitionGroup::ApplySeries(const IngestUnit& unit, const SeriesRows& unit_rows,
                                 const SeriesUse& use, ChangeBatchBuilder& changes) {
  GroupSeries& target = series[use.series];
  if (target.id == 0 && unit.operation == IngestOperation::kWrite) {
    target.id = SeriesIdOf(part_, ++last_series);
    target.added = true;
  }
  changes.BeginSeries(unit_rows.metric, unit_rows.slice, target.id);
  for (size_t i = 0; i < unit_rows.rows.size(); ++i) {
    const SampleRow& wanted = unit_rows.rows[i];
    GroupRow& row = rows[use.rows[i]];
    const SampleContent* const live = row.live.has_value() ? &*row.live : nullptr;
    const RowEffect effect = EffectOf(unit.operation, live, wanted.content);
    changes.AddRow(wanted, effect, live);
    if (effect == RowEffect::kUnchanged) continue;
    if (row.revision > 0) revisions.push_back(row);
    ++row.revision;
    row.seq = head.last_seq + 1;
    row.changed = true;
    row.live.reset();
    if (effect == RowEffect::kRetracted) continue;
    row.live = wanted.content;
    if (wanted.content.business_day != kNoBusinessDay && !target.has_business_day) {
      target.has_business_day = target.marked = true;
    }
  }
}

void PartitionGroup::MoveWatermarks(const IngestUnit& unit, ChangeBatchBuilder& changes,
                                    IngestOutcome& outcome) {
  for (const WatermarkMove& move : unit.watermarks) {
    GroupWatermark& known = watermarks.at({unit.workspace, move.metric});
    if (!known.nano.has_value() || *known.nano < move.complete_through_nano) {
      known = {move.complete_through_nano, true};
      changes.AddWatermark(move);
    }
    outcome.watermarks.push_back({move.metric, *known.nano});
  }
}

void PartitionGroup::MoveKept(const IngestUnit& unit, ChangeBatchBuilder& changes) {
  for (const KeptMove& move : unit.kept) {
    GroupKept& known = kept.at({unit.workspace, move.metric});
    if (!known.kept.MoveTo(move.kept)) continue;
    known.moved = true;
    changes.AddKept(move.metric, known.kept);
  }
}

void PartitionGroup::AppendFeed(const IngestUnit& unit, ChangeBatchBuilder& changes) {
  changed_ = true;
  ++head.last_seq;
  commit_nano = std::max(commit_nano, absl::ToUnixNanos(unit.record_time));
  feed.push_back({head.last_seq, commit_nano, unit.reason,
                  changes.Finish(unit.workspace, part_, head.incarnation, head.last_seq,
                                 absl::FromUnixNanos(commit_nano))});
}

void PartitionGroup::Remember(const IngestUnit& unit, const IngestOutcome& outcome) {
  if (unit.request_id.empty()) return;
  changed_ = true;
  GroupRequest request{part_, unit.fingerprint, absl::ToUnixNanos(unit.record_time), outcome, true};
  request.outcome.watermarks.clear();
  requests.at({unit.workspace, unit.request_id}).push_back(std::move(request));
}

}  // namespace kpisuite
