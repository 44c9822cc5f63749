#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

std::optional<DirectionKind> DirectionOf(v1::Direction direction) {
  switch (direction) {
    case v1::DIRECTION_HIGHER: return DirectionKind::kHigher;
    case v1::DIRECTION_LOWER: return DirectionKind::kLower;
    case v1::DIRECTION_IN_RANGE: return DirectionKind::kInRange;
    case v1::DIRECTION_ON_TARGET: return DirectionKind::kOnTarget;
    case v1::DIRECTION_NEUTRAL: return DirectionKind::kNeutral;
    default: return std::nullopt;
  }
}

void BuildDirection(KpiDraft& draft) {
  Direction& direction = draft.built.status_rule.direction;
  const std::optional<DirectionKind> kind = DirectionOf(draft.kpi.direction());
  if (!kind.has_value()) {
    AddRequired("kpi.direction", "HIGHER, LOWER, IN_RANGE, ON_TARGET or NEUTRAL", draft.violations);
  }
  direction.kind = kind.value_or(DirectionKind::kNeutral);
  const bool wants_tolerance = direction.kind == DirectionKind::kOnTarget;
  const v1::Tolerance& tolerance = draft.kpi.tolerance();
  if (!wants_tolerance) {
    if (draft.kpi.has_tolerance() && kind.has_value()) {
      draft.violations.Add("kpi.tolerance", violation::kRefused,
                           "got a value, want none: it is for the direction ON_TARGET");
    }
    return;
  }
  if (tolerance.kind_case() == v1::Tolerance::KIND_NOT_SET) {
    AddRequired("kpi.tolerance", "relative or absolute, for the direction ON_TARGET",
                draft.violations);
    direction.tolerance = Decimal();
    return;
  }
  direction.relative = tolerance.has_relative();
  const std::string field =
      direction.relative ? "kpi.tolerance.relative" : "kpi.tolerance.absolute";
  const std::string& text = direction.relative ? tolerance.relative() : tolerance.absolute();
  direction.tolerance = CheckDecimal(field, text, draft.violations).value_or(Decimal());
  if (direction.tolerance->IsNegative()) {
    draft.violations.Add(field, violation::kOutOfRange, GotWant(text, "0 or more"));
  }
}

void BuildLogicalRange(KpiDraft& draft) {
  KpiDefinition& built = draft.built;
  const v1::LogicalRange& range = draft.kpi.logical_range();
  if (!draft.kpi.has_logical_range()) {
    if (draft.unit.has_value() && draft.unit->IsPercent()) {
      built.logical_min = Decimal();
      built.logical_max = Decimal::FromMantissa(15, 1);
    }
    return;
  }
  if (!range.min().empty()) {
    built.logical_min = CheckDecimal("kpi.logical_range.min", range.min(), draft.violations);
  }
  if (!range.max().empty()) {
    built.logical_max = CheckDecimal("kpi.logical_range.max", range.max(), draft.violations);
  }
  if (built.logical_min.has_value() && built.logical_max.has_value() &&
      *built.logical_min > *built.logical_max) {
    draft.violations.Add("kpi.logical_range.min", violation::kOutOfRange,
                         GotWant(range.min(), absl::StrCat("at most the max ", range.max())));
  }
}

bool IsOutside(const KpiDefinition& kpi, const Decimal& value) {
  return (kpi.logical_min.has_value() && value < *kpi.logical_min) ||
         (kpi.logical_max.has_value() && value > *kpi.logical_max);
}

std::optional<BandBasis> BasisOf(KpiDraft& draft) {
  switch (draft.kpi.bands().basis()) {
    case v1::BAND_BASIS_ACTUAL: return BandBasis::kActual;
    case v1::BAND_BASIS_VARIANCE: return BandBasis::kVariance;
    case v1::BAND_BASIS_UNSPECIFIED:
    case v1::BAND_BASIS_FVP: return BandBasis::kFvp;
    case v1::BAND_BASIS_ATTAINMENT: return BandBasis::kAttainment;
    case v1::BAND_BASIS_PACE: return BandBasis::kPace;
    case v1::BAND_BASIS_SIGMA:
      CheckNotSet("kpi.bands.basis", true, draft.violations);
      return std::nullopt;
    default:
      CheckEnum("kpi.bands.basis", draft.kpi.bands().basis(), false, draft.violations);
      return std::nullopt;
  }
}

