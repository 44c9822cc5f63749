#include "services/evaluation/engine/final_targets.h"

#include <iterator>
#include <optional>
#include <utility>

#include "libs/kpi/decimal.h"
#include "libs/kpi/target_spec.h"

namespace kpisuite {
namespace {

std::optional<Decimal> NumberOf(const std::string& text) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  return number.ok() ? std::optional<Decimal>(*number) : std::nullopt;
}

}  // namespace

ResolvedTarget TargetOf(const v1::ResolvedTarget& told) {
  ResolvedTarget target{.target_id = told.definition(), .rule = told.rule()};
  const std::optional<Decimal> point = NumberOf(told.value());
  target.value = point.has_value() ? TargetValue::Point(*point)
                                   : TargetValue::Range(NumberOf(told.lo()), NumberOf(told.hi()));
  return target;
}

FinalTargets FinalTargetsOf(const v1::KpiState& state) {
  FinalTargets targets(std::size(kAllTargetRoles), {.reason = NdReason::kPending});
  const auto take = [&targets](const v1::ResolvedTarget& told) {
    // The roles of the contract begin with UNSPECIFIED.
    const size_t place = static_cast<size_t>(told.role()) - 1;
    if (place < targets.size()) targets[place] = TargetOf(told);
  };
  if (state.has_target()) take(state.target());
  for (const v1::ResolvedTarget& other : state.other_targets()) take(other);
  return targets;
}

ResolvedTarget KeptTarget(const ResolvedTarget& told, ResolvedTarget now) {
  if (told.value.has_value()) return told;
  if (!now.value.has_value()) return now;
  return {.target_id = std::move(now.target_id), .reason = NdReason::kPending};
}

}  // namespace kpisuite
