#include "services/evaluation/change/change_drivers.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/formula_shape.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

const FormulaBinding* FindBinding(const KpiStep& step, absl::string_view alias) {
  for (const FormulaBinding& binding : step.bindings) {
    if (binding.alias == alias) return &binding;
  }
  return nullptr;
}

FormulaOperands OperandsOf(const KpiStep& step, const KpiRuntime::Computation& computed) {
  const KpiDefinition& kpi = *computed.context.kpi;
  const KpiEvaluation& evaluation = computed.evaluation;
  FormulaOperands operands;
  for (const FormulaBinding& binding : step.bindings) {
    operands.values.push_back(OperandOf(evaluation.steps, binding));
  }
  const Period& period = computed.context.period;
  operands.constants.days = Decimal::FromInt(DayCount(*kpi.calendar, period));
  operands.constants.working_days = Decimal::FromInt(WorkingDayCount(*kpi.calendar, period));
  return operands;
}

// A KPI as its members see it: which formula decides, and what adds up over the dimension.
class MemberView {
 public:
  MemberView(const KpiDefinition& kpi, const std::string& dimension)
      : kpi_(kpi), dimension_(dimension), step_(&kpi.step()) {
    // A KPI that is just another one is explained as that one.
    while (const FormulaBinding* binding = OnlyOperand()) {
      if (binding->kind != FormulaBinding::Kind::kStep) break;
      step_ = &kpi.steps[binding->index];
    }
    if (const auto sides = FormulaAsQuotient(step_->formula); sides.has_value() &&
                                                              AddsUp(*step_, sides->numerator) &&
                                                              AddsUp(*step_, sides->denominator)) {
      denominator_ = WithoutUnits(sides->denominator);
    }
  }

  bool IsSum() const { return AddsUp(*step_, step_->formula.canonical_text()); }
  bool IsRatio() const { return denominator_.has_value() || IsMean(); }

  // What the member's rate is weighted with.
  Number Weight(const KpiRuntime::Computation& computed) const {
    if (computed.evaluation.rows == 0) return NdReason::kEmpty;
    if (computed.context.withheld) return NdReason::kSuppressed;
    if (!denominator_.has_value()) {
      return Decimal::FromInt(static_cast<int64_t>(computed.inputs[OnlyOperand()->index].rows));
    }
    std::vector<Value> values;
    for (const std::string& alias : denominator_->inputs()) {
      const FormulaBinding& binding = *FindBinding(*step_, alias);
      values.push_back(OperandOf(computed.evaluation.steps, binding));
    }
    return denominator_->Evaluate(values, FormulaConstants()).number();
  }

 private:
  const FormulaBinding* OnlyOperand() const {
    return FindBinding(*step_, step_->formula.canonical_text());
  }

  bool AddsUp(const KpiStep& step, absl::string_view text) const {
    return FormulaAddsUp(text, [&](absl::string_view alias) {
      const FormulaBinding* binding = FindBinding(step, alias);
      if (binding == nullptr) return false;
      if (binding->kind == FormulaBinding::Kind::kInput) {
        const MetricInput& input = kpi_.inputs[binding->index];
        return IsAdditiveOverSlices(input.aggregation.kind) && Reads(input);
      }
      const KpiStep& component = kpi_.steps[binding->index];
      return AddsUp(component, component.formula.canonical_text());
    });
  }

  // Whether the input has the dimension, so that its members are disjoint.
  bool Reads(const MetricInput& input) const { return !input.Ignores(dimension_); }

  bool IsMean() const {
    const FormulaBinding* only = OnlyOperand();
    if (only == nullptr) return false;
    const MetricInput& input = kpi_.inputs[only->index];
    return input.aggregation.kind == AggregationKind::kAverage &&
           input.filter.canonical_text().empty() && Reads(input);
  }

  // The text adds up, so its units agree and may be left out.
  static std::optional<Formula> WithoutUnits(const std::string& text) {
    const absl::StatusOr<std::vector<std::string>> names = FormulaIdentifiers(text);
    if (!names.ok()) return std::nullopt;
    std::vector<FormulaInput> inputs;
    for (const std::string& name : *names) inputs.push_back({name, Unit()});
    absl::StatusOr<Formula> formula = Formula::Create(text, inputs, Unit());
    if (!formula.ok()) return std::nullopt;
    return *std::move(formula);
  }

  const KpiDefinition& kpi_;
  const std::string& dimension_;
  const KpiStep* step_;
  std::optional<Formula> denominator_;
};

// The member's value; EMPTY where it has no rows, whatever an empty input counts as.
Number ValueOf(const KpiRuntime::Computation& computed) {
  return computed.evaluation.rows == 0 ? Number(NdReason::kEmpty)
                                       : computed.evaluation.value.number();
}

MemberBreakdown BySums(const SliceChange& whole, absl::Span<const SliceChange> members) {
  std::vector<AdditiveMember> parts;
  for (const SliceChange& member : members) {
    parts.push_back({member.member, ValueOf(member.before), ValueOf(member.after)});
  }
  return {ExplainAdditive(parts, whole.before.evaluation.value.number(),
                          whole.after.evaluation.value.number()),
          {}};
}

