#include "libs/kpi/target_arithmetic.h"

#include <utility>

namespace kpisuite {
namespace {

bool AddTo(const TargetValue& summand, TargetValue* sum) {
  if (summand.is_range != sum->is_range) return false;
  for (auto end : {&TargetValue::low, &TargetValue::high}) {
    std::optional<Decimal>& total = sum->*end;
    if (!total.has_value() || !(summand.*end).has_value()) {
      total.reset();
      continue;
    }
    const Number added = *total + *(summand.*end);
    if (!added.defined()) return false;
    total = added.value();
  }
  return true;
}

}  // namespace

void ChangeEnds(absl::FunctionRef<Number(const Decimal&)> change, ResolvedTarget* target) {
  if (!target->value.has_value()) return;
  TargetValue value = *target->value;
  for (auto end : {&TargetValue::low, &TargetValue::high}) {
    if (!(value.*end).has_value()) continue;
    const Number changed = change(*(value.*end));
    if (!changed.defined()) {
      target->value.reset();
      target->reason = changed.reason();
      return;
    }
    value.*end = changed.value();
  }
  target->value = value;
}

void Accumulate(ResolvedTarget summand, std::optional<ResolvedTarget>* sum) {
  if (!sum->has_value() || !summand.value.has_value()) {
    *sum = std::move(summand);
    return;
  }
  (*sum)->target_id = summand.target_id;
  (*sum)->rule = summand.rule;
  (*sum)->open = std::move(summand.open);
  if (AddTo(*summand.value, &*(*sum)->value)) return;
  (*sum)->value.reset();
  (*sum)->reason = NdReason::kDomain;
}

ResolvedTarget TargetToDate(const ResolvedTarget& target, KpiNature nature, const Number& share) {
  ResolvedTarget result = target;
  if (nature == KpiNature::kFlow) {
    ChangeEnds([&](const Decimal& end) { return end * share; }, &result);
  }
  return result;
}

}  // namespace kpisuite
