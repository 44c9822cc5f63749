#include "libs/kpi/aggregate_multiset.h"

#include <limits>

#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kPercentileScale = 6;  // decimal places of a percentile in millionths

}  // namespace

ValueMultiset::ValueMultiset(const AggregationSpec& spec)
    : scale_(spec.scale),
      percentile_millionths_(spec.kind == AggregationKind::kMedian ? kPercentileOne / 2
                                                                   : spec.percentile_millionths),
      cap_(spec.exact_cap) {}

std::unique_ptr<AggregateCollection> ValueMultiset::Clone() const {
  return std::make_unique<ValueMultiset>(*this);
}

void ValueMultiset::AddCopies(int64_t value, uint64_t copies) {
  if (over_cap_) return;
  copies_[value] += copies;
  if (copies_.size() <= cap_) return;
  over_cap_ = true;
  copies_.clear();
}

bool ValueMultiset::Remove(const SampleView& sample) {
  const auto at = copies_.find(sample.value);
  if (at == copies_.end()) return false;  // also whenever the state is over its cap
  if (--at->second == 0) copies_.erase(at);
  return true;
}

void ValueMultiset::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const ValueMultiset&>(other);
  if (theirs.over_cap_) {
    over_cap_ = true;
    copies_.clear();
  }
  for (const auto& [value, copies] : theirs.copies_) {
    if (over_cap_) return;
    AddCopies(value, copies);
  }
}

Value ValueMultiset::Finalise(uint64_t n) const {
  if (over_cap_) return NdReason::kNotAggregatable;
  const absl::uint128 position = absl::uint128(n - 1) * percentile_millionths_;
  const auto rank = static_cast<uint64_t>(position / kPercentileOne);
  const auto fraction = static_cast<int64_t>(position % kPercentileOne);
  uint64_t passed = 0;
  auto at = copies_.begin();
  while (passed + at->second <= rank) {
    passed += at->second;
    ++at;
  }
  const absl::int128 low = at->first;
  absl::int128 high = low;
  if (fraction != 0 && rank + 1 == passed + at->second) high = std::next(at)->first;
  return Decimal::FromMantissa(low * kPercentileOne + (high - low) * fraction,
                               scale_ + kPercentileScale);
}

size_t ValueMultiset::AllocatedBytes() const {
  return sizeof(*this) + copies_.size() * sizeof(*copies_.begin());
}

// 1 when over the cap, else 0, count of distinct values, then per value, ascending: the value (the
// first) or its distance to the value before minus 1, number of samples.
void ValueMultiset::Write(WireWriter& writer) const {
  writer.Unsigned(over_cap_ ? 1 : 0);
  if (over_cap_) return;
  writer.Unsigned(copies_.size());
  bool first = true;
  int64_t before = 0;
  for (const auto& [value, copies] : copies_) {
    if (first) {
      writer.Signed(value);
    } else {
      writer.Unsigned(static_cast<uint64_t>(value) - static_cast<uint64_t>(before) - 1);
    }
    first = false;
    before = value;
    writer.Unsigned(copies);
  }
}

absl::Status ValueMultiset::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(const uint64_t over_cap, reader.Unsigned());
  if (over_cap == 1 && n > cap_) {
    over_cap_ = true;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  if (over_cap != 0 || count > cap_) {
    return absl::InvalidArgumentError("got a number of distinct values that does not fit the cap");
  }
  Int128 before = 0;
  uint64_t missing = n;
  for (uint64_t i = 0; i < count; ++i) {
    if (i == 0) {
      ASSIGN_OR_RETURN(before, reader.Signed());
    } else {
      ASSIGN_OR_RETURN(const uint64_t distance, reader.Unsigned());
      before += Int128{1} + distance;
    }
    ASSIGN_OR_RETURN(const uint64_t copies, reader.Unsigned());
    if (before > std::numeric_limits<int64_t>::max() || copies == 0 || copies > missing) {
      return absl::InvalidArgumentError("got values or counts that do not add up to n");
    }
    missing -= copies;
    copies_.emplace_hint(copies_.end(), static_cast<int64_t>(before), copies);
  }
  if (missing != 0) {
    return absl::InvalidArgumentError("got values or counts that do not add up to n");
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
