#include "services/measurement/aggregate_scan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/partition.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_place.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/record_cutoff.h"

namespace kpisuite {
namespace {

absl::CivilDay CivilDayOf(int32_t number) { return absl::CivilDay() + number; }

struct Cell {
  explicit Cell(const Aggregate& empty) : state(empty) {}

  Aggregate state;
  int64_t last_nano = std::numeric_limits<int64_t>::min();
  int64_t held_out = 0;
};
using CellsByDay = std::map<int32_t, Cell>;
struct SliceCells {
  // Numbers of series grow in the order in which they are recorded.
  uint64_t first_series = std::numeric_limits<uint64_t>::max();
  CellsByDay days;
};

// The cells of one plan, and where the series that is being scanned goes.
class PlanScan {
 public:
  PlanScan(const AggregatePlan& plan, DayCutoffs cutoffs)
      : plan_(plan), cutoffs_(std::move(cutoffs)), locator_(&plan.calendar) {
    if (plan.first_day.has_value()) {
      start_nano_ = StartNanoOf(plan.calendar, CivilDayOf(*plan.first_day));
    }
    if (plan.end_day.has_value()) {
      end_nano_ = StartNanoOf(plan.calendar, CivilDayOf(*plan.end_day));
    }
  }

  const AggregatePlan& plan() const { return plan_; }
  bool has_cutoffs() const { return !cutoffs_.empty(); }
  int64_t start_nano() const { return start_nano_; }
  int64_t end_nano() const { return end_nano_; }
  // By slice, in the order of their first series: as they were recorded.
  std::vector<std::pair<const std::string*, const CellsByDay*>> Cells() const {
    std::vector<std::tuple<uint64_t, const std::string*, const CellsByDay*>> order;
    for (const auto& [slice, cells] : cells_) {
      order.emplace_back(cells.first_series, &slice, &cells.days);
    }
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), *std::get<1>(a)) < std::tie(std::get<0>(b), *std::get<1>(b));
    });
    std::vector<std::pair<const std::string*, const CellsByDay*>> cells;
    for (const auto& [first, slice, days] : order) cells.emplace_back(slice, days);
    return cells;
  }
  size_t cell_count() const { return cell_count_; }

  // Whether samples of the series can count for this plan.
  bool BeginSeries(const Slice& series, uint64_t series_id) {
    std::set<absl::CivilDay> moves = {absl::CivilDay::min()};
    for (const auto& hierarchy : plan_.metric->hierarchies) {
      const Member* member = series.Find(hierarchy->dimension());
      if (plan_.as_is.has_value() || member == nullptr) continue;
      for (const absl::CivilDay day : hierarchy->ChangesOf(*member)) moves.insert(day);
    }
    places_.clear();
    bool wanted = false;
    for (const absl::CivilDay day : moves) {
      const Slice leaf = plan_.WithLevels(series, day);
      const Slice slice = leaf.Project(plan_.group_by);
      Place& place = places_.emplace_back();
      if (day != absl::CivilDay::min()) place.first_day = DayNumberOf(day);
      if (plan_.slice.has_value() && *plan_.slice != slice) continue;
      place.kept = plan_.filter.ForSeries(leaf);
      SliceCells& cells = cells_[slice.ToString()];
      cells.first_series = std::min(cells.first_series, series_id);
      place.days = &cells.days;
      wanted = true;
    }
    cell_ = nullptr;
    return wanted;
  }

  absl::Status Add(const StoredSample& sample, uint64_t series_id) {
    const int32_t day = DayOf(sample);
    Cell* const cell = FindOrAddCell(day);
    return cell == nullptr ? absl::OkStatus() : AddTo(*cell, day, sample, series_id);
  }

  // What counts of a sample on each of the days that its revisions name. One that was moved from
  // a day after its cutoff to another day counts on both; the other way round on neither.
  absl::Status AddRevisions(const SampleRevisions& revisions, uint64_t series_id) {
    days_of_revisions_.clear();
    for (const StoredSample& revision : revisions.all()) {
      if (!revision.retracted) days_of_revisions_.push_back(DayOf(revision));
    }
    std::sort(days_of_revisions_.begin(), days_of_revisions_.end());
    days_of_revisions_.erase(std::unique(days_of_revisions_.begin(), days_of_revisions_.end()),
                             days_of_revisions_.end());
    for (const int32_t day : days_of_revisions_) {
      const StoredSample* counted = OnDay(day, revisions.LiveAt(cutoffs_.SeqOf(day)));
      const StoredSample* latest = OnDay(day, revisions.LiveAt(DayCutoffs::kNone));
      if (counted == nullptr && latest == nullptr) continue;
      Cell* const cell = FindOrAddCell(day);
      if (cell == nullptr) continue;
      if (!SameContent(counted, latest)) ++cell->held_out;
      if (counted != nullptr) RETURN_IF_ERROR(AddTo(*cell, day, *counted, series_id));
    }
    return absl::OkStatus();
  }

 private:
  // Where the series that is being scanned belongs from a day on.
  struct Place {
    int32_t first_day = std::numeric_limits<int32_t>::min();
    ValueFilter kept;
    CellsByDay* days = nullptr;  // null: not in the slice that is asked for
  };

  const Place* PlaceOn(int32_t day) const {
    size_t at = places_.size() - 1;
    while (at > 0 && places_[at].first_day > day) --at;
    return &places_[at];
  }

  int32_t DayOf(const StoredSample& sample) {
    return sample.business_day != kNoBusinessDay ? sample.business_day
                                                 : DayNumberOf(locator_.DayOf(sample.time_nano));
  }

  const StoredSample* OnDay(int32_t day, const StoredSample* sample) {
    return sample != nullptr && DayOf(*sample) == day ? sample : nullptr;
  }

  // nullptr: the day, or the slice on it, is not asked for.
  Cell* FindOrAddCell(int32_t day) {
    if (cell_ != nullptr && day == cell_day_) return cell_;
    if (day < plan_.first_day.value_or(day) || day >= plan_.end_day.value_or(day + 1)) {
      return nullptr;
    }
    const Place* const place = PlaceOn(day);
    if (place->days == nullptr) return nullptr;
    const auto [found, added] = place->days->try_emplace(day, plan_.empty);
    cell_count_ += added;
    place_ = place;
    cell_ = &found->second;
    cell_day_ = day;
    return cell_;
  }

  absl::Status AddTo(Cell& cell, int32_t day, const StoredSample& sample, uint64_t series_id) {
    SampleView view;
    view.time_nano = sample.time_nano;
    view.value = sample.value;
    view.sample_id = sample.sample_id;
    view.entity = sample.entity;
    if (sample.weight != kNoWeight) view.weight = sample.weight;
    view.series = series_id;
    if (sample.business_day != kNoBusinessDay && UsesPlace(plan_.empty.spec().kind)) {
      view.shift_nano = PlaceShift(plan_.calendar, CivilDayOf(day), sample.time_nano);
    }
    plan_.derived.Apply(place_->kept, view);
    cell.last_nano = std::max(cell.last_nano, sample.time_nano);
    return cell.state.Add(view);
  }

  const AggregatePlan& plan_;
  const DayCutoffs cutoffs_;
  DayLocator locator_;
  int64_t start_nano_ = std::numeric_limits<int64_t>::min();
  int64_t end_nano_ = std::numeric_limits<int64_t>::max();
  std::map<std::string, SliceCells> cells_;
  size_t cell_count_ = 0;
  // Of the series that is being scanned.
  std::vector<Place> places_;
  const Place* place_ = nullptr;  // of cell_
  Cell* cell_ = nullptr;
  int32_t cell_day_ = 0;
  std::vector<int32_t> days_of_revisions_;
};