// The bands of a KPI with the paths they come from.
struct BandList {
  std::vector<Band> bands;
  std::vector<std::string> fields;
};

void AddBand(KpiDraft& draft, KpiStatus status, absl::string_view name, const std::string& text,
             BandBasis basis, BandList& list) {
  const std::string field = absl::StrCat("kpi.bands.", name);
  const std::optional<Decimal> cut = CheckDecimal(field, text, draft.violations);
  if (!cut.has_value()) return;
  if (basis == BandBasis::kActual) CheckLogicalRange(draft, field, text, *cut, draft.violations);
  list.bands.push_back({status, cut, ""});
  list.fields.push_back(field);
}

void ApplyLabels(KpiDraft& draft, std::vector<Band>& bands) {
  for (const auto& [status, label] : draft.kpi.bands().labels()) {
    const std::string field = MapField("kpi.bands.labels", status);
    CheckText(field, label, 63, draft.violations);
    bool known = false;
    for (const KpiStatus band :
         {KpiStatus::kExceeded, KpiStatus::kOnTarget, KpiStatus::kWarning, KpiStatus::kOffTarget}) {
      known |= KpiStatusName(band) == status;
    }
    if (!known) {
      draft.violations.Add(field, violation::kOutOfRange,
                           GotWant(status, "EXCEEDED, ON_TARGET, WARNING or OFF_TARGET"));
    }
    for (Band& band : bands) {
      if (KpiStatusName(band.status) == status) band.label = label;
    }
  }
}

// Says under the paths of the proto what Bands::Create found: `bands.bands[1].cut` is
// `kpi.bands.on_target` when that is the second band.
void AddBandViolations(KpiDraft& draft, const BandList& list, const absl::Status& status) {
  for (const FieldViolation& item : GetErrorDetails(status).violations) {
    std::string field = item.field == "bands.basis" ? "kpi.bands.basis" : "kpi.bands";
    absl::string_view rest = item.field;
    size_t index = 0;
    if (absl::ConsumePrefix(&rest, "bands.bands[") &&
        absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index) && index < list.fields.size()) {
      field = list.fields[index];
    }
    const bool refused = field == "kpi.bands.basis" || absl::EndsWith(item.field, ".status");
    draft.violations.Add(field, refused ? violation::kRefused : violation::kOutOfRange,
                         item.description);
  }
}

void BuildBands(KpiDraft& draft) {
  const v1::Bands& bands = draft.kpi.bands();
  const DirectionKind direction = draft.built.status_rule.direction.kind;
  if (direction == DirectionKind::kNeutral) {
    if (draft.kpi.has_bands() && draft.kpi.direction() == v1::DIRECTION_NEUTRAL) {
      draft.violations.Add("kpi.bands", violation::kRefused,
                           "got bands, want none: a NEUTRAL KPI has no status");
    }
    return;
  }
  const std::optional<BandBasis> basis = BasisOf(draft);
  if (!basis.has_value()) return;
  const size_t before = draft.violations.size();
  BandList list;
  if (!bands.exceeded().empty()) {
    AddBand(draft, KpiStatus::kExceeded, "exceeded", bands.exceeded(), *basis, list);
  }
  std::string on_target = bands.on_target();
  if (on_target.empty() && *basis != BandBasis::kActual) {
    const bool whole = *basis == BandBasis::kAttainment || *basis == BandBasis::kPace;
    on_target = whole ? "1" : "0";
  }
  if (!on_target.empty()) {
    AddBand(draft, KpiStatus::kOnTarget, "on_target", on_target, *basis, list);
  }
  if (!bands.warning().empty()) {
    AddBand(draft, KpiStatus::kWarning, "warning", bands.warning(), *basis, list);
  }
  if (list.bands.empty() && draft.violations.size() == before) {
    AddRequired("kpi.bands.on_target", "at least one cut point on the basis ACTUAL",
                draft.violations);
  }
  list.bands.push_back({KpiStatus::kOffTarget, std::nullopt, ""});
  list.fields.push_back("kpi.bands");
  ApplyLabels(draft, list.bands);
  if (draft.violations.size() != before) return;
  absl::StatusOr<Bands> built = Bands::Create(*basis, direction, list.bands);
  if (built.ok()) {
    draft.built.status_rule.bands = *std::move(built);
  } else {
    AddBandViolations(draft, list, built.status());
  }
}

