#include "tests/acceptance/series_fields.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace kpisuite {
namespace {

// `3/4 of 12`: met, elapsed, all.
std::string MaintainText(const v1::KpiState& state) {
  if (!state.has_maintain()) return "";
  const v1::MaintainProgress& progress = state.maintain();
  return absl::StrCat(progress.met(), "/", progress.elapsed(), " of ", progress.total());
}

// `1 worse 2 to 2`: the band, and a run with its length and where it leads.
std::string FoldText(const v1::KpiState& state) {
  if (!state.has_hysteresis() || !state.hysteresis().has_band()) return "";
  const v1::HysteresisState& fold = state.hysteresis();
  std::string text = absl::StrCat(fold.band());
  if (fold.worse_periods() > 0) absl::StrAppend(&text, " worse ", fold.worse_periods());
  if (fold.better_periods() > 0) absl::StrAppend(&text, " better ", fold.better_periods());
  if (fold.worse_periods() + fold.better_periods() > 0) {
    absl::StrAppend(&text, " to ", fold.candidate());
  }
  return text;
}

void ExactDouble(std::string* out, double value) { absl::StrAppendFormat(out, "%.17g", value); }

std::string LimitText(const v1::KpiState& state, double (v1::ControlLimits::*line)() const) {
  if (!state.control().has_limits()) return "";
  return absl::StrFormat("%.4f", (state.control().limits().*line)());
}

// All lines with all digits, in the order of ControlLimits.
std::string LimitsText(const v1::KpiState& state) {
  if (!state.control().has_limits()) return "";
  const v1::ControlLimits& limits = state.control().limits();
  return absl::StrJoin({limits.centre(), limits.upper(), limits.lower(), limits.upper_two_sigma(),
                        limits.lower_two_sigma(), limits.upper_quarter(), limits.lower_quarter(),
                        limits.range_limit(), limits.moving_range(), limits.sigma()},
                       "/", ExactDouble);
}

// Variance and Z, then the slope, and in percent, where there is one.
std::string TravelFigures(const v1::KpiState& state) {
  if (!state.has_trend()) return "";
  const v1::Trend& trend = state.trend();
  std::vector<double> figures = {trend.variance(), trend.z()};
  if (trend.has_slope()) figures.push_back(trend.slope());
  if (trend.has_slope_percent()) figures.push_back(trend.slope_percent());
  return absl::StrJoin(figures, "/", ExactDouble);
}

}  // namespace

std::map<std::string, StateReader> SeriesReaders() {
  return {
      {"fold", FoldText},
      {"maintain", MaintainText},
      {"maintain_progress", [](const auto& state) { return state.maintain().progress(); }},
      {"control_label", [](const auto& state) { return state.control().label(); }},
      {"control_rules",
       [](const auto& state) { return absl::StrJoin(state.control().rules(), "+"); }},
      {"control_centre",
       [](const auto& state) { return LimitText(state, &v1::ControlLimits::centre); }},
      {"control_upper",
       [](const auto& state) { return LimitText(state, &v1::ControlLimits::upper); }},
      {"control_lower",
       [](const auto& state) { return LimitText(state, &v1::ControlLimits::lower); }},
      {"control_limits", LimitsText},
      {"control_sigma",
       [](const auto& state) { return LimitText(state, &v1::ControlLimits::sigma); }},
      {"control_points",
       [](const auto& state) {
         return state.has_control() ? absl::StrCat(state.control().segment_points()) : "";
       }},
      {"control_rebase", [](const auto& state) { return state.control().proposed_rebase(); }},
      {"control_text", [](const auto& state) { return state.control().text(); }},
      {"variation", [](const auto& state) { return state.control().variation(); }},
      {"kept_variation",
       [](const auto& state) {
         const v1::ControlChart& chart = state.control();
         return chart.kept_period().empty()
                    ? ""
                    : absl::StrCat(chart.kept_variation(), " ", chart.kept_period());
       }},
      {"assurance", [](const auto& state) { return state.control().assurance(); }},
      {"travel", [](const auto& state) { return state.trend().verdict(); }},
      {"travel_points",
       [](const auto& state) {
         return state.has_trend() ? absl::StrCat(state.trend().points()) : "";
       }},
      {"travel_s",
       [](const auto& state) { return state.has_trend() ? absl::StrCat(state.trend().s()) : ""; }},
      {"travel_figures", TravelFigures},
      {"travel_slope",
       [](const auto& state) {
         return state.trend().has_slope() ? absl::StrFormat("%.4f", state.trend().slope()) : "";
       }},
  };
}

}  // namespace kpisuite
