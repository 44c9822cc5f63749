// AggregateStream: the chunks of one QueryAggregates call.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/executor.h"
#include "libs/rpc/stream_source.h"
#include "services/measurement/measurement_service.h"

namespace kpisuite {

// The scan runs on an executor of its own, so that a long one holds up neither writes nor the
// change feed. It never waits for the client, whose chunks are kept, at most max_answer_bytes: its
// snapshot is as short-lived as can be. A scan whose client went away ends with the next chunk.
class AggregateStream final : public StreamSource<v1::QueryAggregatesResponse> {
 public:
  // Starts the scan. `service` outlives `scans`, which outlives its work. RESOURCE_EXHAUSTED
  // QUEUE_FULL.
  static absl::StatusOr<std::unique_ptr<AggregateStream>> Create(MeasurementService& service,
                                                                 v1::QueryAggregatesRequest request,
                                                                 absl::Time deadline,
                                                                 Executor& scans,
                                                                 StreamWaker waker);
  ~AggregateStream() override;

  StreamStep<v1::QueryAggregatesResponse> Next() override;

 private:
  class Scan;
  explicit AggregateStream(std::shared_ptr<Scan> scan);

  const std::shared_ptr<Scan> scan_;
};

}  // namespace kpisuite
