// Which column means what, checked against the metrics.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition.pb.h"
#include "services/kpictl/import/import_mapping.pb.h"
#include "services/kpictl/import/time_parser.h"

namespace kpisuite {

// One metric that gets a sample from each row. Columns are indexes into ImportPlan::columns.
struct PlannedMetric {
  std::string metric;
  size_t value_column = 0;
  int scale = 0;
  int weight_scale = 0;
  bool needs_id = false;  // identity EVENT
};

// Immutable.
struct ImportPlan {
  std::vector<std::string> columns;  // names, each once
  TimeParser time_parser;
  size_t time_column = 0;
  std::optional<size_t> id_column;
  std::optional<size_t> entity_column;
  std::optional<size_t> weight_column;
  std::vector<std::pair<std::string, size_t>> dimensions;  // sorted by dimension
  std::vector<PlannedMetric> metrics;                      // sorted by id
  bool skip_empty = false;
  // Changes with everything that changes what a row becomes.
  std::string fingerprint;

  // Whether ids are derived from the rows.
  bool derives_ids() const;
};

// `metrics` are the definitions of all metrics in the mapping. INVALID_ARGUMENT (INVALID_FIELD)
// with everything that is wrong: no time or value column, a dimension that a metric does not
// declare, an id column although no metric has ids, a time format or zone that does not exist.
absl::StatusOr<ImportPlan> MakeImportPlan(const imports::ImportMapping& mapping,
                                          const std::vector<v1::Definition>& metrics);

}  // namespace kpisuite