MemberBreakdown ByRates(const MemberView& view, const SliceChange& whole,
                        absl::Span<const SliceChange> members) {
  const Number total_before = view.Weight(whole.before);
  const Number total_after = view.Weight(whole.after);
  MemberBreakdown result;
  for (const SliceChange& member : members) {
    result.weights.push_back({.name = member.member,
                              .weight_before = view.Weight(member.before) / total_before,
                              .rate_before = ValueOf(member.before),
                              .weight_after = view.Weight(member.after) / total_after,
                              .rate_after = ValueOf(member.after)});
  }
  result.breakdown = ExplainMixRate(result.weights, whole.before.evaluation.value.number(),
                                    whole.after.evaluation.value.number());
  return result;
}

void FillDriver(const Contribution& driver, v1::ChangeDriver* out) {
  out->set_name(driver.name);
  out->set_before(TextOf(driver.before));
  out->set_after(TextOf(driver.after));
  out->set_contribution(TextOf(driver.contribution));
  if (!driver.contribution.defined()) out->set_nd_reason(ToProto(driver.contribution.reason()));
  out->set_rate(TextOf(driver.rate));
  out->set_mix(TextOf(driver.mix));
  out->set_share_of_net(TextOf(driver.share_of_net));
  out->set_share_of_gross(TextOf(driver.share_of_gross));
}

// Indices of the drivers: larger contributions first, then names; those without one last.
std::vector<size_t> OrderOf(const ChangeBreakdown& breakdown) {
  std::vector<size_t> order(breakdown.drivers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
    const Contribution& a = breakdown.drivers[left];
    const Contribution& b = breakdown.drivers[right];
    if (a.contribution.defined() != b.contribution.defined()) return a.contribution.defined();
    if (a.contribution.defined()) {
      const Decimal size_a = a.contribution.value().Abs();
      const Decimal size_b = b.contribution.value().Abs();
      if (size_a != size_b) return size_a > size_b;
    }
    return a.name < b.name;
  });
  return order;
}

// A residual beyond the dust of 34 digits: more than 1e-20 of the larger value.
bool Matters(const ChangeBreakdown& breakdown) {
  static const Decimal kDust = Decimal::FromMantissa(1, 20);
  if (!breakdown.residual.defined()) return false;
  const Number size = Max(Abs(breakdown.before), Abs(breakdown.after)) * kDust;
  return size.defined() && breakdown.residual.value().Abs() > size.value();
}

}  // namespace

ChangeBreakdown ExplainByOperands(const SliceChange& whole) {
  const KpiStep& step = whole.after.context.kpi->step();
  return ExplainFormula(step.formula, OperandsOf(step, whole.before),
                        OperandsOf(step, whole.after));
}

absl::StatusOr<MemberBreakdown> ExplainByMembers(const std::string& dimension,
                                                 const SliceChange& whole,
                                                 absl::Span<const SliceChange> members) {
  const KpiDefinition& kpi = *whole.after.context.kpi;
  const MemberView view(kpi, dimension);
  if (view.IsSum()) return BySums(whole, members);
  if (view.IsRatio()) return ByRates(view, whole, members);
  return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_AGGREGATABLE",
                   absl::StrCat("dimension: the value of ", kpi.resource_name(),
                                " does not follow from those of its slices by ", dimension, ": ",
                                kpi.formula().canonical_text(),
                                " is neither a sum nor a ratio of sums; leave the dimension out "
                                "to explain it by its operands"),
                   {{"kpi", kpi.resource_name()}, {"dimension", dimension}});
}

v1::ChangeExplanation MakeChangeExplanation(const MemberBreakdown& explained) {
  const ChangeBreakdown& breakdown = explained.breakdown;
  v1::ChangeExplanation out;
  out.set_method(static_cast<v1::ChangeMethod>(static_cast<int>(breakdown.method) + 1));
  out.set_change(TextOf(breakdown.change));
  if (!breakdown.change.defined()) out.set_nd_reason(ToProto(breakdown.change.reason()));
  out.set_residual(TextOf(breakdown.residual));
  int64_t missing = 0;
  for (const size_t index : OrderOf(breakdown)) {
    v1::ChangeDriver* driver = out.add_drivers();
    FillDriver(breakdown.drivers[index], driver);
    if (!breakdown.drivers[index].contribution.defined()) ++missing;
    if (explained.weights.empty()) continue;
    driver->set_weight_before(TextOf(explained.weights[index].weight_before));
    driver->set_weight_after(TextOf(explained.weights[index].weight_after));
  }
  if (breakdown.dominant.has_value()) {
    out.add_warnings(absl::StrCat("concentration: ", breakdown.drivers[*breakdown.dominant].name,
                                  " holds more than half of the movement"));
  }
  if (missing > 0) {
    out.add_warnings(absl::StrCat(missing, " of ", breakdown.drivers.size(),
                                  " drivers have no contribution; theirs is in the residual"));
  }
  if (Matters(breakdown)) {
    out.add_warnings(
        absl::StrCat("the drivers leave ", breakdown.residual.ToString(), " of the change open"));
  }
  return out;
}

}  // namespace kpisuite
