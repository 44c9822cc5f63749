#include "services/evaluation/forecast/forecast_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/forecast.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

bool IsClosedLife(v1::PeriodLife life) {
  return life == v1::PERIOD_LIFE_CLOSED || life == v1::PERIOD_LIFE_FINAL;
}

// The shortest decimal that is this double; empty for none.
std::string TextOfDouble(std::optional<double> value) {
  if (!value.has_value()) return "";
  const auto decimal = Decimal::FromDouble(*value);
  return decimal.ok() ? decimal->ToString() : "";
}

std::optional<double> AsDouble(const std::optional<Decimal>& decimal) {
  if (!decimal.has_value()) return std::nullopt;
  return decimal->ToDouble();
}

// The states of one series.
class SeriesStates {
 public:
  SeriesStates(const ForecastPlace& place, absl::Time now) : place_(place), now_(now) {}

  absl::StatusOr<v1::KpiState> Of(const Period& period) const {
    ASSIGN_OR_RETURN(const auto bytes, place_.engine->Read(*place_.runtime, place_.slice,
                                                           place_.window, period, now_));
    v1::KpiState state;
    if (state.ParseFromString(*bytes)) return state;
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a damaged state");
  }

  // First day of the first period with rows; nothing when there is none.
  std::optional<int32_t> FirstWithRows() const {
    const std::optional<size_t> slice = place_.runtime->FindSlice(place_.slice);
    if (!slice.has_value()) return std::nullopt;
    for (const auto& [day, state] : place_.runtime->slices()[*slice].windows[place_.window]) {
      if (state.rows > 0) return day;
    }
    return std::nullopt;
  }

 private:
  const ForecastPlace& place_;
  const absl::Time now_;
};

struct History {
  std::optional<Period> last;
  std::vector<double> values;  // the oldest first
};

absl::StatusOr<History> ReadHistory(const ForecastPlace& place, const SeriesStates& states,
                                    absl::Time now) {
  History history;
  const KpiDefinition& kpi = place.runtime->kpi();
  const int32_t first = states.FirstWithRows().value_or(std::numeric_limits<int32_t>::max());
  Period period = kpi.windows[place.window].At(*kpi.calendar, now);
  for (; DayNumber(period.first_day) >= first && period.first_day < period.end_day;
       period = PreviousPeriod(*kpi.calendar, period)) {
    ASSIGN_OR_RETURN(const v1::KpiState state, states.Of(period));
    if (!IsClosedLife(state.period().life())) {
      if (history.last.has_value()) break;
      continue;
    }
    if (!history.last.has_value()) history.last = period;
    if (!state.has_value_double() || history.values.size() == kMaxForecastHistory) break;
    history.values.push_back(state.value_double());
  }
  std::reverse(history.values.begin(), history.values.end());
  return history;
}

void AddCandidates(const Forecast& forecast, v1::Forecast& out) {
  std::vector<BacktestScore> scores = forecast.scores;
  // The chosen one is the first of the best; those without an error come last.
  std::stable_sort(scores.begin(), scores.end(), [](const auto& a, const auto& b) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    return a.wape.value_or(kNone) < b.wape.value_or(kNone);
  });
  for (const BacktestScore& score : scores) {
    v1::ForecastCandidate& candidate = *out.add_candidates();
    candidate.set_method(std::string(ForecastMethodName(score.method)));
    candidate.set_wape(TextOfDouble(score.wape));
    candidate.set_tests(forecast.backtest_points);
    if (score.method == forecast.method) out.set_wape(candidate.wape());
  }
}

absl::Status AddPoints(const ForecastPlace& place, const SeriesStates& states, const Period& last,
                       const Forecast& forecast, v1::Forecast& out) {
  Period period = last;
  for (const ForecastPoint& point : forecast.points) {
    period = NextPeriod(*place.runtime->kpi().calendar, period);
    if (period.first_day >= period.end_day) break;
    ASSIGN_OR_RETURN(const v1::KpiState state, states.Of(period));
    v1::ForecastPoint& added = *out.add_points();
    *added.mutable_period() = state.period();
    added.set_value(TextOfDouble(point.value));
    added.set_lo(TextOfDouble(point.lo));
    added.set_hi(TextOfDouble(point.hi));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Forecast> ReadForecast(const ForecastPlace& place, int periods, absl::Time now) {
  const KpiDefinition& kpi = place.runtime->kpi();
  const Window& window = kpi.windows[place.window];
  v1::Forecast out;
  out.set_kpi(kpi.resource_name());
  out.set_window(window.id());
  out.set_slice(place.slice);
  out.set_unit(kpi.unit_text);
  if (window.reaches_overlap()) {
    out.set_nd_reason(v1::ND_REASON_NOT_AGGREGATABLE);
    return out;
  }
  const SeriesStates states(place, now);
  ASSIGN_OR_RETURN(History history, ReadHistory(place, states, now));
  if (history.last.has_value()) out.set_last_period(history.last->id);
  out.set_history_periods(static_cast<int32_t>(history.values.size()));
  const Forecast forecast = MakeForecast({.series = std::move(history.values),
                                          .season = SeasonOf(window.grain()),
                                          .horizon = periods,
                                          .logical_min = AsDouble(kpi.logical_min),
                                          .logical_max = AsDouble(kpi.logical_max)});
  if (forecast.reason.has_value()) {
    out.set_nd_reason(ToProto(*forecast.reason));
    return out;
  }
  out.set_method(std::string(ForecastMethodName(forecast.method)));
  AddCandidates(forecast, out);
  RETURN_IF_ERROR(AddPoints(place, states, *history.last, forecast, out));
  return out;
}

}  // namespace kpisuite
