#include "libs/kpi/pace_profile.h"

#include <algorithm>

#include "libs/kpi/quantile.h"

namespace kpisuite {
namespace {

Decimal One() { return Decimal::FromInt(1); }

Number Nanoseconds(absl::Duration duration) {
  return Decimal::FromInt(absl::ToInt64Nanoseconds(duration));
}

// The part of [start, end) before `as_of`, which lies in it.
Number ElapsedPart(absl::Time start, absl::Time end, absl::Time as_of) {
  return Nanoseconds(as_of - start) / Nanoseconds(end - start);
}

// Weights of the period's days by position; empty if the profile has none for it.
std::vector<Decimal> WeightsOf(const PaceRule& rule, const Calendar& calendar,
                               const Period& period) {
  const auto days = static_cast<size_t>(period.civil_days());
  std::vector<Decimal> weights;
  if (rule.profile == PaceProfile::kExplicit) {
    if (rule.weights_grain != period.grain || rule.weights.size() < days) return weights;
  }
  for (size_t i = 0; i < days; ++i) {
    const absl::CivilDay day = period.first_day + static_cast<int>(i);
    if (rule.profile == PaceProfile::kExplicit) {
      weights.push_back(calendar.Exists(day) ? rule.weights[i] : Decimal());
    } else {
      weights.push_back(calendar.IsWorkingDay(day) ? One() : Decimal());
    }
  }
  return weights;
}

ExpectedShare ShareByWeights(const std::vector<Decimal>& weights, const Calendar& calendar,
                             const Period& period, absl::Time as_of) {
  const absl::CivilDay today = calendar.DayOf(as_of);
  Number all = Decimal();
  Number done = Decimal();
  absl::CivilDay day = period.first_day;
  for (const Decimal& weight : weights) {
    all = all + weight;
    if (day < today) done = done + weight;
    if (day == today) {
      const Number part = ElapsedPart(calendar.StartOf(day), calendar.StartOf(day + 1), as_of);
      done = done + weight * part;
    }
    ++day;
  }
  if (!all.defined() || all.value().IsZero()) return {};
  return {done / all, all - done, 0};
}

ExpectedShare ShareByHistory(const PaceRule& rule, const Calendar& calendar, const Period& period,
                             absl::Span<const PaceHistory> history) {
  std::vector<Decimal> shares;
  for (const Number& share : HistoricalShares(history, rule.history_periods)) {
    if (share.defined()) shares.push_back(share.value());
  }
  ExpectedShare expected;
  expected.history_count = static_cast<int>(shares.size());
  expected.share = shares.empty() ? Number(NdReason::kNoComparable) : MedianOf(std::move(shares));
  expected.remaining = Decimal::FromInt(DayCount(calendar, period)) * (One() - expected.share);
  return expected;
}

ExpectedShare ShareWithin(const PaceRule& rule, const Calendar& calendar, const Period& period,
                          absl::Time as_of, absl::Span<const PaceHistory> history) {
  switch (rule.profile) {
    case PaceProfile::kCalendar: {
      const Number days = Decimal::FromInt(DayCount(calendar, period));
      const Number left = days * Nanoseconds(period.end - as_of);
      return {ElapsedPart(period.start, period.end, as_of),
              left / Nanoseconds(period.end - period.start), 0};
    }
    case PaceProfile::kHistory: return ShareByHistory(rule, calendar, period, history);
    case PaceProfile::kWorkingDays:
    case PaceProfile::kExplicit: break;
  }
  return ShareByWeights(WeightsOf(rule, calendar, period), calendar, period, as_of);
}

}  // namespace

absl::string_view PaceProfileName(PaceProfile profile) {
  switch (profile) {
    case PaceProfile::kCalendar: return "CALENDAR";
    case PaceProfile::kWorkingDays: return "WORKING_DAYS";
    case PaceProfile::kHistory: return "HISTORY";
    case PaceProfile::kExplicit: return "EXPLICIT";
  }
  return "";
}

std::optional<PaceProfile> PaceProfileFromName(absl::string_view name) {
  for (const PaceProfile profile : {PaceProfile::kCalendar, PaceProfile::kWorkingDays,
                                    PaceProfile::kHistory, PaceProfile::kExplicit}) {
    if (PaceProfileName(profile) == name) return profile;
  }
  return std::nullopt;
}

absl::string_view PacePriorName(PacePrior prior) {
  switch (prior) {
    case PacePrior::kSamePeriodLastYear: return "SAME_PERIOD_LAST_YEAR";
    case PacePrior::kMeanOfLast3: return "MEAN_OF_LAST_3";
    case PacePrior::kNone: return "NONE";
  }
  return "";
}

size_t DaysOfLongestPeriod(CalendarType type, Grain grain) {
  const bool months = type == CalendarType::kGregorian || type == CalendarType::kFiscalMonthOffset;
  switch (grain) {
    case Grain::kDay: return 1;
    case Grain::kWeek: return 7;
    // A week 53 may follow the five weeks of the last month.
    case Grain::kMonth: return months ? 31 : type == CalendarType::kFiscal445 ? 42 : 35;
    case Grain::kQuarter: return months ? 92 : 98;
    case Grain::kYear: return months ? 366 : 371;
    case Grain::kAll: return 0;
  }
  return 0;
}

std::vector<Number> HistoricalShares(absl::Span<const PaceHistory> history, int periods) {
  std::vector<Number> shares;
  for (const PaceHistory& entry :
       history.first(std::min(history.size(), static_cast<size_t>(std::max(periods, 0))))) {
    const bool usable =
        entry.total.defined() && entry.to_date.defined() && entry.total.value() > Decimal();
    const Number share = usable ? entry.to_date / entry.total : NdReason::kNoComparable;
    shares.push_back(share.defined() ? share : NdReason::kNoComparable);
  }
  return shares;
}

ExpectedShare ExpectedShareAt(const PaceRule& rule, const Calendar& calendar, const Period& period,
                              absl::Time as_of, absl::Span<const PaceHistory> history) {
  if (!period.exists()) return {};
  const absl::Time position = std::clamp(as_of, period.start, period.end);
  ExpectedShare expected = ShareWithin(rule, calendar, period, position, history);
  if (expected.share.defined() || expected.share.reason() == NdReason::kNoComparable) {
    if (position == period.start) expected.share = Decimal();
    if (position == period.end) {
      expected.share = One();
      expected.remaining = Decimal();
    }
  }
  return expected;
}

Number KnownShareAt(const PaceRule& rule, const Calendar& calendar, const Period& period,
                    absl::Time as_of) {
  if (!period.exists()) return as_of < period.end ? Decimal() : One();
  Number share = ExpectedShareAt(rule, calendar, period, as_of, {}).share;
  if (!share.defined()) share = ExpectedShareAt(PaceRule(), calendar, period, as_of, {}).share;
  return share;
}

Number Burn(const Number& actual, const Number& target, const Number& share) {
  return actual / target / share;
}

Number BurnFactor(const Decimal& share, absl::Duration period, absl::Duration window) {
  return share * Nanoseconds(period) / Nanoseconds(window);
}

}  // namespace kpisuite
