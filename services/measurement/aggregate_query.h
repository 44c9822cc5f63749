// AggregatePlan: one AggregateQuery, checked against its metric and ready to run. Pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/metric.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/filter.h"
#include "libs/kpi/slice.h"
#include "services/measurement/record_cutoff.h"

namespace kpisuite {

struct AggregatePlan {
  int query = 0;  // index in the request
  std::shared_ptr<const MetricDefinition> metric;
  Aggregate empty;  // the empty state of the aggregation
  Filter filter;
  std::vector<std::string> group_by;  // dimensions and levels
  Calendar calendar;                  // zone and day start
  // Local days [first, end).
  std::optional<int32_t> first_day;
  std::optional<int32_t> end_day;
  std::optional<Slice> slice;         // only this one
  std::vector<RecordCutoff> cutoffs;  // disjoint, in order
  // Whose day's membership counts for levels; nothing: that of each sample's local day (AS_WAS).
  std::optional<absl::CivilDay> as_is = {};

  // The dimensions of a series together with its levels on a day of its samples.
  Slice WithLevels(const Slice& series, absl::CivilDay day) const;
};

// INVALID_ARGUMENT INVALID_FIELD with all that is wrong, paths as `queries[3].where`. `now` tells
// where members belong AS_IS.
absl::StatusOr<AggregatePlan> PlanAggregate(const v1::AggregateQuery& query, int index,
                                            std::shared_ptr<const MetricDefinition> metric,
                                            absl::Time now);

// Days since 1970-01-01.
int32_t DayNumberOf(absl::CivilDay day);

}  // namespace kpisuite
