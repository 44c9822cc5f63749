#include "libs/kpi/nd_reason.h"

#include <array>
#include <utility>

namespace kpisuite {
namespace {

constexpr std::array<std::pair<NdReason, absl::string_view>, 15> kNames = {{
    {NdReason::kEmpty, "EMPTY"},
    {NdReason::kNotReady, "NOT_READY"},
    {NdReason::kDivisionByZero, "DIV0"},
    {NdReason::kDomain, "DOMAIN"},
    {NdReason::kOverflow, "OVERFLOW"},
    {NdReason::kNoComparable, "NO_COMPARABLE"},
    {NdReason::kSuppressed, "SUPPRESSED"},
    {NdReason::kNotApplicable, "NOT_APPLICABLE"},
    {NdReason::kPending, "PENDING"},
    {NdReason::kNoTarget, "NO_TARGET"},
    {NdReason::kZeroTarget, "ZERO_TARGET"},
    {NdReason::kNotAggregatable, "NOT_AGGREGATABLE"},
    {NdReason::kIncomplete, "INCOMPLETE"},
    {NdReason::kInputError, "INPUT_ERROR"},
    {NdReason::kNotKept, "NOT_KEPT"},
}};

}  // namespace

absl::string_view NdReasonName(NdReason reason) {
  for (const auto& [value, name] : kNames) {
    if (value == reason) return name;
  }
  return "UNKNOWN";
}

std::optional<NdReason> NdReasonFromName(absl::string_view name) {
  for (const auto& [value, text] : kNames) {
    if (text == name) return value;
  }
  return std::nullopt;
}

}  // namespace kpisuite
