#include "services/measurement/measurement_server.h"

#include <atomic>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/measurement/open_measurement_store.h"

namespace kpisuite {
namespace {

// Fewer threads than the store has readers.
constexpr ExecutorLimits kScanLimits{.threads = 2, .max_items = 256};

MeasurementLimits LimitsWith(const RetentionOptions& retention) {
  MeasurementLimits limits;
  limits.sample_retention = retention.samples;
  return limits;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MeasurementServer>> MeasurementServer::Create(
    const MeasurementOptions& options, std::shared_ptr<grpc::Channel> definition,
    ServerRuntime& runtime) {
  ASSIGN_OR_RETURN(std::shared_ptr<MeasurementStore> opened,
                   OpenMeasurementStore(options, runtime.clock()));
  auto catalog = std::make_unique<MetricCatalog>(*opened);
  RETURN_IF_ERROR(catalog->Load());
  return std::unique_ptr<MeasurementServer>(new MeasurementServer(
      std::move(opened), std::move(catalog), std::move(definition), options.retention, runtime));
}

MeasurementServer::MeasurementServer(std::shared_ptr<MeasurementStore> store,
                                     std::unique_ptr<MetricCatalog> catalog,
                                     std::shared_ptr<grpc::Channel> definition,
                                     const RetentionOptions& retention, ServerRuntime& runtime)
    : store_(std::move(store)),
      catalog_(std::move(catalog)),
      notifier_(*store_),
      definitions_(std::move(definition), *catalog_, runtime.readiness(), runtime.clock()),
      service_(*store_, *catalog_, definitions_, runtime.clock(), LimitsWith(retention)),
      scans_(kScanLimits, runtime.clock()),
      rpc_(service_, *store_, notifier_, scans_, runtime.environment()),
      retention_(*store_, retention, runtime.clock()) {
  runtime.readiness().SetReady("store");
  AddMetrics(runtime.metrics());
}

MeasurementServer::~MeasurementServer() {
  retention_.Stop();
  scans_.Shutdown();
  store_->Shutdown();
}

absl::Status MeasurementServer::Flush() {
  retention_.Stop();
  scans_.Shutdown();
  store_->Shutdown();
  return absl::OkStatus();
}

void MeasurementServer::AddMetrics(Metrics& metrics) const {
  const auto totals = service_.totals();
  const auto add_total = [&](const std::string& result, const std::atomic<int64_t>& total) {
    metrics.AddCounterReader("kpisuite_measurement_samples_total", "Samples taken, by result.",
                             {{"result", result}},
                             [totals, &total] { return static_cast<double>(total.load()); });
  };
  add_total("inserted", totals->inserted);
  add_total("corrected", totals->corrected);
  add_total("retracted", totals->retracted);
  add_total("unchanged", totals->unchanged);
  metrics.AddCounterReader(
      "kpisuite_measurement_duplicate_requests_total", "Requests answered from memory.", {},
      [totals] { return static_cast<double>(totals->duplicate_requests.load()); });
  // A scrape may come after the store is gone.
  const std::weak_ptr<MeasurementStore> store = store_;
  metrics.AddCounterReader("kpisuite_measurement_commits_total",
                           "Transactions made durable, each with one fsync.", {}, [store] {
                             const auto open = store.lock();
                             return open ? static_cast<double>(open->groups_committed()) : 0;
                           });
  metrics.AddGaugeReader("kpisuite_measurement_queued_bytes", "Bytes waiting for the disk.", {},
                         [store] {
                           const auto open = store.lock();
                           return open ? static_cast<double>(open->queued_bytes()) : 0;
                         });
}

}  // namespace kpisuite
