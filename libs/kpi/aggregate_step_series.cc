#include "libs/kpi/aggregate_step_series.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_frame.h"

namespace kpisuite {
namespace {

// The whole distance between two instants does not fit 64 bits.
Int128 Between(int64_t from, int64_t to) { return Int128{to} - from; }

}  // namespace

std::unique_ptr<AggregateCollection> StepSeries::Clone() const {
  return std::make_unique<StepSeries>(*this);
}

StepSeries::Step StepSeries::StepOf(const SampleView& sample) {
  return {sample.place_nano(), sample.time_nano,
          std::string(sample.sample_id.data(), sample.sample_id.size()), sample.value};
}

StepSeries::Steps::const_iterator StepSeries::FirstFrom(const Steps& steps, int64_t place_nano) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  return steps.lower_bound(Step{place_nano, kLeast, "", kLeast});
}

void StepSeries::Add(const SampleView& sample) { ++series_[sample.series][StepOf(sample)]; }

bool StepSeries::Remove(const SampleView& sample) {
  const auto series = series_.find(sample.series);
  if (series == series_.end()) return false;
  const auto step = series->second.find(StepOf(sample));
  if (step == series->second.end()) return false;
  if (--step->second == 0) series->second.erase(step);
  if (series->second.empty()) series_.erase(series);
  return true;
}

void StepSeries::Merge(const AggregateCollection& other) {
  for (const auto& [series, theirs] : static_cast<const StepSeries&>(other).series_) {
    Steps& steps = series_[series];
    for (const auto& [step, copies] : theirs) steps[step] += copies;
  }
}

std::optional<uint64_t> StepSeries::KeepLast() {
  for (auto& [series, steps] : series_) {
    steps.erase(steps.begin(), std::prev(steps.end()));
    steps.begin()->second = 1;
  }
  return series_.size();
}

AggregateResult StepSeries::Finalise(uint64_t n) const {
  if (kind_ != AggregationKind::kFirst) return {.value = NdReason::kNotAggregatable};
  AggregateFrame whole;  // no sample lies at its end, which is beyond the times that are stored
  whole.start_nano = std::numeric_limits<int64_t>::min();
  whole.end_nano = std::numeric_limits<int64_t>::max();
  return FirstIn(whole);
}

AggregateResult StepSeries::FinaliseIn(const AggregateFrame& frame, uint64_t n) const {
  return kind_ == AggregationKind::kFirst ? FirstIn(frame) : IntegralIn(frame);
}

AggregateResult StepSeries::FirstIn(const AggregateFrame& frame) const {
  AggregateResult result{.value = NdReason::kEmpty};
  absl::int128 sum = 0;
  for (const auto& [series, steps] : series_) {
    auto at = FirstFrom(steps, frame.start_nano);
    const bool carried = at == steps.end() || at->first.place_nano >= frame.end_nano;
    if (carried) {
      if (at == steps.begin()) continue;
      at = std::prev(at);
      if (at->first.place_nano < frame.carry_from_nano) continue;
    } else {
      // Of one instant the larger sample_id counts.
      while (std::next(at) != steps.end() && std::next(at)->first.IsSameInstant(at->first)) ++at;
    }
    ++result.members;
    result.carried += carried ? 1 : 0;
    sum += at->first.value;
  }
  if (result.members > 0) result.value = Decimal::FromMantissa(sum, scale_);
  return result;
}

int64_t StepSeries::StartOf(const AggregateFrame& frame, int64_t end) const {
  if (frame.start_nano != std::numeric_limits<int64_t>::min()) return frame.start_nano;
  int64_t start = end;
  for (const auto& [series, steps] : series_) {
    start = std::min(start, steps.begin()->first.place_nano);
  }
  return start;
}

