#include "libs/kpi/window.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

absl::Status FieldError(absl::string_view field, absl::string_view got, absl::string_view want) {
  return InvalidFields(
      {{std::string(field), absl::StrCat("got ", got, ", want ", want), "", 0, 0}});
}

}  // namespace

absl::StatusOr<Window> Window::Create(const WindowSpec& spec) {
  if (spec.kind == WindowKind::kTrailing) {
    if (spec.count < 1) return FieldError("count", absl::StrCat(spec.count), "at least 1");
    if (!spec.include_current.has_value()) {
      return FieldError("includeCurrent", "nothing", "true or false: it has no default");
    }
  } else if (spec.count != 0) {
    return FieldError("count", absl::StrCat(spec.count), "none outside of TRAILING");
  } else if (spec.include_current.has_value()) {
    return FieldError("includeCurrent", "a value", "none outside of TRAILING");
  }
  if (spec.kind != WindowKind::kCalendar) {
    return MakeError(absl::StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
                     "window: want a calendar period (DAY, WEEK, MONTH, QUARTER, YEAR); to-date, "
                     "trailing and cumulative windows are not implemented yet");
  }
  return Window(spec.kind, spec.grain);
}

absl::StatusOr<Window> Window::Parse(absl::string_view id) {
  for (Grain grain : kAllGrains) {
    const Window window(WindowKind::kCalendar, grain);
    if (window.id() == id) return window;
  }
  return FieldError("window", Quoted(id), "DAY, WEEK, MONTH, QUARTER or YEAR");
}

std::string Window::id() const { return std::string(GrainName(grain_)); }

Period Window::At(const Calendar& calendar, absl::CivilDay day) const {
  return PeriodOf(calendar, grain_, day);
}

Period Window::At(const Calendar& calendar, absl::Time time) const {
  return PeriodOf(calendar, grain_, time);
}

DayRange Window::ReachOf(const Calendar& calendar, const Period& period) const {
  return {period.first_day, period.end_day};
}

absl::string_view PeriodPhaseName(PeriodPhase phase) {
  switch (phase) {
    case PeriodPhase::kFuture: return "FUTURE";
    case PeriodPhase::kOpen: return "OPEN";
    case PeriodPhase::kClosing: return "CLOSING";
    case PeriodPhase::kClosed: return "CLOSED";
    case PeriodPhase::kFinal: return "FINAL";
  }
  return "";
}

PeriodPhase PhaseOf(const Period& period, absl::Time now, absl::Time watermark,
                    const ClosingRule& rule, bool finalised) {
  if (now < period.start) return PeriodPhase::kFuture;
  if (now < period.end) return PeriodPhase::kOpen;
  if (finalised) return PeriodPhase::kFinal;
  if (watermark < period.end && now < period.end + rule.wait) return PeriodPhase::kClosing;
  return now < period.end + rule.final_after ? PeriodPhase::kClosed : PeriodPhase::kFinal;
}

absl::Time NextPhaseChange(const Period& period, absl::Time now, absl::Time watermark,
                           const ClosingRule& rule, bool finalised) {
  const PeriodPhase current = PhaseOf(period, now, watermark, rule, finalised);
  absl::Time next = absl::InfiniteFuture();
  for (const absl::Time candidate :
       {period.start, period.end, period.end + rule.wait, period.end + rule.final_after}) {
    if (candidate > now && PhaseOf(period, candidate, watermark, rule, finalised) != current) {
      next = std::min(next, candidate);
    }
  }
  return next;
}

}  // namespace kpisuite
