#include "services/kpictl/commands/explanation_view.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

void Line(std::string& text, absl::string_view title, absl::string_view content) {
  if (content.empty()) return;
  const std::string padding(title.size() < 12 ? 12 - title.size() : 1, ' ');
  absl::StrAppend(&text, title, padding, content, "\n");
}

std::string InputValue(const v1::ExplainedInput& input) {
  if (!input.value().empty()) return input.value();
  return absl::StrCat("no value (",
                      absl::StripPrefix(v1::NdReason_Name(input.nd_reason()), "ND_REASON_"), ")");
}

std::string AggregationText(const v1::ExplainedInput& input) {
  if (input.aggregation() == v1::AGGREGATION_UNSPECIFIED) return "";
  const absl::string_view name =
      absl::StripPrefix(v1::Aggregation_Name(input.aggregation()), "AGGREGATION_");
  return input.percentile().empty() ? std::string(name)
                                    : absl::StrCat(name, " ", input.percentile());
}

std::string Indented(const std::string& lines) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  return text;
}

void AppendComponents(const google::protobuf::RepeatedPtrField<v1::ExplainedKpi>& components,
                      int depth, std::string& text) {
  for (const v1::ExplainedKpi& component : components) {
    const std::string value =
        component.value().empty()
            ? std::string(absl::StripPrefix(v1::NdReason_Name(component.nd_reason()), "ND_REASON_"))
            : component.value();
    Line(text, depth == 0 ? "Component" : "",
         absl::StrCat(std::string(depth * 2, ' '), component.alias(), " = ", IdOf(component.kpi()),
                      " = ", component.formula(), " = ", value));
    AppendComponents(component.components(), depth + 1, text);
  }
}

std::string Without(absl::string_view prefix, const std::string& name) {
  return std::string(absl::StripPrefix(name, prefix));
}

// What the state is next to, one comparator a row.
Table ComparisonTable(const v1::Explanation& explanation) {
  Table table({{"COMPARED WITH"},
               {"PERIOD"},
               {"THERE", true},
               {"HERE", true},
               {"DELTA", true},
               {"DELTA %", true},
               {"MOVEMENT"}});
  const std::string& unit = explanation.state().unit();
  const int places = explanation.state().display_decimals();
  for (const v1::Comparison& comparison : explanation.comparisons()) {
    const std::string kind =
        Without("COMPARATOR_KIND_", v1::ComparatorKind_Name(comparison.comparator().kind()));
    const int count = comparison.comparator().count();
    const std::string missing =
        absl::StrCat("(", Without("ND_REASON_", v1::NdReason_Name(comparison.nd_reason())), ")");
    const std::string movement =
        comparison.movement() == v1::MOVEMENT_UNSPECIFIED
            ? ""
            : Without("MOVEMENT_", v1::Movement_Name(comparison.movement()));
    table.AddRow(
        {{absl::StrCat(kind, count > 1 ? absl::StrCat(" x", count) : "",
                       comparison.comparator().proportional() ? " PROPORTIONAL" : "")},
         {comparison.period_id()},
         {comparison.value().empty() ? missing : AmountText(comparison.value(), unit, places)},
         {AmountText(comparison.own_value(), unit, places)},
         {DifferenceText(comparison.delta(), unit, places)},
         {SignedPercent(comparison.delta_pct())},
         {movement}});
  }
  return table;
}

// How often the target was met over its horizon.
std::string MaintainText(const v1::KpiState& state) {
  if (!state.has_maintain()) return "";
  const v1::MaintainProgress& progress = state.maintain();
  std::string text = absl::StrCat("met in ", progress.met(), " of ", progress.elapsed(),
                                  " periods, of ", progress.total(), " in all");
  if (progress.progress().empty()) return text;
  return absl::StrCat(text, ", ", AmountText(progress.progress(), "%", 1));
}

std::string FreshnessText(const v1::KpiState& state) {
  std::string text = absl::StrCat("definition revision ", state.definition_revision());
  if (state.has_position()) {
    absl::StrAppend(&text, ", partition ", state.position().part(), " position ",
                    state.position().seq());
  }
  if (!state.has_freshness()) return text;
  absl::StrAppend(
      &text, ", read from ",
      absl::StripPrefix(v1::StateSource_Name(state.freshness().source()), "STATE_SOURCE_"));
  if (state.freshness().stale()) {
    absl::StrAppend(&text, ", MAY BE OUT OF DATE: ", state.freshness().stale_reason());
  }
  return text;
}

