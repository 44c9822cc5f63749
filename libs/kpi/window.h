#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kpi/period.h"

namespace kpisuite {

enum class WindowKind { kCalendar, kToDate, kTrailing, kCumulative };

// What a person writes about a window.
inline constexpr int kMaxTrailingUnits = 1000;
struct WindowSpec {
  WindowKind kind = WindowKind::kCalendar;
  // CALENDAR, TO_DATE: the period; TRAILING: the unit. CUMULATIVE: ignored.
  Grain grain = Grain::kDay;
  // TRAILING only: number of units, 1 to kMaxTrailingUnits, and whether the open unit counts. The
  // latter has no default: products disagree, so it is never guessed.
  int count = 0;
  std::optional<bool> include_current;
};

// A half-open range of local days [first_day, end_day).
struct DayRange {
  absl::CivilDay first_day;
  absl::CivilDay end_day;

  friend bool operator==(const DayRange&, const DayRange&) = default;
};

// Over which time a KPI aggregates its inputs. Immutable value.
//
// A window has *steps*, the periods that key its states, and each step has a *reach*, the days
// whose facts it aggregates:
//   CALENDAR(g): steps are the periods of g; the reach of a step is its days.
//   TO_DATE(g): the same. What is counted up to the as-of instant is what has arrived; whole steps
//     equal those of CALENDAR(g). A finer period that is asked for by its id means the days from
//     the start of the step that holds its last day to its own end (a series by finer periods is
//     thus re-grained by LAST).
//   TRAILING(n, u): steps are the periods of u; the reach of a step is the n units that end with it
//     (INCLUDE_CURRENT) or just before it (EXCLUDE_CURRENT). A step's life is that of its period:
//     an excluded unit still moves through FUTURE, OPEN and CLOSED.
//   CUMULATIVE: the one step is `ALL`, all time, which never ends. Any other period that is asked
//     for by its id means all days up to its end. One state is thus kept up to date for each slice.
class Window {
 public:
  // INVALID_ARGUMENT (InvalidFields, paths `count`, `includeCurrent`) for fields that are missing
  // or do not belong to the kind.
  static absl::StatusOr<Window> Create(const WindowSpec& spec);
  // Reads id(); blanks may follow the opening bracket and commas and precede the closing bracket.
  // INVALID_ARGUMENT (path `window`) otherwise.
  static absl::StatusOr<Window> Parse(absl::string_view id);

  WindowKind kind() const { return kind_; }
  // Grain of the steps: kAll for CUMULATIVE.
  Grain grain() const { return grain_; }
  // TRAILING: number of units, at least 1, and whether the step is one of them. Otherwise 0, true.
  int count() const { return count_; }
  bool include_current() const { return include_current_; }
  // Canonical text, part of the key of every state: `DAY`, `WEEK`, `MONTH`, `QUARTER`, `YEAR`,
  // `TO_DATE(MONTH)`, `TRAILING(3,MONTH,INCLUDE_CURRENT)`, `CUMULATIVE`.
  std::string id() const;

  // Whether the calendar has the window's periods. Every kind of window goes with every type of
  // calendar that does (TRAILING over the weeks of a 4-5-4 year).
  bool FitsCalendar(const Calendar& calendar) const { return calendar.HasGrain(grain_); }
  // Whether a period may be asked for by id: a step, and for TO_DATE and CUMULATIVE any finer one.
  bool Accepts(const Period& period) const;
  // Whether steps may share facts with their neighbours, so that their series enters no trend and
  // no process control (3.10): all kinds but CALENDAR.
  bool reaches_overlap() const { return kind_ != WindowKind::kCalendar; }

  // The step that contains the day or instant.
  Period At(const Calendar& calendar, absl::CivilDay day) const;
  Period At(const Calendar& calendar, absl::Time time) const;
  // The days which a period that the window accepts aggregates.
  DayRange ReachOf(const Calendar& calendar, const Period& period) const;
  // First and last of the consecutive steps whose reach contains the day.
  std::pair<Period, Period> StepsTouchedBy(const Calendar& calendar, absl::CivilDay day) const;

  friend bool operator==(const Window&, const Window&) = default;

 private:
  Window(WindowKind kind, Grain grain, int count, bool include_current)
      : kind_(kind), grain_(grain), count_(count), include_current_(include_current) {}

  WindowKind kind_;
  Grain grain_;
  int count_;
  bool include_current_;
};

// Life of a period. A later change of a value in CLOSED is a restatement; facts that arrive in
// FINAL are held out.
enum class PeriodPhase {
  kFuture,   // not begun
  kOpen,     // now lies in it
  kClosing,  // ended, waiting for watermarks or for the grace to pass
  kClosed,   // provisional
  kFinal,    // locked
};

// `FUTURE`, `OPEN`, `CLOSING`, `CLOSED`, `FINAL`.
absl::string_view PeriodPhaseName(PeriodPhase phase);

// What decides when a period closes.
struct ClosingRule {
  // How long after its end a period waits for watermarks: expected lag plus grace, >= 0.
  absl::Duration wait = absl::ZeroDuration();
  // Time from the period's end to FINAL; infinite if only a call finalises.
  absl::Duration final_after = absl::InfiniteDuration();
};

// `watermark` is the least of the inputs' watermarks (InfinitePast if one has none); `finalised`
// says that a call locked the period. A watermark never closes a period before its end.
PeriodPhase PhaseOf(const Period& period, absl::Time now, absl::Time watermark,
                    const ClosingRule& rule, bool finalised);
// The next instant after `now` at which PhaseOf changes with the watermark unchanged;
// InfiniteFuture if none.
absl::Time NextPhaseChange(const Period& period, absl::Time now, absl::Time watermark,
                           const ClosingRule& rule, bool finalised);

}  // namespace kpisuite
