// One row of a file as what it measures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/kpictl/import/import_plan.h"
#include "services/kpictl/import/row_source.h"

namespace kpisuite {

// A row that was understood.
struct MeasuredRow {
  int64_t line = 0;
  int64_t time_unix_nano = 0;
  std::string sample_id;  // empty when no metric has ids
  std::string entity;
  std::vector<std::string> members;             // in the order of ImportPlan::dimensions
  std::vector<std::optional<int64_t>> values;   // mantissas, in the order of the metrics
  std::vector<std::optional<int64_t>> weights;  // likewise
};

// Reads the rows of one file in their order: ids that derive from the content count how often the
// content came before. Not thread-safe.
class RowReader {
 public:
  // `plan` outlives the reader.
  explicit RowReader(const ImportPlan& plan) : plan_(plan) {}

  // INVALID_ARGUMENT names the column, what came and what is wanted.
  absl::StatusOr<MeasuredRow> Read(const ImportRow& row);

 private:
  std::string DerivedId(const ImportRow& row);

  const ImportPlan& plan_;
  absl::flat_hash_map<uint64_t, uint32_t> occurrences_;
};

}  // namespace kpisuite
