#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/input_aggregation.h"
#include "libs/definitions/input_expression.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/kpi_components.h"
#include "libs/definitions/references.h"
#include "libs/definitions/unit_check.h"

namespace kpisuite {
namespace {

bool IsAlias(absl::string_view text) {
  if (text.empty() || text.size() > 64 || absl::ascii_isdigit(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

// Builds the operands of one KPI and flattens the KPIs among them.
class InputsBuilder {
 public:
  explicit InputsBuilder(KpiDraft& draft) : draft_(draft) {}

  void Build() {
    draft_.unit = CheckUnit("kpi.unit", draft_.kpi.unit(), draft_.violations);
    draft_.built.unit_text = draft_.kpi.unit();
    if (draft_.unit.has_value()) draft_.built.unit = *draft_.unit;
    const int count = draft_.kpi.inputs_size();
    if (count == 0) AddRequired("kpi.inputs", "1 to 64 operands", draft_.violations);
    if (count > static_cast<int>(kMaxFormulaInputs)) {
      draft_.violations.Add("kpi.inputs", violation::kLimit,
                            absl::StrCat("got ", count, ", want at most ", kMaxFormulaInputs));
      return;
    }
    for (const auto& [alias, input] : draft_.kpi.inputs()) inputs_[alias] = &input;
    for (const auto& [alias, input] : inputs_) AddOperand(alias, *input);
    BuildStep();
    CheckFlattened();
  }

 private:
  void Refuse(const std::string& field, bool is_set, absl::string_view why) {
    if (is_set) draft_.violations.Add(field, violation::kRefused, why);
  }

  void AddOperand(const std::string& alias, const v1::Input& input) {
    const std::string field = MapField("kpi.inputs", alias);
    if (!IsAlias(alias)) {
      aliases_sound_ = false;
      draft_.violations.Add(field, violation::kSyntax,
                            GotWant(alias,
                                    "an alias of at most 64 letters, digits and '_', no "
                                    "digit first"));
    }
    CheckEnum(field + ".apply", input.apply(), v1::Apply_IsValid(input.apply()), draft_.violations);
    if (input.metric().empty() == input.kpi().empty()) {
      AddRequired(field, "exactly one of metric and kpi", draft_.violations);
      AddUnknown(alias);
    } else if (!input.metric().empty()) {
      AddMetric(alias, field, input);
    } else {
      AddKpi(alias, field, input);
    }
  }

  // An operand whose unit is not known: identifiers are checked, units are not.
  void AddUnknown(const std::string& alias) {
    units_known_ = false;
    formula_inputs_.push_back({alias, Unit()});
  }

  void AddMetric(const std::string& alias, const std::string& field, const v1::Input& input) {
    Refuse(field + ".apply", input.has_apply(), "got a value, want none: it is for a kpi input");
    const CatalogEntry* entry =
        draft_.catalog.Find({draft_.name.workspace, DefinitionKind::kMetric, input.metric()});
    const std::optional<AggregationSpec> spec = BuildAggregation(field, input, draft_.violations);
    if (entry == nullptr || entry->metric == nullptr) {
      draft_.blocked = true;
      AddUnknown(alias);
      return;
    }
    MetricInput built;
    built.metric = entry->metric;
    built.ignore_dimensions = ReadIgnored(draft_, field, input);
    built.path = ReadPath(draft_, field, input);
    const std::optional<int> derived_scale =
        input.has_expression_scale() ? std::optional<int>(input.expression_scale()) : std::nullopt;
    const std::optional<DerivedValue> derived =
        BuildDerived(field, input.expression(), derived_scale, *built.metric, draft_.violations);
    if (!derived.has_value()) {
      AddUnknown(alias);
      return;
    }
    built.derived = *derived;
    const MetricDefinition measured = AsDerived(*built.metric, built.derived);
    BuildFilter(field, input, measured.scale, built);
    if (!spec.has_value()) {
      AddUnknown(alias);
      return;
    }
    built.aggregation = *spec;
    built.frame = BuildFrameRule(field, input, spec->kind, draft_.violations);
    built.aggregation.scale = static_cast<uint8_t>(measured.scale);
    const std::optional<Unit> unit =
        BuildAggregateUnit(field, built.aggregation, measured, draft_.violations);
    if (!unit.has_value()) {
      AddUnknown(alias);
      return;
    }
    built.unit = *unit;
    built.key = absl::StrCat(built.metric->id, "|", AggregationKindName(spec->kind), "|",
                             spec->percentile_millionths, "|", built.filter.canonical_text(),
                             FrameText(spec->kind, built.frame), DerivedText(built.derived));
    formula_inputs_.push_back({alias, built.unit});
    own_.push_back(
        {alias, FormulaBinding::Kind::kInput, AddMetricInput(draft_.built, std::move(built))});
  }

  void BuildFilter(const std::string& field, const v1::Input& input, int scale,
                   MetricInput& built) {
    absl::StatusOr<Filter> filter = Filter::Create(input.where(), built.metric->AllNames(), scale);
    if (filter.ok()) {
      built.filter = *std::move(filter);
      CheckLevels(field, scale, built);
    } else {
      draft_.violations.AddStatus(field + ".where", violation::kSyntax, filter.status());
    }
  }

  // Tests of levels stand for tests of the members below them, whatever the day.
  void CheckLevels(const std::string& field, int scale, const MetricInput& built) {
    const MetricDefinition& metric = *built.metric;
    std::vector<absl::CivilDay> days = {absl::CivilDay::min()};
    for (const auto& hierarchy : metric.hierarchies) {
      days.insert(days.end(), hierarchy->changes().begin(), hierarchy->changes().end());
    }
    for (const absl::CivilDay day : days) {
      const absl::StatusOr<Filter> lowered =
          WithoutLevels(built.filter, metric.hierarchies, metric.dimensions, scale, day);
      if (lowered.ok()) continue;
      draft_.violations.Add(field + ".where", violation::kLimit,
                            GotWant(built.filter.canonical_text(),
                                    "tests of levels with fewer members below them: together with "
                                    "them a filter has at most 256 parts and 16 KiB"));
      return;
    }
  }

  void AddKpi(const std::string& alias, const std::string& field, const v1::Input& input) {
    const bool result = input.apply() == v1::APPLY_RESULT;
    constexpr absl::string_view kWhy = "got a value, want none: the other KPI says it";
    Refuse(field + ".aggregation", input.has_aggregation() && !result, kWhy);
    Refuse(field + ".percentile", !input.percentile().empty(), kWhy);
    Refuse(field + ".where", !input.where().empty(), kWhy);
    Refuse(field + ".expression", !input.expression().empty(), kWhy);
    Refuse(field + ".expression_scale", input.has_expression_scale(), kWhy);
    Refuse(field + ".carry_forward", !input.carry_forward().empty(), kWhy);
    Refuse(field + ".conversion_window", input.has_conversion_window(), kWhy);
    Refuse(field + ".cohort_offset", input.has_cohort_offset(), kWhy);
    Refuse(field + ".cohort_measure", input.has_cohort_measure(), kWhy);
    const CatalogEntry* entry =
        draft_.catalog.Find({draft_.name.workspace, DefinitionKind::kKpi, input.kpi()});
    if (entry == nullptr || entry->kpi == nullptr) {
      draft_.blocked = true;
      AddUnknown(alias);
      return;
    }
    const KpiDefinition& child = *entry->kpi;
    draft_.built.depth = std::max(draft_.built.depth, child.depth + 1);
    if (draft_.built.depth > kMaxKpiDepth && !too_deep_) {
      too_deep_ = true;
      draft_.violations.Add(field + ".kpi", violation::kDepth,
                            absl::StrCat("got a chain of ", draft_.built.depth,
                                         " KPIs, want at most ", kMaxKpiDepth));
    }
    formula_inputs_.push_back({alias, child.unit});
    only_child_ = &child;
    if (result) {
      own_.push_back(
          {alias, FormulaBinding::Kind::kResult, AddResult(draft_, field, input, child)});
      return;
    }
    const ComponentPlace place{.path = ReadPath(draft_, field, input),
                               .ignore_dimensions = ReadIgnored(draft_, field, input)};
    CheckResultsBelow(draft_, field, child, place.path);
    own_.push_back({alias, FormulaBinding::Kind::kStep, AddComponent(draft_.built, child, place)});
  }

  // Checks and adds the formula of this KPI itself.
  void BuildStep() {
    std::string text = draft_.kpi.formula();
    if (text.empty() && inputs_.size() == 1) text = inputs_.begin()->first;
    if (text.empty()) {
      if (inputs_.size() > 1) {
        AddRequired("kpi.formula", "a formula over the inputs", draft_.violations);
      }
      return;
    }
    if (!aliases_sound_) return;
    const bool units = units_known_ && draft_.unit.has_value();
    const absl::StatusOr<Formula> formula =
        Formula::Create(text, formula_inputs_, draft_.unit.value_or(Unit()));
    if (!formula.ok()) {
      AddFormulaViolations(formula.status(), units);
      return;
    }
    if (!units) return;
    KpiStep step = {draft_.name.id,    draft_.built.revision, draft_.built.display_name,
                    draft_.built.unit, draft_.kpi.unit(),     *formula,
                    std::move(own_)};
    draft_.built.steps.push_back(std::move(step));
    BuildNature();
  }

  // Nothing about units that are not known, and nothing else next to a reserved alias, which makes
  // everything look wrong.
  void AddFormulaViolations(const absl::Status& status, bool units) {
    Violations all;
    all.AddStatus("kpi.formula", violation::kSyntax, status);
    const std::vector<FieldViolation> places = GetErrorDetails(status).violations;
    const bool reserved = std::any_of(
        all.items().begin(), all.items().end(),
        [](const FieldViolation& item) { return item.reason == violation::kReservedName; });
    for (size_t i = 0; i < all.size(); ++i) {
      FieldViolation item = all.items()[i];
      if (!units && item.reason == violation::kUnitMismatch) continue;
      if (reserved && item.reason != violation::kReservedName) continue;
      if (i < places.size()) {
        absl::string_view alias = places[i].field;
        if (absl::ConsumePrefix(&alias, "inputs.")) item.field = MapField("kpi.inputs", alias);
      }
      draft_.violations.Add(std::move(item));
    }
  }

  void BuildNature() {
    KpiDefinition& built = draft_.built;
    const KpiStep& step = built.step();
    const bool plain =
        step.bindings.size() == 1 && step.formula.canonical_text() == step.bindings[0].alias;
    const bool rolls_up =
        std::any_of(built.inputs.begin(), built.inputs.end(),
                    [](const MetricInput& input) { return !input.ignore_dimensions.empty(); });
    bool flow = false;
    if (plain && step.bindings[0].kind == FormulaBinding::Kind::kStep) {
      flow = only_child_->nature == KpiNature::kFlow;
      built.additive_over_slices = only_child_->additive_over_slices && !rolls_up;
    } else if (plain && step.bindings[0].kind == FormulaBinding::Kind::kResult) {
      // Sums of finished values add up further, other aggregates of them do not.
      flow = built.results[step.bindings[0].index].aggregation == AggregationKind::kSum;
      built.additive_over_slices = flow && only_child_->additive_over_slices && !rolls_up;
    } else if (plain) {
      const MetricInput& input = built.inputs[step.bindings[0].index];
      const AggregationKind kind = input.aggregation.kind;
      flow = kind == AggregationKind::kSum || kind == AggregationKind::kCount ||
             kind == AggregationKind::kCountTrue;
      built.additive_over_slices = IsAdditiveOverSlices(kind) && !rolls_up;
    }
    const v1::Nature nature = draft_.kpi.nature();
    if (nature != v1::NATURE_UNSPECIFIED) flow = nature == v1::NATURE_FLOW;
    built.nature = flow ? KpiNature::kFlow : KpiNature::kLevelOrRatio;
  }

  // Limits and the partition group over all components.
  void CheckFlattened() {
    const KpiDefinition& built = draft_.built;
    if (built.inputs.size() > kMaxFlatInputs || built.steps.size() > kMaxFlatSteps) {
      draft_.violations.Add(
          "kpi.inputs", violation::kLimit,
          absl::StrCat("got ", built.inputs.size(), " metric inputs in ", built.steps.size(),
                       " KPIs together with those it contains, want at most ", kMaxFlatInputs,
                       " in ", kMaxFlatSteps));
    }
    std::map<std::string, std::string> groups;  // to the first metric in it
    for (const MetricInput& input : built.inputs) {
      groups.emplace(input.metric->partition_group, input.metric->id);
    }
    if (groups.empty()) return;
    draft_.built.partition_group = groups.begin()->first;
    if (groups.size() == 1) return;
    const std::string list = absl::StrJoin(groups, ", ", [](std::string* out, const auto& group) {
      absl::StrAppend(out, "\"", group.first, "\" (metric ", group.second, ")");
    });
    draft_.violations.Add("kpi.inputs", violation::kPartitionGroup,
                          absl::StrCat("got the partition groups ", list,
                                       ", want all metrics of a KPI in one group"));
  }

  KpiDraft& draft_;
  std::map<std::string, const v1::Input*> inputs_;  // by alias
  std::vector<FormulaInput> formula_inputs_;
  std::vector<FormulaBinding> own_;
  const KpiDefinition* only_child_ = nullptr;
  bool units_known_ = true;
  bool aliases_sound_ = true;
  bool too_deep_ = false;
};

}  // namespace

void BuildInputs(KpiDraft& draft) { InputsBuilder(draft).Build(); }

}  // namespace kpisuite