// Scans the samples of one metric for all its plans.
class MetricScan {
 public:
  // `part` is the partition of the metric.
  MetricScan(MeasurementSnapshot& snapshot, const MetricDefinition& metric, int part,
             const AggregateLimits& limits)
      : snapshot_(snapshot), metric_(metric), part_(part), limits_(limits) {}

  absl::Status Add(const AggregatePlan& plan) {
    ASSIGN_OR_RETURN(DayCutoffs cutoffs, DayCutoffs::Create(snapshot_, part_, plan.cutoffs));
    has_cutoffs_ = has_cutoffs_ || !cutoffs.empty();
    scans_.push_back(std::make_unique<PlanScan>(plan, std::move(cutoffs)));
    return absl::OkStatus();
  }
  const std::vector<std::unique_ptr<PlanScan>>& scans() const { return scans_; }
  std::optional<int64_t> last_nano() const { return last_nano_; }
  const KeptSamples& kept() const { return kept_; }

  absl::Status Run() {
    ASSIGN_OR_RETURN(const std::optional<std::string> traits,
                     snapshot_.FindTraits(metric_.workspace, metric_.id));
    if (traits.has_value() && *traits != TraitsOf(metric_)) {
      return TraitsChanged(metric_.id, *traits, TraitsOf(metric_));
    }
    ASSIGN_OR_RETURN(kept_, snapshot_.FindKept(metric_.workspace, metric_.id));
    std::vector<SeriesRecord> series;
    RETURN_IF_ERROR(snapshot_.VisitSeries(metric_.workspace, metric_.id, "",
                                          [&series](const SeriesRecord& record) {
                                            series.push_back(record);
                                            return true;
                                          }));
    for (const SeriesRecord& record : series) RETURN_IF_ERROR(ScanSeries(record));
    return absl::OkStatus();
  }