// "about 100.00 EUR once complete: 3 earlier periods knew 80.0 % of their value at this age".
std::string NowcastText(const v1::KpiState& state) {
  if (!state.has_nowcast() || state.nowcast().value().empty()) return "";
  const v1::Nowcast& nowcast = state.nowcast();
  return absl::StrCat("about ", AmountText(nowcast.value(), state.unit(), state.display_decimals()),
                      " once complete: ", nowcast.periods(), " earlier periods knew ",
                      AmountText(nowcast.lag_factor(), "%", 1), " of their value at this age");
}

// How much earlier periods were revised, by age.
Table RevisionTable(const v1::Explanation& explanation) {
  const v1::KpiState& state = explanation.state();
  Table table({{"PERIODS LATER", true}, {"REVISED BY", true}, {"KNOWN", true}, {"PERIODS", true}});
  for (const v1::RevisionStatistic& statistic : explanation.revisions()) {
    table.AddRow(
        {{absl::StrCat(statistic.age())},
         {AmountText(statistic.mean_absolute_revision(), state.unit(), state.display_decimals())},
         {AmountText(statistic.lag_factor(), "%", 1)},
         {absl::StrCat(statistic.periods())}});
  }
  return table;
}

std::string Heading(const v1::KpiState& state, const v1::Explanation& explanation, bool colored) {
  const std::string id = IdOf(state.kpi());
  const std::string name =
      state.display_name().empty() ? id : absl::StrCat(state.display_name(), " (", id, ")");
  return absl::StrCat(Styled(name, Style::kBold, colored), "\n", state.window(), " ",
                      state.period().id(), ", ", state.slice().empty() ? "total" : state.slice(),
                      explanation.time_zone().empty() ? "" : ", ", explanation.time_zone(), "\n\n");
}

}  // namespace

Table InputTable(const v1::Explanation& explanation) {
  Table table({{"INPUT"},
               {"SOURCE"},
               {"AGGREGATION"},
               {"WHERE"},
               {"VALUE", true},
               {"UNIT"},
               {"ROWS", true},
               {"COMPLETE THROUGH"}});
  for (const v1::ExplainedInput& input : explanation.inputs()) {
    table.AddRow({{input.alias()},
                  {IdOf(input.source())},
                  {AggregationText(input)},
                  {input.where()},
                  {InputValue(input), Style::kPlain, input.value()},
                  {input.unit()},
                  {absl::StrCat(input.row_count())},
                  TimeCell(input.watermark())});
  }
  return table;
}

std::string ExplanationText(const v1::Explanation& explanation, absl::Time now, bool colored) {
  const v1::KpiState& state = explanation.state();
  std::string text = Heading(state, explanation, colored);
  const Cell status = StatusCell(state);
  Line(text, "Status", Styled(status.text, status.style, colored));
  Line(text, "Value",
       absl::StrCat(ValueText(state), state.value().empty() ? "" : "  exactly ", state.value()));
  Line(text, "Nowcast", NowcastText(state));
  Line(text, "Target",
       explanation.target_text().empty() ? TargetText(state) : explanation.target_text());
  Line(text, "Variance", VarianceText(state));
  Line(text, "Band", explanation.band_text());
  Line(text, "Distance", explanation.distance_text());
  Line(text, "Kept", MaintainText(state));
  Line(text, "Flags", FlagsText(state));
  Line(text, "Observation", ObservationText(state));
  if (state.has_last_event_time()) {
    Line(text, "Data",
         absl::StrCat("last event ", TimeText(state.last_event_time()), ", ",
                      AgeText(now - ToTime(state.last_event_time())), " ago"));
  }
  for (const std::string& note : explanation.data_notes()) Line(text, "", note);
  Line(text, "Formula", explanation.formula());
  const std::map<std::string, std::string> constants(explanation.constants().begin(),
                                                     explanation.constants().end());
  for (const auto& [name, value] : constants) Line(text, "", absl::StrCat(name, " = ", value));
  AppendComponents(explanation.components(), 0, text);
  if (explanation.inputs_size() > 0) {
    absl::StrAppend(&text, "\n", Indented(InputTable(explanation).Render({.colored = colored})));
  }
  if (explanation.comparisons_size() > 0) {
    absl::StrAppend(&text, "\n",
                    Indented(ComparisonTable(explanation).Render({.colored = colored})));
  }
  if (explanation.revisions_size() > 0) {
    absl::StrAppend(&text, "\n", Indented(RevisionTable(explanation).Render({.colored = colored})));
  }
  if (state.reasons_size() > 0) absl::StrAppend(&text, "\nReasons\n");
  for (const std::string& reason : state.reasons()) absl::StrAppend(&text, "  - ", reason, "\n");
  absl::StrAppend(&text, "\n", Styled(FreshnessText(state), Style::kDim, colored), "\n");
  return text;
}

}  // namespace kpisuite
