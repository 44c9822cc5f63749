// NaiveKpi: what a state must say.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/status.h"
#include "tests/simulator/naive_kpi.h"

namespace kpisuite {
namespace {

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "none";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9S", time, absl::UTCTimeZone());
}

std::string TimeText(bool has, const google::protobuf::Timestamp& time) {
  if (!has) return "none";
  return TimeText(absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()));
}

std::string FlagsText(const StatusFlags& flags, bool member_missing) {
  std::vector<std::string> names;
  if (flags.provisional) names.push_back("PROVISIONAL");
  if (flags.stale) names.push_back("STALE");
  if (flags.restated) names.push_back("RESTATED");
  if (flags.suppressed) names.push_back("SUPPRESSED");
  if (member_missing) names.push_back("MISSING_MEMBER");
  return absl::StrJoin(names, ",");
}

std::string FlagsText(const v1::KpiState& state) {
  std::vector<std::string> names;
  for (int i = 0; i < state.flags_size(); ++i) {
    names.emplace_back(absl::StripPrefix(v1::StateFlag_Name(state.flags(i)), "STATE_FLAG_"));
  }
  return absl::StrJoin(names, ",");
}

std::string ValueText(const Value& value) {
  const Number number = value.number();
  return number.defined() ? number.value().ToString()
                          : absl::StrCat("(", NdReasonName(number.reason()), ")");
}

std::string ValueText(const v1::KpiState& state) {
  if (state.nd_reason() == v1::ND_REASON_UNSPECIFIED) return state.value();
  return absl::StrCat("(", absl::StripPrefix(v1::NdReason_Name(state.nd_reason()), "ND_REASON_"),
                      ")");
}

ClosingRule ClosingOf(const KpiDefinition& kpi) {
  ClosingRule rule;
  for (const MetricInput& input : kpi.inputs) {
    rule.wait =
        std::max(rule.wait, input.metric->timeliness.expected_lag + input.metric->timeliness.grace);
  }
  return rule;
}

}  // namespace

ResolvedTarget NaiveKpi::TargetAt(const Slice& slice, const Window& window, const Period& period,
                                  absl::Time now, absl::Time watermark) const {
  const Calendar& calendar = *kpi_->calendar;
  if (window.kind() != WindowKind::kToDate || kpi_->nature != KpiNature::kFlow) {
    return kpi_->targets.Resolve(calendar, TargetRole::kCommitted, slice, period, kpi_->nature);
  }
  // Of an open target period the complete days by its length; no KPI here has a pace.
  const absl::Time least = watermark == absl::InfinitePast() ? now : std::min(now, watermark);
  const absl::Time today = calendar.StartOf(calendar.DayOf(least));
  const auto share = [&](const Period& part) -> Number {
    const int64_t elapsed = absl::ToInt64Nanoseconds(std::max(today, part.start) - part.start);
    const int64_t length = absl::ToInt64Nanoseconds(part.end - part.start);
    return Decimal::FromInt(elapsed) / Decimal::FromInt(length);
  };
  return kpi_->targets.ResolveToDate(
      calendar, TargetRole::kCommitted, slice, period,
      {period.first_day, period.end_day, std::min(now, period.end), share});
}

std::string NaiveKpi::Expect(const NaivePlace& place, const Circumstances& circumstances) const {
  const absl::Time now = circumstances.now;
  const Period period = kpi_->windows[place.window].At(*kpi_->calendar, place.first_day);
  const auto [first, end] = PeriodAround(place.window, place.first_day);
  if (period.first_day != first || period.end_day != end) {
    return absl::StrCat("another period: ", period.id, " begins on ", FormatDay(period.first_day),
                        " and not on ", FormatDay(first));
  }
  const Gathered gathered = GatherAt(place, period, circumstances.latest);
  const PeriodReadiness readiness = AssessReadiness(period, now, gathered.readiness);
  const Value value =
      period.exists() ? EvaluateFormulas(gathered.values, period) : Value(NdReason::kNotApplicable);
  std::optional<NdReason> reason;
  if (!value.number().defined()) reason = value.number().reason();
  const DataState data_state = DataStateOf(period, readiness, reason);
  const auto slice = Slice::Parse(place.slice);
  if (!slice.ok()) return slice.status().ToString();
  const ResolvedTarget target =
      TargetAt(*slice, kpi_->windows[place.window], period, now, readiness.watermark);
  const StatusResult status =
      EvaluateStatus(kpi_->status_rule, {.actual = value,
                                         .target = target,
                                         .data_state = data_state,
                                         .readiness = readiness,
                                         .flags = {.restated = circumstances.restated}});
  PeriodPhase phase = PhaseOf(period, now, readiness.watermark, ClosingOf(*kpi_), false);
  // History that is being imported closes when it has been quiet for a while.
  if (phase == PeriodPhase::kClosed && !readiness.ready && circumstances.settling) {
    phase = PeriodPhase::kClosing;
  }
  const Silence silence = SilenceAt(place, period, now);
  return absl::StrCat("value ", ValueText(value), " status ", KpiStatusName(status.status),
                      " data ", DataStateName(data_state), " flags [",
                      FlagsText(status.flags, silence.missing), "] rows ", gathered.rows,
                      " complete ", readiness.completeness.ToString(), " watermark ",
                      TimeText(std::min(readiness.watermark, period.end)), " last event ",
                      TimeText(gathered.rows > 0 ? gathered.last_event : absl::InfinitePast()),
                      " life ", PeriodPhaseName(phase), " score ",
                      status.score.has_value() ? status.score->ToString() : "none", " revision ",
                      kpi_->revision, " members missing ", silence.missing_below);
}

// Beyond its end a watermark does not matter to a period: it is not looked at again.
std::string NaiveKpi::Describe(const v1::KpiState& state) {
  std::string watermark = TimeText(state.has_watermark(), state.watermark());
  if (state.has_watermark()) {
    watermark = std::min(watermark, TimeText(true, state.period().end_time()));
  }
  return absl::StrCat("value ", ValueText(state), " status ",
                      absl::StripPrefix(v1::Status_Name(state.status()), "STATUS_"), " data ",
                      absl::StripPrefix(v1::DataState_Name(state.data_state()), "DATA_STATE_"),
                      " flags [", FlagsText(state), "] rows ", state.row_count(), " complete ",
                      state.completeness(), " watermark ", watermark, " last event ",
                      TimeText(state.has_last_event_time(), state.last_event_time()), " life ",
                      absl::StripPrefix(v1::PeriodLife_Name(state.period().life()), "PERIOD_LIFE_"),
                      " score ", state.score().empty() ? "none" : state.score(), " revision ",
                      state.definition_revision(), " members missing ", state.members_missing());
}

std::string NaiveKpi::Verdict(const v1::KpiState& state) {
  return absl::StrCat(ValueText(state), " ",
                      absl::StripPrefix(v1::Status_Name(state.status()), "STATUS_"));
}

}  // namespace kpisuite
