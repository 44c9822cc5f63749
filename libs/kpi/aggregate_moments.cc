#include "libs/kpi/aggregate_moments.h"

#include <limits>

#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Whether `sum` can be a sum of `n` values of 64 bits.
bool IsSumOf(uint64_t n, Int128 sum) {
  constexpr Int128 kLeast = std::numeric_limits<int64_t>::min();
  constexpr Int128 kMost = std::numeric_limits<int64_t>::max();
  return sum >= static_cast<Int128>(n) * kLeast && sum <= static_cast<Int128>(n) * kMost;
}

// The largest magnitude of a sum of `n` products of two values of 64 bits.
Int256 LargestProducts(uint64_t n) { return Int256(Int128{1} << 126).Times(n); }

}  // namespace

std::unique_ptr<AggregateCollection> WeightedSums::Clone() const {
  return std::make_unique<WeightedSums>(*this);
}

void WeightedSums::Add(const SampleView& sample) {
  if (!sample.weight.has_value()) {
    ++missing_;
    return;
  }
  ++weighted_;
  weights_ += *sample.weight;
  products_ += Int256(Int128{*sample.weight} * sample.value);
}

bool WeightedSums::Remove(const SampleView& sample) {
  if (!sample.weight.has_value()) {
    if (missing_ == 0) return false;
    --missing_;
    return true;
  }
  if (weighted_ == 0) return false;
  WeightedSums left = *this;
  --left.weighted_;
  left.weights_ -= *sample.weight;
  left.products_ -= Int256(Int128{*sample.weight} * sample.value);
  if (!left.IsPossible()) return false;
  *this = left;
  return true;
}

void WeightedSums::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const WeightedSums&>(other);
  weighted_ += theirs.weighted_;
  missing_ += theirs.missing_;
  weights_ += theirs.weights_;
  products_ += theirs.products_;
}

AggregateResult WeightedSums::Finalise(uint64_t n) const {
  if (missing_ > 0) return {.value = NdReason::kInputError};
  return {.value = Number(ToDecimal(products_, scale_)) / Decimal::FromMantissa(weights_, 0)};
}

bool WeightedSums::IsPossible() const {
  const Int256 most = LargestProducts(weighted_);
  return IsSumOf(weighted_, weights_) && products_ <= most && products_ >= -most;
}

// Number of samples without a weight, sum of the weights, sum of weight times value.
void WeightedSums::Write(WireWriter& writer) const {
  writer.Unsigned(missing_);
  writer.WideSigned(weights_);
  writer.Signed256(products_);
}

absl::Status WeightedSums::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(missing_, reader.Unsigned());
  ASSIGN_OR_RETURN(weights_, reader.WideSigned());
  ASSIGN_OR_RETURN(products_, reader.Signed256());
  if (missing_ > n) return absl::InvalidArgumentError("got more samples without a weight than n");
  weighted_ = n - missing_;
  if (!IsPossible()) return absl::InvalidArgumentError("got sums beyond n weights");
  return absl::OkStatus();
}

std::unique_ptr<AggregateCollection> PowerSums::Clone() const {
  return std::make_unique<PowerSums>(*this);
}

void PowerSums::Add(const SampleView& sample) {
  ++n_;
  sum_ += sample.value;
  squares_ += Int256(Int128{sample.value} * sample.value);
}

bool PowerSums::Remove(const SampleView& sample) {
  if (n_ == 0) return false;
  PowerSums left = *this;
  --left.n_;
  left.sum_ -= sample.value;
  left.squares_ -= Int256(Int128{sample.value} * sample.value);
  if (!left.IsPossible()) return false;
  *this = left;
  return true;
}

void PowerSums::Merge(const AggregateCollection& other) {
  const auto& theirs = static_cast<const PowerSums&>(other);
  n_ += theirs.n_;
  sum_ += theirs.sum_;
  squares_ += theirs.squares_;
}

Int256 PowerSums::Spread() const { return squares_.Times(n_) - Int256::Product(sum_, sum_); }

AggregateResult PowerSums::Finalise(uint64_t n) const {
  const auto count = static_cast<Int128>(n_);
  AggregateResult result{.value = NdReason::kEmpty};
  if (n_ > 0) {
    result.mean = Decimal::FromMantissa(sum_, scale_) / Number(Decimal::FromMantissa(count, 0));
  }
  if (n_ < 2) return result;
  const Number variance =
      Number(ToDecimal(Spread(), 2 * scale_)) / Decimal::FromMantissa(count * (count - 1), 0);
  result.value = root_ ? Sqrt(variance) : variance;
  return result;
}

// Bounds, and x^2 = x (mod 2); for one sample also the square itself, by the spread of 0.
bool PowerSums::IsPossible() const {
  if (!IsSumOf(n_, sum_) || squares_.IsNegative() || squares_ > LargestProducts(n_)) return false;
  if ((squares_.low() & 1) != (static_cast<Uint128>(sum_) & 1)) return false;
  const Int256 spread = Spread();
  return n_ < 2 ? spread.IsZero() : !spread.IsNegative();
}

// Sum of the values, sum of their squares.
void PowerSums::Write(WireWriter& writer) const {
  writer.WideSigned(sum_);
  writer.Signed256(squares_);
}

absl::Status PowerSums::Read(WireReader& reader, uint64_t n) {
  ASSIGN_OR_RETURN(sum_, reader.WideSigned());
  ASSIGN_OR_RETURN(squares_, reader.Signed256());
  n_ = n;
  if (!IsPossible()) return absl::InvalidArgumentError("got sums that no n values have");
  return absl::OkStatus();
}

}  // namespace kpisuite
