#include "services/evaluation/engine/make_control.h"

#include "absl/strings/ascii.h"
#include "libs/kpi/process_control_text.h"

namespace kpisuite {
namespace {

void FillLimits(const ControlLimits& limits, v1::ControlLimits* out) {
  out->set_centre(limits.centre);
  out->set_upper(limits.upper);
  out->set_lower(limits.lower);
  out->set_upper_two_sigma(limits.upper_two);
  out->set_lower_two_sigma(limits.lower_two);
  out->set_upper_quarter(limits.upper_quarter);
  out->set_lower_quarter(limits.lower_quarter);
  out->set_range_limit(limits.range_limit);
  out->set_moving_range(limits.moving_range);
  out->set_sigma(limits.sigma);
}

void FillRules(const MeasuredPoint& point, v1::ControlChart* out) {
  for (int i = 0; i < kControlSignals; ++i) {
    const auto signal = static_cast<ControlSignal>(i);
    if (point.signals.Has(signal)) out->add_rules(std::string(ControlSignalName(signal)));
  }
  if (const auto label = point.signals.label(); label.has_value()) {
    out->set_label(std::string(ControlSignalName(*label)));
  }
  out->set_range(point.range);
}

}  // namespace

v1::ControlChart MakeControlChart(const ProcessControlRule& rule, const ControlState& state,
                                  const ControlGoal& goal, KpiStatus status, Grain grain,
                                  absl::FunctionRef<Period(int64_t index)> period_at) {
  const ControlSpec& spec = rule.spec;
  const ControlVerdict verdict = JudgeControl(state, goal);
  v1::ControlChart chart;
  chart.set_profile(std::string(ControlProfileName(spec.profile)));
  chart.set_constants(std::string(ControlConstantsName(spec.centre)));
  chart.set_shift_length(ShiftLength(spec));
  chart.set_trend_length(TrendLength(spec));
  if (state.limits.has_value()) {
    FillLimits(*state.limits, chart.mutable_limits());
    const ControlLimits shown = ClipForDisplay(spec, *state.limits);
    if (shown != *state.limits) FillLimits(shown, chart.mutable_display_limits());
  }
  chart.set_trial(state.trial);
  chart.set_segment_points(state.segment_points);
  if (!state.last_is_missing) FillRules(*state.last, &chart);
  chart.set_variation(std::string(ControlVariationName(verdict.variation)));
  for (const ControlVariation each : verdict.mixed) {
    chart.add_mixed(std::string(ControlVariationName(each)));
  }
  if (verdict.kept.has_value()) {
    chart.set_kept_variation(std::string(ControlVariationName(*verdict.kept)));
    chart.set_kept_period(period_at(verdict.kept_index).id);
  }
  chart.set_assurance(std::string(ControlAssuranceName(verdict.assurance)));
  chart.set_stable(state.stable);
  if (state.rebase_proposed) {
    const Period from = period_at(state.side_first);
    if (!rule.IsDismissed(from)) chart.set_proposed_rebase(from.id);
  }
  chart.set_text(
      ControlInWords(status, verdict, state.trial, absl::AsciiStrToLower(GrainName(grain))));
  return chart;
}

v1::Trend MakeTrend(const Trend& trend) {
  v1::Trend out;
  out.set_verdict(std::string(TrendVerdictName(trend.verdict)));
  out.set_points(trend.points);
  if (trend.slope.has_value()) out.set_slope(*trend.slope);
  if (trend.slope_percent.has_value()) out.set_slope_percent(*trend.slope_percent);
  out.set_s(trend.s);
  out.set_variance(trend.variance);
  out.set_z(trend.z);
  return out;
}

}  // namespace kpisuite
