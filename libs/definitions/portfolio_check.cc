#include "libs/definitions/portfolio_check.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/alert_condition.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"
#include "libs/definitions/scorecard_check.h"

namespace kpisuite {
namespace {

void CheckOwner(const std::string& field, const std::string& owner, bool required,
                Violations& violations) {
  if (!owner.empty()) {
    CheckAddress(field, owner, violations);
  } else if (required) {
    AddRequired(field, "the address of who answers for it", violations);
  }
}

void CheckObjective(const v1::Objective& objective, Violations& violations) {
  CheckOwner("objective.owner", objective.owner(), true, violations);
  if (!objective.horizon().empty()) {
    CheckDate("objective.horizon", objective.horizon(), violations);
  }
}

void CheckSource(const v1::Source& source, Violations& violations) {
  CheckOwner("source.owner", source.owner(), false, violations);
  const v1::Timeliness& timeliness = source.timeliness();
  CheckDuration("source.timeliness.expected_lag", timeliness.expected_lag(), violations);
  CheckDuration("source.timeliness.grace", timeliness.grace(), violations);
  CheckDuration("source.timeliness.max_age", timeliness.max_age(), violations);
  const std::string& url = source.documentation_url();
  if (!url.empty() && !absl::StartsWith(url, "https://") && !absl::StartsWith(url, "http://")) {
    violations.Add("source.documentation_url", violation::kSyntax,
                   GotWant(url, "a URL that starts with https:// or http://"));
  }
  CheckText("source.documentation_url", url, 2000, violations);
}

void CheckPercentiles(const v1::Benchmark& benchmark, Violations& violations) {
  std::map<int, Decimal> values;
  for (const auto& [percentile, text] : benchmark.percentiles()) {
    const std::string field = MapField("benchmark.percentiles", percentile);
    int number = 0;
    if (!absl::SimpleAtoi(percentile, &number) || absl::StrCat(number) != percentile ||
        number < 1 || number > 99) {
      violations.Add(field, violation::kOutOfRange, GotWant(percentile, "1 to 99"));
    }
    const std::optional<Decimal> value = CheckDecimal(field, text, violations);
    if (value.has_value()) values.emplace(number, *value);
  }
  const Decimal* before = nullptr;
  for (const auto& [number, value] : values) {
    if (before != nullptr && value < *before) {
      violations.Add(MapField("benchmark.percentiles", absl::StrCat(number)),
                     violation::kOutOfRange,
                     GotWant(value.ToString(), absl::StrCat("at least the value of the percentile "
                                                            "below it, ",
                                                            before->ToString())));
    }
    before = &value;
  }
}

void CheckBenchmark(const v1::Benchmark& benchmark, Violations& violations) {
  if (benchmark.kpi().empty()) AddRequired("benchmark.kpi", "the id of a KPI", violations);
  if (benchmark.percentiles().empty() == benchmark.observations().empty()) {
    AddRequired("benchmark.percentiles", "either percentiles or observations", violations);
  }
  CheckPercentiles(benchmark, violations);
  for (int i = 0; i < benchmark.observations_size(); ++i) {
    CheckDecimal(IndexField("benchmark.observations", i), benchmark.observations(i), violations);
  }
  if (benchmark.has_participants()) {
    CheckRange("benchmark.participants", benchmark.participants(), 1, 1'000'000'000, violations);
  }
  for (const auto& [key, value] : benchmark.cohort()) {
    CheckText(MapField("benchmark.cohort", key), value, 200, violations);
  }
  CheckText("benchmark.source", benchmark.source(), 1000, violations);
  CheckText("benchmark.licence", benchmark.licence(), 1000, violations);
  CheckText("benchmark.vintage", benchmark.vintage(), 200, violations);
  if (!benchmark.retrieved_at().empty()) {
    CheckDate("benchmark.retrieved_at", benchmark.retrieved_at(), violations);
  }
}

void CheckInitiative(const v1::Initiative& initiative, Violations& violations) {
  CheckOwner("initiative.owner", initiative.owner(), false, violations);
  for (int i = 0; i < initiative.effects_size(); ++i) {
    const v1::InitiativeEffect& effect = initiative.effects(i);
    const std::string field = IndexField("initiative.effects", i);
    if (effect.kpi().empty()) AddRequired(field + ".kpi", "the id of a KPI", violations);
    if (!effect.expected().empty()) {
      CheckDecimal(field + ".expected", effect.expected(), violations);
    }
    CheckDuration(field + ".lag", effect.lag(), violations);
  }
  std::optional<absl::CivilDay> start;
  if (initiative.start_date().empty()) {
    AddRequired("initiative.start_date", "a local date like 2025-12-31", violations);
  } else {
    start = CheckDate("initiative.start_date", initiative.start_date(), violations);
  }
  if (!initiative.end_date().empty()) {
    const auto end = CheckDate("initiative.end_date", initiative.end_date(), violations);
    if (start.has_value() && end.has_value() && *end < *start) {
      violations.Add("initiative.end_date", violation::kOutOfRange,
                     GotWant(initiative.end_date(),
                             absl::StrCat("not before start_date ", initiative.start_date())));
    }
  }
  for (int i = 0; i < initiative.treated_slices_size(); ++i) {
    CheckSlice(IndexField("initiative.treated_slices", i), initiative.treated_slices(i),
               violations);
  }
  for (int i = 0; i < initiative.control_slices_size(); ++i) {
    CheckSlice(IndexField("initiative.control_slices", i), initiative.control_slices(i),
               violations);
  }
}

void CheckAlertRule(const ResourceName& name, const v1::AlertRule& rule, const Catalog& catalog,
                    Violations& violations) {
  if (rule.kpi().empty()) AddRequired("alert_rule.kpi", "the id of a KPI", violations);
  const std::shared_ptr<const KpiDefinition> kpi = catalog.FindKpi(name.workspace, rule.kpi());
  CheckWindowOfKpi("alert_rule.window", rule.window(), kpi.get(), violations);
  CheckSliceOfKpi("alert_rule.slice", rule.slice(), kpi.get(), violations);
  CheckAlertCondition("alert_rule.condition", rule.condition(), violations);
  if (rule.has_for_periods()) {
    CheckRange("alert_rule.for_periods", rule.for_periods(), 1, 1000, violations);
  }
  CheckDuration("alert_rule.keep_for", rule.keep_for(), violations);
  CheckDuration("alert_rule.renotify_every", rule.renotify_every(), violations);
  CheckEnum("alert_rule.severity", rule.severity(), v1::Severity_IsValid(rule.severity()),
            violations);
  for (int i = 0; i < rule.routes_size(); ++i) {
    CheckAddress(IndexField("alert_rule.routes", i), rule.routes(i), violations);
  }
}

}  // namespace

void CheckPortfolio(const ResourceName& name, const v1::Definition& definition,
                    const Catalog& catalog, Violations& violations) {
  switch (name.kind) {
    case DefinitionKind::kObjective: CheckObjective(definition.objective(), violations); break;
    case DefinitionKind::kScorecard:
      CheckScorecard(name, definition.scorecard(), catalog, violations);
      break;
    case DefinitionKind::kBenchmark: CheckBenchmark(definition.benchmark(), violations); break;
    case DefinitionKind::kInitiative: CheckInitiative(definition.initiative(), violations); break;
    case DefinitionKind::kAlertRule:
      CheckAlertRule(name, definition.alert_rule(), catalog, violations);
      break;
    case DefinitionKind::kSource: CheckSource(definition.source(), violations); break;
    default: break;
  }
}

void CheckTargetAlone(const v1::Target& target, Violations& violations) {
  if (target.kpi().empty()) AddRequired("target.kpi", "the id of a KPI", violations);
  if (target.value().kind_case() == v1::TargetValue::KIND_NOT_SET) {
    AddRequired("target.value", "one kind, for instance fixed, range or schedule", violations);
  }
  CheckSlice("target.slice", target.slice(), violations);
}

}  // namespace kpisuite
