#include "services/evaluation/engine/feed_for_test.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << why << "\n";
  std::abort();
}

Slice SliceOf(const FeedForTest::Row& row) {
  return *Slice::Create({{"region", Member::FromSource(row.region)}});
}

std::string EntityOf(const FeedForTest::Row& row) {
  return row.sample_id.rfind('p', 0) == 0 ? row.sample_id : std::string();
}

AggregationSpec SpecOf(const v1::AggregateQuery& query) {
  const std::string name = v1::Aggregation_Name(query.aggregation());
  AggregationSpec spec;
  spec.kind = *AggregationKindFromName(name.substr(std::string("AGGREGATION_").size()));
  spec.scale = static_cast<uint8_t>(query.expression_scale());
  return spec;
}

std::optional<int64_t> WeightOf(const FeedForTest::Row& row, int64_t value) {
  if (row.sample_id.ends_with('1')) return std::nullopt;
  return value % 7 - 1;
}

DerivedValue DerivedOf(const v1::AggregateQuery& query) {
  if (query.expression().empty()) return DerivedValue();
  const SampleColumns columns{.unit = *Unit::Parse("EUR"), .scale = 0, .weight_scale = 0};
  return *DerivedValue::Create(query.expression(), columns, query.expression_scale());
}

// InfiniteFuture: everything counts.
absl::Time CutoffOf(const v1::AggregateQuery& query, int32_t day) {
  for (const v1::RecordCutoff& cutoff : query.cutoffs()) {
    const bool begun = !cutoff.has_first_day() || cutoff.first_day() <= day;
    const bool over = cutoff.has_end_day() && cutoff.end_day() <= day;
    if (begun && !over) return FromTimestamp(cutoff.record_time());
  }
  return absl::InfiniteFuture();
}

// Of one cutoff that is of all days; else InfiniteFuture.
absl::Time MomentOf(const v1::AggregateQuery& query) {
  if (query.cutoffs_size() != 1) return absl::InfiniteFuture();
  const v1::RecordCutoff& cutoff = query.cutoffs(0);
  if (cutoff.has_first_day() || cutoff.has_end_day()) return absl::InfiniteFuture();
  return FromTimestamp(cutoff.record_time());
}

std::optional<int64_t> ValueAt(
    const std::vector<std::pair<absl::Time, std::optional<int64_t>>>& versions, absl::Time time) {
  std::optional<int64_t> value;
  for (const auto& [committed, version] : versions) {
    if (committed <= time) value = version;
  }
  return value;
}

}  // namespace

absl::Time TestTime(int day, int hour) {
  return absl::FromCivil(absl::CivilHour(2024, 3, day, hour), absl::UTCTimeZone());
}

v1::Definition TestMetric(const std::string& id) {
  v1::Definition definition;
  definition.set_name("workspaces/w/metrics/" + id);
  definition.set_revision(1);
  v1::Metric& metric = *definition.mutable_metric();
  metric.set_unit("EUR");
  metric.set_scale(0);
  metric.set_weight_scale(0);
  metric.add_dimensions("region");
  return definition;
}

v1::Definition TestKpi(const std::string& id, const std::string& metric,
                       v1::Aggregation aggregation) {
  v1::Definition definition;
  definition.set_name("workspaces/w/kpis/" + id);
  definition.set_revision(1);
  v1::Kpi& kpi = *definition.mutable_kpi();
  v1::Input& input = (*kpi.mutable_inputs())["x"];
  input.set_metric(metric);
  input.set_aggregation(aggregation);
  if (aggregation == v1::AGGREGATION_LAST) input.set_carry_forward("NONE");
  kpi.set_formula("x");
  kpi.set_unit("EUR");
  kpi.set_owner("owner@example.com");
  kpi.set_direction(v1::DIRECTION_HIGHER);
  kpi.add_windows("DAY");
  kpi.add_windows("MONTH");
  kpi.add_slices()->add_dimensions("region");
  kpi.mutable_target()->set_fixed("10");
  kpi.mutable_bands()->set_on_target("0");
  kpi.mutable_bands()->set_warning("-0.5");
  return definition;
}

