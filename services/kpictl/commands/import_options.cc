#include "services/kpictl/commands/import_options.h"

#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_set.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {
namespace {

// NAME=COLUMN; NAME alone means the column of that name when `alone` is set.
absl::StatusOr<std::pair<std::string, std::string>> ParsePair(const std::string& flag,
                                                              const std::string& text, bool alone) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos && alone && !text.empty()) return std::pair(text, text);
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return UsageError(absl::StrCat(flag, ": got \"", text, "\", want NAME=COLUMN"));
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

// The pairs of a flag that may be repeated, over those of the map.
absl::Status SetPairs(const std::string& flag, const std::vector<std::string>& texts, bool alone,
                      google::protobuf::Map<std::string, std::string>& pairs) {
  std::set<std::string> names;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(auto pair, ParsePair(flag, text, alone));
    if (!names.insert(pair.first).second) {
      return UsageError(absl::StrCat(flag, ": got \"", pair.first, "\" twice, want one column"));
    }
    pairs[pair.first] = std::move(pair.second);
  }
  return absl::OkStatus();
}

absl::Status ReadMap(const std::string& path, imports::ImportMapping& mapping) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::ostringstream text;
  text << file.rdbuf();
  const absl::Status status = ParseMessage(text.str(), mapping);
  if (status.ok()) return status;
  ErrorDetails details = GetErrorDetails(status);
  for (FieldViolation& violation : details.violations) {
    violation.field = absl::StrCat(path, ":", violation.line, ":", violation.column,
                                   violation.field.empty() ? "" : ": ", violation.field);
  }
  return InvalidFields(details.violations);
}

}  // namespace

void AddImportOptions(CLI::App& command, ImportOptions& options) {
  command.add_option("file", options.file, "CSV or NDJSON file, - for stdin")->required();
  command.add_option("--format", options.format, "csv or ndjson [by the end of the name]");
  command.add_option("--delimiter", options.delimiter, "of CSV; one character, or tab [,]");
  command.add_option("--map", options.map_file,
                     "YAML file with timeColumn, timeFormat, timeZone, idColumn, entityColumn, "
                     "weightColumn, dimensions, values");
  command.add_option("--metric", options.metric, "metric of --value-column");
  command.add_option("--value-column", options.value_column, "column of the values");
  command
      .add_option("--value", options.values, "METRIC=COLUMN; repeated: several metrics in one pass")
      ->allow_extra_args(false);
  command
      .add_option("--dimension", options.dimensions,
                  "DIMENSION=COLUMN, or DIMENSION where both have one name; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--time-column", options.time_column, "column of the event times");
  command.add_option("--time-format", options.time_format,
                     "iso, unix, unix-ms, unix-us, unix-ns or a pattern such as %d.%m.%Y [iso]");
  command.add_option("--time-zone", options.time_zone, "zone of times without an offset");
  command.add_option("--id-column", options.id_column,
                     "column that tells equal times apart [derived from the row]");
  command.add_option("--entity-column", options.entity_column,
                     "column that says whom a sample is about");
  command.add_option("--weight-column", options.weight_column, "column of the weights");
  command.add_flag("--skip-empty", options.skip_empty, "rows without a value give no sample");
  command.add_flag("--skip-bad-rows", options.skip_bad_rows, "import the good rows all the same");
  command.add_flag("--dry-run", options.dry_run, "read and check the whole file only");
  command.add_option("--batch-size", options.batch_size, "samples in one request [1000]")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--reason", options.reason, "why; kept with corrections");
  command.add_option("--resume-file", options.resume_file,
                     "keeps how far it got; the next run skips that (without it the server "
                     "recognises what it has)");
  command.add_flag("--advance-watermark,!--no-advance-watermark", options.advance_watermark,
                   "afterwards, data is complete through the last imported instant [on]");
  command.add_option("--complete-through", options.complete_through,
                     "data is complete through this time instead");
}

absl::Status CheckImportOptions(const ImportOptions& options) {
  if (options.metric.empty() != options.value_column.empty()) {
    return UsageError("--metric and --value-column go together");
  }
  if (options.delimiter.size() != 1 && options.delimiter != "tab") {
    return UsageError(
        absl::StrCat("--delimiter: got \"", options.delimiter, "\", want one character, or tab"));
  }
  if (!options.complete_through.empty() && !options.advance_watermark) {
    return UsageError("--complete-through goes with --advance-watermark");
  }
  return FormatOf(options).status();
}

absl::StatusOr<FileFormat> FormatOf(const ImportOptions& options) {
  if (options.format.empty()) return GuessFormat(options.file);
  if (options.format == "csv") return FileFormat::kCsv;
  if (options.format == "ndjson") return FileFormat::kNdjson;
  return UsageError(absl::StrCat("--format: got \"", options.format, "\", want csv or ndjson"));
}

absl::StatusOr<imports::ImportMapping> MakeImportMapping(const ImportOptions& options) {
  imports::ImportMapping mapping;
  RETURN_IF_ERROR(ReadMap(options.map_file, mapping));
  const auto set = [](const std::string& flag, auto setter) {
    if (!flag.empty()) setter(flag);
  };
  set(options.time_column, [&](const auto& name) { mapping.set_time_column(name); });
  set(options.time_format, [&](const auto& name) { mapping.set_time_format(name); });
  set(options.time_zone, [&](const auto& name) { mapping.set_time_zone(name); });
  set(options.id_column, [&](const auto& name) { mapping.set_id_column(name); });
  set(options.entity_column, [&](const auto& name) { mapping.set_entity_column(name); });
  set(options.weight_column, [&](const auto& name) { mapping.set_weight_column(name); });
  if (options.skip_empty) mapping.set_skip_empty(true);
  if (!options.metric.empty()) (*mapping.mutable_values())[options.metric] = options.value_column;
  RETURN_IF_ERROR(SetPairs("--value", options.values, false, *mapping.mutable_values()));
  RETURN_IF_ERROR(SetPairs("--dimension", options.dimensions, true, *mapping.mutable_dimensions()));
  if (mapping.time_column().empty()) return UsageError("--time-column is required");
  if (mapping.values().empty()) {
    return UsageError("--metric with --value-column, or --value METRIC=COLUMN, is required");
  }
  return mapping;
}

}  // namespace kpisuite
