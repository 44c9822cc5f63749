#include "tests/harness/suite.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/change/change_reader.h"
#include "services/evaluation/engine/revisions.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/forecast/forecast_reader.h"
#include "services/evaluation/simulation/simulate_kpi.h"
#include "services/evaluation/simulation/states_as_of.h"

namespace kpisuite {
namespace {

constexpr int kEvaluationsOfATick = 1000;
// More rounds than any test needs: a composition that never comes to rest is a bug.
constexpr int kMaxRounds = 10'000;

}  // namespace

Suite::Suite(SuiteOptions options)
    : options_(std::move(options)),
      now_(options_.start),
      definition_(options_.workspace),
      store_(absl::ToUnixSeconds(options_.start), options_.partitions),
      measurement_(&store_),
      evaluation_(std::make_unique<EvaluationNode>(store_.Heads(), log_)) {}

ValidationResult Suite::Apply(std::vector<v1::Definition> definitions) {
  for (v1::Definition& definition : definitions) {
    *definition.mutable_create_time() = ToTimestamp(now_);
    *definition.mutable_update_time() = ToTimestamp(now_);
  }
  ValidationResult result = definition_.Apply(std::move(definitions));
  applied_at_.resize(definition_.log().size(), now_);
  return result;
}

ValidationResult Suite::Delete(const std::vector<ResourceName>& names) {
  ValidationResult result = definition_.Delete(names);
  applied_at_.resize(definition_.log().size(), now_);
  return result;
}

absl::StatusOr<v1::WriteResult> Suite::Write(v1::WriteSamplesRequest request) {
  DeliverDefinitionsToMeasurement();
  request.set_parent(parent());
  if (request.request_id().empty()) {
    request.set_request_id(absl::StrCat("request-", next_request_++));
  }
  return measurement_.Write(request, now_);
}

absl::StatusOr<v1::WriteResult> Suite::Retract(v1::RetractSamplesRequest request) {
  DeliverDefinitionsToMeasurement();
  request.set_parent(parent());
  if (request.request_id().empty()) {
    request.set_request_id(absl::StrCat("request-", next_request_++));
  }
  return measurement_.Retract(request, now_);
}

absl::Status Suite::AdvanceWatermark(const std::string& metric, absl::Time complete_through) {
  DeliverDefinitionsToMeasurement();
  v1::AdvanceWatermarkRequest request;
  request.set_parent(parent());
  request.add_metrics(metric);
  *request.mutable_complete_through() = ToTimestamp(complete_through);
  return measurement_.AdvanceWatermark(request, now_);
}

absl::StatusOr<std::string> Suite::Store(const absl::StatusOr<Decided>& decided) {
  RETURN_IF_ERROR(decided.status());
  if (decided->decision.has_value()) {
    decisions_.push_back(*decided->decision);
    RETURN_IF_ERROR(evaluation_->DeliverDecision(*decided->decision));
  }
  return decided->answer;
}

absl::StatusOr<v1::FinalizePeriodsResponse> Suite::Finalize(v1::FinalizePeriodsRequest request) {
  RETURN_IF_ERROR(Run());
  request.set_kpi(absl::StrCat(parent(), "/kpis/", request.kpi()));
  PartitionEngine* engine = evaluation_->EngineOf(request.kpi());
  if (engine == nullptr) return absl::NotFoundError(absl::StrCat("no KPI ", request.kpi()));
  v1::FinalizePeriodsResponse response;
  ASSIGN_OR_RETURN(const std::string answer,
                   Store(DecideFinal(*engine->Find(request.kpi()), request,
                                     evaluation_->DecisionsAbout(request.kpi()),
                                     std::max(now_, engine->last_commit()))));
  response.ParseFromString(answer);
  return response;
}

absl::StatusOr<v1::ReleaseHeldOutResponse> Suite::Release(v1::ReleaseHeldOutRequest request) {
  RETURN_IF_ERROR(Run());
  request.set_kpi(absl::StrCat(parent(), "/kpis/", request.kpi()));
  PartitionEngine* engine = evaluation_->EngineOf(request.kpi());
  if (engine == nullptr) return absl::NotFoundError(absl::StrCat("no KPI ", request.kpi()));
  v1::ReleaseHeldOutResponse response;
  ASSIGN_OR_RETURN(const std::string answer,
                   Store(DecideRelease(*engine->Find(request.kpi()), request,
                                       evaluation_->DecisionsAbout(request.kpi()),
                                       std::max(now_, engine->last_commit()), engine->seq())));
  response.ParseFromString(answer);
  return response;
}

absl::Status Suite::AdvanceTo(absl::Time time) {
  RETURN_IF_ERROR(Run());
  while (evaluation_->NextWakeup() <= time) {
    JumpTo(evaluation_->NextWakeup());
    RETURN_IF_ERROR(Run());
  }
  JumpTo(time);
  return Run();
}

void Suite::DeliverDefinitionsToMeasurement() {
  for (const DefinitionChange& change : definition_.log()) measurement_.DeliverDefinitions(change);
}

absl::Status Suite::DeliverDefinitionsToEvaluation() {
  for (const DefinitionChange& change : definition_.log()) {
    RETURN_IF_ERROR(evaluation_->DeliverDefinitions(change));
  }
  return absl::OkStatus();
}

absl::Status Suite::DeliverFeed(PartitionEngine& engine) {
  ASSIGN_OR_RETURN(const auto batches,
                   measurement_.ReadChanges(engine.part(), engine.incarnation(), engine.seq()));
  for (const auto& batch : batches) RETURN_IF_ERROR(engine.Apply(batch));
  return absl::OkStatus();
}

absl::Status Suite::AnswerLoads(PartitionEngine& engine) {
  for (const LoadRequest& load : engine.TakeLoads()) {
    ASSIGN_OR_RETURN(const LoadAnswer answer, measurement_.Answer(load));
    RETURN_IF_ERROR(engine.Answer(answer));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Suite::TickOnce(PartitionEngine& engine) {
  const TickOutput output = engine.Tick(now_, kEvaluationsOfATick);
  log_.insert(log_.end(), output.log.begin(), output.log.end());
  published_.Publish(output);
  return output.more || !output.updates.empty() || !output.log.empty();
}

absl::Status Suite::Run() {
  DeliverDefinitionsToMeasurement();
  RETURN_IF_ERROR(DeliverDefinitionsToEvaluation());
  for (PartitionEngine& engine : evaluation_->engines()) {
    bool busy = true;
    for (int round = 0; busy; ++round) {
      if (round == kMaxRounds) return absl::InternalError("the evaluation does not come to rest");
      RETURN_IF_ERROR(DeliverFeed(engine));
      RETURN_IF_ERROR(AnswerLoads(engine));
      ASSIGN_OR_RETURN(busy, TickOnce(engine));
      busy = busy || engine.loading();
    }
  }
  return absl::OkStatus();
}

void Suite::RestartEvaluation() {
  evaluation_ = std::make_unique<EvaluationNode>(store_.Heads(), log_, decisions_);
}

absl::StatusOr<Suite::Place> Suite::Resolve(const StateQuery& query) {
  Place place;
  const std::string name = absl::StrCat(parent(), "/kpis/", query.kpi);
  place.engine = evaluation_->EngineOf(name);
  if (place.engine == nullptr) return absl::NotFoundError(absl::StrCat("no KPI ", query.kpi));
  place.runtime = place.engine->Find(name, query.view);
  if (place.runtime == nullptr) {
    return InvalidFields({{.field = "hierarchy_view", .description = "it is kept AS_IS only"}});
  }
  const std::optional<size_t> window = place.runtime->WindowIndex(query.window);
  if (!window.has_value()) {
    return absl::NotFoundError(absl::StrCat(query.kpi, " has no window ", query.window));
  }
  place.window = *window;
  const KpiDefinition& kpi = place.runtime->kpi();
  if (query.period == "current") {
    place.period = kpi.windows[*window].At(*kpi.calendar, now_);
  } else if (query.period == "latest") {
    const std::optional<int32_t> day = place.runtime->LatestOfAll(query.slice, *window);
    if (!day.has_value()) return absl::NotFoundError("no period has rows");
    place.period = kpi.windows[*window].At(*kpi.calendar, DayOfNumber(*day));
  } else {
    ASSIGN_OR_RETURN(place.period, ParsePeriod(*kpi.calendar, query.period));
    if (!kpi.windows[*window].Accepts(place.period)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "period: got ", query.period, ", want a period of window ", kpi.windows[*window].id()));
    }
  }
  return place;
}

absl::StatusOr<v1::KpiState> Suite::State(const StateQuery& query) {
  ASSIGN_OR_RETURN(const Place place, Resolve(query));
  ASSIGN_OR_RETURN(const auto bytes, place.engine->Read(*place.runtime, query.slice, place.window,
                                                        place.period, now_));
  v1::KpiState state;
  if (!state.ParseFromString(*bytes)) return absl::InternalError("a damaged state");
  return state;
}

absl::StatusOr<v1::Explanation> Suite::Explain(const StateQuery& query,
                                               const std::vector<Comparator>& comparators) {
  ASSIGN_OR_RETURN(const Place place, Resolve(query));
  ASSIGN_OR_RETURN(v1::Explanation explanation,
                   place.engine->Explain(*place.runtime, query.slice, place.window, place.period,
                                         now_, comparators));
  const KpiDefinition& kpi = place.runtime->kpi();
  const Window& window = kpi.windows[place.window];
  if (window.grain() == Grain::kAll || place.period.grain != window.grain()) return explanation;
  std::vector<LoggedState> entries;
  for (const LoggedState& logged : log_) {
    const bool same_series = logged.id.kpi == kpi.resource_name() &&
                             logged.id.window == window.id() && logged.id.slice == query.slice;
    if (same_series) entries.push_back(logged);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const LoggedState& a, const LoggedState& b) {
    return a.first_day < b.first_day;
  });
  AddRevisions(kpi, window, place.period, entries, now_, explanation);
  return explanation;
}

