#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/kpi/decimal.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {
namespace {

v1::Aggregation ToProto(AggregationKind kind) {
  v1::Aggregation aggregation = v1::AGGREGATION_UNSPECIFIED;
  v1::Aggregation_Parse(absl::StrCat("AGGREGATION_", AggregationKindName(kind)), &aggregation);
  return aggregation;
}

}  // namespace

std::string PaneSpec::Key() const {
  const std::string expression =
      derived.empty() ? "" : absl::StrCat(derived.scale(), " ", derived.canonical_text());
  return absl::StrCat(workspace, "\n", metric, "\n", AggregationKindName(aggregation.kind), "\n",
                      aggregation.percentile_millionths, "\n", aggregation.exact_cap, "\n",
                      expression, "\n", filter.canonical_text(), "\n", absl::StrJoin(group_by, ","),
                      "\n", calendar->spec().time_zone, "\n",
                      absl::ToInt64Minutes(calendar->spec().day_start), "\n",
                      finality == nullptr ? "" : finality->key(), "\n", metric_revision, "\n",
                      as_is.has_value() ? absl::FormatCivilTime(*as_is) : "", "\n",
                      roster == nullptr ? "" : roster->key());
}

Slice PaneSpec::SliceOf(const Slice& leaf, int32_t day) const {
  if (!has_levels()) return leaf.Project(group_by);
  return ProjectWithLevels(hierarchies, leaf, group_by, as_is.value_or(DayOfNumber(day)));
}

v1::AggregateQuery PaneSpec::Query() const {
  v1::AggregateQuery query;
  query.set_metric(metric);
  query.set_aggregation(ToProto(aggregation.kind));
  if (aggregation.kind == AggregationKind::kPercentile) {
    query.set_percentile(Decimal::FromMantissa(aggregation.percentile_millionths, 4).ToString());
  }
  query.set_where(filter.canonical_text());
  if (!derived.empty()) {
    query.set_expression(derived.canonical_text());
    query.set_expression_scale(derived.scale());
  }
  for (const std::string& dimension : BaseDimensions(hierarchies, group_by)) {
    query.add_group_by(dimension);
  }
  query.set_time_zone(calendar->spec().time_zone);
  query.mutable_day_start()->set_seconds(absl::ToInt64Seconds(calendar->spec().day_start));
  return query;
}

}  // namespace kpisuite