void BuildNoDataPolicy(KpiDraft& draft) {
  NoDataPolicy& policy = draft.built.status_rule.no_data_policy;
  switch (draft.kpi.no_data_policy()) {
    case v1::NO_DATA_POLICY_UNSPECIFIED:
    case v1::NO_DATA_POLICY_NO_DATA: policy = NoDataPolicy::kNoData; break;
    case v1::NO_DATA_POLICY_TREAT_AS_ZERO: policy = NoDataPolicy::kTreatAsZero; break;
    case v1::NO_DATA_POLICY_OFF_TARGET: policy = NoDataPolicy::kOffTarget; break;
    case v1::NO_DATA_POLICY_KEEP_LAST:
      CheckNotSet("kpi.no_data_policy", true, draft.violations);
      break;
    default: CheckEnum("kpi.no_data_policy", draft.kpi.no_data_policy(), false, draft.violations);
  }
}

// An operand that is a value of an INTERVAL scale makes the result one.
ScaleType ScaleTypeOf(const KpiDefinition& kpi) {
  for (const MetricInput& input : kpi.inputs) {
    const bool counts = UnitPower(input.aggregation.kind) == 0;
    if (!counts && input.metric->scale_type == ScaleType::kInterval) return ScaleType::kInterval;
  }
  return ScaleType::kRatio;
}

}  // namespace

void CheckLogicalRange(const KpiDraft& draft, absl::string_view field, const std::string& text,
                       const Decimal& value, Violations& violations) {
  const KpiDefinition& kpi = draft.built;
  if (!IsOutside(kpi, value)) return;
  const std::string low = kpi.logical_min.has_value() ? kpi.logical_min->ToString() : "-inf";
  const std::string high = kpi.logical_max.has_value() ? kpi.logical_max->ToString() : "inf";
  std::string want = absl::StrCat("a value in the logical range [", low, ", ", high, "]");
  const Number hundredth = value / Decimal::FromInt(100);
  if (draft.unit.has_value() && draft.unit->IsPercent() && !absl::EndsWith(text, "%") &&
      hundredth.defined() && !IsOutside(kpi, hundredth.value())) {
    absl::StrAppend(&want, "; did you mean ", text, "%?");
  }
  violations.Add(field, violation::kOutOfRange, GotWant(text, want));
}

void BuildStatusRule(KpiDraft& draft) {
  StatusRule& rule = draft.built.status_rule;
  BuildDirection(draft);
  BuildLogicalRange(draft);
  BuildBands(draft);
  BuildNoDataPolicy(draft);
  if (!draft.kpi.baseline().empty()) {
    rule.baseline = CheckDecimal("kpi.baseline", draft.kpi.baseline(), draft.violations);
    if (rule.baseline.has_value()) {
      CheckLogicalRange(draft, "kpi.baseline", draft.kpi.baseline(), *rule.baseline,
                        draft.violations);
    }
  }
  rule.scale_type = ScaleTypeOf(draft.built);
  const v1::Kpi& kpi = draft.kpi;
  const auto has_basis = [&](BandBasis basis) {
    return rule.bands.has_value() && rule.bands->basis() == basis;
  };
  const bool relative = has_basis(BandBasis::kFvp) || has_basis(BandBasis::kAttainment) ||
                        has_basis(BandBasis::kPace);
  if (rule.scale_type == ScaleType::kInterval && relative &&
      (kpi.has_bands() || kpi.has_target())) {
    draft.violations.Add("kpi.bands.basis", violation::kRefused,
                         "got a relative basis for values of an INTERVAL scale, want ACTUAL or "
                         "VARIANCE");
  }
}

}  // namespace kpisuite
