#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

// More than the days of any year; the rest is not even read.
constexpr int kMostWeights = 371;

void ReadProfile(KpiDraft& draft, PaceRule& rule) {
  const v1::Pace& pace = draft.kpi.pace();
  if (!pace.has_profile()) return;
  const std::optional<PaceProfile> profile = PaceProfileFromName(pace.profile());
  if (!profile.has_value()) {
    draft.violations.Add("kpi.pace.profile", violation::kOutOfRange,
                         GotWant(pace.profile(), "CALENDAR, WORKING_DAYS, HISTORY or EXPLICIT"));
  }
  rule.profile = profile.value_or(PaceProfile::kCalendar);
}

// The window whose longest period has as many days as there are weights.
std::optional<Grain> GrainOfWeights(const KpiDraft& draft, size_t count) {
  for (const Window& window : draft.built.windows) {
    const CalendarType type = draft.built.calendar->spec().type;
    if (DaysOfLongestPeriod(type, window.grain()) == count) return window.grain();
  }
  return std::nullopt;
}

std::string WantedCounts(const KpiDraft& draft) {
  std::vector<std::string> counts;
  for (const Window& window : draft.built.windows) {
    const CalendarType type = draft.built.calendar->spec().type;
    counts.push_back(absl::StrCat(DaysOfLongestPeriod(type, window.grain()), " (",
                                  GrainName(window.grain()), ")"));
  }
  return absl::StrJoin(counts, " or ");
}

void ReadWeights(KpiDraft& draft, PaceRule& rule) {
  const auto& weights = draft.kpi.pace().weights();
  if (weights.size() > kMostWeights) {
    draft.violations.Add("kpi.pace.weights", violation::kLimit,
                         absl::StrCat("got ", weights.size(), ", want at most ", kMostWeights));
    return;
  }
  bool any = false;
  for (int i = 0; i < weights.size(); ++i) {
    const std::string field = IndexField("kpi.pace.weights", i);
    const std::optional<Decimal> weight = CheckDecimal(field, weights[i], draft.violations);
    if (!weight.has_value()) continue;
    if (weight->IsNegative()) {
      draft.violations.Add(field, violation::kOutOfRange, GotWant(weights[i], "0 or more"));
    }
    any |= !weight->IsZero();
    rule.weights.push_back(*weight);
  }
  if (!any) {
    draft.violations.Add("kpi.pace.weights", violation::kOutOfRange,
                         "got 0 for every day, want a weight above 0");
  }
  rule.weights_grain = GrainOfWeights(draft, static_cast<size_t>(weights.size()));
  if (!rule.weights_grain.has_value() && !draft.built.windows.empty()) {
    draft.violations.Add(
        "kpi.pace.weights", violation::kOutOfRange,
        absl::StrCat("got ", weights.size(),
                     ", want one for each day of a window: ", WantedCounts(draft)));
  }
}

void CheckWeights(KpiDraft& draft, PaceRule& rule) {
  const bool given = !draft.kpi.pace().weights().empty();
  if (rule.profile != PaceProfile::kExplicit) {
    if (given) {
      draft.violations.Add("kpi.pace.weights", violation::kRefused,
                           absl::StrCat("got weights with ", PaceProfileName(rule.profile),
                                        ", want none: they are for the profile EXPLICIT"));
    }
  } else if (given) {
    ReadWeights(draft, rule);
  } else {
    AddRequired("kpi.pace.weights", "one for each day of a window's longest period",
                draft.violations);
  }
}

void ReadPrior(KpiDraft& draft, PaceRule& rule) {
  const v1::Pace& pace = draft.kpi.pace();
  switch (pace.prior()) {
    case v1::PACE_PRIOR_UNSPECIFIED:
    case v1::PACE_PRIOR_SAME_PERIOD_LAST_YEAR: rule.prior = PacePrior::kSamePeriodLastYear; break;
    case v1::PACE_PRIOR_MEAN_OF_LAST_3: rule.prior = PacePrior::kMeanOfLast3; break;
    case v1::PACE_PRIOR_NONE: rule.prior = PacePrior::kNone; break;
    default: CheckEnum("kpi.pace.prior", pace.prior(), false, draft.violations);
  }
  if (!pace.has_growth()) return;
  if (rule.prior != PacePrior::kSamePeriodLastYear) {
    draft.violations.Add("kpi.pace.growth", violation::kRefused,
                         absl::StrCat("got a value with ", PacePriorName(rule.prior),
                                      ", want none: it is for SAME_PERIOD_LAST_YEAR"));
    return;
  }
  const std::optional<Decimal> growth =
      CheckDecimal("kpi.pace.growth", pace.growth(), draft.violations);
  if (!growth.has_value()) return;
  if (*growth <= Decimal()) {
    draft.violations.Add("kpi.pace.growth", violation::kOutOfRange,
                         GotWant(pace.growth(), "above 0; 1 is no growth"));
  }
  rule.growth = *growth;
}

}  // namespace

void BuildPace(KpiDraft& draft) {
  if (!draft.kpi.has_pace()) {
    if (draft.kpi.bands().basis() == v1::BAND_BASIS_PACE) {
      AddRequired("kpi.pace", "a pace, for the band basis PACE", draft.violations);
    }
    return;
  }
  PaceRule rule;
  const v1::Pace& pace = draft.kpi.pace();
  const size_t before = draft.violations.size();
  ReadProfile(draft, rule);
  if (draft.violations.size() == before) CheckWeights(draft, rule);
  if (pace.has_history_periods() &&
      CheckRange("kpi.pace.history_periods", pace.history_periods(), kLeastHistoryPeriods,
                 kMostHistoryPeriods, draft.violations)) {
    rule.history_periods = pace.history_periods();
  }
  ReadPrior(draft, rule);
  draft.built.pace = std::move(rule);
}

}  // namespace kpisuite