std::shared_ptr<const KpiDefinition> ResolveKpi(const std::vector<v1::Definition>& definitions,
                                                const std::string& id) {
  Catalog catalog;
  catalog.Apply(definitions, 1);
  auto kpi = catalog.FindKpi("w", id);
  if (kpi != nullptr) return kpi;
  for (const ResourceName& name : catalog.Names()) {
    for (const FieldViolation& violation : catalog.Find(name)->violations) {
      std::cerr << name.ToString() << " " << violation.field << ": " << violation.description
                << "\n";
    }
  }
  Fail("the definitions of the test are not valid");
}

std::shared_ptr<v1::ChangeBatch> FeedForTest::NextBatch() {
  auto batch = std::make_shared<v1::ChangeBatch>();
  batch->mutable_position()->set_incarnation(kTestIncarnation);
  batch->mutable_position()->set_seq(++seq_);
  batch->set_workspace("workspaces/w");
  *batch->mutable_commit_time() = ToTimestamp(now_);
  return batch;
}

FeedForTest::Batch FeedForTest::Change(const Row& row, v1::RowChange kind, int64_t before,
                                       int64_t after) {
  auto batch = NextBatch();
  recorded_.try_emplace({row.metric, row.region}, recorded_.size());
  versions_[row].emplace_back(
      now_, kind == v1::ROW_CHANGE_RETRACTED ? std::nullopt : std::optional(after));
  v1::SeriesChanges& changes = *batch->add_series();
  changes.set_metric(row.metric);
  (*changes.mutable_dimensions())["region"] = row.region;
  changes.set_series_id(Hash64(absl::StrCat(row.metric, "/", row.region)));
  changes.add_time_unix_nano(row.time_nano);
  changes.add_sample_ids(row.sample_id);
  changes.add_kinds(kind);
  changes.add_old_values(before);
  changes.add_new_values(after);
  changes.add_old_entities(EntityOf(row));
  changes.add_new_entities(EntityOf(row));
  changes.add_old_weights(WeightOf(row, before).value_or(INT64_MIN));
  changes.add_new_weights(WeightOf(row, after).value_or(INT64_MIN));
  return batch;
}

FeedForTest::Batch FeedForTest::Write(const Row& row, int64_t value) {
  const auto [it, inserted] = rows_.try_emplace(row, value);
  if (inserted) return Change(row, v1::ROW_CHANGE_INSERTED, 0, value);
  if (it->second == value) return nullptr;
  const int64_t before = std::exchange(it->second, value);
  return Change(row, v1::ROW_CHANGE_CORRECTED, before, value);
}

FeedForTest::Batch FeedForTest::Retract(const Row& row) {
  const auto it = rows_.find(row);
  if (it == rows_.end()) return nullptr;
  const int64_t before = it->second;
  rows_.erase(it);
  return Change(row, v1::ROW_CHANGE_RETRACTED, before, 0);
}

FeedForTest::Batch FeedForTest::Advance(const std::string& metric, absl::Time watermark) {
  const auto it = watermarks_.try_emplace(metric, absl::InfinitePast()).first;
  if (watermark <= it->second) return nullptr;
  it->second = watermark;
  watermark_moves_[metric].emplace_back(now_, watermark);
  auto batch = NextBatch();
  v1::Watermark& moved = *batch->add_watermarks();
  moved.set_metric(metric);
  *moved.mutable_complete_through() = ToTimestamp(watermark);
  return batch;
}

FeedForTest::Batch FeedForTest::Forget(const std::string& metric, absl::Time kept_from,
                                       std::optional<int32_t> first_business_day) {
  const auto is_past = [&](const auto& entry) {
    return entry.first.metric == metric && entry.first.time_nano < absl::ToUnixNanos(kept_from);
  };
  std::erase_if(rows_, is_past);
  std::erase_if(versions_, is_past);
  v1::KeptSamples& kept = kept_[metric];
  kept.set_metric(metric);
  *kept.mutable_kept_from() = ToTimestamp(kept_from);
  if (first_business_day.has_value()) kept.set_first_business_day(*first_business_day);
  auto batch = NextBatch();
  *batch->add_kept() = kept;
  return batch;
}

