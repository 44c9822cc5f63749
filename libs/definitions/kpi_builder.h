// BuildKpi: from a KPI's message, with what it refers to, to its KpiDefinition. Each part has a
// file of its own: inputs and formula, status, targets, fingerprint.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/kpi.h"
#include "libs/definitions/names.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

// What became of a KPI and its Targets.
struct KpiBuild {
  std::shared_ptr<const KpiDefinition> kpi;  // null: it has violations or is blocked
  Violations violations;                     // of the KPI itself
  std::map<ResourceName, Violations> target_violations;
  bool blocked = false;  // something that it refers to is missing or wrong, reported there
};

// `targets` are the live Target definitions of this KPI. Everything else is looked up in
// `catalog`, where what the KPI refers to is resolved already; references that do not exist are
// left to the caller.
KpiBuild BuildKpi(const ResourceName& name, std::shared_ptr<const v1::Definition> definition,
                  const std::vector<std::shared_ptr<const v1::Definition>>& targets,
                  const Catalog& catalog);

// --- The parts, for BuildKpi only. ---

struct KpiDraft {
  const ResourceName& name;
  const v1::Kpi& kpi;
  const Catalog& catalog;
  KpiDefinition& built;
  Violations& violations;
  bool blocked = false;
  // Unit of the KPI when it could be read.
  std::optional<Unit> unit;
};

// inputs, steps, results, depth, unit, partition_group, additive_over_slices, nature.
void BuildInputs(KpiDraft& draft);
// status_rule, logical range.
void BuildStatusRule(KpiDraft& draft);
// status_rule: bands, slice_bands, hysteresis. Direction and logical range are set.
void BuildBands(KpiDraft& draft);
// sampling and its clamp. Inputs and status_rule are built.
void BuildSampling(KpiDraft& draft);
// suppression. Inputs and steps are built.
void BuildSuppression(KpiDraft& draft);
// targets, target_origins. `draft.built.calendar` is set.
void BuildTargets(KpiDraft& draft,
                  const std::vector<std::shared_ptr<const v1::Definition>>& targets,
                  std::map<ResourceName, Violations>& target_violations);
// pace. `draft.built` has its calendar, windows and bands.
void BuildPace(KpiDraft& draft);
// process_control, trend_periods. The calendar and the logical range are set.
void BuildProcessControl(KpiDraft& draft);
// maintain. The calendar and the windows are set.
void BuildMaintain(KpiDraft& draft);
// Hashes of the finished parts: fingerprint and series_fingerprint.
std::string FingerprintOf(const KpiDefinition& kpi);
std::string SeriesFingerprintOf(const KpiDefinition& kpi);

// Dimensions of a slice that a metric of the KPI lacks without ignoring them. SLICE_DIMENSION.
void CheckSliceDimensions(const KpiDraft& draft, absl::string_view field, const Slice& slice,
                          Violations& violations);

// A value outside the KPI's logical range. OUT_OF_RANGE, with "did you mean 80%?".
void CheckLogicalRange(const KpiDraft& draft, absl::string_view field, const std::string& text,
                       const Decimal& value, Violations& violations);

}  // namespace kpisuite
