// Plans for the tests of this folder.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "libs/document/definition_set.h"
#include "services/kpictl/import/import_plan.h"
#include "services/kpictl/import/row_reader.h"
#include "services/kpictl/import/row_source.h"

namespace kpisuite {

inline v1::Definition MetricOf(const std::string& id, v1::SampleIdentity identity, int scale) {
  v1::Definition definition;
  definition.set_name("workspaces/default/metrics/" + id);
  definition.mutable_metric()->set_identity(identity);
  definition.mutable_metric()->set_scale(scale);
  definition.mutable_metric()->add_dimensions("origin");
  return definition;
}

// `mapping` in YAML, over the metrics delay (EVENT, scale 1) and level (TIME, scale 0).
inline absl::StatusOr<ImportPlan> PlanOf(const std::string& mapping) {
  imports::ImportMapping parsed;
  const absl::Status status = ParseMessage(mapping, parsed);
  if (!status.ok()) return status;
  return MakeImportPlan(parsed, {MetricOf("delay", v1::SAMPLE_IDENTITY_EVENT, 1),
                                 MetricOf("level", v1::SAMPLE_IDENTITY_TIME, 0)});
}

// The rows of a CSV text as `plan` reads them; those that are bad are left out.
inline std::vector<MeasuredRow> RowsOf(const ImportPlan& plan, const std::string& csv) {
  std::istringstream input(csv);
  const auto source = OpenRows(input, FileFormat::kCsv, ',', plan.columns);
  RowReader reader(plan);
  std::vector<MeasuredRow> rows;
  while (true) {
    const auto row = (*source)->Next();
    if (!row.ok()) continue;
    if (!row->has_value()) return rows;
    auto measured = reader.Read(**row);
    if (measured.ok()) rows.push_back(*std::move(measured));
  }
}

}  // namespace kpisuite