absl::StatusOr<v1::ChangeExplanation> Suite::ExplainChange(const StateQuery& query,
                                                           const std::string& base_period,
                                                           const std::string& dimension) {
  ASSIGN_OR_RETURN(const Place place, Resolve(query));
  return ReadChange({place.engine, place.runtime, query.slice, place.window, place.period},
                    base_period, dimension, now_);
}

absl::StatusOr<v1::Forecast> Suite::Forecast(const StateQuery& query, int periods) {
  StateQuery series = query;
  series.period = "current";
  ASSIGN_OR_RETURN(const Place place, Resolve(series));
  return ReadForecast({place.engine, place.runtime, query.slice, place.window}, periods, now_);
}

absl::StatusOr<v1::SimulateKpiResponse> Suite::Simulate(v1::SimulateKpiRequest request) {
  RETURN_IF_ERROR(Run());
  request.set_parent(parent());
  const AggregateSource aggregates = [this](const std::string& workspace,
                                            const std::vector<v1::AggregateQuery>& queries) {
    return measurement_.QueryAggregates(workspace, queries);
  };
  return SimulateKpi(request,
                     {.live = evaluation_->catalog(),
                      .aggregates = aggregates,
                      .decisions = decisions_,
                      .recorded = [this](const std::string& kpi) { return RecordedIn(log_, kpi); },
                      .now = now_,
                      .proceed = [] { return absl::OkStatus(); }});
}

