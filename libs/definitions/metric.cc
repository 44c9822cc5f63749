#include "libs/definitions/metric.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/names.h"
#include "libs/definitions/references.h"
#include "libs/definitions/unit_check.h"

namespace kpisuite {
namespace {

bool IsDimensionName(absl::string_view text) {
  if (text.empty() || text.size() > Slice::kMaxDimensionBytes) return false;
  if (absl::ascii_isdigit(text.front())) return false;
  for (const char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '_') return false;
  }
  return true;
}

std::vector<std::string> BuildDimensions(const v1::Metric& metric, Violations& violations) {
  const auto& names = metric.dimensions();
  if (static_cast<size_t>(names.size()) > kMaxMetricDimensions) {
    violations.Add("metric.dimensions", violation::kLimit,
                   absl::StrCat("got ", names.size(), ", want at most ", kMaxMetricDimensions));
  }
  std::set<std::string> sorted;
  for (int i = 0; i < names.size(); ++i) {
    const std::string field = IndexField("metric.dimensions", i);
    if (CheckDimensionName(field, names[i], violations) && !sorted.insert(names[i]).second) {
      violations.Add(field, violation::kDuplicate, GotWant(names[i], "each dimension once"));
    }
  }
  return {sorted.begin(), sorted.end()};
}

void MergeTimeliness(const std::string& field, const v1::Timeliness& from, Timeliness& into,
                     Violations& violations) {
  if (from.has_expected_lag()) {
    into.expected_lag = CheckDuration(field + ".expected_lag", from.expected_lag(), violations);
  }
  if (from.has_grace()) into.grace = CheckDuration(field + ".grace", from.grace(), violations);
  if (from.has_max_age()) {
    into.max_age = CheckDuration(field + ".max_age", from.max_age(), violations);
  }
}

}  // namespace

bool CheckDimensionName(absl::string_view field, const std::string& name, Violations& violations) {
  if (!IsDimensionName(name)) {
    violations.Add(field, violation::kSyntax,
                   GotWant(name, "at most 63 lower-case letters, digits and '_', no digit first"));
    return false;
  }
  if (name == "value" || name == "in") {
    violations.Add(field, violation::kReservedName,
                   GotWant(name, "another name: filters give it a meaning of their own"));
    return false;
  }
  return true;
}

std::string MetricDefinition::resource_name() const {
  return absl::StrCat("workspaces/", workspace, "/metrics/", id);
}

bool MetricDefinition::HasDimension(absl::string_view dimension) const {
  return std::binary_search(dimensions.begin(), dimensions.end(), dimension);
}

bool MetricDefinition::CanBeCutBy(absl::string_view name) const {
  return HasDimension(name) || HierarchyOfLevel(hierarchies, name) != nullptr;
}

std::vector<std::string> MetricDefinition::AllNames() const {
  std::vector<std::string> names = dimensions;
  for (const auto& hierarchy : hierarchies) {
    names.insert(names.end(), hierarchy->levels().begin(), hierarchy->levels().end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const MetricDefinition> BuildMetric(const v1::Definition& definition,
                                                    const v1::Source* source,
                                                    Violations& violations) {
  const v1::Metric& metric = definition.metric();
  const size_t before = violations.size();
  auto built = std::make_shared<MetricDefinition>();
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(definition.name());
  if (name.ok()) {
    built->workspace = name->workspace;
    built->id = name->id;
  }
  built->uid = definition.uid();
  built->revision = definition.revision();
  built->display_name = definition.display_name().empty() ? built->id : definition.display_name();
  built->unit_text = metric.unit();
  if (const std::optional<Unit> unit = CheckUnit("metric.unit", metric.unit(), violations)) {
    built->unit = *unit;
  }
  if (metric.has_scale() && CheckRange("metric.scale", metric.scale(), 0, kMaxScale, violations)) {
    built->scale = metric.scale();
  }
  built->has_weights = metric.has_weight_scale();
  if (metric.has_weight_scale() &&
      CheckRange("metric.weight_scale", metric.weight_scale(), 0, kMaxScale, violations)) {
    built->weight_scale = metric.weight_scale();
  }
  built->dimensions = BuildDimensions(metric, violations);
  CheckEnum("metric.identity", metric.identity(), v1::SampleIdentity_IsValid(metric.identity()),
            violations);
  if (metric.identity() == v1::SAMPLE_IDENTITY_TIME) built->identity = SampleIdentity::kTime;
  if (!metric.partition_group().empty() && !IsLabel(metric.partition_group())) {
    violations.Add(
        "metric.partition_group", violation::kSyntax,
        GotWant(metric.partition_group(), "at most 63 lower-case letters, digits and inner '-'"));
  }
  built->partition_group = metric.partition_group();
  CheckEnum("metric.scale_type", metric.scale_type(), v1::ScaleType_IsValid(metric.scale_type()),
            violations);
  if (metric.scale_type() == v1::SCALE_TYPE_INTERVAL) built->scale_type = ScaleType::kInterval;
  built->personal = metric.personal();
  built->source = metric.source();
  Violations of_source;  // reported at the source itself
  if (source != nullptr) {
    MergeTimeliness("source.timeliness", source->timeliness(), built->timeliness, of_source);
  }
  MergeTimeliness("metric.timeliness", metric.timeliness(), built->timeliness, violations);
  BuildHierarchies(metric, *built, violations);
  if (violations.size() != before) return nullptr;
  return built;
}

}  // namespace kpisuite
