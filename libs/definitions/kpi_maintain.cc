// The part `maintain` of a KPI: the periods over which a status is to be kept.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"

namespace kpisuite {
namespace {

constexpr char kFirst[] = "kpi.maintain.first_period";
constexpr char kLast[] = "kpi.maintain.last_period";
constexpr int kMaxPeriods = 4000;

std::optional<Period> ReadEnd(const KpiDraft& draft, absl::string_view field,
                              const std::string& id) {
  if (id.empty()) {
    AddRequired(field, "the id of a period", draft.violations);
    return std::nullopt;
  }
  const absl::StatusOr<Period> period = ParsePeriod(*draft.built.calendar, id);
  if (period.ok()) return *period;
  draft.violations.AddStatus(field, violation::kSyntax, period.status());
  return std::nullopt;
}

MissingPolicy PolicyOf(const KpiDraft& draft) {
  switch (draft.kpi.maintain().missing()) {
    case v1::MISSING_PERIODS_UNSPECIFIED:
    case v1::MISSING_PERIODS_NOT_MET: return MissingPolicy::kNotMet;
    case v1::MISSING_PERIODS_MET: return MissingPolicy::kMet;
    case v1::MISSING_PERIODS_SKIP: return MissingPolicy::kSkip;
    default:
      CheckEnum("kpi.maintain.missing", draft.kpi.maintain().missing(), false, draft.violations);
      return MissingPolicy::kNotMet;
  }
}

void AddPeriods(KpiDraft& draft, const Period& first, const Period& last, MaintainRule& rule) {
  const Calendar& calendar = *draft.built.calendar;
  for (Period period = first;
       period.first_day < period.end_day && period.first_day <= last.first_day;
       period = NextPeriod(calendar, period)) {
    if (rule.first_days.size() == kMaxPeriods) {
      draft.violations.Add(
          kLast, violation::kLimit,
          absl::StrCat("got more periods, want at most ", kMaxPeriods, " from the first on"));
      return;
    }
    rule.first_days.push_back(static_cast<int32_t>(period.first_day - absl::CivilDay()));
  }
}

}  // namespace

void BuildMaintain(KpiDraft& draft) {
  if (!draft.kpi.has_maintain()) return;
  const v1::Maintain& maintain = draft.kpi.maintain();
  if (draft.kpi.direction() == v1::DIRECTION_NEUTRAL) {
    draft.violations.Add("kpi.maintain", violation::kRefused,
                         "got a horizon, want none: a NEUTRAL KPI has no status to keep");
  }
  MaintainRule rule{.missing = PolicyOf(draft)};
  const std::optional<Period> first = ReadEnd(draft, kFirst, maintain.first_period());
  const std::optional<Period> last = ReadEnd(draft, kLast, maintain.last_period());
  if (!first.has_value() || !last.has_value()) return;
  if (first->grain != last->grain || last->first_day < first->first_day) {
    draft.violations.Add(
        kLast, violation::kOutOfRange,
        GotWant(maintain.last_period(), absl::StrCat("a ", GrainName(first->grain), " from ",
                                                     maintain.first_period(), " on")));
    return;
  }
  const auto& windows = draft.built.windows;
  if (std::none_of(windows.begin(), windows.end(),
                   [&](const Window& window) { return window.grain() == first->grain; }) &&
      !windows.empty()) {
    draft.violations.Add(kFirst, violation::kRefused,
                         GotWant(maintain.first_period(), "a period of one of the KPI's windows"));
  }
  rule.grain = first->grain;
  AddPeriods(draft, *first, *last, rule);
  draft.built.maintain = std::move(rule);
}

}  // namespace kpisuite
