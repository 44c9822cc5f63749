// MetricDefinition: a metric as measurement and evaluation use it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/hierarchy.h"
#include "libs/kpi/unit.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// When data of a period is due (SEMANTICS 3.8).
struct Timeliness {
  absl::Duration expected_lag = absl::ZeroDuration();
  absl::Duration grace = absl::ZeroDuration();
  absl::Duration max_age = absl::InfiniteDuration();
};

// What makes two samples the same fact.
enum class SampleIdentity {
  kEvent,  // series, time, sample_id
  kTime,   // series, time
};

inline constexpr int kDefaultScale = 4;
inline constexpr size_t kMaxMetricDimensions = 16;

// Immutable once built; shared between threads.
struct MetricDefinition {
  std::string workspace;
  std::string id;
  std::string uid;
  int64_t revision = 0;
  std::string display_name;  // the id when none was given
  Unit unit;
  std::string unit_text;                // as written, for display
  int scale = kDefaultScale;            // decimal places of values, 0 to 9
  int weight_scale = kDefaultScale;     // decimal places of weights, 0 to 9
  bool has_weights = false;             // weight_scale is set: its samples carry weights
  std::vector<std::string> dimensions;  // sorted
  std::vector<std::shared_ptr<const Hierarchy>> hierarchies;
  bool personal = false;  // its samples tell about single persons
  SampleIdentity identity = SampleIdentity::kEvent;
  std::string partition_group;  // empty: the workspace's default group
  ScaleType scale_type = ScaleType::kRatio;
  std::string source;     // id; empty when none
  Timeliness timeliness;  // merged: the metric's own fields win over the source's

  // `workspaces/{workspace}/metrics/{id}`.
  std::string resource_name() const;
  bool HasDimension(absl::string_view dimension) const;
  // A dimension, or a level above one.
  bool CanBeCutBy(absl::string_view name) const;
  // Dimensions and levels, sorted.
  std::vector<std::string> AllNames() const;
};

// --- Parts of BuildMetric. ---

// The name of a dimension or level. SYNTAX, RESERVED_NAME.
bool CheckDimensionName(absl::string_view field, const std::string& name, Violations& violations);
// hierarchies. The dimensions are built.
void BuildHierarchies(const v1::Metric& metric, MetricDefinition& built, Violations& violations);

// Builds the metric of `definition`, whose name is well-formed. `source` is the definition of its
// source, null when it names none (or an unknown one, which the caller reports). Adds everything
// that is wrong to `violations` (paths start with `metric.`); nothing is returned then.
std::shared_ptr<const MetricDefinition> BuildMetric(const v1::Definition& definition,
                                                    const v1::Source* source,
                                                    Violations& violations);

}  // namespace kpisuite
