#include "services/measurement/measurement_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"
#include "services/measurement/change_batch.h"
#include "services/measurement/retention.h"
#include "services/measurement/sample_pages.h"

namespace kpisuite {
namespace {

constexpr int kMaxQueries = 1000;
constexpr int kMaxWatermarkMetrics = 1000;

absl::Status InvalidField(absl::string_view field, absl::string_view code,
                          std::string description) {
  return InvalidFields({{std::string(field), std::move(description), std::string(code), 0, 0}});
}

absl::StatusOr<std::string> WorkspaceOf(const std::string& parent) {
  absl::StatusOr<std::string> workspace = ParseWorkspace(parent);
  if (workspace.ok()) return workspace;
  return InvalidField("parent", violation::kSyntax, GotWant(parent, "workspaces/{workspace}"));
}

absl::Status UnknownMetric(const std::string& field, const std::string& parent,
                           const std::string& metric) {
  return MakeError(absl::StatusCode::kNotFound, "UNKNOWN_METRIC",
                   absl::StrCat(field, ": ", GotWant(metric, absl::StrCat("a metric of ", parent))),
                   {{"metric", metric}});
}

// The units of one request on their way to the store.
class Gathering {
 public:
  using Done = std::function<void(absl::StatusOr<std::vector<IngestOutcome>>)>;

  Gathering(size_t units, Done done) : done_(std::move(done)), outcomes_(units), missing_(units) {}

  void Set(size_t index, absl::StatusOr<IngestOutcome> outcome) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (outcome.ok()) {
        outcomes_[index] = *std::move(outcome);
      } else if (error_.ok()) {
        error_ = outcome.status();
      }
      if (--missing_ > 0) return;
    }
    // The last one in is alone.
    if (error_.ok()) {
      done_(std::move(outcomes_));
    } else {
      done_(error_);
    }
  }

 private:
  const Done done_;
  Mutex mutex_;
  std::vector<IngestOutcome> outcomes_;
  absl::Status error_;
  size_t missing_ GUARDED_BY(mutex_);
};

bool IsUnknownMetric(const absl::Status& status) {
  return GetErrorDetails(status).reason == "UNKNOWN_METRIC";
}

}  // namespace

MeasurementService::MeasurementService(MeasurementStore& store, const MetricCatalog& catalog,
                                       DefinitionFreshness& freshness, const Clock& clock,
                                       const MeasurementLimits& limits)
    : store_(store), catalog_(catalog), freshness_(freshness), clock_(clock), limits_(limits) {}

absl::StatusOr<IngestPlan> MeasurementService::PlanOrCatchUp(
    absl::Time deadline, absl::FunctionRef<absl::StatusOr<IngestPlan>(const IngestContext&)> plan) {
  const auto find = [this](absl::string_view workspace, absl::string_view metric) {
    return catalog_.Find(workspace, metric);
  };
  const absl::Time now = clock_.Now();
  const IngestContext context{find, limits_.ingest, store_.partitions(), now,
                              SamplesKeptFrom(limits_.sample_retention, now)};
  absl::StatusOr<IngestPlan> planned = plan(context);
  const bool unknown =
      planned.ok() ? !planned->unknown_metrics.empty() : IsUnknownMetric(planned.status());
  if (!unknown) return planned;
  RETURN_IF_ERROR(freshness_.CatchUp(deadline));
  return plan(context);
}

void MeasurementService::Ingest(std::vector<IngestUnit> units,
                                std::function<void(absl::StatusOr<Outcomes>)> done) {
  if (units.empty()) return done(Outcomes());
  const auto gathering = std::make_shared<Gathering>(units.size(), std::move(done));
  for (size_t i = 0; i < units.size(); ++i) {
    store_.Ingest(std::move(units[i]), [gathering, i](absl::StatusOr<IngestOutcome> outcome) {
      gathering->Set(i, std::move(outcome));
    });
  }
}

void MeasurementService::Count(const Outcomes& outcomes) {
  for (const IngestOutcome& outcome : outcomes) {
    if (outcome.duplicate) {
      ++totals_->duplicate_requests;
      continue;
    }
    totals_->inserted += outcome.counts.inserted;
    totals_->corrected += outcome.counts.corrected;
    totals_->retracted += outcome.counts.retracted;
    totals_->unchanged += outcome.counts.unchanged;
  }
}