absl::StatusOr<std::optional<v1::KpiState>> Suite::StateAsOf(const StateQuery& query,
                                                             absl::Time as_of) {
  RETURN_IF_ERROR(Run());
  Moment moment{.time = as_of};
  for (size_t i = 0; i < applied_at_.size() && applied_at_[i] <= as_of; ++i) {
    const DefinitionChange& change = definition_.log()[i];
    moment.definitions.push_back({change.position, change.definitions});
  }
  moment.last_closed = [this](const std::string& kpi, const std::string& window, int64_t before) {
    return LastClosedIn(log_, kpi, window, before);
  };
  moment.decisions = decisions_;
  moment.recorded = [&](const std::string& kpi) {
    StateEntries until;
    for (const LoggedState& entry : log_) {
      if (entry.record_time <= as_of) until.push_back(entry);
    }
    return RecordedIn(until, kpi);
  };
  moment.aggregates = [this](const std::string& workspace,
                             const std::vector<v1::AggregateQuery>& queries) {
    return measurement_.QueryAggregates(workspace, queries);
  };
  moment.proceed = [] { return absl::OkStatus(); };
  const SeriesOfKpi series{absl::StrCat(parent(), "/kpis/", query.kpi), query.window, query.slice};
  ASSIGN_OR_RETURN(auto states, StatesAsOf(series, {&query.period, 1}, moment));
  return std::move(states[0]);
}

absl::StatusOr<std::vector<LoggedState>> Suite::History(const StateQuery& query) {
  ASSIGN_OR_RETURN(const Place place, Resolve(query));
  const StateId id{place.runtime->kpi().resource_name(),
                   place.runtime->kpi().windows[place.window].id(), query.slice, place.period.id};
  std::vector<LoggedState> entries;
  for (const LoggedState& logged : log_) {
    if (logged.id == id) entries.push_back(logged);
  }
  return entries;
}

}  // namespace kpisuite
