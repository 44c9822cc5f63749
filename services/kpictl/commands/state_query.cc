#include "services/kpictl/commands/state_query.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"
#include "libs/document/scalar_reader.h"
#include "libs/document/suggestion.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/period.h"
#include "services/kpictl/commands/kind_argument.h"
#include "services/kpictl/view/sparkline.h"
#include "services/kpictl/view/state_table.h"

namespace kpisuite {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace

absl::StatusOr<std::string> MakeStateFilter(const StateFilterOptions& options) {
  std::vector<std::string> parts;
  if (!options.filter.empty()) parts.push_back(options.filter);
  const auto add = [&](absl::string_view field, const std::string& value, bool quoted) {
    if (value.empty()) return;
    parts.push_back(absl::StrCat(field, " = ", quoted ? Quoted(value) : value));
  };
  if (!options.status.empty()) {
    const std::vector<std::string> names = ShortEnumNames(*v1::Status_descriptor());
    if (std::find(names.begin(), names.end(), options.status) == names.end()) {
      return UsageError(absl::StrCat("--status: got \"", options.status, "\", want one of ",
                                     absl::StrJoin(names, ", "),
                                     DidYouMean(options.status, names)));
    }
  }
  add("objective", options.objective, false);
  add("owner", options.owner, true);
  add("status", options.status, false);
  add("window", options.window, true);
  add("slice", options.slice, true);
  add("grouping", options.grouping, true);
  add("hierarchy_view", options.hierarchy_view, false);
  return absl::StrJoin(parts, " AND ");
}

absl::StatusOr<std::vector<v1::KpiState>> ListStates(const StateFilterOptions& options,
                                                     const std::string& period,
                                                     const std::string& at_least,
                                                     Context& context) {
  ASSIGN_OR_RETURN(const std::string filter, MakeStateFilter(options));
  std::vector<std::string> filters = {filter};
  if (!options.kpis.empty()) filters.clear();
  for (const std::string& kpi : options.kpis) {
    ASSIGN_OR_RETURN(const std::string name, ParseKpiArgument(kpi, context.options().workspace));
    filters.push_back(absl::StrCat("kpi = ", IdOf(name), filter.empty() ? "" : " AND ", filter));
  }
  std::vector<v1::KpiState> states;
  for (const std::string& one : filters) {
    const size_t before = states.size();
    v1::ListStatesRequest request;
    request.set_parent(context.parent());
    request.set_filter(one);
    request.set_period(period);
    request.set_at_least(at_least);
    request.set_page_size(1000);
    while (true) {
      v1::ListStatesResponse response;
      RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
        return context.clients().evaluation().ListStates(&call, request, &response);
      }));
      for (v1::KpiState& state : *response.mutable_states()) states.push_back(std::move(state));
      if (response.next_page_token().empty()) break;
      request.set_page_token(response.next_page_token());
    }
    if (!options.kpis.empty() && states.size() == before) {
      return absl::NotFoundError(absl::StrCat("no state matches ", one));
    }
  }
  return states;
}

absl::StatusOr<std::vector<v1::HistoryEntry>> ReadHistory(v1::GetHistoryRequest request,
                                                          Context& context) {
  request.set_page_size(1000);
  std::vector<v1::HistoryEntry> entries;
  while (true) {
    v1::GetHistoryResponse response;
    RETURN_IF_ERROR(context.clients().Call(Service::kEvaluation, [&](grpc::ClientContext& call) {
      return context.clients().evaluation().GetHistory(&call, request, &response);
    }));
    for (v1::HistoryEntry& entry : *response.mutable_entries()) {
      entries.push_back(std::move(entry));
    }
    if (response.next_page_token().empty()) return entries;
    request.set_page_token(response.next_page_token());
  }
}

std::string PeriodBefore(const std::string& period_id, int count) {
  const Calendar calendar;
  const absl::StatusOr<Period> period = ParsePeriod(calendar, period_id);
  if (!period.ok()) return "";
  const absl::StatusOr<Period> before = ShiftPeriod(calendar, *period, -count);
  return before.ok() ? before->id : "";
}

std::string HistorySparkline(const std::vector<v1::HistoryEntry>& entries, size_t count) {
  std::vector<std::optional<double>> values;
  std::string last_period;
  for (const v1::HistoryEntry& entry : entries) {
    const absl::StatusOr<Decimal> value = Decimal::Parse(entry.state().value());
    const std::optional<double> number =
        value.ok() ? std::optional<double>(value->ToDouble()) : std::nullopt;
    if (!values.empty() && entry.state().period().id() == last_period) {
      values.back() = number;
    } else {
      values.push_back(number);
    }
    last_period = entry.state().period().id();
  }
  if (values.size() > count) values.erase(values.begin(), values.end() - count);
  const auto first = std::find_if(values.begin(), values.end(),
                                  [](const auto& value) { return value.has_value(); });
  values.erase(values.begin(), first);
  return Sparkline(values);
}

}  // namespace kpisuite
