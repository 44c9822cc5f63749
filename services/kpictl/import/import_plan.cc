#include "services/kpictl/import/import_plan.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/suggestion.h"
#include "libs/document/yaml_writer.h"

namespace kpisuite {
namespace {

// The contract's default of Metric.scale and weight_scale.
constexpr int kDefaultScale = 4;

// Index of a column, which is added when it is new.
size_t ColumnIndex(const std::string& name, std::vector<std::string>& columns) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found != columns.end()) return static_cast<size_t>(found - columns.begin());
  columns.push_back(name);
  return columns.size() - 1;
}

PlannedMetric PlanMetric(const std::string& id, const v1::Metric& metric, size_t column) {
  PlannedMetric planned;
  planned.metric = id;
  planned.value_column = column;
  planned.scale = metric.has_scale() ? metric.scale() : kDefaultScale;
  planned.weight_scale = metric.has_weight_scale() ? metric.weight_scale() : kDefaultScale;
  planned.needs_id = metric.identity() != v1::SAMPLE_IDENTITY_TIME;
  return planned;
}

void CheckDimensions(const imports::ImportMapping& mapping, const std::string& id,
                     const v1::Metric& metric, std::vector<FieldViolation>& violations) {
  const std::vector<std::string> declared(metric.dimensions().begin(), metric.dimensions().end());
  for (const auto& [dimension, column] : mapping.dimensions()) {
    if (std::find(declared.begin(), declared.end(), dimension) != declared.end()) continue;
    violations.push_back(
        {absl::StrCat("dimensions.", dimension),
         absl::StrCat("the metric ", id, " does not declare it", DidYouMean(dimension, declared)),
         ""});
  }
}

std::string Fingerprint(const imports::ImportMapping& mapping, const ImportPlan& plan) {
  std::string text = MessageToYaml(mapping);
  for (const PlannedMetric& metric : plan.metrics) {
    absl::StrAppend(&text, metric.metric, " ", metric.scale, " ", metric.weight_scale, " ",
                    metric.needs_id, "\n");
  }
  return text;
}

}  // namespace

bool ImportPlan::derives_ids() const {
  return !id_column.has_value() && std::any_of(metrics.begin(), metrics.end(),
                                               [](const auto& metric) { return metric.needs_id; });
}

absl::StatusOr<ImportPlan> MakeImportPlan(const imports::ImportMapping& mapping,
                                          const std::vector<v1::Definition>& metrics) {
  std::vector<FieldViolation> violations;
  auto time_parser = TimeParser::Create(mapping.time_format(), mapping.time_zone());
  if (!time_parser.ok()) {
    violations.push_back({"time", std::string(time_parser.status().message()), ""});
  }
  if (mapping.time_column().empty()) violations.push_back({"timeColumn", "required", ""});
  if (mapping.values().empty()) violations.push_back({"values", "want at least one metric", ""});

  std::vector<std::string> columns;
  std::vector<PlannedMetric> planned;
  const std::map<std::string, std::string> values(mapping.values().begin(), mapping.values().end());
  for (const auto& [id, column] : values) {
    const std::string& wanted = id;
    const auto definition = std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) {
      return ParseResourceName(metric.name()).id == wanted;
    });
    if (definition == metrics.end()) {
      violations.push_back({absl::StrCat("values.", id), "the metric is not defined", ""});
      continue;
    }
    CheckDimensions(mapping, id, definition->metric(), violations);
    planned.push_back(PlanMetric(id, definition->metric(), ColumnIndex(column, columns)));
  }
  const bool takes_ids = std::any_of(planned.begin(), planned.end(),
                                     [](const auto& metric) { return metric.needs_id; });
  if (mapping.has_id_column() && !takes_ids && !planned.empty()) {
    violations.push_back(
        {"idColumn", "the identity of the metrics is TIME: their samples have no ids", ""});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));

  ImportPlan plan{.columns = {}, .time_parser = *std::move(time_parser)};
  plan.metrics = std::move(planned);
  plan.time_column = ColumnIndex(mapping.time_column(), columns);
  const auto index = [&](bool present, const std::string& name) {
    return present ? std::optional<size_t>(ColumnIndex(name, columns)) : std::nullopt;
  };
  plan.id_column = index(mapping.has_id_column(), mapping.id_column());
  plan.entity_column = index(mapping.has_entity_column(), mapping.entity_column());
  plan.weight_column = index(mapping.has_weight_column(), mapping.weight_column());
  const std::map<std::string, std::string> dimensions(mapping.dimensions().begin(),
                                                      mapping.dimensions().end());
  for (const auto& [dimension, column] : dimensions) {
    plan.dimensions.emplace_back(dimension, ColumnIndex(column, columns));
  }
  plan.skip_empty = mapping.skip_empty();
  plan.columns = std::move(columns);
  plan.fingerprint = Fingerprint(mapping, plan);
  return plan;
}

}  // namespace kpisuite
