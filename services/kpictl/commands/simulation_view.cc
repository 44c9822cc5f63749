#include "services/kpictl/commands/simulation_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

bool HasLive(const v1::SimulatedPeriod& period) {
  return period.live_status() != v1::STATUS_UNSPECIFIED;
}

// What the live KPI says, in the form of the draft's state.
v1::KpiState LiveState(const v1::SimulatedPeriod& period) {
  v1::KpiState live;
  live.set_value(period.live_value());
  live.set_nd_reason(period.live_nd_reason());
  live.set_status(period.live_status());
  live.set_unit(period.draft().unit());
  live.set_display_decimals(period.draft().display_decimals());
  return live;
}

// A `!` where they differ, so that the eye finds it in a long list.
Cell DifferentCell(const v1::SimulatedPeriod& period) {
  if (!HasLive(period)) return {"", Style::kPlain, ""};
  return {period.different() ? "!" : "", Style::kNote, period.different() ? "true" : "false"};
}

std::string Counted(int changes, int flaps) {
  return absl::StrCat(changes, changes == 1 ? " change of status, " : " changes of status, ", flaps,
                      flaps == 1 ? " flap" : " flaps");
}

}  // namespace

Table SimulationTable(const v1::SimulateKpiResponse& simulation) {
  Table table({{"PERIOD"},
               {"DRAFT", true},
               {"TARGET", true, Column::Shown::kWide},
               {"DRAFT STATUS"},
               {"LIVE", true},
               {"LIVE STATUS"},
               {"DIFFERENT"},
               {"LIFE", false, Column::Shown::kCsvOnly},
               {"FLAGS"}});
  for (const v1::SimulatedPeriod& period : simulation.periods()) {
    const v1::KpiState& draft = period.draft();
    const v1::KpiState live = LiveState(period);
    const bool has_live = HasLive(period);
    table.AddRow({{draft.period().id()},
                  {ValueText(draft), Style::kPlain, draft.value()},
                  {TargetText(draft), Style::kPlain, draft.target().value()},
                  StatusCell(draft),
                  {has_live ? ValueText(live) : "–", Style::kPlain, live.value()},
                  has_live ? StatusCell(live) : Cell{"–", Style::kPlain, ""},
                  DifferentCell(period),
                  {v1::PeriodLife_Name(draft.period().life()).substr(sizeof("PERIOD_LIFE"))},
                  {FlagsText(draft), Style::kDim}});
  }
  return table;
}

std::string SimulationSummary(const v1::SimulateKpiResponse& simulation) {
  const int periods = simulation.periods_size();
  std::string text =
      absl::StrCat(periods, periods == 1 ? " period" : " periods",
                   ", draft: ", Counted(simulation.changes(), simulation.flaps()), "\n");
  if (!std::any_of(simulation.periods().begin(), simulation.periods().end(), HasLive)) {
    return absl::StrCat(text, "nothing live to compare with\n");
  }
  return absl::StrCat(text, simulation.different(),
                      simulation.different() == 1 ? " differs" : " differ",
                      " from the live KPI, which has ",
                      Counted(simulation.live_changes(), simulation.live_flaps()), "\n");
}

}  // namespace kpisuite
