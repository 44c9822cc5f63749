#include "libs/kpi/window.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

absl::Status FieldError(absl::string_view field, absl::string_view got, absl::string_view want) {
  return InvalidFields(
      {{std::string(field), absl::StrCat("got ", got, ", want ", want), "", 0, 0}});
}

constexpr absl::string_view kWindows =
    "DAY, WEEK, MONTH, QUARTER, YEAR, TO_DATE(MONTH), TRAILING(3,MONTH,INCLUDE_CURRENT or "
    "EXCLUDE_CURRENT) or CUMULATIVE";

std::optional<Grain> GrainNamed(absl::string_view name) {
  for (const Grain grain : kAllGrains) {
    if (GrainName(grain) == name) return grain;
  }
  return std::nullopt;
}

// The parts between the brackets of `NAME(a, b)`; nothing if `text` is not of that form.
std::optional<std::vector<std::string>> Arguments(absl::string_view text, absl::string_view name) {
  if (!absl::ConsumePrefix(&text, name) || !absl::ConsumePrefix(&text, "(") ||
      !absl::ConsumeSuffix(&text, ")")) {
    return std::nullopt;
  }
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

// A count as canonical text writes it: digits without a sign and without leading zeros.
bool ReadCount(absl::string_view text, int* count) {
  return !text.empty() && text.size() <= 9 && text[0] != '0' &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, count);
}

absl::StatusOr<WindowSpec> ReadTrailing(absl::string_view id,
                                        const std::vector<std::string>& parts) {
  WindowSpec spec{.kind = WindowKind::kTrailing};
  const std::optional<Grain> unit = parts.size() < 2 ? std::nullopt : GrainNamed(parts[1]);
  if (!unit.has_value() || parts.size() > 3 || !ReadCount(parts[0], &spec.count)) {
    return FieldError("window", Quoted(id), "TRAILING(n,unit,INCLUDE_CURRENT or EXCLUDE_CURRENT)");
  }
  spec.grain = *unit;
  if (parts.size() == 3 && (parts[2] == "INCLUDE_CURRENT" || parts[2] == "EXCLUDE_CURRENT")) {
    spec.include_current = parts[2] == "INCLUDE_CURRENT";
    return spec;
  }
  return FieldError("window", Quoted(id),
                    absl::StrCat("INCLUDE_CURRENT or EXCLUDE_CURRENT at its end: whether the open ",
                                 parts[1], " counts has no default"));
}

}  // namespace

absl::StatusOr<Window> Window::Create(const WindowSpec& spec) {
  if (spec.kind == WindowKind::kTrailing) {
    if (spec.count < 1 || spec.count > kMaxTrailingUnits) {
      return FieldError("count", absl::StrCat(spec.count),
                        absl::StrCat("1 to ", kMaxTrailingUnits));
    }
    if (!spec.include_current.has_value()) {
      return FieldError("includeCurrent", "nothing", "true or false: it has no default");
    }
    return Window(spec.kind, spec.grain, spec.count, *spec.include_current);
  }
  if (spec.count != 0) {
    return FieldError("count", absl::StrCat(spec.count), "none outside of TRAILING");
  }
  if (spec.include_current.has_value()) {
    return FieldError("includeCurrent", "a value", "none outside of TRAILING");
  }
  const bool is_cumulative = spec.kind == WindowKind::kCumulative;
  return Window(spec.kind, is_cumulative ? Grain::kAll : spec.grain, 0, true);
}

absl::StatusOr<Window> Window::Parse(absl::string_view id) {
  if (const std::optional<Grain> grain = GrainNamed(id); grain.has_value()) {
    return Create({.grain = *grain});
  }
  if (id == "CUMULATIVE") return Create({.kind = WindowKind::kCumulative});
  if (const auto parts = Arguments(id, "TRAILING"); parts.has_value()) {
    ASSIGN_OR_RETURN(const WindowSpec spec, ReadTrailing(id, *parts));
    return Create(spec);
  }
  if (const auto parts = Arguments(id, "TO_DATE"); parts.has_value() && parts->size() == 1) {
    if (const std::optional<Grain> grain = GrainNamed(parts->front()); grain.has_value()) {
      return Create({.kind = WindowKind::kToDate, .grain = *grain});
    }
  }
  return FieldError("window", Quoted(id), kWindows);
}

std::string Window::id() const {
  switch (kind_) {
    case WindowKind::kCalendar: return std::string(GrainName(grain_));
    case WindowKind::kToDate: return absl::StrCat("TO_DATE(", GrainName(grain_), ")");
    case WindowKind::kTrailing:
      return absl::StrCat("TRAILING(", count_, ",", GrainName(grain_), ",",
                          include_current_ ? "INCLUDE_CURRENT" : "EXCLUDE_CURRENT", ")");
    case WindowKind::kCumulative: return "CUMULATIVE";
  }
  return "";
}

bool Window::Accepts(const Period& period) const {
  if (period.grain == grain_) return true;
  // Grains are ordered from fine to coarse.
  return (kind_ == WindowKind::kToDate || kind_ == WindowKind::kCumulative) &&
         period.grain < grain_;
}

Period Window::At(const Calendar& calendar, absl::CivilDay day) const {
  return PeriodOf(calendar, grain_, day);
}

Period Window::At(const Calendar& calendar, absl::Time time) const {
  return PeriodOf(calendar, grain_, time);
}

DayRange Window::ReachOf(const Calendar& calendar, const Period& period) const {
  if (kind_ == WindowKind::kTrailing) {
    const int first = include_current_ ? 1 - count_ : -count_;
    return {ShiftPeriodFreely(calendar, period, first).first_day,
            include_current_ ? period.end_day : period.first_day};
  }
  if (period.grain == grain_) return {period.first_day, period.end_day};
  return {At(calendar, period.last_day()).first_day, period.end_day};
}

std::pair<Period, Period> Window::StepsTouchedBy(const Calendar& calendar,
                                                 absl::CivilDay day) const {
  const Period own = At(calendar, day);
  if (kind_ != WindowKind::kTrailing) return {own, own};
  const int first = include_current_ ? 0 : 1;
  return {ShiftPeriodFreely(calendar, own, first),
          ShiftPeriodFreely(calendar, own, first + count_ - 1)};
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
