// Rows become batches; the same rows always become the same batches.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "services/kpictl/import/import_plan.h"
#include "services/kpictl/import/row_reader.h"

namespace kpisuite {

struct ImportBatch {
  int64_t number = 0;  // from 1
  v1::WriteSamplesRequest request;
  std::vector<std::vector<int64_t>> lines;  // of the file, by series and sample of the request
  int64_t rows = 0;
  int64_t samples = 0;
};

// The place in the file of a violation's field `series[3].time_unix_nano[17]`: its line, or of the
// series' first sample when no sample is named; 0 when the field names no series.
int64_t LineOfField(const ImportBatch& batch, absl::string_view field);

// Not thread-safe.
class BatchBuilder {
 public:
  // `import_id` makes the request ids: `{import_id}-{number}`. `plan` outlives the builder.
  BatchBuilder(const ImportPlan& plan, std::string parent, std::string import_id, int batch_size);

  // Adds a row; returns the batch before it when the row does not fit into that any more.
  std::optional<ImportBatch> Add(const MeasuredRow& row);
  // The last batch; nullopt when there is none.
  std::optional<ImportBatch> Finish();

  // A batch ends at about this size even with fewer samples.
  static constexpr size_t kMaxBatchBytes = 1 << 20;

 private:
  ImportBatch Start();
  ImportBatch Take();
  void AddSample(const MeasuredRow& row, size_t metric);

  const ImportPlan& plan_;
  const std::string parent_;
  const std::string import_id_;
  const int batch_size_;
  int64_t next_number_ = 1;
  ImportBatch batch_;
  size_t bytes_ = 0;
  std::map<std::string, int> blocks_;  // index of the block by metric and members
};

}  // namespace kpisuite
