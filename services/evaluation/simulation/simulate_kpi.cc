#include "services/evaluation/simulation/simulate_kpi.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "services/evaluation/simulation/series_replay.h"
#include "services/evaluation/simulation/simulation_plan.h"
#include "services/evaluation/simulation/status_changes.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxResponseBytes = size_t{3} << 20;

bool IsClosed(const v1::KpiState& state) {
  return state.period().life() == v1::PERIOD_LIFE_CLOSED ||
         state.period().life() == v1::PERIOD_LIFE_FINAL;
}

// Asks for what both series need, each query once. A metric that is not live has no samples.
absl::StatusOr<AnswersByQuery> AskFor(const std::vector<v1::AggregateQuery>& queries,
                                      const std::string& workspace,
                                      const SimulationEnvironment& environment) {
  AnswersByQuery answers;
  std::vector<v1::AggregateQuery> asked;
  for (const v1::AggregateQuery& query : queries) {
    const bool fresh = answers.try_emplace(QueryKey(query)).second;
    if (fresh && environment.live.FindMetric(workspace, query.metric()) != nullptr) {
      asked.push_back(query);
    }
  }
  if (asked.empty()) return answers;
  ASSIGN_OR_RETURN(std::vector<AggregateAnswer> found, environment.aggregates(workspace, asked));
  for (size_t i = 0; i < asked.size(); ++i) answers[QueryKey(asked[i])] = std::move(found[i]);
  return answers;
}

// Whether what was recorded about the live KPI is about the draft too.
bool MeasuresTheSame(const SimulationPlan& plan, const Catalog& live) {
  const KpiDefinition& draft = *plan.draft.kpi;
  const auto kpi = live.FindKpi(draft.workspace, draft.id);
  return kpi != nullptr && kpi->series_fingerprint == draft.series_fingerprint;
}

// The first and the last period that are shown.
absl::StatusOr<std::vector<Period>> PeriodsOf(const SimulationPlan& plan, const SeriesReplay& draft,
                                              absl::Time now) {
  const Calendar& calendar = *draft.kpi().calendar;
  const Period end = plan.end.value_or(draft.window().At(calendar, now));
  const Period start = plan.start.value_or(draft.FirstWithRows().value_or(end));
  std::vector<Period> periods;
  if (plan.start.has_value() && start.first_day > end.first_day) {
    return InvalidFields(
        {{"end_period", GotWant(end.id, absl::StrCat("a period from ", start.id, " on")),
          violation::kOutOfRange}});
  }
  // Backwards, so that the latest are kept when nobody says where to begin.
  for (Period period = end; period.first_day >= start.first_day;
       period = PreviousPeriod(calendar, period)) {
    if (periods.size() == kMaxSimulatedPeriods) {
      if (!plan.start.has_value()) break;
      return InvalidFields({{"start_period",
                             GotWant(start.id, absl::StrCat("at most ", kMaxSimulatedPeriods,
                                                            " periods up to ", end.id)),
                             violation::kLimit}});
    }
    periods.push_back(period);
    if (period.first_day >= period.end_day) break;  // the calendar does not reach further
  }
  std::reverse(periods.begin(), periods.end());
  return periods;
}

// Puts the states of both next to each other and counts.
class SideBySide {
 public:
  SideBySide(const SeriesReplay& draft, const SeriesReplay* live) : draft_(draft), live_(live) {}

  absl::Status Add(const Period& period, v1::SimulateKpiResponse& response) {
    v1::SimulatedPeriod& out = *response.add_periods();
    ASSIGN_OR_RETURN(*out.mutable_draft(), draft_.StateOf(period));
    const v1::KpiState& draft = out.draft();
    if (IsClosed(draft)) draft_closed_.push_back({place_, draft.status()});
    ASSIGN_OR_RETURN(const std::optional<v1::KpiState> live, LiveStateOf(period));
    if (live.has_value()) {
      if (IsClosed(*live)) live_closed_.push_back({place_, live->status()});
      out.set_live_value(live->value());
      out.set_live_status(live->status());
      out.set_live_nd_reason(live->nd_reason());
      out.set_different(draft.value() != live->value() || draft.status() != live->status() ||
                        draft.nd_reason() != live->nd_reason());
      if (out.different()) response.set_different(response.different() + 1);
    }
    ++place_;
    return absl::OkStatus();
  }

