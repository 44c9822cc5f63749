#include "services/kpictl/commands/state_options.h"

#include "libs/base/status_macros.h"
#include "services/kpictl/commands/kind_argument.h"

namespace kpisuite {
namespace {

constexpr char kHierarchyViewHelp[] =
    "where members of levels belong: AS_IS (today) or AS_WAS (on the day of each sample) [AS_IS]";

}  // namespace

void AddStateFilterOptions(CLI::App& command, StateFilterOptions& options) {
  command.add_option("kpi", options.kpis, "names of KPIs; none: all");
  command.add_option("--objective", options.objective, "only KPIs of this objective");
  command.add_option("--owner", options.owner, "only KPIs of this owner");
  command.add_option("--status", options.status, "only this status, for instance OFF_TARGET");
  command.add_option("--window", options.window, "only this window, for instance MONTH");
  command.add_option("--slice", options.slice,
                     "this slice instead of the total: origin=ORD, or origin=ORD;destination=SFO");
  command.add_option("--grouping", options.grouping,
                     "every slice of these dimensions instead of the total: origin, or "
                     "origin,destination");
  command.add_option("--hierarchy-view", options.hierarchy_view, kHierarchyViewHelp);
  command.add_option("--filter", options.filter,
                     "further comparisons joined by AND, for instance 'labels.team = ops'");
}

void AddStateKeyOptions(CLI::App& command, StateKeyOptions& options, bool with_period) {
  command.add_option("kpi", options.kpi, "name of the KPI")->required();
  command.add_option("--window", options.window, "window [the first of the KPI]");
  command.add_option("--slice", options.slice,
                     "slice, for instance origin=ORD, or destination=SFO;origin=ORD [the total]");
  command.add_option("--hierarchy-view", options.hierarchy_view, kHierarchyViewHelp);
  if (!with_period) return;
  options.period = "LATEST_WITH_DATA";
  command.add_option("--period", options.period,
                     "CURRENT, LATEST_CLOSED, LATEST_WITH_DATA or a period id [LATEST_WITH_DATA]");
}

absl::StatusOr<v1::StateKey> MakeStateKey(const StateKeyOptions& options, const Context& context) {
  ASSIGN_OR_RETURN(const std::string kpi,
                   ParseKpiArgument(options.kpi, context.options().workspace));
  v1::StateKey key;
  key.set_kpi(kpi);
  key.set_window(options.window);
  key.set_slice(options.slice);
  key.set_period(options.period);
  if (options.hierarchy_view == "AS_WAS") {
    key.set_hierarchy_view(v1::HIERARCHY_VIEW_AS_WAS);
  } else if (!options.hierarchy_view.empty() && options.hierarchy_view != "AS_IS") {
    return UsageError("--hierarchy-view: got \"" + options.hierarchy_view +
                      "\", want AS_IS or AS_WAS");
  }
  return key;
}

}  // namespace kpisuite