void MeasurementService::Write(const v1::WriteSamplesRequest& request, absl::Time deadline,
                               Done<v1::WriteSamplesResponse> done) {
  absl::StatusOr<IngestPlan> planned = PlanOrCatchUp(
      deadline, [&request](const IngestContext& context) { return PlanWrite(request, context); });
  if (!planned.ok()) return done(planned.status());
  const auto plan = std::make_shared<IngestPlan>(*std::move(planned));
  if (request.validate_only()) {
    v1::WriteSamplesResponse response;
    *response.mutable_result() = ResultOf(*plan, {});
    return done(std::move(response));
  }
  std::vector<IngestUnit> units = std::move(plan->units);
  Ingest(std::move(units), [this, plan, done](absl::StatusOr<Outcomes> outcomes) {
    if (!outcomes.ok()) return done(outcomes.status());
    Count(*outcomes);
    v1::WriteSamplesResponse response;
    *response.mutable_result() = ResultOf(*plan, *outcomes);
    done(std::move(response));
  });
}

void MeasurementService::Retract(const v1::RetractSamplesRequest& request, absl::Time deadline,
                                 Done<v1::RetractSamplesResponse> done) {
  absl::StatusOr<IngestPlan> plan = PlanOrCatchUp(
      deadline,
      [&request](const IngestContext& context) { return PlanRetraction(request, context); });
  if (!plan.ok()) return done(plan.status());
  Ingest(std::move(plan->units), [this, done](absl::StatusOr<Outcomes> outcomes) {
    if (!outcomes.ok()) return done(outcomes.status());
    Count(*outcomes);
    v1::RetractSamplesResponse response;
    *response.mutable_result() = ResultOf(IngestPlan(), *outcomes);
    done(std::move(response));
  });
}

absl::StatusOr<std::vector<std::shared_ptr<const MetricDefinition>>>
MeasurementService::MetricsOfRequest(const v1::AdvanceWatermarkRequest& request,
                                     absl::Time deadline) {
  ASSIGN_OR_RETURN(const std::string workspace, WorkspaceOf(request.parent()));
  if (request.source().empty() == request.metrics().empty()) {
    return InvalidField("source", violation::kRequired,
                        absl::StrCat("got ", request.source().empty() ? "neither" : "both",
                                     ", want exactly one of source and metrics"));
  }
  if (request.metrics_size() > kMaxWatermarkMetrics) {
    return InvalidField(
        "metrics", violation::kLimit,
        absl::StrCat("got ", request.metrics_size(), ", want at most ", kMaxWatermarkMetrics));
  }
  std::vector<std::shared_ptr<const MetricDefinition>> metrics;
  if (!request.source().empty()) {
    metrics = catalog_.FindBySource(workspace, request.source());
    if (metrics.empty()) {
      RETURN_IF_ERROR(freshness_.CatchUp(deadline));
      metrics = catalog_.FindBySource(workspace, request.source());
    }
    if (!metrics.empty()) return metrics;
    return MakeError(
        absl::StatusCode::kNotFound, "NOT_FOUND",
        absl::StrCat("source: ", GotWant(request.source(), "a source that metrics name")),
        {{"source", request.source()}});
  }
  for (int i = 0; i < request.metrics_size(); ++i) {
    ASSIGN_OR_RETURN(auto metric, FindMetric(request.parent(), absl::StrCat("metrics[", i, "]"),
                                             request.metrics(i), deadline));
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

void MeasurementService::AdvanceWatermark(const v1::AdvanceWatermarkRequest& request,
                                          absl::Time deadline,
                                          Done<v1::AdvanceWatermarkResponse> done) {
  const auto metrics = MetricsOfRequest(request, deadline);
  if (!metrics.ok()) return done(metrics.status());
  absl::StatusOr<IngestPlan> plan = PlanOrCatchUp(deadline, [&](const IngestContext& context) {
    return PlanWatermarks(request, *metrics, context);
  });
  if (!plan.ok()) return done(plan.status());
  Ingest(std::move(plan->units), [done](absl::StatusOr<Outcomes> outcomes) {
    if (!outcomes.ok()) return done(outcomes.status());
    v1::AdvanceWatermarkResponse response;
    for (const IngestOutcome& outcome : *outcomes) {
      for (const WatermarkMove& watermark : outcome.watermarks) {
        v1::Watermark* const added = response.add_watermarks();
        added->set_metric(watermark.metric);
        *added->mutable_complete_through() = TimestampOfNano(watermark.complete_through_nano);
      }
    }
    response.set_position_token(PositionTokenOf(*outcomes));
    done(std::move(response));
  });
}

absl::StatusOr<std::shared_ptr<const MetricDefinition>> MeasurementService::FindMetric(
    const std::string& parent, const std::string& field, const std::string& metric,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const std::string workspace, WorkspaceOf(parent));
  std::shared_ptr<const MetricDefinition> found = catalog_.Find(workspace, metric);
  if (found != nullptr) return found;
  RETURN_IF_ERROR(freshness_.CatchUp(deadline));
  found = catalog_.Find(workspace, metric);
  if (found != nullptr) return found;
  return UnknownMetric(field, parent, metric);
}

absl::Status MeasurementService::QueryAggregates(
    const v1::QueryAggregatesRequest& request, absl::Time deadline,
    absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit) {
  if (request.queries().empty() || request.queries_size() > kMaxQueries) {
    return InvalidField("queries", violation::kLimit,
                        absl::StrCat("got ", request.queries_size(), ", want 1 to ", kMaxQueries));
  }
  std::vector<AggregatePlan> plans;
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.queries_size(); ++i) {
    const v1::AggregateQuery& query = request.queries(i);
    ASSIGN_OR_RETURN(const auto metric,
                     FindMetric(request.parent(), absl::StrCat("queries[", i, "].metric"),
                                query.metric(), deadline));
    absl::StatusOr<AggregatePlan> plan = PlanAggregate(query, i, metric, clock_.Now());
    if (plan.ok()) {
      plans.push_back(*std::move(plan));
    } else {
      const ErrorDetails details = GetErrorDetails(plan.status());
      violations.insert(violations.end(), details.violations.begin(), details.violations.end());
    }
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return AnswerAggregates(store_, plans, limits_.aggregates, emit);
}

absl::StatusOr<v1::ReadSamplesResponse> MeasurementService::ReadSamples(
    const v1::ReadSamplesRequest& request, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto metric,
                   FindMetric(request.parent(), "metric", request.metric(), deadline));
  ASSIGN_OR_RETURN(const std::unique_ptr<MeasurementSnapshot> snapshot, store_.Snapshot());
  return ReadSamplePage(request, *metric, *snapshot);
}

