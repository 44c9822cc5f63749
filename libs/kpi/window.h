#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kpi/period.h"

namespace kpisuite {

enum class WindowKind { kCalendar, kToDate, kTrailing, kCumulative };

// What a person writes about a window.
struct WindowSpec {
  WindowKind kind = WindowKind::kCalendar;
  // CALENDAR, TO_DATE: the period; TRAILING: the unit.
  Grain grain = Grain::kDay;
  // TRAILING only: number of units, at least 1, and whether the open unit counts. The latter has
  // no default: products disagree, so it is never guessed.
  int count = 0;
  std::optional<bool> include_current;
};

// Over which time a KPI aggregates its inputs. Immutable value.
class Window {
 public:
  // INVALID_ARGUMENT for fields that do not belong to the kind; UNIMPLEMENTED (reason
  // NOT_IMPLEMENTED) for valid TO_DATE, TRAILING and CUMULATIVE windows.
  static absl::StatusOr<Window> Create(const WindowSpec& spec);
  // Reads id(). INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Window> Parse(absl::string_view id);

  WindowKind kind() const { return kind_; }
  Grain grain() const { return grain_; }
  // Canonical text, part of the key of every state: `DAY`, `WEEK`, `MONTH`, `QUARTER`, `YEAR`.
  std::string id() const;

  // The window's period that contains the day or instant.
  Period At(const Calendar& calendar, absl::CivilDay day) const;
  Period At(const Calendar& calendar, absl::Time time) const;
  // The days whose samples count in a period of the window.
  DayRange ReachOf(const Calendar& calendar, const Period& period) const;

  friend bool operator==(const Window& a, const Window& b) {
    return a.kind_ == b.kind_ && a.grain_ == b.grain_;
  }

 private:
  Window(WindowKind kind, Grain grain) : kind_(kind), grain_(grain) {}

  WindowKind kind_;
  Grain grain_;
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
