#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/definitions/kpi_builder.h"

namespace kpisuite {
namespace {

std::string PeriodsText(const KpiDefinition& kpi) {
  const CalendarSpec& spec = kpi.calendar->spec();
  std::string text = absl::StrCat(
      "calendar ", spec.name, "|", spec.time_zone, "|", absl::ToInt64Seconds(spec.day_start), "|",
      static_cast<int>(spec.week_start), "|", static_cast<int>(spec.type), "|", spec.first_month,
      "|", static_cast<int>(spec.year_label));
  const std::string& year_key = kpi.calendar->year_key();
  if (!year_key.empty()) absl::StrAppend(&text, "|", year_key);
  return absl::StrCat(text, "\n");
}

void AppendCalendar(const KpiDefinition& kpi, std::string& text) {
  absl::StrAppend(&text, PeriodsText(kpi));
  const CalendarSpec& spec = kpi.calendar->spec();
  bool counts_working_days = false;
  for (const KpiStep& step : kpi.steps) counts_working_days |= step.formula.uses_working_days();
  if (!counts_working_days) return;
  for (const bool works : spec.working_weekdays) absl::StrAppend(&text, works ? "1" : "0");
  for (const absl::CivilDay day : spec.holidays) absl::StrAppend(&text, " ", FormatDay(day));
  absl::StrAppend(&text, "\n");
}

std::string SeriesText(const KpiDefinition& kpi) {
  std::string text = "1\n";
  for (const MetricInput& input : kpi.inputs) {
    absl::StrAppend(&text, "input ", input.key, "|", input.metric->unit.ToString(), "|",
                    input.metric->scale);
    for (const std::string& dimension : input.ignore_dimensions) {
      absl::StrAppend(&text, "|", dimension);
    }
    if (!input.path.empty()) absl::StrAppend(&text, "|path ", PathText(input.path));
    absl::StrAppend(&text, "\n");
  }
  for (const KpiStep& step : kpi.steps) {
    absl::StrAppend(&text, "formula ", step.formula.canonical_text());
    for (const FormulaBinding& binding : step.bindings) {
      absl::StrAppend(&text, "|", binding.alias,
                      binding.kind == FormulaBinding::Kind::kInput  ? "=input"
                      : binding.kind == FormulaBinding::Kind::kStep ? "=step"
                                                                    : "=result",
                      binding.index);
    }
    absl::StrAppend(&text, "\n");
  }
  for (const ResultInput& result : kpi.results) {
    absl::StrAppend(&text, "result ", result.step, "|", GrainName(result.grain), "|",
                    AggregationKindName(result.aggregation), "|", PathText(result.path), "\n");
  }
  absl::StrAppend(&text, "unit ", kpi.unit.ToString(), "|", kpi.unit.alias(), "\n");
  return text;
}

std::string HashOf(absl::string_view text) { return HexEncode(Sha256(text).substr(0, 16)); }

}  // namespace

// The texts below are hashed; changing their form starts a new series of every KPI.
std::string FingerprintOf(const KpiDefinition& kpi) {
  std::string text = SeriesText(kpi);
  for (const Window& window : kpi.windows) absl::StrAppend(&text, "window ", window.id(), "\n");
  AppendCalendar(kpi, text);
  return HashOf(text);
}

std::string SeriesFingerprintOf(const KpiDefinition& kpi) { return HashOf(SeriesText(kpi)); }

bool HaveSamePeriods(const KpiDefinition& a, const KpiDefinition& b) {
  return PeriodsText(a) == PeriodsText(b);
}

}  // namespace kpisuite
