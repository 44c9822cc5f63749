#include "libs/kpi/aggregate_leaf_series.h"

#include <algorithm>
#include <tuple>

#include "libs/base/status_macros.h"

namespace kpisuite {

std::unique_ptr<AggregateCollection> LeafSeries::Clone() const {
  return std::make_unique<LeafSeries>(*this);
}

bool LeafSeries::Wins(int64_t time_nano, absl::string_view sample_id, int64_t value,
                      const Held& held) const {
  if (time_nano != held.time_nano) return (time_nano < held.time_nano) == earliest_;
  const absl::string_view held_id = held.sample_id;
  return std::tie(sample_id, value) > std::tie(held_id, held.value);
}

void LeafSeries::Add(const SampleView& sample) {
  const auto [at, inserted] = series_.try_emplace(sample.series);
  Held& held = at->second;
  ++held.n;
  if (!inserted && !Wins(sample.time_nano, sample.sample_id, sample.value, held)) return;
  held.time_nano = sample.time_nano;
  held.value = sample.value;
  held.sample_id.assign(sample.sample_id.data(), sample.sample_id.size());
}

bool LeafSeries::Remove(const SampleView& sample) {
  const auto at = series_.find(sample.series);
  if (at == series_.end()) return false;
  Held& held = at->second;
  const bool is_held = held.time_nano == sample.time_nano && held.sample_id == sample.sample_id;
  if (held.n > 1) {
    if (is_held || Wins(sample.time_nano, sample.sample_id, sample.value, held)) return false;
    --held.n;
    return true;
  }
  if (!is_held || held.value != sample.value) return false;
  series_.erase(at);
  return true;
}

void LeafSeries::Merge(const AggregateCollection& other) {
  for (const auto& [series, theirs] : static_cast<const LeafSeries&>(other).series_) {
    const auto [at, inserted] = series_.try_emplace(series, theirs);
    if (inserted) continue;
    Held& held = at->second;
    const uint64_t n = held.n + theirs.n;
    if (Wins(theirs.time_nano, theirs.sample_id, theirs.value, held)) held = theirs;
    held.n = n;
  }
}

AggregateResult LeafSeries::Finalise(uint64_t n) const {
  absl::int128 sum = 0;
  for (const auto& [series, held] : series_) sum += held.value;
  return {.value = Decimal::FromMantissa(sum, scale_)};
}

uint64_t LeafSeries::MembersBefore(int64_t time_nano) const {
  return static_cast<uint64_t>(
      std::count_if(series_.begin(), series_.end(),
                    [time_nano](const auto& entry) { return entry.second.time_nano < time_nano; }));
}

size_t LeafSeries::AllocatedBytes() const {
  size_t bytes = sizeof(*this) + series_.size() * sizeof(*series_.begin());
  for (const auto& [series, held] : series_) {
    if (held.sample_id.size() > 15) bytes += held.sample_id.capacity() + 1;
  }
  return bytes;
}

// Count of series; then per series, ascending: id (the first) or the distance to the id before
// minus 1, number of samples, event time, value, sample_id.
void LeafSeries::Write(WireWriter& writer) const {
  writer.Unsigned(series_.size());
  uint64_t next = 0;
  for (const auto& [series, held] : series_) {
    writer.Unsigned(series - next);
    next = series + 1;
    writer.Unsigned(held.n);
    writer.Signed(held.time_nano);
    writer.Signed(held.value);
    writer.Text(held.sample_id);
  }
}

absl::Status LeafSeries::ReadSeries(WireReader& reader, uint64_t series) {
  Held held;
  ASSIGN_OR_RETURN(held.n, reader.Unsigned());
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
