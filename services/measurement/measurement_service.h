// MeasurementService: the logic behind the methods, without gRPC.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/common.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/clock.h"
#include "services/measurement/aggregate_answer.h"
#include "services/measurement/aggregate_scan.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/metric_catalog.h"

namespace kpisuite {

struct MeasurementLimits {
  IngestLimits ingest;
  AggregateLimits aggregates;
  int max_message_bytes = 8 << 20;
  // Of one StreamSamples call; beyond either nothing more is read.
  int max_unacked_batches = 64;
  size_t max_unacked_bytes = size_t{8} << 20;
  // How long samples are taken after their event times, see SamplesKeptFrom; 0: for ever.
  absl::Duration sample_retention = absl::ZeroDuration();
  // Of one QueryAggregates call, in memory at the server.
  size_t max_answer_bytes = size_t{256} << 20;
};

// The way to definitions that are not here yet.
class DefinitionFreshness {
 public:
  virtual ~DefinitionFreshness() = default;
  // Brings the catalog to what is defined now. May block until `deadline`. UNAVAILABLE NOT_READY.
  virtual absl::Status CatchUp(absl::Time deadline) = 0;
};

// What happened to samples since the process started. Thread-safe.
struct IngestTotals {
  std::atomic<int64_t> inserted{0};
  std::atomic<int64_t> corrected{0};
  std::atomic<int64_t> retracted{0};
  std::atomic<int64_t> unchanged{0};
  std::atomic<int64_t> duplicate_requests{0};
};

// Thread-safe. Every method may block. A method that names an unknown metric catches up with the
// definitions once before it answers NOT_FOUND UNKNOWN_METRIC.
class MeasurementService {
 public:
  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // The references outlive the service and all calls in progress.
  MeasurementService(MeasurementStore& store, const MetricCatalog& catalog,
                     DefinitionFreshness& freshness, const Clock& clock,
                     const MeasurementLimits& limits);
  MeasurementService(const MeasurementService&) = delete;
  MeasurementService& operator=(const MeasurementService&) = delete;

  // Checks the request and hands it to the store; `done` is called exactly once, from any thread,
  // when it is durable or refused. Errors: those of the rpc.
  void Write(const v1::WriteSamplesRequest& request, absl::Time deadline,
             Done<v1::WriteSamplesResponse> done);
  void Retract(const v1::RetractSamplesRequest& request, absl::Time deadline,
               Done<v1::RetractSamplesResponse> done);
  void AdvanceWatermark(const v1::AdvanceWatermarkRequest& request, absl::Time deadline,
                        Done<v1::AdvanceWatermarkResponse> done);

  // Calls `emit` for each chunk, all of one snapshot; an error of it ends the query.
  absl::Status QueryAggregates(const v1::QueryAggregatesRequest& request, absl::Time deadline,
                               absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit);
  absl::StatusOr<v1::ReadSamplesResponse> ReadSamples(const v1::ReadSamplesRequest& request,
                                                      absl::Time deadline);
  absl::StatusOr<v1::ListSeriesResponse> ListSeries(const v1::ListSeriesRequest& request,
                                                    absl::Time deadline);
  // UNAVAILABLE STORE_UNAVAILABLE: the heads that are committed now cannot be told.
  absl::StatusOr<v1::ServerInfo> Info();

  const MeasurementLimits& limits() const { return limits_; }
  // Shared, so that a scrape may outlive the service.
  std::shared_ptr<const IngestTotals> totals() const { return totals_; }

 private:
  using Outcomes = std::vector<IngestOutcome>;

  // Plans with the present definitions; when a metric is unknown, again after catching up.
  absl::StatusOr<IngestPlan> PlanOrCatchUp(
      absl::Time deadline,
      absl::FunctionRef<absl::StatusOr<IngestPlan>(const IngestContext&)> plan);
  // Ingests all units; `done` gets the outcomes in the order of the units, or the first error.
  void Ingest(std::vector<IngestUnit> units, std::function<void(absl::StatusOr<Outcomes>)> done);
  void Count(const Outcomes& outcomes);
  absl::StatusOr<std::shared_ptr<const MetricDefinition>> FindMetric(const std::string& parent,
                                                                     const std::string& field,
                                                                     const std::string& metric,
                                                                     absl::Time deadline);
  absl::StatusOr<std::vector<std::shared_ptr<const MetricDefinition>>> MetricsOfRequest(
      const v1::AdvanceWatermarkRequest& request, absl::Time deadline);

  MeasurementStore& store_;
  const MetricCatalog& catalog_;
  DefinitionFreshness& freshness_;
  const Clock& clock_;
  const MeasurementLimits limits_;
  const std::shared_ptr<IngestTotals> totals_ = std::make_shared<IngestTotals>();
};

}  // namespace kpisuite
