#include "tests/harness/measurement_node.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/state_text.h"
#include "services/measurement/aggregate_query.h"
#include "services/measurement/aggregate_scan.h"

namespace kpisuite {
namespace {

constexpr size_t kPageBytes = size_t{4} << 20;

absl::Status UnknownMetric(absl::string_view metric) {
  return MakeError(absl::StatusCode::kNotFound, "UNKNOWN_METRIC",
                   absl::StrCat("metrics: got ", metric, ", want a metric that is defined"));
}

}  // namespace

void MeasurementNode::DeliverDefinitions(const DefinitionChange& change) {
  if (change.position <= catalog_.position()) return;
  catalog_.Apply(change.definitions, change.position);
}

absl::StatusOr<std::vector<IngestOutcome>> MeasurementNode::Ingest(std::vector<IngestUnit> units) {
  std::vector<IngestOutcome> outcomes;
  for (IngestUnit& unit : units) {
    absl::StatusOr<IngestOutcome> outcome = absl::InternalError("the store did not answer");
    store_.Ingest(std::move(unit),
                  [&](absl::StatusOr<IngestOutcome> answer) { outcome = std::move(answer); });
    RETURN_IF_ERROR(outcome.status());
    outcomes.push_back(*std::move(outcome));
  }
  return outcomes;
}

absl::StatusOr<v1::WriteResult> MeasurementNode::Write(const v1::WriteSamplesRequest& request,
                                                       absl::Time now) {
  const auto find = [this](absl::string_view workspace, absl::string_view metric) {
    return catalog_.FindMetric(workspace, metric);
  };
  ASSIGN_OR_RETURN(
      IngestPlan plan,
      PlanWrite(request, {.find_metric = find, .partitions = store_.partitions(), .now = now}));
  ASSIGN_OR_RETURN(const std::vector<IngestOutcome> outcomes, Ingest(std::move(plan.units)));
  return ResultOf(plan, outcomes);
}

absl::StatusOr<v1::WriteResult> MeasurementNode::Retract(const v1::RetractSamplesRequest& request,
                                                         absl::Time now) {
  const auto find = [this](absl::string_view workspace, absl::string_view metric) {
    return catalog_.FindMetric(workspace, metric);
  };
  ASSIGN_OR_RETURN(IngestPlan plan, PlanRetraction(request, {.find_metric = find,
                                                             .partitions = store_.partitions(),
                                                             .now = now}));
  ASSIGN_OR_RETURN(const std::vector<IngestOutcome> outcomes, Ingest(std::move(plan.units)));
  return ResultOf(plan, outcomes);
}

absl::Status MeasurementNode::AdvanceWatermark(const v1::AdvanceWatermarkRequest& request,
                                               absl::Time now) {
  const auto find = [this](absl::string_view workspace, absl::string_view metric) {
    return catalog_.FindMetric(workspace, metric);
  };
  ASSIGN_OR_RETURN(const std::string workspace, ParseWorkspace(request.parent()));
  std::vector<std::shared_ptr<const MetricDefinition>> metrics;
  for (const std::string& id : request.metrics()) {
    metrics.push_back(find(workspace, id));
    if (metrics.back() == nullptr) return UnknownMetric(id);
  }
  ASSIGN_OR_RETURN(
      IngestPlan plan,
      PlanWatermarks(request, metrics,
                     {.find_metric = find, .partitions = store_.partitions(), .now = now}));
  return Ingest(std::move(plan.units)).status();
}

absl::StatusOr<std::vector<std::shared_ptr<const v1::ChangeBatch>>> MeasurementNode::ReadChanges(
    int part, int64_t incarnation, int64_t seq) {
  ASSIGN_OR_RETURN(const ChangePage page, store_.ReadChanges(part, incarnation, seq, kPageBytes));
  std::vector<std::shared_ptr<const v1::ChangeBatch>> batches;
  for (const std::string& bytes : page.batches) {
    auto batch = std::make_shared<v1::ChangeBatch>();
    if (!batch->ParseFromString(bytes)) return absl::InternalError("a damaged feed entry");
    batches.push_back(std::move(batch));
  }
  return batches;
}

absl::StatusOr<std::vector<AggregateAnswer>> MeasurementNode::QueryAggregates(
    const std::string& workspace, const std::vector<v1::AggregateQuery>& queries) {
  std::vector<AggregatePlan> plans;
  for (size_t i = 0; i < queries.size(); ++i) {
    const auto metric = catalog_.FindMetric(workspace, queries[i].metric());
    if (metric == nullptr) return UnknownMetric(queries[i].metric());
    // Evaluation asks by dimensions, not by levels: the time does not matter.
    ASSIGN_OR_RETURN(AggregatePlan plan,
                     PlanAggregate(queries[i], static_cast<int>(i), metric, absl::UnixEpoch()));
    plans.push_back(std::move(plan));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<MeasurementSnapshot> snapshot, store_.Snapshot());
  std::vector<AggregateAnswer> answers(queries.size());
  const auto add = [&answers](v1::QueryAggregatesResponse chunk) {
    AggregateAnswer& answer = answers[static_cast<size_t>(chunk.query())];
    answer.position = chunk.position();
    for (v1::AggregateCell& cell : *chunk.mutable_cells()) answer.cells.push_back(std::move(cell));
    if (chunk.has_complete_through()) answer.watermark = FromTimestamp(chunk.complete_through());
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(RunAggregates(*snapshot, plans, store_.partitions(), AggregateLimits(), add));
  return answers;
}

absl::StatusOr<LoadAnswer> MeasurementNode::Answer(const LoadRequest& request) {
  ASSIGN_OR_RETURN(std::vector<AggregateAnswer> answers,
                   QueryAggregates(request.workspace, {request.query}));
  return LoadAnswer{.id = request.id,
                    .seq = answers[0].position.seq(),
                    .cells = std::move(answers[0].cells),
                    .watermark = answers[0].watermark};
}

}  // namespace kpisuite
