#include "services/evaluation/state_list.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/list_cursor.h"
#include "services/evaluation/untold_state.h"

namespace kpisuite {
namespace {

// A page ends after so many series, matching or not, so that one call does not hold the engine.
constexpr int kMaxVisitedSeries = 20'000;

v1::Status StatusOf(const std::string& bytes) {
  v1::KpiState state;
  return state.ParseFromString(bytes) ? state.status() : v1::STATUS_UNSPECIFIED;
}

}  // namespace

// A page being filled.
class StateList::Page {
 public:
  Page(const StateList& list, const StateFilter& filter, const v1::ListStatesRequest& request)
      : list_(list),
        filter_(filter),
        selector_(PeriodSelector::Of(request.period(), PeriodSelector::Kind::kLatestWithData)),
        size_(ListPageSize(request)),
        now_(list.clock_.Now()) {}

  bool full() const {
    return static_cast<int>(page.states.size()) >= size_ || bytes_ >= kMaxListPageBytes ||
           visited_ >= kMaxVisitedSeries;
  }

  // Adds the states of one KPI that come after the cursor, until the page is full.
  absl::Status AddKpi(PartitionEngine& engine, const KpiRuntime& runtime, ListCursor& cursor) {
    const std::string name = runtime.kpi().resource_name();
    const bool resumed = name == cursor.kpi;
    for (size_t w = 0; w < runtime.kpi().windows.size(); ++w) {
      const auto window = static_cast<int64_t>(w);
      if (resumed && window < cursor.window) continue;
      for (const std::string& slice : Slices(runtime, w)) {
        if (full()) return absl::OkStatus();
        if (resumed && window == cursor.window && slice <= cursor.slice) continue;
        RETURN_IF_ERROR(AddSeries(engine, runtime, w, slice));
        last_ = {name, window, slice};
      }
    }
    return absl::OkStatus();
  }

  const ListCursor& last() const { return last_; }

  StatePage page;

 private:
  // Slices that match, in the order of their texts.
  std::vector<std::string> Slices(const KpiRuntime& runtime, size_t window) {
    const std::string name = runtime.kpi().resource_name();
    const std::string id = runtime.kpi().windows[window].id();
    std::vector<std::string> slices;
    if (filter_.MatchesSeries(name, id, "")) slices.push_back("");
    if (!filter_.wants_slices()) return slices;
    for (const SliceStates& states : runtime.slices()) {
      const std::string& slice = states.slice.ToString();
      ++visited_;
      if (!slice.empty() && filter_.MatchesSeries(name, id, slice)) slices.push_back(slice);
    }
    std::sort(slices.begin(), slices.end());
    return slices;
  }

  absl::Status AddSeries(PartitionEngine& engine, const KpiRuntime& runtime, size_t window,
                         const std::string& slice) {
    ++visited_;
    StateLookup::Place place{
        .engine = &engine, .runtime = &runtime, .slice = slice, .window = window};
    const auto period = list_.lookup_.PeriodFor(engine, runtime, slice, window, selector_, now_);
    if (absl::IsNotFound(period.status())) return absl::OkStatus();
    RETURN_IF_ERROR(AsUnavailable(period.status()));
    place.period = *period;
    absl::StatusOr<StateAnswer> answer = list_.lookup_.ReadPlace(place, now_);
    if (!answer.ok()) {
      if (GetErrorDetails(answer.status()).reason != "NOT_READY") return answer.status();
      answer = UntoldState({runtime.kpi(), window, slice, place.period.id}, now_, now_,
                           "its inputs are being loaded");
    }
    if (filter_.reads_status() && !filter_.MatchesStatus(StatusOf(*answer->state))) {
      return absl::OkStatus();
    }
    bytes_ += answer->state->size() + answer->suffix.size();
    page.states.push_back(*std::move(answer));
    return absl::OkStatus();
  }

  const StateList& list_;
  const StateFilter& filter_;
  const PeriodSelector selector_;
  const int size_;
  const absl::Time now_;
  int visited_ = 0;
  size_t bytes_ = 0;
  ListCursor last_;
};

absl::Status StateList::Check(const v1::ListStatesRequest& request) {
  RETURN_IF_ERROR(StateFilter::Create(request.parent(), request.filter()).status());
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0) {
    violations.push_back(
        {.field = "page_size",
         .description = absl::StrCat("got ", request.page_size(), ", want at least 0")});
  }
  const PeriodSelector selector =
      PeriodSelector::Of(request.period(), PeriodSelector::Kind::kLatestWithData);
  if (selector.kind == PeriodSelector::Kind::kId) {
    violations.push_back({.field = "period",
                          .description = absl::StrCat("got \"", request.period(),
                                                      "\", want CURRENT, LATEST_CLOSED or "
                                                      "LATEST_WITH_DATA")});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return ListCursor::Of(request, request.page_token()).status();
}

absl::StatusOr<StatePage> StateList::Read(const v1::ListStatesRequest& request,
                                          const std::optional<std::set<int32_t>>& parts) const {
  ASSIGN_OR_RETURN(const StateFilter filter,
                   StateFilter::Create(request.parent(), request.filter()));
  ASSIGN_OR_RETURN(ListCursor cursor, ListCursor::Of(request, request.page_token()));
  if (!loop_.live().started()) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the evaluator is starting");
  }
  const std::string prefix = absl::StrCat("workspaces/", filter.workspace(), "/kpis/");
  const auto& kpis = loop_.live().kpis();
  Page page(*this, filter, request);
  for (auto it = kpis.lower_bound(std::max(prefix, cursor.kpi));
       it != kpis.end() && absl::StartsWith(it->first, prefix); ++it) {
    if (parts.has_value() && !parts->contains(it->second)) continue;
    if (!positions_.ready(it->second)) {
      return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the evaluator is starting");
    }
    const LivePartitions::Located located = loop_.live().Find(it->first);
    if (located.runtime == nullptr || !filter.MatchesKpi(located.runtime->kpi())) continue;
    // A KPI that is not kept in the view is left out.
    const auto runtime = StateLookup::InView(*located.engine, *located.runtime, filter.view());
    if (runtime.ok()) RETURN_IF_ERROR(page.AddKpi(*located.engine, **runtime, cursor));
    if (page.full()) {
      page.page.next_page_token = page.last().ToToken(request);
      break;
    }
  }
  return std::move(page.page);
}

}  // namespace kpisuite
