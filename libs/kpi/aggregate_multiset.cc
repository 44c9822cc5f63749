#include "libs/kpi/aggregate_multiset.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/relative_bins.h"

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

int64_t ValueMultiset::KeyOf(int64_t value) const { return approximate_ ? BinOf(value) : value; }

void ValueMultiset::MakeApproximate() {
  absl::btree_map<int64_t, uint64_t> bins;
  for (const auto& [value, copies] : copies_) bins[BinOf(value)] += copies;
  copies_ = std::move(bins);
  approximate_ = true;
}

void ValueMultiset::AddCopies(int64_t key, uint64_t copies) {
  copies_[key] += copies;
  if (!approximate_ && copies_.size() > cap_) MakeApproximate();
}

void ValueMultiset::Add(const SampleView& sample) { AddCopies(KeyOf(sample.value), 1); }

bool ValueMultiset::Remove(const SampleView& sample) {
  if (approximate_) return false;
  const auto at = copies_.find(sample.value);
  if (at == copies_.end()) return false;
  if (--at->second == 0) copies_.erase(at);
  return true;
}

void ValueMultiset::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const ValueMultiset&>(other);
  if (theirs.approximate_ && !approximate_) MakeApproximate();
  for (const auto& [key, copies] : theirs.copies_) {
    AddCopies(theirs.approximate_ ? key : KeyOf(key), copies);
  }
}

AggregateResult ValueMultiset::Finalise(uint64_t n) const {
  const absl::uint128 position = absl::uint128(n - 1) * percentile_millionths_;
  const auto rank = static_cast<uint64_t>(position / kPercentileOne);
  const auto fraction = static_cast<int64_t>(position % kPercentileOne);
  uint64_t passed = 0;
  auto at = copies_.begin();
  while (passed + at->second <= rank) {
    passed += at->second;
    ++at;
  }
  auto above = at;
  if (fraction != 0 && rank + 1 == passed + at->second) ++above;
  const auto range = [this](int64_t key) {
    return approximate_ ? RangeOfBin(static_cast<int32_t>(key)) : BinRange{key, key};
  };
  const auto between = [fraction](int64_t low, int64_t high) {
    return absl::int128(low) * kPercentileOne + (absl::int128(high) - low) * fraction;
  };
  const absl::int128 lower = between(range(at->first).low, range(above->first).low);
  const absl::int128 upper = between(range(at->first).high, range(above->first).high);
  const int scale = scale_ + kPercentileScale;
  AggregateResult result{.value = Decimal::FromMantissa((lower + upper) * 5, scale + 1)};
  if (!approximate_) return result;
  result.method = ApproximationMethod::kDdSketch;
  result.lower = Decimal::FromMantissa(lower, scale);
  result.upper = Decimal::FromMantissa(upper, scale);
  return result;
}

size_t ValueMultiset::AllocatedBytes() const {
  return sizeof(*this) + copies_.size() * sizeof(*copies_.begin());
}

// 0 for values, 1 for bins; their count, then per value or bin, ascending: itself (the first) or
// its distance to the one before minus 1, number of samples.
void ValueMultiset::Write(WireWriter& writer) const {
  writer.Unsigned(approximate_ ? 1 : 0);
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
  ASSIGN_OR_RETURN(const uint64_t approximate, reader.Unsigned());
  ASSIGN_OR_RETURN(const uint64_t count, reader.Unsigned());
  if (approximate > 1 || (approximate == 0 && count > cap_)) {
    return absl::InvalidArgumentError("got a number of distinct values that does not fit the cap");
  }
  approximate_ = approximate == 1;
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
  return approximate_ ? CheckBins() : absl::OkStatus();
}

// Bins that exist, and that can hold more distinct values than the cap.
absl::Status ValueMultiset::CheckBins() const {
  Uint128 distinct = 0;
  for (const auto& [bin, copies] : copies_) {
    if (bin < -LastBin() || bin > LastBin()) return absl::InvalidArgumentError("got no such bin");
    const BinRange range = RangeOfBin(static_cast<int32_t>(bin));
    const uint64_t width = static_cast<uint64_t>(range.high) - static_cast<uint64_t>(range.low) + 1;
    distinct += std::min(copies, width);
  }
  if (distinct > cap_) return absl::OkStatus();
  return absl::InvalidArgumentError("got bins of too few values for the cap");
}

}  // namespace kpisuite
