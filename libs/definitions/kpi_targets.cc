#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/target_value_reader.h"

namespace kpisuite {
namespace {

TargetRole RoleOf(v1::TargetRole role) {
  switch (role) {
    case v1::TARGET_ROLE_STRETCH: return TargetRole::kStretch;
    case v1::TARGET_ROLE_BUDGET: return TargetRole::kBudget;
    case v1::TARGET_ROLE_FORECAST: return TargetRole::kForecast;
    case v1::TARGET_ROLE_PERSONAL: return TargetRole::kPersonal;
    default: return TargetRole::kCommitted;
  }
}

// `phasedLinear.lastPeriod` as the proto has it: `phased_linear.last_period`.
std::string SnakeCase(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (absl::ascii_isupper(c)) result.push_back('_');
    result.push_back(absl::ascii_tolower(c));
  }
  return result;
}

// Path below a TargetValue of what TargetSet says about a field of a TargetSpec; empty for what is
// not of one field.
std::string ValueField(absl::string_view field) {
  for (absl::string_view kind : {"phasedLinear.", "allocated.", "baselineImprovement.", "grain"}) {
    if (absl::StartsWith(field, kind)) return "." + SnakeCase(field);
  }
  return "";
}

// Collects the inline target and the Target definitions of a KPI, then checks them together.
class TargetsBuilder {
 public:
  TargetsBuilder(KpiDraft& draft, std::map<ResourceName, Violations>& target_violations)
      : draft_(draft), target_violations_(target_violations) {}

  void AddInline(const v1::TargetValue& value) {
    TargetValueReader reader(draft_, "kpi.target", draft_.violations);
    std::optional<TargetSpec> spec = reader.Read(value);
    draft_.blocked |= reader.blocked();
    if (!spec.has_value()) return;
    spec->id = draft_.name.ToString();
    draft_.built.target_origins[spec->id] = {draft_.built.revision, true};
    Keep(*std::move(spec), "kpi.target", &draft_.violations);
  }

  void AddDefinition(const ResourceName& name, const v1::Definition& definition) {
    const v1::Target& target = definition.target();
    Violations& violations = target_violations_[name];
    if (!target.has_value()) {
      AddRequired("target.value", "one kind, for instance fixed, range or schedule", violations);
      return;
    }
    TargetValueReader reader(draft_, "target.value", violations);
    std::optional<TargetSpec> spec = reader.Read(target.value());
    draft_.blocked |= reader.blocked();
    const SliceRule rule = ReadRule(target, violations);
    CheckOther(target, violations);
    if (!spec.has_value() || !violations.empty()) return;
    spec->id = name.ToString();
    spec->role = RoleOf(target.role());
    spec->rule = rule;
    if (!target.effective_from().empty()) spec->effective_from = target.effective_from();
    if (!target.effective_to().empty()) spec->effective_to = target.effective_to();
    draft_.built.target_origins[spec->id] = {definition.revision(), false};
    Keep(*std::move(spec), "target.value", &violations);
  }

  void Finish() {
    absl::StatusOr<TargetSet> set = TargetSet::Create(*draft_.built.calendar, std::move(specs_));
    if (set.ok()) {
      draft_.built.targets = *std::move(set);
      return;
    }
    for (const FieldViolation& item : GetErrorDetails(set.status()).violations) {
      absl::string_view rest = item.field;
      size_t index = 0;
      if (!absl::ConsumePrefix(&rest, "targets[") ||
          !absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index) || index >= places_.size()) {
        draft_.violations.Add("kpi.target", violation::kSyntax, item.description);
        continue;
      }
      const Place& place = places_[index];
      const absl::string_view field = rest.substr(std::min(rest.find(']') + 2, rest.size()));
      place.violations->Add(place.field + ValueField(field),
                            field == "effectiveFrom" ? violation::kOverlap : violation::kOutOfRange,
                            item.description);
    }
  }

 private:
  struct Place {
    std::string field;
    Violations* violations;
  };

  void Keep(TargetSpec spec, std::string field, Violations* violations) {
    specs_.push_back(std::move(spec));
    places_.push_back({std::move(field), violations});
  }

  SliceRule ReadRule(const v1::Target& target, Violations& violations) {
    const std::optional<Slice> slice = CheckSlice("target.slice", target.slice(), violations);
    if (!slice.has_value()) return {};
    if (slice->is_total() && !target.exact_slice()) return {};
    CheckSliceDimensions(draft_, "target.slice", *slice, violations);
    return {slice, target.exact_slice()};
  }

  void CheckOther(const v1::Target& target, Violations& violations) {
    CheckEnum("target.role", target.role(), v1::TargetRole_IsValid(target.role()), violations);
    CheckPeriodId("target.effective_from", target.effective_from(), violations);
    CheckPeriodId("target.effective_to", target.effective_to(), violations);
    if (!target.review_by().empty()) {
      CheckDate("target.review_by", target.review_by(), violations);
    }
    if (!target.set_by().empty()) CheckAddress("target.set_by", target.set_by(), violations);
    CheckText("target.reason", target.reason(), 1000, violations);
  }

  void CheckPeriodId(absl::string_view field, const std::string& id, Violations& violations) {
    if (id.empty()) return;
    const absl::StatusOr<Period> period = ParsePeriod(*draft_.built.calendar, id);
    if (!period.ok()) violations.AddStatus(field, violation::kSyntax, period.status());
  }

  KpiDraft& draft_;
  std::map<ResourceName, Violations>& target_violations_;
  std::vector<TargetSpec> specs_;
  std::vector<Place> places_;  // of each of specs_
};

}  // namespace

void CheckSliceDimensions(const KpiDraft& draft, absl::string_view field, const Slice& slice,
                          Violations& violations) {
  for (const auto& [dimension, member] : slice.members()) {
    std::set<std::string> reported;
    for (const MetricInput& input : draft.built.inputs) {
      if (input.metric->CanBeCutBy(dimension) || input.Ignores(dimension) ||
          !reported.insert(input.metric->id).second) {
        continue;
      }
      violations.Add(field, violation::kSliceDimension,
                     GotWant(dimension, absl::StrCat("a dimension of metric ", input.metric->id,
                                                     ", which the KPI reads")));
    }
  }
}

void BuildTargets(KpiDraft& draft,
                  const std::vector<std::shared_ptr<const v1::Definition>>& targets,
                  std::map<ResourceName, Violations>& target_violations) {
  TargetsBuilder builder(draft, target_violations);
  if (draft.kpi.has_target()) builder.AddInline(draft.kpi.target());
  for (const std::shared_ptr<const v1::Definition>& target : targets) {
    const absl::StatusOr<ResourceName> name = ResourceName::Parse(target->name());
    if (name.ok()) builder.AddDefinition(*name, *target);
  }
  builder.Finish();
}

}  // namespace kpisuite
