#include "libs/kpi/pace.h"

#include <algorithm>
#include <utility>

#include "libs/kpi/quantile.h"

namespace kpisuite {
namespace {

Decimal One() { return Decimal::FromInt(1); }

// The flow behind an operand: itself, or the rows of a mean. Null for the others.
const PaceFigures* FlowOf(const PaceOperand& operand) {
  if (operand.kind == ProjectionKind::kFlow) return &operand.figures;
  return operand.kind == ProjectionKind::kMean ? &operand.count : nullptr;
}

// The KPI's own history: its formula over those of the inputs, as far as all of them reach.
std::vector<PaceHistory> HistoryOf(const std::vector<PaceOperand>& operands, PaceFormula formula) {
  std::vector<PaceHistory> history;
  size_t periods = operands.empty() ? 0 : operands.front().figures.history.size();
  for (const PaceOperand& operand : operands) {
    periods = std::min(periods, operand.figures.history.size());
  }
  for (size_t i = 0; i < periods; ++i) {
    std::vector<Number> totals;
    std::vector<Number> to_date;
    for (const PaceOperand& operand : operands) {
      totals.push_back(operand.figures.history[i].total);
      to_date.push_back(operand.figures.history[i].to_date);
    }
    history.push_back({formula(totals), formula(to_date)});
  }
  return history;
}

class Assessment {
 public:
  Assessment(const PaceInput& input, PaceFormula formula) : input_(input), formula_(formula) {}

  PaceResult Run() {
    PaceRule elapsed;
    result_.elapsed =
        ExpectedShareAt(elapsed, *input_.calendar, input_.period, input_.as_of, {}).share;
    result_.expected = KpiShare();
    Project();
    SetInterval();
    SetToDateTarget();
    SetTooEarly();
    SetPaceIndex();
    SetRequiredRate();
    SetProbability();
    SetStatusToDate();
    SetStatusProjected();
    return std::move(result_);
  }

 private:
  bool is_flow() const { return input_.nature == KpiNature::kFlow; }
  DirectionKind direction() const { return input_.status_rule->direction.kind; }

  ExpectedShare ShareBy(absl::Span<const PaceHistory> history) const {
    return ExpectedShareAt(*input_.rule, *input_.calendar, input_.period, input_.as_of, history);
  }

  ExpectedShare KpiShare() const {
    if (is_flow()) return ShareBy(HistoryOf(input_.operands, formula_));
    std::optional<ExpectedShare> least;
    for (const PaceOperand& operand : input_.operands) {
      const PaceFigures* flow = FlowOf(operand);
      if (flow == nullptr) continue;
      const ExpectedShare share = ShareBy(flow->history);
      const bool less = !least.has_value() ||
                        (least->share.defined() &&
                         (!share.share.defined() || share.share.value() < least->share.value()));
      if (less) least = share;
    }
    if (least.has_value()) return *least;
    PaceRule rule = *input_.rule;
    if (rule.profile == PaceProfile::kHistory) rule.profile = PaceProfile::kCalendar;
    return ExpectedShareAt(rule, *input_.calendar, input_.period, input_.as_of, {});
  }

  Projection ProjectAsFlow(const PaceFigures& figures) const {
    return ProjectFlow(figures.to_date, ShareBy(figures.history).share,
                       PriorOf(*input_.rule, figures),
                       HistoricalShares(figures.history, input_.rule->history_periods));
  }

  Projection ProjectOperand(const PaceOperand& operand) const {
    const PaceFigures& figures = operand.figures;
    switch (operand.kind) {
      case ProjectionKind::kFlow: return ProjectAsFlow(figures);
      case ProjectionKind::kMean:
        return ProjectMean(figures.to_date, PriorOf(*input_.rule, figures), operand.count.to_date,
                           ProjectAsFlow(operand.count));
      case ProjectionKind::kLevel: {
        const auto periods = static_cast<size_t>(input_.rule->history_periods);
        return ProjectLevel(figures.to_date,
                            absl::MakeConstSpan(figures.history).subspan(0, periods),
                            One() - result_.elapsed);
      }
      case ProjectionKind::kNone: break;
    }
    return {};
  }

