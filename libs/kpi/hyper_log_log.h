#pragma once

#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/wire.h"

namespace kpisuite {

// Distinct texts by HyperLogLog: precision 14 (m = 16384 registers), XXH3 of 64 bits, the estimator
// of Ertl (arXiv:1702.01284, algorithm 6), which needs no correction tables. Its relative standard
// error is 1.04 / sqrt(m) = 0.8125 %. A function of the set of texts alone. All arithmetic is
// decimal128 in one fixed order: every platform gives the same digits.
class HyperLogLog {
 public:
  static constexpr int kPrecision = 14;
  static constexpr int kRegisters = 1 << kPrecision;
  // 1.96 standard errors: 0.015925, as millionths.
  static constexpr int64_t kHalfWidthMillionths = 15'925;

  void Add(absl::string_view text);
  void Merge(const HyperLogLog& other);

  // Not rounded; 0 when empty; ND(OVERFLOW) when every register is at its most.
  Number Estimate() const;
  // Registers in use: never more than the number of distinct texts.
  size_t used() const { return ranks_.size(); }

  size_t AllocatedBytes() const;
  // Number of registers in use; then per register, ascending: its number (the first) or the
  // distance to the one before minus 1, its rank.
  void Write(WireWriter& writer) const;
  // INVALID_ARGUMENT for what Write does not produce.
  absl::Status Read(WireReader& reader);

 private:
  absl::btree_map<uint16_t, uint8_t> ranks_;  // by register, only those in use
};

}  // namespace kpisuite
