#include "libs/kpi/contribution.h"

#include <utility>

#include "libs/kpi/decimal_sum.h"

namespace kpisuite {
namespace {

bool IsEmpty(const Number& number) {
  return !number.defined() && number.reason() == NdReason::kEmpty;
}

Number ZeroIfEmpty(const Number& number) { return IsEmpty(number) ? Number(Decimal()) : number; }

bool IsZero(const Number& number) { return number.defined() && number.value().IsZero(); }

}  // namespace

absl::string_view ContributionMethodName(ContributionMethod method) {
  switch (method) {
    case ContributionMethod::kAdditive: return "ADDITIVE";
    case ContributionMethod::kMixRate: return "MIX_RATE";
    case ContributionMethod::kLogMean: return "LOG_MEAN";
    case ContributionMethod::kShapley: return "SHAPLEY";
    case ContributionMethod::kOneAtATime: return "ONE_AT_A_TIME";
  }
  return "";
}

ChangeBreakdown ExplainAdditive(absl::Span<const AdditiveMember> members, const Number& before,
                                const Number& after) {
  ChangeBreakdown breakdown{
      .method = ContributionMethod::kAdditive, .before = before, .after = after};
  for (const AdditiveMember& member : members) {
    breakdown.drivers.push_back(
        {.name = member.name,
         .before = member.before,
         .after = member.after,
         .contribution = ZeroIfEmpty(member.after) - ZeroIfEmpty(member.before)});
  }
  CompleteBreakdown(breakdown);
  return breakdown;
}

ChangeBreakdown ExplainMixRate(absl::Span<const RatioMember> members, const Number& before,
                               const Number& after) {
  ChangeBreakdown breakdown{
      .method = ContributionMethod::kMixRate, .before = before, .after = after};
  for (const RatioMember& member : members) {
    const Number weight_before = ZeroIfEmpty(member.weight_before);
    const Number weight_after = ZeroIfEmpty(member.weight_after);
    const bool was_there = !IsZero(weight_before);
    const bool is_there = !IsZero(weight_after);
    Contribution driver{
        .name = member.name, .before = member.rate_before, .after = member.rate_after};
    if (was_there || is_there) {
      const Number rate_before = was_there ? member.rate_before : member.rate_after;
      const Number rate_after = is_there ? member.rate_after : member.rate_before;
      driver.rate = weight_after * (rate_after - rate_before);
      driver.mix = (weight_after - weight_before) * (rate_before - before);
    } else {
      driver.rate = Decimal();
      driver.mix = Decimal();
    }
    driver.contribution = driver.rate + driver.mix;
    breakdown.drivers.push_back(std::move(driver));
  }
  CompleteBreakdown(breakdown);
  return breakdown;
}

void CompleteBreakdown(ChangeBreakdown& breakdown) {
  breakdown.change = breakdown.after - breakdown.before;
  std::vector<Decimal> sizes;
  std::vector<Decimal> closure;
  if (breakdown.change.defined()) {
    closure = {breakdown.after.value(), breakdown.before.value().Negated()};
  }
  for (const Contribution& driver : breakdown.drivers) {
    if (!driver.contribution.defined()) continue;
    sizes.push_back(driver.contribution.value().Abs());
    closure.push_back(driver.contribution.value().Negated());
  }
  breakdown.residual = breakdown.change.defined() ? SumExactly(closure) : breakdown.change;
  const Number gross = SumExactly(sizes);
  static const Decimal kTwo = Decimal::FromInt(2);
  for (size_t i = 0; i < breakdown.drivers.size(); ++i) {
    Contribution& driver = breakdown.drivers[i];
    driver.share_of_net = driver.contribution / breakdown.change;
    driver.share_of_gross = Abs(driver.contribution) / gross;
    const Number doubled = Abs(driver.contribution) * kTwo;
    if (breakdown.drivers.size() > 1 && doubled.defined() && gross.defined() &&
        doubled.value() > gross.value()) {
      breakdown.dominant = i;
    }
  }
}

}  // namespace kpisuite
