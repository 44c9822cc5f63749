// Reading states and histories to their last page.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {

// What commands that show several states can be asked for.
struct StateFilterOptions {
  std::vector<std::string> kpis;
  std::string filter;
  std::string objective;
  std::string owner;
  std::string status;
  std::string window;
  std::string slice;
  std::string grouping;
  std::string hierarchy_view;  // AS_IS, AS_WAS; empty: AS_IS
};

// The filter of ListStates and WatchStates that `options` describe, without their KPIs: the parts
// joined by AND. Statuses are checked; INVALID_ARGUMENT (usage) with a suggestion otherwise.
absl::StatusOr<std::string> MakeStateFilter(const StateFilterOptions& options);

// All states that match; one list for each KPI when some are named. `period` as in
// ListStatesRequest. NOT_FOUND when a named KPI has no state that matches.
absl::StatusOr<std::vector<v1::KpiState>> ListStates(const StateFilterOptions& options,
                                                     const std::string& period,
                                                     const std::string& at_least, Context& context);

// All entries of a history.
absl::StatusOr<std::vector<v1::HistoryEntry>> ReadHistory(v1::GetHistoryRequest request,
                                                          Context& context);

// The period so many periods before `period_id` in the default calendar; empty when the id belongs
// to another calendar.
std::string PeriodBefore(const std::string& period_id, int count);

// Sparkline of the values of up to `count` latest periods, the latest entry of each; it
// begins at the first value.
std::string HistorySparkline(const std::vector<v1::HistoryEntry>& entries, size_t count);

}  // namespace kpisuite
