#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace kpisuite {

// Why there is no value ("not defined"). One list for every layer: aggregation, formula, target,
// status. In an operation with several undefined operands the leftmost operand's reason wins.
enum class NdReason : uint8_t {
  kEmpty = 1,        // no rows, and the input was complete
  kNotReady,         // no rows yet, the watermark has not passed
  kDivisionByZero,   // x / 0
  kDomain,           // overflow, ln(x <= 0), sqrt(x < 0), 0^0, 0^-n
  kOverflow,         // an exact sum or count left its 128 or 64 bit range
  kNoComparable,     // the compared period does not exist (week 53)
  kSuppressed,       // fewer than k persons or rows
  kNotApplicable,    // the period or denominator does not exist
  kPending,          // waits for another period to close
  kNoTarget,         // no target in force
  kZeroTarget,       // a relative variance of a target that is 0
  kNotAggregatable,  // the state cannot answer: above its cap, or not mergeable
  kIncomplete,       // too little of the weight has data
  kInputError,       // an input failed to evaluate
  kNotKept,          // samples that it needs are past their retention
};

// Stable text name, for instance "EMPTY", "NOT_READY", "DIV0", "DOMAIN". Never empty.
absl::string_view NdReasonName(NdReason reason);

// The reason with this exact name, or nothing.
std::optional<NdReason> NdReasonFromName(absl::string_view name);

}  // namespace kpisuite
