#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr char kField[] = "kpi.process_control";
constexpr int kMaxBaselinePoints = 1000;
constexpr int kMaxRebases = 100;
constexpr int kMaxExcludedPeriods = 1000;

std::string FieldOf(absl::string_view name) { return absl::StrCat(kField, ".", name); }

// `, did you mean "WHEELER"?` for names that differ in case and separators, or begin alike.
std::string Suggestion(const std::string& got, const std::vector<absl::string_view>& names) {
  const std::string folded =
      absl::StrReplaceAll(absl::AsciiStrToUpper(got), {{"-", ""}, {"_", ""}, {" ", ""}});
  for (const absl::string_view name : names) {
    const std::string known = absl::StrReplaceAll(name, {{"_", ""}});
    const size_t common = std::min(folded.size(), known.size());
    if (common >= 3 && folded.substr(0, common) == known.substr(0, common)) {
      return absl::StrCat(", did you mean \"", name, "\"?");
    }
  }
  return "";
}

// The value with this name; nothing, and a violation, for other names.
template <typename T>
std::optional<T> ReadName(absl::string_view name, const std::string& got,
                          std::initializer_list<T> values, absl::string_view (*name_of)(T),
                          Violations& violations) {
  std::vector<absl::string_view> names;
  for (const T value : values) {
    names.push_back(name_of(value));
    if (got == names.back()) return value;
  }
  violations.Add(FieldOf(name), violation::kOutOfRange,
                 GotWant(got, absl::StrCat(absl::StrJoin(names, " or "), Suggestion(got, names))));
  return std::nullopt;
}

void BuildNames(const v1::ProcessControl& from, ControlSpec& spec, Violations& violations) {
  if (from.has_profile()) {
    const auto profile = ReadName<ControlProfile>(
        "profile", from.profile(),
        {ControlProfile::kNhsMdc, ControlProfile::kWheeler, ControlProfile::kServiceNow},
        ControlProfileName, violations);
    spec.profile = profile.value_or(spec.profile);
  }
  if (from.has_centre()) {
    const auto centre = ReadName<ControlCentre>("centre", from.centre(),
                                                {ControlCentre::kMean, ControlCentre::kMedian},
                                                ControlCentreName, violations);
    spec.centre = centre.value_or(spec.centre);
  }
}

void BuildRunLengths(const v1::ProcessControl& from, ControlSpec& spec, Violations& violations) {
  if (from.has_shift_length() &&
      CheckRange(FieldOf("shift_length"), from.shift_length(), 6, 8, violations)) {
    spec.shift_length = from.shift_length();
  }
  if (!from.has_trend_length()) return;
  if (spec.profile != ControlProfile::kNhsMdc) {
    violations.Add(FieldOf("trend_length"), violation::kRefused,
                   absl::StrCat("got ", from.trend_length(), ", want none: the profile ",
                                ControlProfileName(spec.profile), " has no TREND"));
  } else if (CheckRange(FieldOf("trend_length"), from.trend_length(), 6, 7, violations)) {
    spec.trend_length = from.trend_length();
  }
}

void BuildSpec(const KpiDraft& draft, const v1::ProcessControl& from, ControlSpec& spec) {
  BuildNames(from, spec, draft.violations);
  BuildRunLengths(from, spec, draft.violations);
  if (from.has_screening()) spec.screening = from.screening();
  // Fewer than 5 points have no limits, so no baseline either.
  if (from.baseline_points() != 0) {
    CheckRange(FieldOf("baseline_points"), from.baseline_points(), kMinLimitPoints,
               kMaxBaselinePoints, draft.violations);
  }
  if (from.has_baseline_points()) spec.baseline_points = from.baseline_points();
  const KpiDefinition& built = draft.built;
  if (built.logical_min.has_value()) spec.logical_min = built.logical_min->ToDouble();
  if (built.logical_max.has_value()) spec.logical_max = built.logical_max->ToDouble();
}

void CheckCount(absl::string_view name, int count, int max, Violations& violations) {
  if (count <= max) return;
  violations.Add(FieldOf(name), violation::kLimit,
                 absl::StrCat("got ", count, ", want at most ", max));
}

// The period with this id, each once.
std::optional<Period> ReadPeriod(const KpiDraft& draft, const std::string& field,
                                 const std::string& id, std::set<std::string>& seen) {
  if (id.empty()) {
    AddRequired(field, "the id of a period", draft.violations);
    return std::nullopt;
  }
  const absl::StatusOr<Period> period = ParsePeriod(*draft.built.calendar, id);
  if (!period.ok()) {
    draft.violations.AddStatus(field, violation::kSyntax, period.status());
    return std::nullopt;
  }
  if (!seen.insert(period->id).second) {
    draft.violations.Add(field, violation::kDuplicate, GotWant(id, "each period once"));
    return std::nullopt;
  }
  return *period;
}

