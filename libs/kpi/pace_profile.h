// How much of a period's total is expected by an instant in it: f(tau), SEMANTICS 3.11.1.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/period.h"

namespace kpisuite {

// Where the expected share comes from. Names: `CALENDAR`, `WORKING_DAYS`, `HISTORY`, `EXPLICIT`.
enum class PaceProfile { kCalendar, kWorkingDays, kHistory, kExplicit };
absl::string_view PaceProfileName(PaceProfile profile);
std::optional<PaceProfile> PaceProfileFromName(absl::string_view name);

// Where the prior estimate H of a period's total comes from; never from a target. Names:
// `SAME_PERIOD_LAST_YEAR`, `MEAN_OF_LAST_3`, `NONE`.
enum class PacePrior { kSamePeriodLastYear, kMeanOfLast3, kNone };
absl::string_view PacePriorName(PacePrior prior);

inline constexpr int kLeastHistoryPeriods = 6;
inline constexpr int kMostHistoryPeriods = 12;

// How a KPI's pace is measured. Fixed by its definition.
struct PaceRule {
  PaceProfile profile = PaceProfile::kCalendar;
  // m: how many of the last comparable closed periods are looked at, 6 to 12.
  int history_periods = kMostHistoryPeriods;
  // EXPLICIT: weights >= 0 of the days of a period, by position. They are for periods of
  // `weights_grain` only; a period with fewer days leaves the last ones out.
  std::vector<Decimal> weights;
  std::optional<Grain> weights_grain;
  PacePrior prior = PacePrior::kSamePeriodLastYear;
  // SAME_PERIOD_LAST_YEAR: what its total is multiplied by, > 0.
  Decimal growth = Decimal::FromInt(1);
};

// How many weights an EXPLICIT profile has for the longest period of the grain: 1, 7, 31, 92, 366;
// in calendars of whole weeks 35 (4-4-5: 42), 98 and 371 for month, quarter and year. 0 for ALL.
size_t DaysOfLongestPeriod(CalendarType type, Grain grain);

// What one comparable closed period says about the way to its total.
struct PaceHistory {
  // Of the whole period. Undefined: not known, the period is skipped.
  Number total = NdReason::kEmpty;
  // Up to the position of the open period's as-of instant, clipped to the period (3.4.6).
  Number to_date = NdReason::kEmpty;
};

// f_j = to_date / total of each of the first `periods` entries, in their order. An entry with
// total <= 0 or without a number is skipped: NO_COMPARABLE.
std::vector<Number> HistoricalShares(absl::Span<const PaceHistory> history, int periods);

// The expected share and what is left of the period.
struct ExpectedShare {
  // f. 0 up to the period's start and 1 from its end on, whatever the profile; in between
  //   CALENDAR      elapsed / length, both in elapsed time, so a day of 23 hours weighs 23 hours;
  //   WORKING_DAYS  done / all, the weights of days: 1 for a working day, else 0;
  //   EXPLICIT      done / all, with the given weights;
  //   HISTORY       the median of the historical shares that are not skipped.
  // done = the weights of the days before the as-of day, summed in order, plus
  // w (elapsed / length) of the as-of day; days which the zone skips weigh 0. Not clamped: a share
  // above 1 says that returns follow. NOT_APPLICABLE: the period does not exist, nothing in it has
  // weight, or the EXPLICIT weights are for periods of another grain or shorter ones.
  // NO_COMPARABLE: HISTORY without a period.
  Number share = NdReason::kNotApplicable;
  // What remains, in days (CALENDAR: days of the period times (length - elapsed) / length;
  // HISTORY: days of the period times (1 - f)), working days (all - done) or weight (all - done).
  Number remaining = NdReason::kNotApplicable;
  // HISTORY: the periods that entered the median, else 0.
  int history_count = 0;
};

// `as_of` is the least of now and the watermark. `history` has the latest period first, and only
// the profile HISTORY reads it.
ExpectedShare ExpectedShareAt(const PaceRule& rule, const Calendar& calendar, const Period& period,
                              absl::Time as_of, absl::Span<const PaceHistory> history);

// As ExpectedShareAt, of a period of whose past nothing is known, and always a number: what the
// profile says of it without a history; where that is nothing (HISTORY, NOT_APPLICABLE) as
// CALENDAR. A period that does not exist has 0 before it and 1 after it.
Number KnownShareAt(const PaceRule& rule, const Calendar& calendar, const Period& period,
                    absl::Time as_of);

// (actual / target) / share: how fast a cap is used up, 1 is just in time (3.17.7).
Number Burn(const Number& actual, const Number& target, const Number& share);
// share * period / window: the burn at which `share` of the cap is gone within the window.
Number BurnFactor(const Decimal& share, absl::Duration period, absl::Duration window);

}  // namespace kpisuite
