// Cut points of a KPI and of its slices, and their hysteresis.
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

std::optional<BandBasis> BasisOf(const v1::Bands& bands, const std::string& place,
                                 Violations& violations) {
  const std::string field = place + ".basis";
  switch (bands.basis()) {
    case v1::BAND_BASIS_ACTUAL: return BandBasis::kActual;
    case v1::BAND_BASIS_VARIANCE: return BandBasis::kVariance;
    case v1::BAND_BASIS_UNSPECIFIED:
    case v1::BAND_BASIS_FVP: return BandBasis::kFvp;
    case v1::BAND_BASIS_ATTAINMENT: return BandBasis::kAttainment;
    case v1::BAND_BASIS_PACE: return BandBasis::kPace;
    case v1::BAND_BASIS_SIGMA: return BandBasis::kSigma;
    default: CheckEnum(field, bands.basis(), false, violations); return std::nullopt;
  }
}

// Reads one Bands message; what is wrong is added under paths that start with `field`. Used once.
class BandsReader {
 public:
  BandsReader(KpiDraft& draft, const v1::Bands& bands, std::string field)
      : draft_(draft), proto_(bands), field_(std::move(field)) {}

  std::optional<Bands> Read() {
    const size_t before = draft_.violations.size();
    const std::optional<BandBasis> basis = BasisOf(proto_, field_, draft_.violations);
    if (!basis.has_value()) return std::nullopt;
    ReadCuts(*basis);
    if (bands_.empty() && draft_.violations.size() == before) {
      AddRequired(field_ + ".on_target", "at least one cut point on the basis ACTUAL",
                  draft_.violations);
    }
    bands_.push_back({KpiStatus::kOffTarget, std::nullopt, ""});
    fields_.push_back(field_);
    ApplyLabels();
    if (draft_.violations.size() != before) return std::nullopt;
    absl::StatusOr<Bands> built =
        Bands::Create(*basis, draft_.built.status_rule.direction.kind, bands_);
    if (built.ok()) return *std::move(built);
    AddViolations(built.status());
    return std::nullopt;
  }

 private:
  void ReadCuts(BandBasis basis) {
    if (!proto_.exceeded().empty()) {
      AddBand(KpiStatus::kExceeded, ".exceeded", proto_.exceeded(), basis);
    }
    std::string on_target = proto_.on_target();
    if (on_target.empty() && basis != BandBasis::kActual) {
      const bool whole = basis == BandBasis::kAttainment || basis == BandBasis::kPace;
      on_target = whole ? "1" : "0";
    }
    if (!on_target.empty()) AddBand(KpiStatus::kOnTarget, ".on_target", on_target, basis);
    if (!proto_.warning().empty()) {
      AddBand(KpiStatus::kWarning, ".warning", proto_.warning(), basis);
    }
  }

  void AddBand(KpiStatus status, const std::string& suffix, const std::string& text,
               BandBasis basis) {
    const std::string field = field_ + suffix;
    const std::optional<Decimal> cut = CheckDecimal(field, text, draft_.violations);
    if (!cut.has_value()) return;
    if (basis == BandBasis::kActual) {
      CheckLogicalRange(draft_, field, text, *cut, draft_.violations);
    }
    bands_.push_back({status, cut, ""});
    fields_.push_back(field);
  }

  void ApplyLabels() {
    for (const auto& [status, label] : proto_.labels()) {
      const std::string field = MapField(field_ + ".labels", status);
      CheckText(field, label, 63, draft_.violations);
      bool known = false;
      for (const KpiStatus band : {KpiStatus::kExceeded, KpiStatus::kOnTarget, KpiStatus::kWarning,
                                   KpiStatus::kOffTarget}) {
        known |= KpiStatusName(band) == status;
      }
      if (!known) {
        draft_.violations.Add(field, violation::kOutOfRange,
                              GotWant(status, "EXCEEDED, ON_TARGET, WARNING or OFF_TARGET"));
      }
      for (Band& band : bands_) {
        if (KpiStatusName(band.status) == status) band.label = label;
      }
    }
  }

  // Says under the paths of the proto what Bands::Create found: `bands.bands[1].cut` is
  // `kpi.bands.on_target` when that is the second band.
  void AddViolations(const absl::Status& status) {
    for (const FieldViolation& item : GetErrorDetails(status).violations) {
      const bool is_basis = item.field == "bands.basis";
      std::string field = is_basis ? field_ + ".basis" : field_;
      absl::string_view rest = item.field;
      size_t index = 0;
      if (absl::ConsumePrefix(&rest, "bands.bands[") &&
          absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index) && index < fields_.size()) {
        field = fields_[index];
      }
      const bool refused = is_basis || absl::EndsWith(item.field, ".status");
      draft_.violations.Add(field, refused ? violation::kRefused : violation::kOutOfRange,
                            item.description);
    }
  }

  KpiDraft& draft_;
  const v1::Bands& proto_;
  const std::string field_;
  std::vector<Band> bands_;
  std::vector<std::string> fields_;  // where each band comes from
};