std::vector<RebaseRule> ReadRebases(const KpiDraft& draft, absl::string_view name,
                                    const google::protobuf::RepeatedPtrField<v1::Rebase>& from) {
  Violations& violations = draft.violations;
  CheckCount(name, from.size(), kMaxRebases, violations);
  std::set<std::string> seen;
  std::vector<RebaseRule> rebases;
  for (int i = 0; i < from.size(); ++i) {
    const std::string field = IndexField(FieldOf(name), static_cast<size_t>(i));
    const std::optional<Period> period =
        ReadPeriod(draft, field + ".period", from[i].period(), seen);
    if (from[i].author().empty()) {
      AddRequired(field + ".author", "the address of who decided", violations);
    } else {
      CheckAddress(field + ".author", from[i].author(), violations);
    }
    if (absl::StripAsciiWhitespace(from[i].reason()).empty()) {
      AddRequired(field + ".reason", "why", violations);
    } else {
      CheckText(field + ".reason", from[i].reason(), 1000, violations);
    }
    if (period.has_value()) rebases.push_back({*period, from[i].author(), from[i].reason()});
  }
  std::sort(rebases.begin(), rebases.end(), [](const RebaseRule& a, const RebaseRule& b) {
    return a.period.first_day < b.period.first_day;
  });
  return rebases;
}

bool LiesWithin(const Period& inner, const Period& outer) {
  return outer.first_day <= inner.first_day && inner.end_day <= outer.end_day;
}

// Bands in sigmas need a chart, and a window that has one.
void CheckSigma(KpiDraft& draft) {
  if (draft.kpi.bands().basis() != v1::BAND_BASIS_SIGMA) return;
  if (!draft.kpi.has_process_control()) {
    AddRequired("kpi.process_control", "process control, for the band basis SIGMA",
                draft.violations);
  }
  const auto& windows = draft.built.windows;
  if (std::all_of(windows.begin(), windows.end(),
                  [](const Window& window) { return window.reaches_overlap(); }) &&
      !windows.empty()) {
    draft.violations.Add("kpi.bands.basis", violation::kRefused,
                         "got SIGMA, want a window whose periods do not share data: others have no "
                         "control chart");
  }
}

}  // namespace

void BuildProcessControl(KpiDraft& draft) {
  CheckSigma(draft);
  if (!draft.kpi.has_process_control()) return;
  const v1::ProcessControl& from = draft.kpi.process_control();
  ProcessControlRule rule;
  BuildSpec(draft, from, rule.spec);
  rule.rebases = ReadRebases(draft, "rebases", from.rebases());
  rule.dismissed = ReadRebases(draft, "dismissed_rebases", from.dismissed_rebases());
  CheckCount("excluded_periods", from.excluded_periods_size(), kMaxExcludedPeriods,
             draft.violations);
  std::set<std::string> seen;
  for (int i = 0; i < from.excluded_periods_size(); ++i) {
    const std::string field = IndexField(FieldOf("excluded_periods"), static_cast<size_t>(i));
    const auto period = ReadPeriod(draft, field, from.excluded_periods(i), seen);
    if (period.has_value()) rule.excluded.push_back(*period);
  }
  if (from.has_trend_periods() &&
      CheckRange(FieldOf("trend_periods"), from.trend_periods(), kMinTrendPeriods, kMaxTrendPeriods,
                 draft.violations)) {
    draft.built.trend_periods = from.trend_periods();
  }
  draft.built.process_control = std::move(rule);
}

bool ProcessControlRule::StartsSegment(const Period& previous, const Period& period) const {
  return std::any_of(rebases.begin(), rebases.end(), [&](const RebaseRule& rebase) {
    return previous.first_day < rebase.period.first_day &&
           rebase.period.first_day <= period.first_day;
  });
}

bool ProcessControlRule::IsExcluded(const Period& period) const {
  return std::any_of(excluded.begin(), excluded.end(),
                     [&](const Period& each) { return LiesWithin(period, each); });
}

bool ProcessControlRule::IsDismissed(const Period& period) const {
  return std::any_of(dismissed.begin(), dismissed.end(),
                     [&](const RebaseRule& each) { return LiesWithin(period, each.period); });
}

}  // namespace kpisuite