AggregateResult StepSeries::IntegralIn(const AggregateFrame& frame) const {
  AggregateResult result{.value = NdReason::kEmpty};
  const int64_t end = std::min(frame.end_nano, frame.as_of_nano);
  const int64_t start = StartOf(frame, end);
  if (end <= start) return result;
  Int256 integral;
  Int256 covered;
  for (const auto& [series, steps] : series_) {
    if (steps.begin()->first.place_nano >= end) continue;
    ++result.members;
    bool carried = true;
    auto at = FirstFrom(steps, start);
    if (at != steps.begin()) --at;
    for (; at != steps.end() && at->first.place_nano < end; ++at) {
      carried = at->first.place_nano < start;
      const auto next = std::next(at);
      const int64_t from = std::max(at->first.place_nano, start);
      const int64_t to = next == steps.end() ? end : std::min(next->first.place_nano, end);
      if (to <= from) continue;
      integral += Int256::Product(at->first.value, Between(from, to));
      covered += Int256(Between(from, to));
    }
    result.carried += carried ? 1 : 0;
  }
  if (result.members == 0) return result;
  const Number length = kind_ == AggregationKind::kTimeWeightedMean
                            ? ToDecimal(covered, 0)
                            : Decimal::FromMantissa(Between(start, end), 0);
  result.value = Number(ToDecimal(integral, scale_)) / length;
  return result;
}

size_t StepSeries::AllocatedBytes() const {
  size_t bytes = sizeof(*this);
  for (const auto& [series, steps] : series_) {
    bytes += sizeof(*series_.begin()) + steps.size() * sizeof(*steps.begin());
    for (const auto& [step, copies] : steps) {
      if (step.sample_id.size() > 15) bytes += step.sample_id.capacity() + 1;
    }
  }
  return bytes;
}

// Count of series; then per series, ascending: id (the first) or the distance to the id before
// minus 1, count of steps; then per step, ascending: place (the first) or the distance to the place
// before, event time less place, sample_id, value, number of equal samples.
void StepSeries::Write(WireWriter& writer) const {
  writer.Unsigned(series_.size());
  uint64_t next = 0;
  for (const auto& [series, steps] : series_) {
    writer.Unsigned(series - next);
    next = series + 1;
    writer.Unsigned(steps.size());
    const Step* before = nullptr;
    for (const auto& [step, copies] : steps) {
      if (before == nullptr) {
        writer.Signed(step.place_nano);
      } else {
        writer.Unsigned(static_cast<uint64_t>(step.place_nano) -
                        static_cast<uint64_t>(before->place_nano));
      }
      before = &step;
      writer.WideSigned(Between(step.place_nano, step.time_nano));
      writer.Text(step.sample_id);
      writer.Signed(step.value);
      writer.Unsigned(copies);
    }
  }
}

absl::Status StepSeries::ReadSteps(WireReader& reader, uint64_t& missing, Steps& steps) {
  constexpr Int128 kMost = std::numeric_limits<int64_t>::max();
  constexpr Int128 kLeast = std::numeric_limits<int64_t>::min();
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  Int128 place = 0;
  for (uint64_t i = 0; i < count; ++i) {
    if (i == 0) {
      ASSIGN_OR_RETURN(place, reader.Signed());
    } else {
      ASSIGN_OR_RETURN(const uint64_t distance, reader.Unsigned());
      place += distance;
    }
    ASSIGN_OR_RETURN(const Int128 shift, reader.WideSigned());
    ASSIGN_OR_RETURN(const absl::string_view id, reader.Text());
    ASSIGN_OR_RETURN(const int64_t value, reader.Signed());
    ASSIGN_OR_RETURN(const uint64_t copies, reader.Unsigned());
    constexpr Int128 kWidest = kMost - kLeast;
    if (place > kMost || shift > kWidest || shift < -kWidest || place + shift > kMost ||
        place + shift < kLeast || copies == 0 || copies > missing) {
      return absl::InvalidArgumentError("got times out of range or counts that exceed n");
    }
    missing -= copies;
    Step step{static_cast<int64_t>(place), static_cast<int64_t>(place + shift),
              std::string(id.data(), id.size()), value};
    if (!steps.empty() && std::prev(steps.end())->first >= step) {
      return absl::InvalidArgumentError("got steps out of order");
    }
    steps.emplace_hint(steps.end(), std::move(step), copies);
  }
  if (!steps.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("got a series without samples");
}

absl::Status StepSeries::Read(WireReader& reader, uint64_t n) {
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
    RETURN_IF_ERROR(ReadSteps(reader, missing, series_[series]));
  }
  if (missing == 0) return absl::OkStatus();
  return absl::InvalidArgumentError("got sample counts of series that do not add up to n");
}

}  // namespace kpisuite