  void Project() {
    std::vector<Projection> projections;
    for (const PaceOperand& operand : input_.operands) {
      projections.push_back(ProjectOperand(operand));
    }
    if (projections.empty()) return;
    std::vector<Number> values;
    result_.method = projections.front().method;
    for (const Projection& projection : projections) {
      values.push_back(projection.value);
      if (projection.method != result_.method) result_.method = ProjectionMethod::kMixed;
    }
    for (const Projection& projection : projections) {
      if (projection.method == ProjectionMethod::kNone) result_.method = ProjectionMethod::kNone;
    }
    result_.projected = formula_(values);
    if (projections.size() == 1) {
      result_.prior = PriorOf(*input_.rule, input_.operands.front().figures);
    }
    RunScenarios(projections);
  }

  // The formula over the j-th scenario of every input; a level has the same value in all of them.
  void RunScenarios(const std::vector<Projection>& projections) {
    size_t count = 0;
    for (const Projection& projection : projections) {
      count = std::max(count, projection.scenarios.size());
    }
    for (size_t j = 0; j < count; ++j) {
      std::vector<Number> values;
      for (const Projection& projection : projections) {
        if (projection.scenarios.empty()) {
          values.push_back(projection.value);
        } else {
          values.push_back(j < projection.scenarios.size() ? projection.scenarios[j]
                                                           : NdReason::kNoComparable);
        }
      }
      const Number value = formula_(values);
      if (value.defined()) scenarios_.push_back(value.value());
    }
    result_.scenario_count = static_cast<int>(scenarios_.size());
  }

  void SetInterval() {
    if (result_.scenario_count < kLeastScenarios) return;
    result_.lo = QuantileOf(scenarios_, Decimal::FromMantissa(1, 1));
    result_.hi = QuantileOf(scenarios_, Decimal::FromMantissa(9, 1));
  }

  void SetToDateTarget() {
    result_.to_date_target = input_.target;
    if (!is_flow() || !input_.target.value.has_value()) return;
    TargetValue& due = *result_.to_date_target.value;
    for (std::optional<Decimal>* end : {&due.low, &due.high}) {
      if (!end->has_value()) continue;
      const Number part = **end * result_.expected.share;
      if (!part.defined()) {
        result_.to_date_target.value.reset();
        result_.to_date_target.reason = part.reason();
        return;
      }
      *end = part.value();
    }
  }

  void SetTooEarly() {
    if (input_.as_of >= input_.period.end) return;
    const Number& share = result_.expected.share;
    const Number half = Decimal::FromMantissa(5, 1) * Abs(result_.projected);
    const Number width = result_.hi - result_.lo;
    if (share.defined() && share.value() < Decimal::FromMantissa(1, 1)) {
      result_.too_early = TooEarlyReason::kShare;
    } else if (UsesHistory() && result_.expected.history_count < kLeastHistory) {
      result_.too_early = TooEarlyReason::kHistory;
    } else if (width.defined() && half.defined() && width.value() > half.value()) {
      result_.too_early = TooEarlyReason::kInterval;
    }
  }

  // Whether f comes from history: not for a KPI of levels alone.
  bool UsesHistory() const {
    if (input_.rule->profile != PaceProfile::kHistory) return false;
    return is_flow() || std::any_of(input_.operands.begin(), input_.operands.end(),
                                    [](const PaceOperand& each) { return FlowOf(each); });
  }

  // The due part as a point, or why there is none.
  Number DuePoint() const {
    if (direction() != DirectionKind::kHigher && direction() != DirectionKind::kLower) {
      return NdReason::kNotApplicable;
    }
    const ResolvedTarget& due = result_.to_date_target;
    if (!due.value.has_value()) return due.reason.value_or(NdReason::kNoTarget);
    return due.value->point();
  }

  void SetPaceIndex() {
    const Number due = DuePoint();
    if (due.defined() && due.value().IsZero()) {
      result_.pace_index = NdReason::kZeroTarget;
      return;
    }
    const bool higher = direction() == DirectionKind::kHigher;
    const Number ahead = higher ? input_.to_date - due : due - input_.to_date;
    result_.pace_index = One() + ahead / Abs(due);
  }

