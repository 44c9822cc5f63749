#include "services/evaluation/engine/pane_table.h"

#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_place.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/period.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// "None" in the columns of the feed.
constexpr int64_t kNoWeight = std::numeric_limits<int64_t>::min();
constexpr int32_t kNoBusinessDay = std::numeric_limits<int32_t>::min();

// An empty column stands for the default in every row.
template <typename Column, typename Default>
auto At(const Column& column, int row, Default otherwise) {
  return row < column.size() ? static_cast<Default>(column.Get(row)) : otherwise;
}

absl::string_view TextAt(const google::protobuf::RepeatedPtrField<std::string>& column, int row) {
  return row < column.size() ? absl::string_view(column.Get(row)) : absl::string_view();
}

std::optional<int64_t> WeightAt(const google::protobuf::RepeatedField<int64_t>& column, int row) {
  const int64_t weight = At(column, row, kNoWeight);
  return weight == kNoWeight ? std::nullopt : std::optional(weight);
}

absl::Status IsLoading() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_READY", "the input is being loaded");
}

absl::Status MergeInto(Pane& pane, const Pane& part) {
  RETURN_IF_ERROR(pane.state.Merge(part.state));
  pane.last_time_nano = std::max(pane.last_time_nano, part.last_time_nano);
  pane.held_out += part.held_out;
  return absl::OkStatus();
}

// Several cells of a level make up one pane.
absl::Status AddTo(absl::btree_map<int32_t, Pane>& days, int32_t day, Pane pane) {
  const auto known = days.find(day);
  if (known != days.end()) return MergeInto(known->second, pane);
  days.emplace(day, std::move(pane));
  return absl::OkStatus();
}

int32_t BlockOfDay(int32_t day) {
  return day >= 0 ? day / kBlockDays : -((-day + kBlockDays - 1) / kBlockDays);
}

}  // namespace

// One row before or after a change.
struct PaneTable::Row {
  SampleView sample;
  int32_t day = 0;
  bool added = false;
  bool keeps_time = false;  // a row of the same time comes right after it is taken out
  bool held_out = false;    // the day was final before
};

absl::StatusOr<std::unique_ptr<PaneTable>> PaneTable::Create(PaneSpec spec) {
  ASSIGN_OR_RETURN(Aggregate empty, Aggregate::Create(spec.aggregation));
  return std::unique_ptr<PaneTable>(new PaneTable(std::move(spec), std::move(empty)));
}

PaneTable::PaneTable(PaneSpec spec, Aggregate empty)
    : spec_(std::move(spec)), empty_(std::move(empty)), days_(spec_.calendar.get()) {}

absl::StatusOr<PaneTable::SeriesBinding*> PaneTable::Bind(const v1::SeriesChanges& changes) {
  auto it = series_.find(changes.series_id());
  if (it != series_.end()) return &it->second;
  std::map<std::string, Member> members;
  for (const auto& [dimension, member] : changes.dimensions()) {
    members.emplace(dimension, Member::FromSource(member));
  }
  ASSIGN_OR_RETURN(const Slice leaf, Slice::Create(std::move(members)));
  SeriesBinding binding{.filter = spec_.filter.ForSeries(leaf)};
  std::set<int32_t> moves = {INT32_MIN};
  for (const auto& hierarchy : spec_.hierarchies) {
    const Member* member = leaf.Find(hierarchy->dimension());
    if (spec_.as_is.has_value() || member == nullptr) continue;
    for (const absl::CivilDay day : hierarchy->ChangesOf(*member)) moves.insert(DayNumber(day));
  }
  for (const int32_t day : moves) {
    const int32_t at = day == INT32_MIN ? DayNumber(kFirstDay) : day;
    binding.places.emplace_back(day, HomeOf(spec_.SliceOf(leaf, at)));
  }
  return &series_.emplace(changes.series_id(), std::move(binding)).first->second;
}

const PaneTable::Home& PaneTable::SeriesBinding::HomeOn(int32_t day) const {
  size_t at = places.size() - 1;
  while (at > 0 && places[at].first > day) --at;
  return places[at].second;
}

SlicePanes& PaneTable::PanesOf(const Slice& slice) {
  const size_t rank = slices_.size();
  const auto [it, fresh] = slices_.try_emplace(slice.ToString());
  if (fresh) it->second = {.slice = slice, .rank = rank};
  return it->second;
}

