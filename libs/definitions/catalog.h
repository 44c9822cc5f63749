// Catalog: the live definitions of all workspaces, parsed and resolved, kept up to date revision
// by revision.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/base/error.h"
#include "libs/definitions/kpi.h"
#include "libs/definitions/metric.h"
#include "libs/definitions/names.h"
#include "libs/definitions/references.h"

namespace kpisuite {

// A value before and after a change; null: it did not exist, or could not be evaluated.
struct MetricChange {
  ResourceName name;
  std::shared_ptr<const MetricDefinition> before;
  std::shared_ptr<const MetricDefinition> after;
};
struct KpiChange {
  ResourceName name;
  std::shared_ptr<const KpiDefinition> before;
  std::shared_ptr<const KpiDefinition> after;
};

// A definition and the one of the set through which it was reached (itself when it was in it).
struct TouchedDefinition {
  ResourceName name;
  ResourceName cause;
};

// What an applied set changed, directly or through references: a new unit of a metric is listed
// under each KPI over it, a new Target under its KPI. Sorted by name.
struct CatalogChanges {
  std::vector<MetricChange> metrics;
  std::vector<KpiChange> kpis;
  // Everything that was in the set or was resolved again because of it.
  std::vector<TouchedDefinition> touched;
  // What stood under the names of the set before; null: nothing.
  std::map<ResourceName, std::shared_ptr<const v1::Definition>> replaced;
};

// One live definition.
struct CatalogEntry {
  std::shared_ptr<const v1::Definition> definition;
  // Set for metrics and KPIs without violations.
  std::shared_ptr<const MetricDefinition> metric;
  std::shared_ptr<const KpiDefinition> kpi;
  // Set for calendars without violations, in the calendar's own zone.
  std::shared_ptr<const Calendar> calendar;
  // What is wrong with it, by path (`kpi.inputs["late"].where`). Always empty for what the
  // definition service stored, except while a snapshot is only partly applied.
  std::vector<FieldViolation> violations;
  // It is sound itself, but something that it refers to is not.
  bool blocked = false;
  // What it refers to.
  std::vector<Reference> references;
};

// Definitions may be applied in any order: what refers to something that is not there yet gets
// violations and is resolved when it arrives. The cost of an Apply is that of the definitions it
// touches. Not thread-safe; what it hands out by shared_ptr is immutable and may be shared.
class Catalog {
 public:
  Catalog() = default;
  // An overlay: starts as `base` and keeps its own changes to itself. `base` outlives it and does
  // not change meanwhile. Used to try a set before it is stored.
  explicit Catalog(const Catalog* base) : base_(base) {}
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Applies one set: definitions with `deleted` set are removed, others replace what has their
  // name. Names and specs are well-formed and fit each other. `position` is that of the set in
  // the change log; 0 leaves the position as it is (inside a snapshot).
  CatalogChanges Apply(absl::Span<const v1::Definition> set, int64_t position);

  // Makes the catalog consist of exactly `definitions`: applies what is new or has another
  // revision, removes the rest. Not on an overlay.
  CatalogChanges Reset(absl::Span<const v1::Definition> definitions, int64_t position);

  // Null when it does not exist.
  const CatalogEntry* Find(const ResourceName& name) const;
  std::shared_ptr<const MetricDefinition> FindMetric(absl::string_view workspace,
                                                     absl::string_view id) const;
  std::shared_ptr<const KpiDefinition> FindKpi(absl::string_view workspace,
                                               absl::string_view id) const;

  // Live definitions that refer to `name`, sorted.
  std::vector<ResourceName> ReferrersOf(const ResourceName& name) const;
  // KPIs of the workspace with this fingerprint, sorted.
  std::vector<ResourceName> KpisWithFingerprint(absl::string_view workspace,
                                                absl::string_view fingerprint) const;

  // All live names, sorted. A scan: for start and lists, not for every sample.
  std::vector<ResourceName> Names() const;
  // All KPIs, or metrics, that can be evaluated, in the order of their names. A scan.
  std::vector<std::shared_ptr<const KpiDefinition>> Kpis() const;
  std::vector<std::shared_ptr<const MetricDefinition>> Metrics() const;

  // Position of the change log that has been applied; 0 at first.
  int64_t position() const { return position_; }
  size_t size() const;

  // Live Targets of a KPI, by name.
  std::vector<std::shared_ptr<const v1::Definition>> TargetsOf(const ResourceName& kpi) const;

 private:
  friend class CatalogUpdate;

  bool StillRefers(const ResourceName& referrer, const ResourceName& name) const;

  const Catalog* base_ = nullptr;
  int64_t position_ = 0;
  // Own entries; in an overlay one without a definition hides the base's.
  absl::flat_hash_map<ResourceName, CatalogEntry> entries_;
  // Who refers to a name, whether or not it exists. In an overlay only what it adds: those of the
  // base count while their present entry still refers to it.
  absl::flat_hash_map<ResourceName, std::set<ResourceName>> referrers_;
  // `workspace/fingerprint` to KPIs; in an overlay as above.
  absl::flat_hash_map<std::string, std::set<ResourceName>> fingerprints_;
};

}  // namespace kpisuite
