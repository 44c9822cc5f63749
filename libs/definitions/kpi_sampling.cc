// The part `sampling` of a KPI: which of its inputs count what.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/kpi/formula_shape.h"

namespace kpisuite {
namespace {

constexpr char kField[] = "kpi.sampling";

bool IsCounting(const MetricInput& input) {
  switch (input.aggregation.kind) {
    case AggregationKind::kCount:
    case AggregationKind::kCountTrue:
    case AggregationKind::kCountDistinct: return true;
    case AggregationKind::kSum: return input.unit == Unit();
    default: return false;
  }
}

const FormulaBinding* FindBinding(const KpiStep& step, absl::string_view alias) {
  const auto found = std::find_if(step.bindings.begin(), step.bindings.end(),
                                  [&](const FormulaBinding& item) { return item.alias == alias; });
  return found == step.bindings.end() ? nullptr : &*found;
}

// The index of the counting input `alias` of the KPI's own formula.
std::optional<size_t> CountingInput(const KpiDraft& draft, absl::string_view field,
                                    const std::string& alias) {
  const FormulaBinding* binding = FindBinding(draft.built.step(), alias);
  if (binding != nullptr && binding->kind == FormulaBinding::Kind::kInput &&
      IsCounting(draft.built.inputs[binding->index])) {
    return binding->index;
  }
  draft.violations.Add(field, violation::kRefused,
                       GotWant(alias,
                               "an input of this KPI that counts: COUNT, COUNT_TRUE, "
                               "COUNT_DISTINCT, or SUM of a metric without unit"));
  return std::nullopt;
}

void BuildProportion(KpiDraft& draft, SamplingRule& rule) {
  const KpiStep& step = draft.built.step();
  const std::optional<FormulaQuotient> sides = FormulaAsQuotient(step.formula);
  if (!sides.has_value() || FindBinding(step, sides->numerator) == nullptr ||
      FindBinding(step, sides->denominator) == nullptr) {
    draft.violations.Add(
        absl::StrCat(kField, ".kind"), violation::kRefused,
        absl::StrCat("got PROPORTION with the formula ", step.formula.canonical_text(),
                     ", want one of the form a / b over two inputs"));
    return;
  }
  const std::string field = absl::StrCat(kField, ".kind");
  rule.part = CountingInput(draft, field, sides->numerator).value_or(0);
  rule.whole = CountingInput(draft, field, sides->denominator).value_or(0);
}

// Whether the formula gives the score for some counts; aliases in the order promoters, detractors,
// responses.
bool IsScore(const KpiStep& step, const std::vector<std::string>& aliases) {
  static const Decimal kClose = Decimal::FromMantissa(1, 28);
  constexpr int64_t kSamples[][3] = {{7, 3, 11}, {2, 9, 13}, {5, 5, 17}};
  if (step.bindings.size() != aliases.size()) return false;
  for (const auto& sample : kSamples) {
    std::vector<Value> values;
    for (const FormulaBinding& binding : step.bindings) {
      const auto place = std::find(aliases.begin(), aliases.end(), binding.alias);
      if (place == aliases.end()) return false;
      values.emplace_back(Decimal::FromInt(sample[place - aliases.begin()]));
    }
    const Number score =
        Decimal::FromInt(100 * (sample[0] - sample[1])) / Number(Decimal::FromInt(sample[2]));
    const Number distance = Abs(step.formula.Evaluate(values, FormulaConstants()).number() - score);
    if (!distance.defined() || distance.value() > kClose) return false;
  }
  return true;
}

void BuildScore(KpiDraft& draft, SamplingRule& rule) {
  const v1::Sampling& sampling = draft.kpi.sampling();
  const std::vector<std::string> aliases = {sampling.promoters(), sampling.detractors(),
                                            sampling.responses()};
  constexpr absl::string_view kNames[] = {"promoters", "detractors", "responses"};
  size_t* const indices[] = {&rule.part, &rule.against, &rule.whole};
  const size_t before = draft.violations.size();
  for (size_t i = 0; i < aliases.size(); ++i) {
    const std::string field = absl::StrCat(kField, ".", kNames[i]);
    if (aliases[i].empty()) {
      AddRequired(field, absl::StrCat("the input that counts the ", kNames[i]), draft.violations);
    } else {
      *indices[i] = CountingInput(draft, field, aliases[i]).value_or(0);
    }
  }
  if (draft.violations.size() > before || IsScore(draft.built.step(), aliases)) return;
  draft.violations.Add(
      absl::StrCat(kField, ".kind"), violation::kRefused,
      absl::StrCat("got NPS with the formula ", draft.built.formula().canonical_text(),
                   ", want 100 * (", aliases[0], " - ", aliases[1], ") / ", aliases[2]));
}

// The formula must be one AVG input of a metric, as it is.
void BuildMean(KpiDraft& draft, SamplingRule& rule) {
  const KpiStep& step = draft.built.step();
  if (step.bindings.size() == 1 && step.bindings[0].kind == FormulaBinding::Kind::kInput &&
      step.formula.canonical_text() == step.bindings[0].alias) {
    MetricInput& input = draft.built.inputs[step.bindings[0].index];
    if (input.aggregation.kind == AggregationKind::kAverage) {
      input.keeps_spread = true;
      rule.part = rule.whole = step.bindings[0].index;
      return;
    }
  }
  draft.violations.Add(
      absl::StrCat(kField, ".kind"), violation::kRefused,
      absl::StrCat("got MEAN with the formula ", step.formula.canonical_text(),
                   ", want one that is an AVG input of a metric and nothing else"));
}

Decimal BuildTolerance(KpiDraft& draft) {
  const std::string field = absl::StrCat(kField, ".tolerance");
  const std::string& text = draft.kpi.sampling().tolerance();
  if (text.empty()) {
    AddRequired(field, "the largest half width of the interval, for instance 5%", draft.violations);
    return Decimal();
  }
  const std::optional<Decimal> tolerance = CheckDecimal(field, text, draft.violations);
  if (tolerance.has_value() && *tolerance <= Decimal()) {
    draft.violations.Add(field, violation::kOutOfRange, GotWant(text, "above 0"));
  }
  return tolerance.value_or(Decimal());
}

}  // namespace

AggregationSpec MetricInput::StateSpec() const {
  AggregationSpec spec = aggregation;
  if (keeps_spread && spec.kind == AggregationKind::kAverage) {
    spec.kind = AggregationKind::kVariance;
  }
  return spec;
}

void BuildSampling(KpiDraft& draft) {
  if (!draft.kpi.has_sampling()) return;
  const v1::Sampling& sampling = draft.kpi.sampling();
  const std::string kind_field = absl::StrCat(kField, ".kind");
  SamplingRule rule{.tolerance = BuildTolerance(draft)};
  draft.built.status_rule.clamp_low_n = sampling.clamp();
  if (sampling.kind() != v1::SAMPLING_KIND_NPS &&
      (sampling.has_promoters() || sampling.has_detractors() || sampling.has_responses())) {
    draft.violations.Add(kField, violation::kRefused,
                         "got promoters, detractors or responses, want none: they are for NPS");
  }
  const bool formula_known =
      !draft.built.steps.empty() && draft.built.steps.back().kpi == draft.name.id;
  switch (sampling.kind()) {
    case v1::SAMPLING_KIND_UNSPECIFIED:
      AddRequired(kind_field, "PROPORTION, NPS or MEAN", draft.violations);
      return;
    case v1::SAMPLING_KIND_PROPORTION:
      rule.method = IntervalMethod::kWilson;
      if (formula_known) BuildProportion(draft, rule);
      break;
    case v1::SAMPLING_KIND_NPS:
      rule.method = IntervalMethod::kNps;
      if (formula_known) BuildScore(draft, rule);
      break;
    case v1::SAMPLING_KIND_MEAN:
      rule.method = IntervalMethod::kStudentT;
      if (formula_known) BuildMean(draft, rule);
      break;
    default: CheckEnum(kind_field, sampling.kind(), false, draft.violations); return;
  }
  draft.built.sampling = std::move(rule);
}

}  // namespace kpisuite
