#include <vector>

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

// For each input the place among the distinct ones: through which KPIs it is read does not matter.
std::vector<size_t> PlacesOf(const std::vector<MetricInput>& inputs) {
  std::vector<size_t> places;
  size_t distinct = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    size_t first = 0;
    while (inputs[first].key != inputs[i].key || inputs[first].path != inputs[i].path ||
           inputs[first].ignore_dimensions != inputs[i].ignore_dimensions) {
      ++first;
    }
    places.push_back(first == i ? distinct++ : places[first]);
  }
  return places;
}

std::string SeriesText(const KpiDefinition& kpi) {
  std::string text = "1\n";
  const std::vector<size_t> places = PlacesOf(kpi.inputs);
  size_t written = 0;
  for (size_t i = 0; i < kpi.inputs.size(); ++i) {
    if (places[i] < written) continue;
    ++written;
    const MetricInput& input = kpi.inputs[i];
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
      absl::StrAppend(
          &text, "|", binding.alias,
          binding.kind == FormulaBinding::Kind::kInput  ? "=input"
          : binding.kind == FormulaBinding::Kind::kStep ? "=step"
                                                        : "=result",
          binding.kind == FormulaBinding::Kind::kInput ? places[binding.index] : binding.index);
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