absl::StatusOr<v1::ListSeriesResponse> MeasurementService::ListSeries(
    const v1::ListSeriesRequest& request, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto metric,
                   FindMetric(request.parent(), "metric", request.metric(), deadline));
  ASSIGN_OR_RETURN(const std::unique_ptr<MeasurementSnapshot> snapshot, store_.Snapshot());
  return ReadSeriesPage(request, *metric, *snapshot);
}

absl::StatusOr<v1::ServerInfo> MeasurementService::Info() {
  RETURN_IF_ERROR(store_.RefreshHeads());
  v1::ServerInfo info;
  info.set_service("kpi-measurement");
  info.set_version(KPISUITE_VERSION);
  info.set_store_engine(std::string(store_.engine()));
  info.set_max_batch_samples(static_cast<int32_t>(limits_.ingest.max_batch_samples));
  info.set_max_message_bytes(limits_.max_message_bytes);
  info.set_max_future_seconds(
      static_cast<int32_t>(absl::ToInt64Seconds(limits_.ingest.max_future)));
  info.set_max_unacked_batches(limits_.max_unacked_batches);
  for (const FeedHead& head : store_.Heads()) {
    v1::PartitionHead* const partition = info.add_partitions();
    partition->set_part(head.part);
    partition->set_incarnation(head.incarnation);
    partition->set_last_seq(head.last_seq);
    partition->set_trimmed_seq(head.trimmed_seq);
  }
  const absl::Time now = clock_.Now();
  *info.mutable_server_time() = TimestampOf(now);
  const absl::Time kept_from = SamplesKeptFrom(limits_.sample_retention, now);
  if (kept_from != absl::InfinitePast()) {
    *info.mutable_samples_kept_from() = TimestampOf(kept_from);
  }
  info.set_definition_position(catalog_.position());
  return info;
}

}  // namespace kpisuite
