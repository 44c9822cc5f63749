// Flags of `kpictl import`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/kpictl/import/import_mapping.pb.h"
#include "services/kpictl/import/row_source.h"

namespace kpisuite {

struct ImportOptions {
  std::string file;
  std::string format;
  std::string delimiter = ",";
  std::string map_file;
  std::string metric;
  std::string value_column;
  std::vector<std::string> values;      // METRIC=COLUMN
  std::vector<std::string> dimensions;  // NAME or NAME=COLUMN
  std::string time_column;
  std::string time_format;
  std::string time_zone;
  std::string id_column;
  std::string entity_column;
  std::string weight_column;
  bool skip_empty = false;
  bool skip_bad_rows = false;
  bool dry_run = false;
  int batch_size = 1000;
  std::string reason;
  std::string resume_file;
  bool advance_watermark = true;
  std::string complete_through;
};

void AddImportOptions(CLI::App& command, ImportOptions& options);

// INVALID_ARGUMENT (usage) for flags that contradict each other.
absl::Status CheckImportOptions(const ImportOptions& options);

absl::StatusOr<FileFormat> FormatOf(const ImportOptions& options);

// The mapping of --map with what the flags say in its place. INVALID_ARGUMENT (usage) for flags,
// NOT_FOUND for a missing file, INVALID_ARGUMENT with line and column for a wrong one.
absl::StatusOr<imports::ImportMapping> MakeImportMapping(const ImportOptions& options);

}  // namespace kpisuite
