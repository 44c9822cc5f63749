#include "libs/kpi/hyper_log_log.h"

#include <algorithm>
#include <array>
#include <bit>

#include "libs/base/hash.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr int kHashBits = 64 - HyperLogLog::kPrecision;  // q in the paper
constexpr int kMostRank = kHashBits + 1;

Number Integer(int64_t value) { return Decimal::FromInt(value); }

// 1 / (2 ln 2) to 34 digits.
Number Alpha() {
  static const Number alpha = *Decimal::Parse("0.7213475204444817036799623405009461");
  return alpha;
}

// x + sum of x^(2^k) 2^(k-1), for 0 <= x < 1.
Number Sigma(Number x) {
  Number weight = Integer(1);
  Number sum = x;
  while (true) {
    x = x * x;
    const Number before = sum;
    sum = sum + x * weight;
    weight = weight + weight;
    if (sum == before) return sum;
  }
}

// (1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3, for 0 <= x <= 1.
Number Tau(Number x) {
  if (x == Integer(0) || x == Integer(1)) return Integer(0);
  static const Number half = *Decimal::Parse("0.5");
  Number weight = Integer(1);
  Number sum = Integer(1) - x;
  while (true) {
    x = Sqrt(x);
    const Number before = sum;
    weight = weight * half;
    const Number rest = Integer(1) - x;
    sum = sum - rest * rest * weight;
    if (sum == before) return sum / Integer(3);
  }
}

}  // namespace

void HyperLogLog::Add(absl::string_view text) {
  const uint64_t hash = Hash64(text);
  const auto index = static_cast<uint16_t>(hash >> kHashBits);
  // The bit below the hash bounds the rank.
  const uint64_t rest = (hash << kPrecision) | (uint64_t{1} << (kPrecision - 1));
  uint8_t& rank = ranks_[index];
  rank = std::max(rank, static_cast<uint8_t>(std::countl_zero(rest) + 1));
}

void HyperLogLog::Merge(const HyperLogLog& other) {
  for (const auto& [index, theirs] : other.ranks_) {
    uint8_t& rank = ranks_[index];
    rank = std::max(rank, theirs);
  }
}

Number HyperLogLog::Estimate() const {
  if (ranks_.empty()) return Decimal();
  std::array<int64_t, kMostRank + 1> counts = {};
  for (const auto& [index, rank] : ranks_) ++counts[rank];
  counts[0] = kRegisters - static_cast<int64_t>(ranks_.size());
  static const Number half = *Decimal::Parse("0.5");
  const Number m = Integer(kRegisters);
  Number z = m * Tau(Integer(1) - Integer(counts[kMostRank]) / m);
  for (int rank = kHashBits; rank >= 1; --rank) {
    z = half * (z + Integer(counts[static_cast<size_t>(rank)]));
  }
  z = z + m * Sigma(Integer(counts[0]) / m);
  const Number estimate = Alpha() * m * m / z;
  return estimate.defined() ? estimate : Number(NdReason::kOverflow);
}

size_t HyperLogLog::AllocatedBytes() const { return ranks_.size() * sizeof(*ranks_.begin()); }

void HyperLogLog::Write(WireWriter& writer) const {
  writer.Unsigned(ranks_.size());
  uint64_t next = 0;
  for (const auto& [index, rank] : ranks_) {
    writer.Unsigned(index - next);
    next = uint64_t{index} + 1;
    writer.Unsigned(rank);
  }
}

absl::Status HyperLogLog::Read(WireReader& reader) {
  ASSIGN_OR_RETURN(const uint64_t used, reader.Unsigned());
  uint64_t next = 0;
  for (uint64_t i = 0; i < used; ++i) {
    ASSIGN_OR_RETURN(const uint64_t distance, reader.Unsigned());
    ASSIGN_OR_RETURN(const uint64_t rank, reader.Unsigned());
    if (distance >= kRegisters - next || rank < 1 || rank > kMostRank) {
      return absl::InvalidArgumentError("got a register or a rank out of range");
    }
    next += distance;
    ranks_.emplace_hint(ranks_.end(), static_cast<uint16_t>(next), static_cast<uint8_t>(rank));
    ++next;
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
