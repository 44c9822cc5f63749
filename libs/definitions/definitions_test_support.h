// What the tests of definitions share: definitions from protobuf text, and a small sound world.
#pragma once

#include <google/protobuf/text_format.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/validate.h"

namespace kpisuite {

// The definition `workspaces/w/{path}` with the rest from protobuf text; aborts on bad text.
inline v1::Definition MakeDefinition(const std::string& path, const std::string& text) {
  v1::Definition definition;
  GOOGLE_CHECK(google::protobuf::TextFormat::ParseFromString(text, &definition)) << text;
  definition.set_name("workspaces/w/" + path);
  definition.set_revision(1);
  definition.set_uid("uid-" + path);
  return definition;
}

inline v1::Definition Metric(const std::string& id, const std::string& text) {
  return MakeDefinition("metrics/" + id, "metric {" + text + "}");
}

// A KPI with the fields every KPI needs, then `text`, whose scalars win.
inline v1::Definition Kpi(const std::string& id, const std::string& text) {
  v1::Definition definition = MakeDefinition("kpis/" + id, "kpi {" + text + "}");
  v1::Kpi& kpi = *definition.mutable_kpi();
  if (!kpi.has_owner()) kpi.set_owner("ops@example.com");
  if (!kpi.has_direction()) kpi.set_direction(v1::DIRECTION_HIGHER);
  if (kpi.windows().empty()) kpi.add_windows("DAY");
  return definition;
}

inline v1::Definition Target(const std::string& id, const std::string& text) {
  return MakeDefinition("targets/" + id, "target {" + text + "}");
}

// An operand of a KPI: `inputs { key: "ALIAS" value { TEXT } }`.
inline std::string Input(const std::string& alias, const std::string& text) {
  return absl::StrCat("inputs { key: \"", alias, "\" value {", text, "} } ");
}

inline std::string MetricInputText(const std::string& alias, const std::string& metric,
                                   const std::string& aggregation) {
  return Input(alias,
               absl::StrCat("metric: \"", metric, "\" aggregation: AGGREGATION_", aggregation));
}

// A metric `delay` in minutes by origin and carrier; a KPI `late` in % over it.
inline std::vector<v1::Definition> SmallWorld() {
  return {Metric("delay", "unit: 'min' scale: 0 dimensions: 'origin' dimensions: 'carrier'"),
          Kpi("late", Input("late",
                            "metric: 'delay' aggregation: AGGREGATION_COUNT "
                            "where: 'value > 15'") +
                          MetricInputText("all", "delay", "COUNT") +
                          "formula: 'late / all' unit: '%' direction: DIRECTION_LOWER "
                          "windows: 'DAY' windows: 'MONTH' slices { dimensions: 'origin' } "
                          "target { fixed: '20%' }")};
}

inline ValidationResult Validate(const Catalog& live, const std::vector<v1::Definition>& set,
                                 const RetiredMetrics& retired = {}) {
  return ValidateSet(live, {.workspace = "w", .definitions = set}, retired);
}

// `field CODE` of each violation, for comparisons.
inline std::vector<std::string> Codes(const std::vector<FieldViolation>& violations) {
  std::vector<std::string> codes;
  for (const FieldViolation& item : violations) {
    codes.push_back(absl::StrCat(item.field, " ", item.reason));
  }
  return codes;
}

// Validates one definition in the small world, in a set of its own.
inline ValidationResult ValidateOne(const v1::Definition& definition) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  return Validate(live, {definition});
}

}  // namespace kpisuite
