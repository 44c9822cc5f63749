// MeasurementNode: the sans-IO core of kpi-measurement over its memory store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/evaluation/simulation/aggregate_source.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/measurement_store.h"
#include "tests/harness/definition_node.h"

namespace kpisuite {

// Follows the definitions it is given, writes requests into the store and answers aggregate
// queries. A crash is a new node over the same store: everything else is lost. Not thread-safe.
class MeasurementNode {
 public:
  // `store` outlives the node.
  explicit MeasurementNode(MeasurementStore* store) : store_(*store) {}

  // The next entry of the definition log; entries at or before definition_position() are ignored.
  void DeliverDefinitions(const DefinitionChange& change);

  // As the methods of MeasurementService; `now` is the server's clock. A request that spans
  // partitions is applied one partition at a time, like there.
  absl::StatusOr<v1::WriteResult> Write(const v1::WriteSamplesRequest& request, absl::Time now);
  absl::StatusOr<v1::WriteResult> Retract(const v1::RetractSamplesRequest& request, absl::Time now);
  // Only `metrics` of the request are served, not `source`.
  absl::Status AdvanceWatermark(const v1::AdvanceWatermarkRequest& request, absl::Time now);

  // Entries of the change feed of one partition after `seq`.
  absl::StatusOr<std::vector<std::shared_ptr<const v1::ChangeBatch>>> ReadChanges(
      int part, int64_t incarnation, int64_t seq);
  // The answer to a load of an evaluation engine, from one snapshot of the store.
  absl::StatusOr<LoadAnswer> Answer(const LoadRequest& request);

  // The answers to several queries, from one snapshot of the store.
  absl::StatusOr<std::vector<AggregateAnswer>> QueryAggregates(
      const std::string& workspace, const std::vector<v1::AggregateQuery>& queries);

  int64_t definition_position() const { return catalog_.position(); }
  const Catalog& catalog() const { return catalog_; }
  MeasurementStore& store() { return store_; }

 private:
  absl::StatusOr<std::vector<IngestOutcome>> Ingest(std::vector<IngestUnit> units);

  MeasurementStore& store_;
  Catalog catalog_;
};

}  // namespace kpisuite
