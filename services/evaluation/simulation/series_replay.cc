#include "services/evaluation/simulation/series_replay.h"

#include <set>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// Between two questions whether to go on.
constexpr int kEvaluationsOfATick = 256;

std::vector<KpiVersion> VersionsOf(const std::shared_ptr<const KpiDefinition>& kpi,
                                   const ReplayKnowledge& known) {
  if (known.versions == nullptr) return {{.kpi = kpi}};
  return known.versions(kpi);
}

// Of the KPI first, then of those that targets of any version read, of theirs, and so on.
std::vector<std::vector<KpiVersion>> ChainsOf(const std::shared_ptr<const KpiDefinition>& kpi,
                                              const Catalog& catalog,
                                              const ReplayKnowledge& known) {
  std::set<std::string> seen = {kpi->id};
  std::vector<std::vector<KpiVersion>> chains = {VersionsOf(kpi, known)};
  for (size_t i = 0; i < chains.size(); ++i) {
    std::set<std::string> read;
    for (const KpiVersion& version : chains[i]) {
      if (version.kpi == nullptr) continue;
      const TargetReads reads = version.kpi->targets.Reads();
      read.insert(reads.kpis.begin(), reads.kpis.end());
    }
    for (const std::string& id : read) {
      const auto other = catalog.FindKpi(kpi->workspace, id);
      if (other != nullptr && seen.insert(id).second) chains.push_back(VersionsOf(other, known));
    }
  }
  return chains;
}

// The watermark of a metric at a moment, and no cells.
v1::AggregateQuery WatermarkQuery(const std::string& metric, absl::Time time) {
  v1::AggregateQuery query;
  query.set_metric(metric);
  query.set_aggregation(v1::AGGREGATION_COUNT);
  query.set_first_day(0);
  query.set_end_day(0);
  *query.add_cutoffs()->mutable_record_time() = ToTimestamp(time);
  return query;
}

// Days without a cutoff up to `time` get that one.
void CutAt(absl::Time time, v1::AggregateQuery& query) {
  std::vector<v1::RecordCutoff> earlier;
  for (const v1::RecordCutoff& cutoff : query.cutoffs()) {
    if (FromTimestamp(cutoff.record_time()) <= time) earlier.push_back(cutoff);
  }
  query.clear_cutoffs();
  std::optional<int32_t> begin;  // of the days that no cutoff was added for yet
  bool to_the_end = false;
  const auto add = [&](std::optional<int32_t> end) {
    if (begin.has_value() && end.has_value() && *begin == *end) return;
    v1::RecordCutoff& added = *query.add_cutoffs();
    if (begin.has_value()) added.set_first_day(*begin);
    if (end.has_value()) added.set_end_day(*end);
    *added.mutable_record_time() = ToTimestamp(time);
  };
  for (const v1::RecordCutoff& cutoff : earlier) {
    if (cutoff.has_first_day()) add(cutoff.first_day());
    *query.add_cutoffs() = cutoff;
    to_the_end = !cutoff.has_end_day();
    if (!to_the_end) begin = cutoff.end_day();
  }
  if (!to_the_end) add(std::nullopt);
}

}  // namespace

std::string QueryKey(const v1::AggregateQuery& query) { return query.SerializeAsString(); }

SeriesReplay::SeriesReplay(ReplayedSeries series, const Catalog& catalog, ReplayKnowledge knowledge)
    : series_(std::move(series)),
      chains_(ChainsOf(series_.kpi, catalog, knowledge)),
      known_(std::move(knowledge)) {
  for (const FinalityDecision& decision : known_.decisions) {
    decisions_[decision.kpi].push_back(decision);
  }
}

absl::StatusOr<std::unique_ptr<PartitionEngine>> SeriesReplay::MakeEngine(
    const v1::FeedPosition& position) const {
  auto engine =
      std::make_unique<PartitionEngine>(position.part(), position.incarnation(), position.seq());
  engine->FindRecordedWith(known_.recorded);
  engine->KeepOnly({series_.kpi->resource_name(), window().id(), series_.slice}, known_.now);
  for (const auto& [kpi, about] : decisions_) engine->SetFinality(kpi, about);
  for (const auto& versions : chains_) RETURN_IF_ERROR(engine->SetVersions(versions));
  // What is held out is asked for only once the time is known. A period that was over before its
  // samples came is closed when it has been quiet for a while: as long ago as that all of these
  // samples were there.
  engine->Tick(known_.now - kBackfillSettles, kEvaluationsOfATick);
  return engine;
}

absl::StatusOr<std::vector<v1::AggregateQuery>> SeriesReplay::Queries() const {
  ASSIGN_OR_RETURN(const auto engine, MakeEngine(v1::FeedPosition()));
  std::vector<v1::AggregateQuery> queries;
  std::set<std::string> metrics;
  for (const LoadRequest& load : engine->TakeLoads()) {
    metrics.insert(load.query.metric());
    queries.push_back(QueryOf(load));
  }
  if (!known_.as_of_now) return queries;
  for (const std::string& metric : metrics) {
    queries.push_back(WatermarkQuery(metric, known_.now));
  }
  return queries;
}

v1::AggregateQuery SeriesReplay::QueryOf(const LoadRequest& load) const {
  v1::AggregateQuery query = load.query;
  if (known_.as_of_now) CutAt(known_.now, query);
  return query;
}

LoadAnswer SeriesReplay::AnswerTo(const LoadRequest& load, const AnswersByQuery& answers) const {
  const AggregateAnswer& found = answers.at(QueryKey(QueryOf(load)));
  LoadAnswer answer{.id = load.id,
                    .seq = engine_->seq(),
                    .cells = found.cells,
                    .watermark = found.watermark,
                    .kept = found.kept};
  if (!known_.as_of_now) return answer;
  answer.watermark =
      answers.at(QueryKey(WatermarkQuery(load.query.metric(), known_.now))).watermark;
  // Held out was also what came after that moment.
  for (v1::AggregateCell& cell : answer.cells) cell.clear_held_out();
  return answer;
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
  for (const absl::Time time : {known_.now - kBackfillSettles, known_.now}) {
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
    if (!answers.contains(QueryKey(QueryOf(load)))) {
      return MakeError(absl::StatusCode::kInternal, "INTERNAL", "a query was not foreseen");
    }
    RETURN_IF_ERROR(engine_->Answer(AnswerTo(load, answers)));
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
  ASSIGN_OR_RETURN(const auto bytes, engine_->Read(runtime, series_.slice.ToString(),
                                                   series_.window, period, known_.now));
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