PaneTable::Home PaneTable::HomeOf(const Slice& slice) {
  if (spec_.roster == nullptr || spec_.roster->Contains(slice)) {
    return {.panes = &PanesOf(slice), .other = std::nullopt};
  }
  const auto [it, fresh] = other_index_.try_emplace(slice.ToString(), others_.size());
  if (fresh) others_.push_back(slice.ToString());
  return {.panes = &PanesOf(spec_.roster->other()), .other = it->second};
}

void PaneTable::CountOther(const Home& home, int32_t day, int64_t rows) {
  if (!home.other.has_value() || rows == 0) return;
  auto& members = other_rows_[day];
  int64_t& count = members[*home.other];
  count += rows;
  if (count <= 0) members.erase(*home.other);
}

void PaneTable::AddOtherMembers(int32_t first, int32_t end,
                                absl::flat_hash_set<absl::string_view>& out) const {
  for (auto it = other_rows_.lower_bound(first); it != other_rows_.end() && it->first < end; ++it) {
    for (const auto& [member, rows] : it->second) out.insert(others_[member]);
  }
}

void PaneTable::Fold(const Row& row, const SeriesBinding& series, int64_t seq,
                     const std::optional<PaneRef>& only, PaneCallback touched,
                     PaneCallback broken) {
  if (row.day < kept_from_) return;
  const Home& home = series.HomeOn(row.day);
  SlicePanes& panes = *home.panes;
  if (only.has_value() && (only->day != row.day || only->slice != panes.slice.ToString())) return;
  Pane& pane = panes.days.try_emplace(row.day, Pane{.state = empty_}).first->second;
  if (pane.loading || seq <= pane.base_seq) return;
  SampleView sample = row.sample;
  spec_.derived.Apply(series.filter, sample);
  const bool last_left = !row.added && !row.keeps_time && sample.time_nano >= pane.last_time_nano;
  // How many samples are held out is known to measurement only.
  const bool folded = !row.held_out && (row.added ? pane.state.Add(sample).ok()
                                                  : !last_left && pane.state.Remove(sample));
  panes.blocks.erase(BlockOfDay(row.day));
  if (!folded) {
    pane.loading = true;
    broken(panes, row.day);
    return;
  }
  CountOther(home, row.day, row.added ? 1 : -1);
  pane.last_time_nano = std::max(pane.last_time_nano, sample.time_nano);
  last_event_nano_ = std::max(last_event_nano_, sample.time_nano);
  touched(panes, row.day);
}

void PaneTable::Apply(const v1::SeriesChanges& changes, int64_t seq, absl::Time commit_time,
                      const std::optional<PaneRef>& only, PaneCallback touched,
                      PaneCallback broken) {
  if (!loaded_ || seq <= base_seq_) return;
  const auto series = Bind(changes);
  if (!series.ok()) return;  // measurement refuses such dimensions before they are stored
  for (int i = 0; i < changes.kinds_size(); ++i) {
    const v1::RowChange kind = changes.kinds(i);
    const int64_t time = changes.time_unix_nano(i);
    Row before{.sample = {.time_nano = time,
                          .value = At(changes.old_values(), i, int64_t{0}),
                          .sample_id = TextAt(changes.sample_ids(), i),
                          .entity = TextAt(changes.old_entities(), i),
                          .weight = WeightAt(changes.old_weights(), i),
                          .series = changes.series_id()}};
    Row after{.sample = {.time_nano = time,
                         .value = At(changes.new_values(), i, int64_t{0}),
                         .sample_id = TextAt(changes.sample_ids(), i),
                         .entity = TextAt(changes.new_entities(), i),
                         .weight = WeightAt(changes.new_weights(), i),
                         .series = changes.series_id()},
              .added = true};
    const int32_t old_day = At(changes.old_business_days(), i, kNoBusinessDay);
    const int32_t new_day = At(changes.new_business_days(), i, kNoBusinessDay);
    Place(old_day, commit_time, before);
    Place(new_day, commit_time, after);
    before.keeps_time = kind == v1::ROW_CHANGE_CORRECTED && before.day == after.day;
    if (kind != v1::ROW_CHANGE_INSERTED) Fold(before, **series, seq, only, touched, broken);
    if (kind != v1::ROW_CHANGE_RETRACTED) Fold(after, **series, seq, only, touched, broken);
  }
}

