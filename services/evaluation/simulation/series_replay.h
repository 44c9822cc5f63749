// SeriesReplay: one series of a KPI, computed from its first sample on by an engine of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/kpi/slice.h"
#include "services/evaluation/engine/partition_engine.h"
#include "services/evaluation/simulation/aggregate_source.h"

namespace kpisuite {

// Identifies a query among those of one workspace.
std::string QueryKey(const v1::AggregateQuery& query);
using AnswersByQuery = std::map<std::string, AggregateAnswer>;

// Which series.
struct ReplayedSeries {
  std::shared_ptr<const KpiDefinition> kpi;
  size_t window = 0;
  Slice slice;
};

// What is known beside the definitions.
struct ReplayKnowledge {
  FinalityDecisions decisions;  // about any KPI, in the order of time
  RecordedLookup recorded;      // null: nothing is on record
  // All versions of a KPI, oldest first, itself last; null: each KPI has one.
  std::function<std::vector<KpiVersion>(const std::shared_ptr<const KpiDefinition>&)> versions;
  absl::Time now;
  // Whether samples and watermarks are those of that moment too; else they are the latest.
  bool as_of_now = false;
};

// Not thread-safe. Used once: Queries, Run, then the reads.
class SeriesReplay {
 public:
  // As the series stands at that time. `catalog` has the KPIs that targets of `series` read; it is
  // used during the call alone.
  SeriesReplay(ReplayedSeries series, const Catalog& catalog, ReplayKnowledge knowledge);

  // What must be known of the samples. Errors: those of PartitionEngine::SetVersions.
  absl::StatusOr<std::vector<v1::AggregateQuery>> Queries() const;
  // Computes the series; `answers` has those of Queries(). `proceed` is asked now and then; its
  // errors end the run.
  absl::Status Run(const AnswersByQuery& answers, const std::function<absl::Status()>& proceed);

  // First period with rows; nothing when there is none.
  std::optional<Period> FirstWithRows() const;
  // The state of any period of the window, without what only stored states have (version, revision,
  // time of closing). What is held out is not told of an earlier moment. NOT_FOUND for a slice
  // without samples.
  absl::StatusOr<v1::KpiState> StateOf(const Period& period) const;

  const KpiDefinition& kpi() const { return *series_.kpi; }
  const Window& window() const { return series_.kpi->windows[series_.window]; }

 private:
  absl::StatusOr<std::unique_ptr<PartitionEngine>> MakeEngine(
      const v1::FeedPosition& position) const;
  v1::AggregateQuery QueryOf(const LoadRequest& load) const;
  LoadAnswer AnswerTo(const LoadRequest& load, const AnswersByQuery& answers) const;
  absl::StatusOr<bool> AnswerLoads(const AnswersByQuery& answers);

  ReplayedSeries series_;
  // The versions of it and of those that targets read.
  std::vector<std::vector<KpiVersion>> chains_;
  std::map<std::string, FinalityDecisions> decisions_;  // by resource name of the KPI
  const ReplayKnowledge known_;
  std::unique_ptr<PartitionEngine> engine_;
};

}  // namespace kpisuite
