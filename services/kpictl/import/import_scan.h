// The first pass over a file: everything that is wrong with it, before anything is written.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/kpictl/import/import_plan.h"
#include "services/kpictl/import/row_reader.h"
#include "services/kpictl/import/row_source.h"

namespace kpisuite {

struct BadRow {
  int64_t line = 0;
  std::string description;
};

struct ImportScan {
  static constexpr size_t kShownBadRows = 20;

  int64_t rows = 0;     // good ones
  int64_t samples = 0;  // in the good rows
  int64_t bad_rows = 0;
  std::vector<BadRow> first_bad_rows;     // at most kShownBadRows
  std::optional<int64_t> last_unix_nano;  // of the good rows
};

// Reads all rows. DATA_LOSS names the line from which on the file cannot be read.
absl::StatusOr<ImportScan> ScanRows(RowSource& source, const ImportPlan& plan);

// Reads all rows again and passes on the good ones; stops at the first error of `take`.
absl::Status ForEachGoodRow(RowSource& source, const ImportPlan& plan,
                            const std::function<absl::Status(const MeasuredRow&)>& take);

}  // namespace kpisuite