void PaneTable::Place(int32_t business_day, absl::Time commit_time, Row& row) {
  row.day = business_day;
  if (business_day == kNoBusinessDay) {
    row.day = DayNumber(days_.DayOf(row.sample.time_nano));
  } else if (UsesPlace(spec_.aggregation.kind)) {
    row.sample.shift_nano =
        PlaceShift(*spec_.calendar, DayOfNumber(business_day), row.sample.time_nano);
  }
  row.held_out = spec_.finality != nullptr && commit_time > spec_.finality->CutoffOf(row.day);
}

absl::StatusOr<Pane> PaneTable::MakePane(const v1::AggregateCell& cell, int64_t seq) const {
  ASSIGN_OR_RETURN(Aggregate state, Aggregate::Parse(cell.state()));
  if (!(state.spec() == spec_.aggregation)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                     "an aggregate answer has another spec than its query");
  }
  const int64_t last = state.empty() ? INT64_MIN : cell.last_time_unix_nano();
  return Pane{.state = std::move(state),
              .last_time_nano = last,
              .base_seq = seq,
              .held_out = cell.held_out()};
}

absl::Status PaneTable::LoadAll(const std::vector<v1::AggregateCell>& cells, int64_t seq) {
  loaded_ = false;
  slices_.clear();
  series_.clear();
  other_rows_.clear();
  for (const v1::AggregateCell& cell : cells) {
    ASSIGN_OR_RETURN(Pane pane, MakePane(cell, seq));
    SlicePanes* panes = nullptr;
    const auto known = slices_.find(cell.slice());
    if (known != slices_.end() && !spec_.has_levels()) {
      panes = &known->second;
    } else {
      ASSIGN_OR_RETURN(const Slice leaf, Slice::Parse(cell.slice()));
      const Home home = HomeOf(spec_.SliceOf(leaf, cell.day()));
      CountOther(home, cell.day(), cell.row_count());
      panes = home.panes;
    }
    RETURN_IF_ERROR(AddTo(panes->days, cell.day(), std::move(pane)));
  }
  base_seq_ = seq;
  loaded_ = true;
  DropDays();
  FindLastEvent();
  return absl::OkStatus();
}

void PaneTable::Keep(const v1::KeptSamples& kept) {
  const absl::Time from = FromTimestamp(kept.kept_from());
  absl::CivilDay day = spec_.calendar->DayOf(from);
  if (spec_.calendar->StartOf(day) < from) ++day;
  kept_from_ = std::max(kept_from_, DayNumber(day));
  if (kept.has_first_business_day()) kept_from_ = std::max(kept_from_, kept.first_business_day());
  DropDays();
}

void PaneTable::DropDays() {
  if (kept_from_ == INT32_MIN) return;
  for (auto& [text, panes] : slices_) {
    const auto kept = panes.days.lower_bound(kept_from_);
    if (kept == panes.days.begin()) continue;
    panes.days.erase(panes.days.begin(), kept);
    panes.blocks.clear();
  }
  other_rows_.erase(other_rows_.begin(), other_rows_.lower_bound(kept_from_));
}

void PaneTable::FindLastEvent() {
  last_event_nano_ = INT64_MIN;
  for (const auto& [text, panes] : slices_) {
    for (const auto& [day, pane] : panes.days) {
      if (pane.state.empty()) continue;
      last_event_nano_ = std::max(last_event_nano_, pane.last_time_nano);
    }
  }
}

absl::Status PaneTable::LoadPane(const PaneRef& ref, const std::vector<v1::AggregateCell>& cells,
                                 int64_t seq) {
  const auto slice = slices_.find(ref.slice);
  if (slice == slices_.end() || ref.day < kept_from_) return absl::OkStatus();
  SlicePanes& panes = slice->second;
  Pane pane{.state = empty_, .base_seq = seq};
  if (IsOtherSlice(panes.slice)) other_rows_.erase(ref.day);
  for (const v1::AggregateCell& cell : cells) {
    ASSIGN_OR_RETURN(const Slice leaf, Slice::Parse(cell.slice()));
    const Home home = HomeOf(spec_.SliceOf(leaf, ref.day));
    if (home.panes != &panes) continue;
    ASSIGN_OR_RETURN(const Pane part, MakePane(cell, seq));
    RETURN_IF_ERROR(MergeInto(pane, part));
    CountOther(home, ref.day, cell.row_count());
  }
  const int64_t loaded_last = pane.last_time_nano;
  const auto [it, fresh] = panes.days.try_emplace(ref.day, Pane{.state = empty_});
  const int64_t last = it->second.last_time_nano;
  it->second = std::move(pane);
  panes.blocks.erase(BlockOfDay(ref.day));
  // Rows that came while the pane was loading were skipped: it may bring the table's last event,
  // or have lost it.
  if (loaded_last >= last_event_nano_) {
    last_event_nano_ = loaded_last;
  } else if (last >= last_event_nano_) {
    FindLastEvent();
  }
  return absl::OkStatus();
}