  void SetRequiredRate() {
    const std::optional<TargetValue>& target = input_.target.value;
    const Number& remaining = result_.expected.remaining;
    if (!target.has_value()) {
      result_.required_rate = input_.target.reason.value_or(NdReason::kNoTarget);
    } else if (!is_flow() || target->is_range ||
               (remaining.defined() && remaining.value() <= Decimal())) {
      result_.required_rate = NdReason::kNotApplicable;
    } else {
      result_.required_rate = (target->point() - input_.to_date) / remaining;
    }
  }

  void SetProbability() {
    const std::optional<TargetValue>& target = input_.target.value;
    if (!target.has_value()) {
      result_.probability_met = input_.target.reason.value_or(NdReason::kNoTarget);
      return;
    }
    result_.probability_met = NdReason::kNotApplicable;
    if (direction() == DirectionKind::kNeutral) return;
    Threshold met;
    if (IsTwoSided(direction())) {
      const GoodRange range = GoodRangeOf({input_.status_rule->direction, *target, {}, {}});
      if (range.reason.has_value()) return;
      met = {range.low, range.high};
    } else {
      (direction() == DirectionKind::kHigher ? met.low : met.high) = target->point();
    }
    result_.probability_met = NdReason::kNotReady;
    if (result_.scenario_count < kLeastScenarios) return;
    const auto count = std::count_if(scenarios_.begin(), scenarios_.end(), [&](const Decimal& end) {
      return BandOf(end, {&met, 1}) == 0;
    });
    result_.probability_met = Decimal::FromInt(count) / Decimal::FromInt(result_.scenario_count);
  }

  // What the bases PACE and SIGMA are measured by.
  Number ReferenceFor(const ResolvedTarget& target) const {
    const std::optional<Bands>& bands = input_.status_rule->bands;
    if (bands.has_value() && bands->basis() == BandBasis::kSigma) return input_.sigma;
    if (!target.value.has_value() || target.value->is_range) return NdReason::kNoTarget;
    return target.value->point();
  }

  KpiStatus StatusOf(const StatusRule& rule, const Number& actual,
                     const ResolvedTarget& target) const {
    StatusInput input;
    input.actual = actual;
    input.target = target;
    input.band_reference = ReferenceFor(target);
    return EvaluateStatus(rule, input).raw_status;
  }

  void SetStatusToDate() {
    const StatusRule& rule = *input_.status_rule;
    KpiStatus& status = result_.status_to_date;
    status = StatusOf(rule, input_.to_date, input_.target);
    if (!IsBandStatus(status)) return;
    if (result_.too_early.has_value() && rule.bands->basis() == BandBasis::kPace) {
      status = KpiStatus::kTooEarly;
    } else if (is_flow()) {
      status = FlowStatusToDate(rule);
    }
  }

  KpiStatus FlowStatusToDate(StatusRule rule) const {
    const Number& share = result_.expected.share;
    rule.bands = share.defined() ? rule.bands->ScaledBy(share.value()) : std::nullopt;
    if (!rule.bands.has_value()) return KpiStatus::kTooEarly;
    if (rule.baseline.has_value()) {
      const Number part = *rule.baseline * share;
      rule.baseline = part.defined() ? std::optional<Decimal>(part.value()) : std::nullopt;
    }
    return StatusOf(rule, input_.to_date, result_.to_date_target);
  }

  void SetStatusProjected() {
    const StatusRule& rule = *input_.status_rule;
    result_.status_projected = StatusOf(rule, input_.to_date, input_.target);
    if (!IsBandStatus(result_.status_projected)) return;
    if (result_.too_early.has_value()) {
      result_.status_projected = KpiStatus::kTooEarly;
    } else if (!result_.projected.defined()) {
      result_.status_projected = KpiStatus::kNoData;
    } else {
      result_.status_projected = StatusOf(rule, result_.projected, input_.target);
    }
  }

  const PaceInput& input_;
  PaceFormula formula_;
  std::vector<Decimal> scenarios_;
  PaceResult result_;
};

}  // namespace

absl::string_view TooEarlyReasonName(TooEarlyReason reason) {
  switch (reason) {
    case TooEarlyReason::kShare: return "SHARE";
    case TooEarlyReason::kHistory: return "HISTORY";
    case TooEarlyReason::kInterval: return "INTERVAL";
  }
  return "";
}

PaceResult AssessPace(const PaceInput& input, PaceFormula formula) {
  return Assessment(input, formula).Run();
}

}  // namespace kpisuite
