#include "libs/kpi/aggregate_leaf_series.h"

#include <limits>
#include <tuple>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_frame.h"

namespace kpisuite {

std::unique_ptr<AggregateCollection> LeafSeries::Clone() const {
  return std::make_unique<LeafSeries>(*this);
}

bool LeafSeries::Wins(const Held& one, const Held& held) {
  return std::tie(one.place_nano, one.time_nano, one.sample_id, one.value) >
         std::tie(held.place_nano, held.time_nano, held.sample_id, held.value);
}

LeafSeries::Held LeafSeries::HeldOf(const SampleView& sample) {
  return {sample.place_nano(), sample.time_nano, sample.value,
          std::string(sample.sample_id.data(), sample.sample_id.size()), 1};
}

void LeafSeries::Add(const SampleView& sample) {
  Held one = HeldOf(sample);
  const auto [at, inserted] = series_.try_emplace(SeriesOf(sample), one);
  if (inserted) return;
  Held& held = at->second;
  one.n = held.n + 1;
  if (Wins(one, held)) {
    held = std::move(one);
  } else {
    held.n = one.n;
  }
}

bool LeafSeries::Remove(const SampleView& sample) {
  const auto at = series_.find(SeriesOf(sample));
  if (at == series_.end()) return false;
  Held& held = at->second;
  const Held one = HeldOf(sample);
  if (held.n > 1) {
    if (!Wins(held, one)) return false;  // the held one itself, or one that would have won
    --held.n;
    return true;
  }
  if (Wins(held, one) || Wins(one, held)) return false;
  series_.erase(at);
  return true;
}

void LeafSeries::Merge(const AggregateCollection& other) {
  for (const auto& [series, theirs] : static_cast<const LeafSeries&>(other).series_) {
    const auto [at, inserted] = series_.try_emplace(series, theirs);
    if (inserted) continue;
    Held& held = at->second;
    const uint64_t n = held.n + theirs.n;
    if (Wins(theirs, held)) held = theirs;
    held.n = n;
  }
}

std::optional<uint64_t> LeafSeries::KeepLast() {
  for (auto& [series, held] : series_) held.n = 1;
  return series_.size();
}

AggregateResult LeafSeries::Finalise(uint64_t n) const {
  AggregateFrame whole;
  whole.start_nano = std::numeric_limits<int64_t>::min();
  return FinaliseIn(whole, n);
}

AggregateResult LeafSeries::FinaliseIn(const AggregateFrame& frame, uint64_t n) const {
  AggregateResult result{.value = NdReason::kEmpty};
  absl::int128 sum = 0;
  for (const auto& [series, held] : series_) {
    const bool carried = held.place_nano < frame.start_nano;
    if (carried && (one_series_ || held.place_nano < frame.carry_from_nano)) continue;
    ++result.members;
    result.carried += carried ? 1 : 0;
    sum += held.value;
  }
  if (result.members > 0) result.value = Decimal::FromMantissa(sum, scale_);
  return result;
}

size_t LeafSeries::AllocatedBytes() const {
  size_t bytes = sizeof(*this) + series_.size() * sizeof(*series_.begin());
  for (const auto& [series, held] : series_) {
    if (held.sample_id.size() > 15) bytes += held.sample_id.capacity() + 1;
  }
  return bytes;
}

// Count of series; then per series, ascending: id (the first) or the distance to the id before
// minus 1, number of samples, place, event time, value, sample_id.
void LeafSeries::Write(WireWriter& writer) const {
  writer.Unsigned(series_.size());
  uint64_t next = 0;
  for (const auto& [series, held] : series_) {
    writer.Unsigned(series - next);
    next = series + 1;
    writer.Unsigned(held.n);
    writer.Signed(held.place_nano);
    writer.Signed(held.time_nano);
    writer.Signed(held.value);
    writer.Text(held.sample_id);
  }
}

absl::Status LeafSeries::ReadSeries(WireReader& reader, uint64_t series) {
  Held held;
  ASSIGN_OR_RETURN(held.n, reader.Unsigned());
  ASSIGN_OR_RETURN(held.place_nano, reader.Signed());
  ASSIGN_OR_RETURN(held.time_nano, reader.Signed());
  ASSIGN_OR_RETURN(held.value, reader.Signed());
  ASSIGN_OR_RETURN(const absl::string_view sample_id, reader.Text());
  held.sample_id.assign(sample_id.data(), sample_id.size());
  series_.emplace_hint(series_.end(), series, std::move(held));
  return absl::OkStatus();
}

absl::Status LeafSeries::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  uint64_t next = 0;
  uint64_t missing = n;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const uint64_t distance, reader.Unsigned());
    const uint64_t series = next + distance;
    if (series < distance || (i > 0 && next == 0)) {
      return absl::InvalidArgumentError("got a series above 64 bits");
    }
    next = series + 1;
    if (one_series_ && series != 0) return absl::InvalidArgumentError("got a series, want one");
    RETURN_IF_ERROR(ReadSeries(reader, series));
    const uint64_t held_n = series_.rbegin()->second.n;
    if (held_n == 0 || held_n > missing) {
      return absl::InvalidArgumentError("got sample counts of series that do not add up to n");
    }
    missing -= held_n;
  }
  if (missing != 0) {
    return absl::InvalidArgumentError("got sample counts of series that do not add up to n");
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
