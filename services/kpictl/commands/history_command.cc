#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/kpictl/commands/command.h"
#include "services/kpictl/commands/state_options.h"
#include "services/kpictl/commands/state_query.h"
#include "services/kpictl/view/state_table.h"
#include "services/kpictl/view/value_text.h"

namespace kpisuite {
namespace {

// As many as fit on a line of a terminal.
constexpr size_t kSparklinePeriods = 72;

struct HistoryOptions {
  StateKeyOptions key;
  std::string grouping;
  std::string from;
  std::string to;
  std::string view = "latest";
  std::string as_of;
  std::string updated_after;
  std::string at_least;
};

absl::StatusOr<v1::HistoryView> ParseView(const std::string& text) {
  if (text == "latest") return v1::HISTORY_VIEW_LATEST;
  if (text == "first-closed") return v1::HISTORY_VIEW_FIRST_CLOSED;
  if (text == "final") return v1::HISTORY_VIEW_FINAL;
  if (text == "all") return v1::HISTORY_VIEW_HISTORY;
  return UsageError(
      absl::StrCat("--view: got \"", text, "\", want latest, first-closed, final or all"));
}

absl::Status ReadTime(const std::string& option, const std::string& text,
                      google::protobuf::Timestamp& out) {
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) {
    return UsageError(
        absl::StrCat(option, ": got \"", text, "\", want a time such as 2025-03-31T22:30:00Z"));
  }
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return absl::OkStatus();
}

absl::StatusOr<v1::GetHistoryRequest> MakeRequest(const HistoryOptions& options,
                                                  const Context& context) {
  ASSIGN_OR_RETURN(const v1::StateKey key, MakeStateKey(options.key, context));
  v1::GetHistoryRequest request;
  request.set_kpi(key.kpi());
  request.set_window(key.window());
  request.set_slice(key.slice());
  request.set_hierarchy_view(key.hierarchy_view());
  request.set_start_period(options.from);
  request.set_end_period(options.to);
  request.set_at_least(options.at_least);
  ASSIGN_OR_RETURN(const v1::HistoryView view, ParseView(options.view));
  request.set_view(view);
  if (!options.as_of.empty()) {
    if (!options.updated_after.empty()) {
      return UsageError("--as-of: got --updated-after too, want one of them");
    }
    RETURN_IF_ERROR(ReadTime("--as-of", options.as_of, *request.mutable_as_of()));
    request.set_view(v1::HISTORY_VIEW_AS_OF);
  }
  if (!options.updated_after.empty()) {
    RETURN_IF_ERROR(
        ReadTime("--updated-after", options.updated_after, *request.mutable_updated_after()));
    request.set_view(v1::HISTORY_VIEW_HISTORY);
  }
  return request;
}

// The histories of every slice of the grouping, one after the other.
absl::StatusOr<std::vector<v1::HistoryEntry>> ReadSlices(const HistoryOptions& options,
                                                         v1::GetHistoryRequest request,
                                                         Context& context) {
  if (!options.key.slice.empty()) {
    return UsageError("--grouping: got --slice too, want one of them");
  }
  if (options.key.window.empty()) return UsageError("--grouping: want --window with it");
  StateFilterOptions filter;
  filter.kpis = {options.key.kpi};
  filter.window = options.key.window;
  filter.grouping = options.grouping;
  filter.hierarchy_view = options.key.hierarchy_view;
  ASSIGN_OR_RETURN(const std::vector<v1::KpiState> states,
                   ListStates(filter, "", options.at_least, context));
  std::vector<v1::HistoryEntry> all;
  for (const v1::KpiState& state : states) {
    request.set_slice(state.slice());
    request.set_window(state.window());
    ASSIGN_OR_RETURN(const std::vector<v1::HistoryEntry> entries, ReadHistory(request, context));
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

// `RESTATED`, `RESTATED (minor)` within the KPI's materiality.
std::string CauseText(const v1::HistoryEntry& entry) {
  const v1::HistoryCause cause = entry.cause();
  if (cause == v1::HISTORY_CAUSE_UNSPECIFIED) return "computed";
  const bool minor = cause == v1::HISTORY_CAUSE_RESTATED && entry.state().restatement().minor();
  return absl::StrCat(absl::StripPrefix(v1::HistoryCause_Name(cause), "HISTORY_CAUSE_"),
                      minor ? " (minor)" : "");
}

// The value that the last restatement replaced.
std::string WasText(const v1::KpiState& state) {
  if (!state.has_restatement()) return "";
  if (state.restatement().old_value().empty()) return "none";
  return AmountText(state.restatement().old_value(), state.unit(), state.display_decimals());
}

Table HistoryTable(const std::vector<v1::HistoryEntry>& entries, bool with_slices) {
  Table table({{"PERIOD"},
               {"VALUE", true},
               {"TARGET", true},
               {"VARIANCE", true},
               {"STATUS"},
               {"FLAGS"},
               {"OBS", false, Column::Shown::kWide},
               {"RECORDED", false, Column::Shown::kWide},
               {"CAUSE", false, Column::Shown::kWide},
               {"REVISION", true, Column::Shown::kWide},
               {"WAS", true, Column::Shown::kWide},
               {"HELD", true, Column::Shown::kWide},
               {"BY", false, Column::Shown::kWide},
               {"REASON", false, Column::Shown::kWide},
               {"ROWS", true, Column::Shown::kWide},
               {"KPI", false, Column::Shown::kCsvOnly},
               {"WINDOW", false, Column::Shown::kCsvOnly},
               {"SLICE", false, with_slices ? Column::Shown::kAlways : Column::Shown::kCsvOnly}});
  for (const v1::HistoryEntry& entry : entries) {
    const v1::KpiState& state = entry.state();
    table.AddRow({{state.period().id()},
                  {ValueText(state), Style::kPlain, state.value()},
                  {TargetText(state), Style::kPlain, state.target().value()},
                  {VarianceText(state), Style::kPlain, state.variance()},
                  StatusCell(state),
                  {FlagsText(state), Style::kDim},
                  {ObservationText(state)},
                  TimeCell(entry.record_time()),
                  {CauseText(entry)},
                  {absl::StrCat(state.revision())},
                  {WasText(state), Style::kPlain, state.restatement().old_value()},
                  {state.held_out() == 0 ? "" : absl::StrCat(state.held_out())},
                  {entry.author()},
                  {entry.reason()},
                  {absl::StrCat(state.row_count())},
                  {IdOf(state.kpi())},
                  {state.window()},
                  {state.slice()}});
  }
  return table;
}

absl::StatusOr<ExitCode> RunHistory(const HistoryOptions& options, Context& context) {
  ASSIGN_OR_RETURN(const v1::GetHistoryRequest request, MakeRequest(options, context));
  const bool with_slices = !options.grouping.empty();
  ASSIGN_OR_RETURN(
      const std::vector<v1::HistoryEntry> entries,
      with_slices ? ReadSlices(options, request, context) : ReadHistory(request, context));
  const Output& output = context.output();
  if (output.is_for_people() && output.terminal().is_terminal && !entries.empty() && !with_slices) {
    output.stream() << HistorySparkline(entries, kSparklinePeriods) << "\n";
  }
  output.WriteList(Pointers(entries), HistoryTable(entries, with_slices));
  return ExitCode::kOk;
}

}  // namespace

void AddHistoryCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App& command =
      AddCommand(app, "history", "Show one KPI period by period",
                 "kpictl history on-time-performance --window WEEK --from 2001-W05");
  AddStateKeyOptions(command, options->key, false);
  command.add_option("--grouping", options->grouping,
                     "every slice of these dimensions, one after the other: origin, or "
                     "origin,destination");
  command.add_option("--from", options->from, "id of the first period [the first with data]");
  command.add_option("--to", options->to, "id of the last period [the last with data]");
  command.add_option("--view", options->view,
                     "latest, first-closed (as said at closing), final, or all revisions [latest]");
  command.add_option("--as-of", options->as_of, "what was recorded at this time");
  command.add_option("--updated-after", options->updated_after,
                     "all revisions that were recorded after this time");
  command.add_option("--at-least", options->at_least,
                     "wait until the history includes this position token");
  OnRun(command, context, options, RunHistory);
}

}  // namespace kpisuite
