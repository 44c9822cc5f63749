#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/kpi/formula_shape.h"

namespace kpisuite {
namespace {

constexpr uint64_t kFewestPeople = 5;
constexpr int kMostFewest = 1'000'000;

bool Counts(AggregationKind kind) {
  return kind == AggregationKind::kCount || kind == AggregationKind::kCountTrue ||
         kind == AggregationKind::kCountDistinct || kind == AggregationKind::kCountDistinctApprox;
}

// Finds the natural denominators of a step.
class Denominators {
 public:
  explicit Denominators(const KpiDefinition& kpi) : kpi_(kpi) {}

  void AddStep(size_t index) {
    if (!seen_.insert(index).second) return;
    const KpiStep& step = kpi_.steps[index];
    const std::vector<std::string> divisors = FormulaDivisors(step.formula);
    for (const std::string& alias : divisors) AddOperand(*Find(step, alias));
    if (!divisors.empty()) return;
    bool contains_kpis = false;
    for (const FormulaBinding& binding : step.bindings) {
      if (binding.kind == FormulaBinding::Kind::kInput) continue;
      contains_kpis = true;
      AddOperand(binding);
    }
    if (!contains_kpis) AddFirst(step);
  }

  std::vector<size_t> Take() { return {inputs_.begin(), inputs_.end()}; }

 private:
  // The first input that counts, else the first.
  void AddFirst(const KpiStep& step) {
    const auto names = FormulaIdentifiers(step.formula.canonical_text());
    if (!names.ok()) return;
    const FormulaBinding* first = nullptr;
    for (const std::string& alias : *names) {
      const FormulaBinding* binding = Find(step, alias);
      if (binding == nullptr) continue;  // a constant
      const bool counts = Counts(kpi_.inputs[binding->index].aggregation.kind);
      if (first == nullptr || counts) first = binding;
      if (counts) break;
    }
    if (first != nullptr) AddOperand(*first);
  }

  static const FormulaBinding* Find(const KpiStep& step, const std::string& alias) {
    const auto found =
        std::find_if(step.bindings.begin(), step.bindings.end(),
                     [&](const FormulaBinding& binding) { return binding.alias == alias; });
    return found == step.bindings.end() ? nullptr : &*found;
  }

  void AddOperand(const FormulaBinding& binding) {
    switch (binding.kind) {
      case FormulaBinding::Kind::kInput: inputs_.insert(binding.index); return;
      case FormulaBinding::Kind::kStep: AddStep(binding.index); return;
      case FormulaBinding::Kind::kResult: AddStep(kpi_.results[binding.index].step); return;
    }
  }

  const KpiDefinition& kpi_;
  std::set<size_t> seen_;
  std::set<size_t> inputs_;
};

// Personal metrics, and what the KPIs that it contains ask for.
uint64_t DefaultFewest(const KpiDraft& draft) {
  uint64_t fewest = 0;
  for (const MetricInput& input : draft.built.inputs) {
    if (input.metric->personal) fewest = kFewestPeople;
  }
  for (const auto& [alias, input] : draft.kpi.inputs()) {
    if (input.kpi().empty()) continue;
    const CatalogEntry* child =
        draft.catalog.Find({draft.name.workspace, DefinitionKind::kKpi, input.kpi()});
    if (child == nullptr || child->kpi == nullptr) continue;
    fewest = std::max(fewest, child->kpi->suppression.fewest);
  }
  return fewest;
}

}  // namespace

void BuildSuppression(KpiDraft& draft) {
  KpiDefinition& built = draft.built;
  SuppressionRule& rule = built.suppression;
  const v1::Kpi& kpi = draft.kpi;
  if (!kpi.has_min_denominator()) {
    rule.fewest = DefaultFewest(draft);
  } else if (CheckRange("kpi.min_denominator", kpi.min_denominator(), 0, kMostFewest,
                        draft.violations)) {
    rule.fewest = static_cast<uint64_t>(kpi.min_denominator());
  }
  if (rule.fewest == 0 || built.steps.empty()) return;
  Denominators denominators(built);
  denominators.AddStep(built.steps.size() - 1);
  rule.denominators = denominators.Take();
  for (const size_t index : rule.denominators) {
    MetricInput entities = built.inputs[index];
    entities.aggregation = {.kind = AggregationKind::kCountDistinct,
                            .scale = entities.aggregation.scale};
    entities.keeps_spread = false;
    entities.frame = {};
    entities.key = absl::StrCat("entities|", entities.key);
    rule.entities.push_back(std::move(entities));
  }
}

}  // namespace kpisuite
