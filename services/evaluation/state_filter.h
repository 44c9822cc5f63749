// StateFilter: which states a list or a watch is about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/common.pb.h"
#include "libs/definitions/kpi.h"
#include "libs/definitions/list_filter.h"

namespace kpisuite {

// Immutable; thread-safe.
class StateFilter {
 public:
  // `parent` is `workspaces/{workspace}`. The filter's terms are those of ListStatesRequest.filter;
  // without a term on slice or grouping only totals match. Dimensions come in any order.
  // INVALID_ARGUMENT names parent or filter.
  static absl::StatusOr<StateFilter> Create(absl::string_view parent, absl::string_view filter);
  // Only these series (SeriesKey) of the workspace.
  static absl::StatusOr<StateFilter> OfSeries(absl::string_view parent,
                                              absl::flat_hash_set<std::string> series);

  const std::string& workspace() const { return workspace_; }
  // Whether a state of the KPI can match.
  bool MatchesKpi(const KpiDefinition& kpi) const;
  // Whether a state of a matching KPI matches, its status aside.
  bool MatchesSeries(absl::string_view kpi, absl::string_view window,
                     absl::string_view slice) const;
  bool MatchesStatus(v1::Status status) const;
  bool reads_status() const { return reads_status_; }
  // Whether slices besides the total can match.
  bool wants_slices() const { return wants_slices_; }
  // Where members of hierarchical dimensions belong.
  MembershipView view() const { return view_; }

 private:
  StateFilter() = default;

  std::string workspace_;
  std::vector<ListFilter::Term> terms_;
  bool wants_slices_ = false;
  bool reads_status_ = false;
  MembershipView view_ = MembershipView::kAsIs;
  std::optional<absl::flat_hash_set<std::string>> series_;
};

}  // namespace kpisuite