const SlicePanes* PaneTable::Find(absl::string_view slice) const {
  const auto it = slices_.find(std::string(slice));
  return it == slices_.end() ? nullptr : &it->second;
}

absl::StatusOr<PaneBlock*> PaneTable::BlockOf(const SlicePanes& panes, int32_t block,
                                              int64_t seq) const {
  const auto known = panes.blocks.find(block);
  if (known != panes.blocks.end()) return &known->second;
  PaneBlock made{.state = empty_};
  const int32_t end = (block + 1) * kBlockDays;
  for (auto it = panes.days.lower_bound(block * kBlockDays);
       it != panes.days.end() && it->first < end; ++it) {
    const Pane& pane = it->second;
    if (pane.loading || pane.base_seq > seq) return IsLoading();
    made.held_out += pane.held_out;
    RETURN_IF_ERROR(made.state.Merge(pane.state));
    if (!pane.state.empty()) {
      made.last_time_nano = std::max(made.last_time_nano, pane.last_time_nano);
    }
  }
  return &panes.blocks.emplace(block, std::move(made)).first->second;
}

absl::StatusOr<PaneTable::Range> PaneTable::Over(absl::string_view slice, int32_t first,
                                                 int32_t end, int64_t seq) const {
  if (!loaded_ || base_seq_ > seq) return IsLoading();
  Range range{.state = empty_, .is_kept = first >= kept_from_};
  const SlicePanes* panes = Find(slice);
  if (panes == nullptr) return range;
  // A short range has no block of its own that is worth keeping.
  const bool long_range = int64_t{end} - first > 2 * kBlockDays;
  const auto add = [&range](const Aggregate& state, int64_t last_time_nano, int64_t held_out) {
    range.held_out += held_out;
    if (!state.empty()) range.last_time_nano = std::max(range.last_time_nano, last_time_nano);
    return range.state.Merge(state);
  };
  auto it = panes->days.lower_bound(first);
  while (it != panes->days.end() && it->first < end) {
    const int32_t block = BlockOfDay(it->first);
    const int64_t block_end = (int64_t{block} + 1) * kBlockDays;
    if (long_range && block_end - kBlockDays >= first && block_end <= end) {
      ASSIGN_OR_RETURN(const PaneBlock* whole, BlockOf(*panes, block, seq));
      RETURN_IF_ERROR(add(whole->state, whole->last_time_nano, whole->held_out));
      it = panes->days.lower_bound(static_cast<int32_t>(block_end));
      continue;
    }
    if (it->second.loading || it->second.base_seq > seq) return IsLoading();
    RETURN_IF_ERROR(add(it->second.state, it->second.last_time_nano, it->second.held_out));
    ++it;
  }
  return range;
}

absl::StatusOr<PaneTable::Range> PaneTable::CarriedInto(absl::string_view slice, int32_t end,
                                                        int64_t seq) const {
  if (!loaded_ || base_seq_ > seq) return IsLoading();
  Range range{.state = empty_, .is_kept = kept_from_ == INT32_MIN};
  const SlicePanes* panes = Find(slice);
  if (panes == nullptr) return range;
  auto it = panes->days.begin();
  while (it != panes->days.end() && it->first < end) {
    const int32_t block = BlockOfDay(it->first);
    const int64_t block_end = (int64_t{block} + 1) * kBlockDays;
    if (block_end <= end) {
      ASSIGN_OR_RETURN(PaneBlock * whole, BlockOf(*panes, block, seq));
      if (!whole->carried.has_value()) whole->carried = whole->state.CarriedOut();
      RETURN_IF_ERROR(range.state.Merge(*whole->carried));
      it = panes->days.lower_bound(static_cast<int32_t>(block_end));
      continue;
    }
    if (it->second.loading || it->second.base_seq > seq) return IsLoading();
    RETURN_IF_ERROR(range.state.Merge(it->second.state));
    ++it;
  }
  range.state = range.state.CarriedOut();
  return range;
}

}  // namespace kpisuite
