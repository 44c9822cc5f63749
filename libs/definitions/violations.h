// Violations: what a validation found, collected instead of stopping at the first.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"

namespace kpisuite {

// Codes of violations and warnings (FieldViolation::reason); the table is in proto/README.md.
namespace violation {
inline constexpr char kCurrency[] = "CURRENCY";
inline constexpr char kCycle[] = "CYCLE";
inline constexpr char kDepth[] = "DEPTH";
inline constexpr char kDuplicate[] = "DUPLICATE";
inline constexpr char kImmutable[] = "IMMUTABLE";
inline constexpr char kInUse[] = "IN_USE";
inline constexpr char kLimit[] = "LIMIT";
inline constexpr char kNotAdditive[] = "NOT_ADDITIVE";
inline constexpr char kNotImplemented[] = "NOT_IMPLEMENTED";
inline constexpr char kOutOfRange[] = "OUT_OF_RANGE";
inline constexpr char kOverlap[] = "OVERLAP";
inline constexpr char kPartitionGroup[] = "PARTITION_GROUP";
inline constexpr char kRefused[] = "REFUSED";
inline constexpr char kRequired[] = "REQUIRED";
inline constexpr char kReservedName[] = "RESERVED_NAME";
inline constexpr char kSliceDimension[] = "SLICE_DIMENSION";
inline constexpr char kSyntax[] = "SYNTAX";
inline constexpr char kTypeMismatch[] = "TYPE_MISMATCH";
inline constexpr char kUndeclaredIdentifier[] = "UNDECLARED_IDENTIFIER";
inline constexpr char kUnitMismatch[] = "UNIT_MISMATCH";
inline constexpr char kUnknownReference[] = "UNKNOWN_REFERENCE";
inline constexpr char kUnusedInput[] = "UNUSED_INPUT";
// Warnings.
inline constexpr char kDuplicateFingerprint[] = "DUPLICATE_FINGERPRINT";
inline constexpr char kManyOwners[] = "MANY_OWNERS";
inline constexpr char kMeanOfMeans[] = "AVG_OF_AVG";
inline constexpr char kNoDescription[] = "NO_DESCRIPTION";
inline constexpr char kNoGuardrail[] = "NO_GUARDRAIL";
inline constexpr char kNoGuardrailPair[] = "NO_GUARDRAIL_PAIR";
inline constexpr char kNoHorizon[] = "NO_HORIZON";
inline constexpr char kNoObjective[] = "NO_OBJECTIVE";
inline constexpr char kNoReview[] = "NO_REVIEW";
inline constexpr char kNoScope[] = "NO_SCOPE";
inline constexpr char kNoTarget[] = "NO_TARGET";
inline constexpr char kObjectiveKpis[] = "OBJECTIVE_KPIS";
inline constexpr char kScorecardSize[] = "SCORECARD_SIZE";
inline constexpr char kZeroTarget[] = "ZERO_TARGET";
}  // namespace violation

// Not thread-safe. Paths are relative to what is validated and use the names of the proto fields.
class Violations {
 public:
  void Add(absl::string_view field, absl::string_view code, absl::string_view description,
           int line = 0, int column = 0);
  void Add(FieldViolation violation) { items_.push_back(std::move(violation)); }

  // Adds what an error of libs/kpi says under `field`: its violations with their codes and
  // positions, or its message with `code` when it has none. NOT_IMPLEMENTED errors keep that code.
  void AddStatus(absl::string_view field, absl::string_view code, const absl::Status& status);

  bool empty() const { return items_.empty(); }
  size_t size() const { return items_.size(); }
  const std::vector<FieldViolation>& items() const { return items_; }
  std::vector<FieldViolation> Take() { return std::move(items_); }

 private:
  std::vector<FieldViolation> items_;
};

// `got "x", want y`: text of a user, quoted, with control characters escaped and cut at 80 bytes.
std::string GotWant(absl::string_view got, absl::string_view want);

}  // namespace kpisuite
