#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/state_options.h"
#include "services/kpictl/commands/state_query.h"
#include "services/kpictl/view/state_table.h"

namespace kpisuite {
namespace {

// Periods in the sparkline of one row.
constexpr int kTrendPeriods = 12;

struct ScorecardOptions {
  StateFilterOptions filter;
  std::string period;
  std::string at_least;
};

// Names for people of the objectives; ids where the definition service does not answer.
std::map<std::string, std::string> ObjectiveNames(const std::vector<v1::KpiState>& states,
                                                  Context& context) {
  std::map<std::string, std::string> names;
  v1::BatchGetDefinitionsRequest request;
  request.set_parent(context.parent());
  for (const v1::KpiState& state : states) {
    if (state.objective().empty()) continue;
    if (!names.emplace(state.objective(), IdOf(state.objective())).second) continue;
    request.add_names(state.objective());
  }
  if (request.names_size() == 0) return names;
  v1::BatchGetDefinitionsResponse response;
  const absl::Status status =
      context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
        return context.clients().definition().BatchGetDefinitions(&call, request, &response);
      });
  if (!status.ok()) {
    context.err() << "warning: objectives are shown by id: " << status.message() << "\n";
  }
  for (const v1::Definition& definition : response.definitions()) {
    if (!definition.display_name().empty()) {
      names[definition.name()] = definition.display_name();
    }
  }
  return names;
}

std::string TrendOf(const v1::KpiState& state, Context& context) {
  v1::GetHistoryRequest request;
  request.set_kpi(state.kpi());
  request.set_window(state.window());
  request.set_slice(state.slice());
  request.set_start_period(PeriodBefore(state.period().id(), kTrendPeriods - 1));
  request.set_end_period(state.period().id());
  if (request.start_period().empty()) request.clear_end_period();
  const auto entries = ReadHistory(request, context);
  return entries.ok() ? HistorySparkline(*entries, kTrendPeriods) : "";
}

absl::StatusOr<ExitCode> RunScorecard(const ScorecardOptions& options, Context& context) {
  ASSIGN_OR_RETURN(std::vector<v1::KpiState> states,
                   ListStates(options.filter, options.period, options.at_least, context));
  // By objective, those without one last; the order of the KPIs and windows stays.
  std::stable_sort(states.begin(), states.end(), [](const auto& a, const auto& b) {
    return std::pair(a.objective().empty(), a.objective()) <
           std::pair(b.objective().empty(), b.objective());
  });
  if (!context.output().is_for_people()) {
    Table table = MakeStateTable({});
    for (const v1::KpiState& state : states) {
      table.AddRow(MakeStateRow(state, {}, context.clock().Now(), "", false));
    }
    context.output().WriteList(Pointers(states), table);
    return ExitCode::kOk;
  }
  const bool trend = context.output().terminal().is_terminal;
  const StateTableOptions layout{.display_names = true, .trend = trend};
  const std::map<std::string, std::string> objectives = ObjectiveNames(states, context);
  Table table = MakeStateTable(layout);
  const v1::KpiState* above = nullptr;
  for (const v1::KpiState& state : states) {
    const bool new_objective = above == nullptr || above->objective() != state.objective();
    if (new_objective) {
      const auto name = objectives.find(state.objective());
      table.AddHeading(name == objectives.end() ? "(no objective)" : name->second);
    }
    const bool repeats = !new_objective && above->kpi() == state.kpi();
    table.AddRow(MakeStateRow(state, layout, context.clock().Now(),
                              trend ? TrendOf(state, context) : "", repeats));
    above = &state;
  }
  context.output().WriteTable(table);
  if (states.empty()) context.err() << "there are no states\n";
  return ExitCode::kOk;
}

}  // namespace

void AddScorecardCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ScorecardOptions>();
  CLI::App& command =
      AddCommand(app, "scorecard",
                 "Show every KPI by objective: latest period with data, its age, value, target and "
                 "status",
                 "kpictl scorecard --window MONTH");
  AddStateFilterOptions(command, options->filter);
  command.add_option("--period", options->period,
                     "CURRENT, LATEST_CLOSED or LATEST_WITH_DATA [LATEST_WITH_DATA]");
  command.add_option("--at-least", options->at_least,
                     "wait until the states include this position token");
  OnRun(command, context, options, RunScorecard);
}

}  // namespace kpisuite
