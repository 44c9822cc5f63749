#include "services/evaluation/simulation/series_replay.h"

#include <set>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

// Between two questions whether to go on.
constexpr int kEvaluationsOfATick = 256;

// The KPI first, then those that its targets read, theirs, and so on.
std::vector<std::shared_ptr<const KpiDefinition>> WithReadKpis(
    std::shared_ptr<const KpiDefinition> kpi, const Catalog& catalog) {
  std::set<std::string> known = {kpi->id};
  std::vector<std::shared_ptr<const KpiDefinition>> kpis = {std::move(kpi)};
  for (size_t i = 0; i < kpis.size(); ++i) {
    const TargetReads reads = kpis[i]->targets.Reads();
    for (const std::string& id : reads.kpis) {
      auto read = catalog.FindKpi(kpis[i]->workspace, id);
      if (read != nullptr && known.insert(id).second) kpis.push_back(std::move(read));
    }
  }
  return kpis;
}

}  // namespace

std::string QueryKey(const v1::AggregateQuery& query) { return query.SerializeAsString(); }

SeriesReplay::SeriesReplay(ReplayedSeries series, const Catalog& catalog,
                           const FinalityDecisions& decisions, absl::Time now)
    : series_(std::move(series)), kpis_(WithReadKpis(series_.kpi, catalog)), now_(now) {
  for (const FinalityDecision& decision : decisions) decisions_[decision.kpi].push_back(decision);
}

absl::StatusOr<std::unique_ptr<PartitionEngine>> SeriesReplay::MakeEngine(
    const v1::FeedPosition& position) const {
  auto engine =
      std::make_unique<PartitionEngine>(position.part(), position.incarnation(), position.seq());
  engine->KeepOnly({series_.kpi->resource_name(), window().id(), series_.slice}, now_);
  for (const auto& [kpi, about] : decisions_) engine->SetFinality(kpi, about);
  for (const auto& kpi : kpis_) RETURN_IF_ERROR(engine->SetKpi(kpi));
  // What is held out is asked for only once the time is known. A period that was over before its
  // samples came is closed when it has been quiet for a while: as long ago as that all of these
  // samples were there.
  engine->Tick(now_ - kBackfillSettles, kEvaluationsOfATick);
  return engine;
}

absl::StatusOr<std::vector<v1::AggregateQuery>> SeriesReplay::Queries() const {
  ASSIGN_OR_RETURN(const auto engine, MakeEngine(v1::FeedPosition()));
  std::vector<v1::AggregateQuery> queries;
  for (LoadRequest& load : engine->TakeLoads()) queries.push_back(std::move(load.query));
  return queries;
}

absl::Status SeriesReplay::Run(const AnswersByQuery& answers,
                               const std::function<absl::Status()>& proceed) {
  ASSIGN_OR_RETURN(const std::vector<v1::AggregateQuery> queries, Queries());
  v1::FeedPosition position;
  for (const v1::AggregateQuery& query : queries) {
    const v1::FeedPosition& found = answers.at(QueryKey(query)).position;
    // A metric without samples has none; the others share one.
    if (found.seq() > position.seq()) position = found;
  }
  ASSIGN_OR_RETURN(engine_, MakeEngine(position));
  for (const absl::Time time : {now_ - kBackfillSettles, now_}) {
    bool more = true;
    while (more) {
      RETURN_IF_ERROR(proceed());
      // Of a KPI with too many slices all is asked for again, in the same words.
      ASSIGN_OR_RETURN(const bool loaded, AnswerLoads(answers));
      more = engine_->Tick(time, kEvaluationsOfATick).more || loaded;
    }
  }
  return absl::OkStatus();
}

// Whether anything was asked for.
absl::StatusOr<bool> SeriesReplay::AnswerLoads(const AnswersByQuery& answers) {
  const std::vector<LoadRequest> loads = engine_->TakeLoads();
  for (const LoadRequest& load : loads) {
    const auto answer = answers.find(QueryKey(load.query));
    if (answer == answers.end()) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a query was not foreseen");
    }
    RETURN_IF_ERROR(engine_->Answer({.id = load.id,
                                     .seq = engine_->seq(),
                                     .cells = answer->second.cells,
                                     .watermark = answer->second.watermark}));
  }
  return !loads.empty();
}

std::optional<Period> SeriesReplay::FirstWithRows() const {
  const KpiRuntime& runtime = *engine_->Find(kpi().resource_name());
  const std::optional<size_t> slice = runtime.FindSlice(series_.slice.ToString());
  if (!slice.has_value()) return std::nullopt;
  for (const auto& [day, state] : runtime.slices()[*slice].windows[series_.window]) {
    if (state.rows > 0) return window().At(*kpi().calendar, DayOfNumber(day));
  }
  return std::nullopt;
}

absl::StatusOr<v1::KpiState> SeriesReplay::StateOf(const Period& period) const {
  const KpiRuntime& runtime = *engine_->Find(kpi().resource_name());
  ASSIGN_OR_RETURN(const auto bytes,
                   engine_->Read(runtime, series_.slice.ToString(), series_.window, period, now_));
  v1::KpiState state;
  if (!state.ParseFromString(*bytes)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a damaged state");
  }
  state.clear_version();
  state.clear_definition_position();
  state.clear_revision();
  state.clear_closed_at();
  return state;
}

}  // namespace kpisuite