// A KPI has one basis: that of its hysteresis, and of what is compared over its slices.
void AdoptBasis(KpiDraft& draft, const std::string& field, v1::Bands& cuts) {
  const auto known = [](v1::BandBasis basis) {
    return basis == v1::BAND_BASIS_UNSPECIFIED ? v1::BAND_BASIS_FVP : basis;
  };
  const v1::BandBasis own = known(draft.kpi.bands().basis());
  if (cuts.has_basis() && known(cuts.basis()) != own) {
    draft.violations.Add(field, violation::kRefused,
                         "got another basis than that of kpi.bands, want the same or none");
  }
  cuts.set_basis(own);
}

// Bands of single slices.
void BuildSliceBands(KpiDraft& draft) {
  constexpr int kMaxSliceBands = 100;
  const auto& all = draft.kpi.slice_bands();
  if (all.size() > kMaxSliceBands) {
    draft.violations.Add("kpi.slice_bands", violation::kLimit,
                         absl::StrCat("got ", all.size(), ", want at most ", kMaxSliceBands));
    return;
  }
  std::set<SliceRule> seen;
  for (int i = 0; i < all.size(); ++i) {
    const std::string field = IndexField("kpi.slice_bands", i);
    const v1::SliceBands& own = all[i];
    if (!own.has_slice()) {
      AddRequired(field + ".slice", "a canonical slice, empty for the total", draft.violations);
      continue;
    }
    const std::optional<Slice> slice = CheckSlice(field + ".slice", own.slice(), draft.violations);
    if (!own.has_bands()) AddRequired(field + ".bands", "cut points", draft.violations);
    if (!slice.has_value()) continue;
    CheckSliceDimensions(draft, field + ".slice", *slice, draft.violations);
    // The total has nothing within it that such a rule would hold for.
    const SliceRule rule{*slice, own.exact_slice() || slice->is_total()};
    if (!seen.insert(rule).second) {
      draft.violations.Add(field + ".slice", violation::kDuplicate,
                           GotWant(own.slice(), "each slice once"));
    }
    v1::Bands cuts = own.bands();
    AdoptBasis(draft, field + ".bands.basis", cuts);
    std::optional<Bands> bands = BandsReader(draft, cuts, field + ".bands").Read();
    if (bands.has_value()) {
      draft.built.status_rule.slice_bands.push_back({rule, *std::move(bands)});
    }
  }
}

// Says under `kpi.hysteresis` what ValidateHysteresis found.
void AddHysteresisViolations(const absl::Status& status, Violations& violations) {
  const std::map<std::string, std::string> fields = {
      {"hysteresis.deadband", "kpi.hysteresis.deadband"},
      {"hysteresis.worsenPeriods", "kpi.hysteresis.worsen_periods"},
      {"hysteresis.improvePeriods", "kpi.hysteresis.improve_periods"}};
  for (const FieldViolation& item : GetErrorDetails(status).violations) {
    violations.Add(fields.at(item.field), violation::kOutOfRange, item.description);
  }
}

void BuildHysteresis(KpiDraft& draft) {
  if (!draft.kpi.has_hysteresis()) return;
  const v1::Hysteresis& hysteresis = draft.kpi.hysteresis();
  StatusRule& status = draft.built.status_rule;
  HysteresisRule rule;
  if (!hysteresis.deadband().empty()) {
    const auto deadband =
        CheckDecimal("kpi.hysteresis.deadband", hysteresis.deadband(), draft.violations);
    rule.deadband = deadband.value_or(Decimal());
  }
  if (hysteresis.has_worsen_periods()) rule.worsen_periods = hysteresis.worsen_periods();
  if (hysteresis.has_improve_periods()) rule.improve_periods = hysteresis.improve_periods();
  rule.logical = {draft.built.logical_min, draft.built.logical_max};
  // Of the first bands that it does not fit; all must have gaps wider than the dead-band.
  absl::Status fit;
  if (status.bands.has_value()) fit = ValidateHysteresis(rule, *status.bands);
  for (const SliceBands& own : status.slice_bands) {
    if (fit.ok()) fit = ValidateHysteresis(rule, own.bands);
  }
  AddHysteresisViolations(fit, draft.violations);
  status.hysteresis = std::move(rule);
}

// A KPI without a status has nothing of all this.
void RefuseOnNeutral(KpiDraft& draft) {
  const auto refuse = [&](absl::string_view field, bool is_set, absl::string_view what) {
    if (!is_set) return;
    draft.violations.Add(field, violation::kRefused,
                         absl::StrCat("got ", what, ", want none: a NEUTRAL KPI has no status"));
  };
  refuse("kpi.bands", draft.kpi.has_bands(), "bands");
  refuse("kpi.slice_bands", !draft.kpi.slice_bands().empty(), "bands");
  refuse("kpi.hysteresis", draft.kpi.has_hysteresis(), "a value");
}

}  // namespace

void BuildBands(KpiDraft& draft) {
  if (draft.built.status_rule.direction.kind == DirectionKind::kNeutral) {
    // Without a direction nothing is known; that is reported.
    if (draft.kpi.direction() == v1::DIRECTION_NEUTRAL) RefuseOnNeutral(draft);
    return;
  }
  draft.built.status_rule.bands = BandsReader(draft, draft.kpi.bands(), "kpi.bands").Read();
  BuildSliceBands(draft);
  BuildHysteresis(draft);
}

}  // namespace kpisuite