 private:
  absl::Status ScanSeries(const SeriesRecord& record) {
    ASSIGN_OR_RETURN(std::optional<int64_t> last, snapshot_.FindLastTime(record.id));
    if (last < kept_.from_nano) last.reset();
    if (last.has_value()) last_nano_ = std::max(last_nano_.value_or(*last), *last);
    ASSIGN_OR_RETURN(const Slice slice, Slice::Parse(record.slice));
    SampleRange range;
    range.start_nano = std::numeric_limits<int64_t>::max();
    range.end_nano = std::numeric_limits<int64_t>::min();
    bool wanted = false;
    for (const auto& scan : scans_) {
      if (!scan->BeginSeries(slice, record.id)) continue;
      wanted = true;
      range.start_nano = std::min(range.start_nano, scan->start_nano());
      range.end_nano = std::max(range.end_nano, scan->end_nano());
    }
    // Of a series whose samples were all withdrawn some may count up to a cutoff.
    if (!wanted || (!last.has_value() && !has_cutoffs_)) return absl::OkStatus();
    // A business day may lie anywhere, whatever the time of its sample.
    if (record.has_business_day) range = SampleRange();
    range.start_nano = std::max(range.start_nano, kept_.from_nano);
    RETURN_IF_ERROR(has_cutoffs_ ? ScanRevisions(record.id, range) : ScanSamples(record.id, range));
    return CheckCells();
  }

  absl::Status ScanSamples(uint64_t series_id, const SampleRange& range) {
    absl::Status status;
    const absl::Status visited =
        snapshot_.VisitSamples(series_id, range, [&](const StoredSample& sample) {
          for (const auto& scan : scans_) status.Update(scan->Add(sample, series_id));
          return status.ok();
        });
    RETURN_IF_ERROR(status);
    return visited;
  }

  absl::Status ScanRevisions(uint64_t series_id, const SampleRange& range) {
    absl::Status status;
    SampleRevisions revisions;
    const auto add = [&] {
      for (const auto& scan : scans_) status.Update(scan->AddRevisions(revisions, series_id));
      revisions.Clear();
    };
    const absl::Status visited =
        snapshot_.VisitRevisions(series_id, range, [&](const StoredSample& sample) {
          if (!revisions.Accepts(sample)) add();
          revisions.Add(sample);
          return status.ok();
        });
    RETURN_IF_ERROR(visited);
    add();
    return status;
  }

  absl::Status CheckCells() const {
    size_t cells = 0;
    for (const auto& scan : scans_) cells += scan->cell_count();
    if (cells <= limits_.max_cells) return absl::OkStatus();
    return InvalidFields({{absl::StrCat("queries[", scans_.front()->plan().query, "]"),
                           absl::StrCat("got more than ", limits_.max_cells, " cells over metric ",
                                        metric_.id, ", want fewer days, dimensions or queries"),
                           "LIMIT", 0, 0}});
  }

