// Pages of samples and of series, read from a snapshot. Pure functions of the snapshot.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/metric.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Samples by series, time, sample_id and revision. INVALID_ARGUMENT INVALID_FIELD,
// PAGE_TOKEN_INVALID; FAILED_PRECONDITION IMMUTABLE_FIELD as RunAggregates.
absl::StatusOr<v1::ReadSamplesResponse> ReadSamplePage(const v1::ReadSamplesRequest& request,
                                                       const MetricDefinition& metric,
                                                       MeasurementSnapshot& snapshot);

// Series by canonical slice. Errors as above.
absl::StatusOr<v1::ListSeriesResponse> ReadSeriesPage(const v1::ListSeriesRequest& request,
                                                      const MetricDefinition& metric,
                                                      MeasurementSnapshot& snapshot);

}  // namespace kpisuite
