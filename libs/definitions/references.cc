#include "libs/definitions/references.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/kpi/formula.h"

namespace kpisuite {
namespace {

class Collector {
 public:
  explicit Collector(const ResourceName& name) : workspace_(name.workspace) {}

  void Add(DefinitionKind kind, const std::string& id, std::string field,
           Reference::Use use = Reference::Use::kContent) {
    if (!id.empty()) references_.push_back({{workspace_, kind, id}, std::move(field), use});
  }

  void AddKpi(const v1::Kpi& kpi) {
    Add(DefinitionKind::kObjective, kpi.objective(), "kpi.objective", Reference::Use::kExists);
    const std::map<std::string, const v1::Input*> inputs = [&] {
      std::map<std::string, const v1::Input*> sorted;
      for (const auto& [alias, input] : kpi.inputs()) sorted[alias] = &input;
      return sorted;
    }();
    for (const auto& [alias, input] : inputs) {
      const std::string field = MapField("kpi.inputs", alias);
      Add(DefinitionKind::kMetric, input->metric(), field + ".metric");
      Add(DefinitionKind::kKpi, input->kpi(), field + ".kpi");
    }
    AddTargetValue(kpi.target(), "kpi.target");
    Add(DefinitionKind::kCalendar, kpi.calendar(), "kpi.calendar");
    for (int i = 0; i < kpi.guardrails_size(); ++i) {
      Add(DefinitionKind::kKpi, kpi.guardrails(i), IndexField("kpi.guardrails", i),
          Reference::Use::kExists);
    }
  }

  // What the value of a target reads.
  void AddTargetValue(const v1::TargetValue& value, const std::string& field) {
    Add(DefinitionKind::kBenchmark, value.benchmark().benchmark(), field + ".benchmark.benchmark");
    Add(DefinitionKind::kKpi, value.children().weighted_by(), field + ".children.weighted_by");
    const std::map<std::string, std::string> inputs(value.formula_inputs().begin(),
                                                    value.formula_inputs().end());
    for (const auto& [alias, id] : inputs) {
      Add(DefinitionKind::kKpi, id, MapField(field + ".formula_inputs", alias));
    }
    const auto names = FormulaIdentifiers(value.formula());
    if (!value.has_formula() || !names.ok()) return;
    for (const std::string& name : *names) {
      if (!inputs.contains(name)) Add(DefinitionKind::kKpi, name, field + ".formula");
    }
  }

  void AddScorecard(const v1::Scorecard& scorecard) {
    for (int i = 0; i < scorecard.children_size(); ++i) {
      const std::string field = IndexField("scorecard.children", i);
      Add(DefinitionKind::kKpi, scorecard.children(i).kpi(), field + ".kpi");
      Add(DefinitionKind::kScorecard, scorecard.children(i).scorecard(), field + ".scorecard");
    }
  }

  std::vector<Reference> Take() { return std::move(references_); }

 private:
  const std::string workspace_;
  std::vector<Reference> references_;
};

}  // namespace

std::vector<Reference> ReferencesOf(const ResourceName& name, const v1::Definition& definition) {
  Collector collector(name);
  switch (definition.spec_case()) {
    case v1::Definition::kMetric:
      collector.Add(DefinitionKind::kSource, definition.metric().source(), "metric.source");
      break;
    case v1::Definition::kKpi: collector.AddKpi(definition.kpi()); break;
    case v1::Definition::kObjective:
      collector.Add(DefinitionKind::kObjective, definition.objective().parent(),
                    "objective.parent");
      break;
    case v1::Definition::kScorecard: collector.AddScorecard(definition.scorecard()); break;
    case v1::Definition::kBenchmark:
      // A target of the KPI may read the benchmark, which is no cycle.
      collector.Add(DefinitionKind::kKpi, definition.benchmark().kpi(), "benchmark.kpi",
                    Reference::Use::kExists);
      break;
    case v1::Definition::kInitiative:
      for (int i = 0; i < definition.initiative().effects_size(); ++i) {
        collector.Add(DefinitionKind::kKpi, definition.initiative().effects(i).kpi(),
                      IndexField("initiative.effects", i) + ".kpi");
      }
      break;
    case v1::Definition::kAlertRule:
      collector.Add(DefinitionKind::kKpi, definition.alert_rule().kpi(), "alert_rule.kpi");
      break;
    case v1::Definition::kTarget:
      collector.Add(DefinitionKind::kKpi, definition.target().kpi(), "target.kpi",
                    Reference::Use::kTargetOf);
      collector.AddTargetValue(definition.target().value(), "target.value");
      break;
    default: break;
  }
  return collector.Take();
}

std::string MapField(absl::string_view field, absl::string_view key) {
  const std::string escaped =
      absl::StrReplaceAll(key.substr(0, 256), {{"\\", "\\\\"}, {"\"", "\\\""}});
  return absl::StrCat(field, "[\"", escaped, "\"]");
}

std::string IndexField(absl::string_view field, size_t index) {
  return absl::StrCat(field, "[", index, "]");
}

}  // namespace kpisuite