LoadAnswer FeedForTest::Answer(const LoadRequest& request) const {
  const v1::AggregateQuery& query = request.query;
  const std::vector<std::string> group_by(query.group_by().begin(), query.group_by().end());
  const DerivedValue derived = DerivedOf(query);
  const Filter filter = *Filter::Create(query.where(), {"region"}, derived.scale());
  struct Cell {
    Aggregate state;
    int64_t last = INT64_MIN;
    int64_t held_out = 0;
  };
  std::map<std::pair<std::string, int32_t>, Cell> cells;
  std::map<std::string, size_t> order;  // of slices, as their first series was recorded
  for (const auto& [series, place] : recorded_) {
    if (series.first != query.metric()) continue;
    const auto leaf = *Slice::Create({{"region", Member::FromSource(series.second)}});
    size_t& first = order.try_emplace(leaf.Project(group_by).ToString(), place).first->second;
    first = std::min(first, place);
  }
  for (const auto& [row, versions] : versions_) {
    if (row.metric != query.metric()) continue;
    const std::string slice = SliceOf(row).Project(group_by).ToString();
    const int32_t day = DayNumber(Calendar().DayOf(row.time_nano));
    if (query.has_first_day() && day < query.first_day()) continue;
    if (query.has_end_day() && day >= query.end_day()) continue;
    if (query.has_slice() && slice != query.slice()) continue;
    const std::optional<int64_t> latest = versions.back().second;
    const std::optional<int64_t> value = ValueAt(versions, CutoffOf(query, day));
    if (!latest.has_value() && !value.has_value()) continue;
    Cell& cell =
        cells.try_emplace({slice, day}, Cell{*Aggregate::Create(SpecOf(query))}).first->second;
    if (value != latest) ++cell.held_out;
    if (!value.has_value()) continue;
    const std::string entity = EntityOf(row);
    SampleView sample{.time_nano = row.time_nano,
                      .value = *value,
                      .sample_id = row.sample_id,
                      .entity = entity,
                      .weight = WeightOf(row, *value),
                      .series = Hash64(absl::StrCat(row.metric, "/", row.region))};
    derived.Apply(filter.ForSeries(SliceOf(row)), sample);
    if (!cell.state.Add(sample).ok()) Fail("a sum left its range");
    cell.last = std::max(cell.last, row.time_nano);
  }
  LoadAnswer answer{.id = request.id, .seq = seq_};
  for (const auto& [key, cell] : cells) {
    v1::AggregateCell& out = answer.cells.emplace_back();
    out.set_slice(key.first);
    out.set_day(key.second);
    out.set_row_count(static_cast<int64_t>(cell.state.rows()));
    out.set_state(cell.state.Serialize());
    if (!cell.state.empty()) out.set_last_time_unix_nano(cell.last);
    out.set_held_out(cell.held_out);
  }
  std::stable_sort(answer.cells.begin(), answer.cells.end(), [&](const auto& a, const auto& b) {
    return order.at(a.slice()) < order.at(b.slice());
  });
  if (const auto kept = kept_.find(query.metric()); kept != kept_.end()) answer.kept = kept->second;
  const auto moves = watermark_moves_.find(query.metric());
  const absl::Time moment = MomentOf(query);
  if (moves == watermark_moves_.end()) return answer;
  for (const auto& [time, watermark] : moves->second) {
    if (time <= moment) answer.watermark = watermark;
  }
  return answer;
}

void FeedForTest::AnswerAll(PartitionEngine& engine) const {
  for (const LoadRequest& request : engine.TakeLoads()) {
    if (!engine.Answer(Answer(request)).ok()) Fail("the engine refused an answer");
  }
}

std::map<std::string, std::string> ContentsOf(const PartitionEngine& engine, MembershipView view) {
  std::map<std::string, std::string> contents;
  for (const ChangedState& changed : engine.Snapshot(view)) {
    v1::KpiState state;
    if (!state.ParseFromString(*changed.state)) Fail("a state cannot be read");
    state.clear_position();
    state.clear_tick();
    state.clear_version();
    state.clear_revision();
    state.clear_closed_at();
    state.clear_restatement();
    state.clear_flags();
    // When a past period closes depends on when its samples came.
    state.mutable_period()->clear_life();
    // A period that is complete does not follow its watermarks any further.
    if (state.completeness() == "1") state.clear_watermark();
    contents[changed.id.Key()] = state.ShortDebugString();
  }
  return contents;
}

}  // namespace kpisuite