  MeasurementSnapshot& snapshot_;
  const MetricDefinition& metric_;
  const int part_;
  const AggregateLimits& limits_;
  std::vector<std::unique_ptr<PlanScan>> scans_;
  bool has_cutoffs_ = false;
  KeptSamples kept_;
  std::optional<int64_t> last_nano_;
};

// Turns the cells of one plan into chunks.
class ChunkWriter {
 public:
  using Emit = absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)>;

  ChunkWriter(v1::QueryAggregatesResponse header, size_t max_bytes, Emit emit)
      : header_(std::move(header)), chunk_(header_), max_bytes_(max_bytes), emit_(emit) {}

  absl::Status Write(const PlanScan& scan) {
    for (const auto& [slice, days] : scan.Cells()) {
      for (const auto& [day, cell] : *days) RETURN_IF_ERROR(Add(*slice, day, cell));
    }
    chunk_.set_last(true);
    return emit_(std::move(chunk_));
  }

 private:
  absl::Status Add(const std::string& slice, int32_t day, const Cell& cell) {
    v1::AggregateCell out;
    out.set_slice(slice);
    out.set_day(day);
    out.set_row_count(static_cast<int64_t>(cell.state.rows()));
    out.set_state(cell.state.Serialize());
    const AggregateResult result = cell.state.Finalise();
    if (result.value.is_decimal()) out.set_value(result.value.ToString());
    if (cell.state.rows() > 0) out.set_last_time_unix_nano(cell.last_nano);
    out.set_held_out(cell.held_out);
    const size_t size = out.ByteSizeLong();
    if (chunk_.cells_size() > 0 && bytes_ + size > max_bytes_) {
      RETURN_IF_ERROR(emit_(std::move(chunk_)));
      chunk_ = header_;
      bytes_ = 0;
    }
    bytes_ += size + 8;
    *chunk_.add_cells() = std::move(out);
    return absl::OkStatus();
  }

  const v1::QueryAggregatesResponse header_;
  v1::QueryAggregatesResponse chunk_;
  size_t bytes_ = 0;
  const size_t max_bytes_;
  const Emit emit_;
};

absl::Status EmitScan(MeasurementSnapshot& snapshot, const MetricScan& metric_scan, int part,
                      const AggregateLimits& limits, ChunkWriter::Emit emit) {
  for (const auto& scan : metric_scan.scans()) {
    const MetricDefinition& metric = *scan->plan().metric;
    const FeedHead& head = snapshot.heads()[part];
    v1::QueryAggregatesResponse header;
    header.set_query(scan->plan().query);
    header.mutable_position()->set_part(part);
    header.mutable_position()->set_incarnation(head.incarnation);
    header.mutable_position()->set_seq(head.last_seq);
    ASSIGN_OR_RETURN(const std::optional<int64_t> watermark,
                     snapshot.FindWatermark(metric.workspace, metric.id));
    if (watermark.has_value()) *header.mutable_complete_through() = TimestampOfNano(*watermark);
    if (const auto last = metric_scan.last_nano()) {
      *header.mutable_last_event_time() = TimestampOfNano(*last);
    }
    const KeptSamples& kept = metric_scan.kept();
    if (!kept.all()) *header.mutable_kept() = KeptMessage(metric.id, kept);
    RETURN_IF_ERROR(ChunkWriter(std::move(header), limits.max_chunk_bytes, emit).Write(*scan));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunAggregates(MeasurementSnapshot& snapshot, absl::Span<const AggregatePlan> plans,
                           int partitions, const AggregateLimits& limits,
                           absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit) {
  std::vector<bool> done(plans.size(), false);
  for (size_t first = 0; first < plans.size(); ++first) {
    if (done[first]) continue;
    const MetricDefinition& metric = *plans[first].metric;
    const int part = PartitionOf(metric.workspace, metric.partition_group, partitions);
    MetricScan scan(snapshot, metric, part, limits);
    for (size_t i = first; i < plans.size(); ++i) {
      if (plans[i].metric->id != metric.id) continue;
      RETURN_IF_ERROR(scan.Add(plans[i]));
      done[i] = true;
    }
    RETURN_IF_ERROR(scan.Run());
    RETURN_IF_ERROR(EmitScan(snapshot, scan, part, limits, emit));
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