  void Count(v1::SimulateKpiResponse& response) const {
    const StatusChanges draft = CountStatusChanges(draft_closed_);
    response.set_changes(draft.changes);
    response.set_flaps(draft.flaps);
    const StatusChanges live = CountStatusChanges(live_closed_);
    response.set_live_changes(live.changes);
    response.set_live_flaps(live.flaps);
  }

 private:
  // Nothing where the live KPI has no such period: its calendar is another, or its slice is empty.
  absl::StatusOr<std::optional<v1::KpiState>> LiveStateOf(const Period& period) const {
    if (live_ == nullptr) return std::nullopt;
    const Period same = live_->window().At(*live_->kpi().calendar, period.first_day);
    if (same.id != period.id) return std::nullopt;
    absl::StatusOr<v1::KpiState> state = live_->StateOf(same);
    if (absl::IsNotFound(state.status())) return std::nullopt;
    RETURN_IF_ERROR(state.status());
    return *std::move(state);
  }

  const SeriesReplay& draft_;
  const SeriesReplay* live_;
  int place_ = 0;
  std::vector<ClosedStatus> draft_closed_;
  std::vector<ClosedStatus> live_closed_;
};

absl::Status CheckSize(size_t bytes) {
  if (bytes <= kMaxResponseBytes) return absl::OkStatus();
  return InvalidFields({{"start_period",
                         absl::StrCat("got an answer of more than ", kMaxResponseBytes,
                                      " bytes, want fewer periods up to end_period"),
                         violation::kLimit}});
}

}  // namespace

absl::StatusOr<v1::SimulateKpiResponse> SimulateKpi(const v1::SimulateKpiRequest& request,
                                                    const SimulationEnvironment& environment) {
  ASSIGN_OR_RETURN(const SimulationPlan plan,
                   PlanSimulation(request, environment.live, environment.now));
  const ReplayKnowledge known{.decisions = environment.decisions,
                              .recorded = environment.recorded,
                              .versions = nullptr,
                              .now = environment.now};
  ReplayKnowledge of_draft = known;
  if (!MeasuresTheSame(plan, environment.live)) of_draft.recorded = nullptr;
  SeriesReplay draft(plan.draft, *plan.drafts, std::move(of_draft));
  std::optional<SeriesReplay> live;
  if (plan.live.has_value()) {
    live.emplace(*plan.live, environment.live, known);
  }
  ASSIGN_OR_RETURN(std::vector<v1::AggregateQuery> queries, draft.Queries());
  if (live.has_value()) {
    ASSIGN_OR_RETURN(const std::vector<v1::AggregateQuery> more, live->Queries());
    queries.insert(queries.end(), more.begin(), more.end());
  }
  ASSIGN_OR_RETURN(const AnswersByQuery answers, AskFor(queries, plan.workspace, environment));
  RETURN_IF_ERROR(draft.Run(answers, environment.proceed));
  if (live.has_value()) {
    RETURN_IF_ERROR(live->Run(answers, environment.proceed));
  }
  v1::SimulateKpiResponse response;
  for (const std::string& warning : plan.warnings) response.add_warnings(warning);
  ASSIGN_OR_RETURN(const std::vector<Period> periods, PeriodsOf(plan, draft, environment.now));
  SideBySide states(draft, live.has_value() ? &*live : nullptr);
  size_t bytes = 0;
  for (const Period& period : periods) {
    RETURN_IF_ERROR(environment.proceed());
    RETURN_IF_ERROR(states.Add(period, response));
    bytes += response.periods(response.periods_size() - 1).ByteSizeLong();
    RETURN_IF_ERROR(CheckSize(bytes));
  }
  states.Count(response);
  return response;
}

}  // namespace kpisuite
