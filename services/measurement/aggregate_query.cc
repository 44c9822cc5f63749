#include "services/measurement/aggregate_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr int kPercentilePlaces = 4;  // 100 % is kPercentileOne at this scale
constexpr int kMaxCutoffs = 10'000;

class PlanBuilder {
 public:
  PlanBuilder(const v1::AggregateQuery& query, int index, const MetricDefinition& metric)
      : query_(query), path_(absl::StrCat("queries[", index, "].")), metric_(metric) {}

  std::optional<Aggregate> BuildAggregate() {
    const std::string name = v1::Aggregation_Name(query_.aggregation());
    const auto kind = AggregationKindFromName(absl::StripPrefix(name, "AGGREGATION_"));
    AggregationSpec spec;
    spec.scale = static_cast<uint8_t>(metric_.scale);
    if (query_.aggregation() == v1::AGGREGATION_UNSPECIFIED || name.empty()) {
      Add("aggregation", violation::kRequired, GotWant(name, "an aggregation"));
      return std::nullopt;
    }
    if (!kind.has_value()) {
      Add("aggregation", violation::kNotImplemented, GotWant(name, "one that is served"));
      return std::nullopt;
    }
    spec.kind = *kind;
    if (!BuildPercentile(spec)) return std::nullopt;
    absl::StatusOr<Aggregate> aggregate = Aggregate::Create(spec);
    if (!aggregate.ok()) {
      violations_.AddStatus(path_ + "aggregation", violation::kNotImplemented, aggregate.status());
      return std::nullopt;
    }
    return *std::move(aggregate);
  }

  void CheckExpression() {
    const bool is_set = !query_.expression().empty() || query_.has_expression_scale();
    CheckNotSet(path_ + "expression", is_set, violations_);
  }

  Filter BuildFilter() {
    absl::StatusOr<Filter> filter =
        Filter::Create(query_.where(), metric_.AllNames(), metric_.scale);
    if (filter.ok()) return *std::move(filter);
    violations_.AddStatus(path_ + "where", violation::kSyntax, filter.status());
    return Filter();
  }

  std::vector<std::string> BuildGrouping() {
    std::vector<std::string> grouping(query_.group_by().begin(), query_.group_by().end());
    for (int i = 0; i < query_.group_by_size(); ++i) {
      if (metric_.CanBeCutBy(grouping[i])) continue;
      Add(absl::StrCat("group_by[", i, "]"), violation::kUndeclaredIdentifier,
          GotWant(grouping[i], absl::StrCat("a dimension or level of metric ", metric_.id)));
    }
    std::sort(grouping.begin(), grouping.end());
    if (std::adjacent_find(grouping.begin(), grouping.end()) != grouping.end()) {
      Add("group_by", violation::kDuplicate,
          GotWant(absl::StrJoin(grouping, ", "), "each dimension once"));
    }
    return grouping;
  }

  Calendar BuildCalendar() {
    CalendarSpec spec;
    if (!query_.time_zone().empty()) spec.time_zone = query_.time_zone();
    spec.day_start =
        absl::Seconds(query_.day_start().seconds()) + absl::Nanoseconds(query_.day_start().nanos());
    absl::StatusOr<Calendar> calendar = Calendar::Create(std::move(spec));
    if (calendar.ok()) return *std::move(calendar);
    violations_.AddStatus(path_ + "time_zone", violation::kSyntax, calendar.status());
    return Calendar();
  }

  std::optional<Slice> BuildSlice(const std::vector<std::string>& grouping) {
    if (!query_.has_slice()) return std::nullopt;
    absl::StatusOr<Slice> slice = Slice::Parse(query_.slice());
    if (!slice.ok()) {
      violations_.AddStatus(path_ + "slice", violation::kSyntax, slice.status());
      return std::nullopt;
    }
    if (slice->Project(grouping) != *slice || slice->members().size() != grouping.size()) {
      Add("slice", violation::kSliceDimension,
          GotWant(query_.slice(),
                  absl::StrCat("a member of each of (", absl::StrJoin(grouping, ", "), ")")));
    }
    return *std::move(slice);
  }

  void CheckView() {
    if (v1::HierarchyView_IsValid(query_.hierarchy_view())) return;
    Add("hierarchy_view", violation::kOutOfRange,
        absl::StrCat("got ", query_.hierarchy_view(), ", want AS_IS or AS_WAS"));
  }

  void CheckDays() {
    if (query_.has_first_day() && query_.has_end_day() && query_.first_day() > query_.end_day()) {
      Add("end_day", violation::kOutOfRange,
          absl::StrCat("got ", query_.end_day(), ", want at least first_day ", query_.first_day()));
    }
    CheckDay("first_day", query_.has_first_day(), query_.first_day());
    CheckDay("end_day", query_.has_end_day(), query_.end_day());
  }

  std::vector<RecordCutoff> BuildCutoffs() {
    std::vector<RecordCutoff> cutoffs;
    if (query_.cutoffs_size() > kMaxCutoffs) {
      Add("cutoffs", violation::kLimit,
          absl::StrCat("got ", query_.cutoffs_size(), ", want at most ", kMaxCutoffs));
      return cutoffs;
    }
    for (int i = 0; i < query_.cutoffs_size(); ++i) BuildCutoff(i, cutoffs);
    return cutoffs;
  }

  Violations& violations() { return violations_; }

 private:
  void BuildCutoff(int index, std::vector<RecordCutoff>& cutoffs) {
    const v1::RecordCutoff& cutoff = query_.cutoffs(index);
    const std::string path = absl::StrCat("cutoffs[", index, "].");
    CheckDay(path + "first_day", cutoff.has_first_day(), cutoff.first_day());
    CheckDay(path + "end_day", cutoff.has_end_day(), cutoff.end_day());
    RecordCutoff built;
    if (cutoff.has_first_day()) built.first_day = cutoff.first_day();
    if (cutoff.has_end_day()) built.end_day = cutoff.end_day();
    if (built.first_day.has_value() && built.end_day.has_value() &&
        *built.first_day >= *built.end_day) {
      Add(path + "end_day", violation::kOutOfRange,
          absl::StrCat("got ", *built.end_day, ", want more than first_day ", *built.first_day));
    }
    if (!cutoffs.empty()) {
      const std::optional<int32_t> end = cutoffs.back().end_day;
      if (!end.has_value() || !built.first_day.has_value() || *built.first_day < *end) {
        Add(path + "first_day", violation::kOutOfRange,
            absl::StrCat("got ", DayText(built.first_day), ", want at least end_day ", DayText(end),
                         " of the cutoff before it"));
      }
    }
    if (!cutoff.has_record_time()) {
      Add(path + "record_time", violation::kRequired, "got nothing, want a time");
    }
    built.record_time = absl::FromUnixSeconds(cutoff.record_time().seconds()) +
                        absl::Nanoseconds(cutoff.record_time().nanos());
    cutoffs.push_back(built);
  }

  static std::string DayText(std::optional<int32_t> day) {
    return day.has_value() ? absl::StrCat(*day) : "nothing";
  }

  void Add(absl::string_view field, absl::string_view code, absl::string_view description) {
    violations_.Add(absl::StrCat(path_, field), code, description);
  }

  bool BuildPercentile(AggregationSpec& spec) {
    if (spec.kind != AggregationKind::kPercentile) {
      if (query_.percentile().empty()) return true;
      Add("percentile", violation::kRefused,
          GotWant(query_.percentile(), "it for PERCENTILE only"));
      return false;
    }
    const absl::StatusOr<int64_t> millionths =
        MantissaFromText(query_.percentile(), kPercentilePlaces);
    if (!millionths.ok() || *millionths < 0 || *millionths > int64_t{kPercentileOne}) {
      Add("percentile", violation::kOutOfRange,
          GotWant(query_.percentile(), "0 to 100 with at most 4 decimal places"));
      return false;
    }
    spec.percentile_millionths = static_cast<uint32_t>(*millionths);
    return true;
  }

  void CheckDay(absl::string_view field, bool has, int32_t day) {
    static const int32_t first = DayNumberOf(absl::CivilDay(1600, 1, 1));
    static const int32_t last = DayNumberOf(absl::CivilDay(9999, 12, 31));
    if (!has || (day >= first && day <= last)) return;
    Add(field, violation::kOutOfRange,
        absl::StrCat("got ", day, ", want days since 1970-01-01 from ", first, " to ", last));
  }

  const v1::AggregateQuery& query_;
  const std::string path_;
  const MetricDefinition& metric_;
  Violations violations_;
};

}  // namespace

Slice AggregatePlan::WithLevels(const Slice& series, absl::CivilDay day) const {
  if (metric->hierarchies.empty()) return series;
  return ProjectWithLevels(metric->hierarchies, series, metric->AllNames(), as_is.value_or(day));
}

int32_t DayNumberOf(absl::CivilDay day) { return static_cast<int32_t>(day - absl::CivilDay()); }

absl::StatusOr<AggregatePlan> PlanAggregate(const v1::AggregateQuery& query, int index,
                                            std::shared_ptr<const MetricDefinition> metric,
                                            absl::Time now) {
  PlanBuilder builder(query, index, *metric);
  std::optional<Aggregate> aggregate = builder.BuildAggregate();
  Filter filter = builder.BuildFilter();
  std::vector<std::string> grouping = builder.BuildGrouping();
  Calendar calendar = builder.BuildCalendar();
  std::optional<Slice> slice = builder.BuildSlice(grouping);
  builder.CheckDays();
  builder.CheckExpression();
  builder.CheckView();
  std::vector<RecordCutoff> cutoffs = builder.BuildCutoffs();
  if (!builder.violations().empty()) return InvalidFields(builder.violations().Take());
  AggregatePlan plan{index,
                     std::move(metric),
                     *std::move(aggregate),
                     std::move(filter),
                     std::move(grouping),
                     std::move(calendar),
                     std::nullopt,
                     std::nullopt,
                     std::move(slice),
                     std::move(cutoffs)};
  if (query.has_first_day()) plan.first_day = query.first_day();
  if (query.hierarchy_view() != v1::HIERARCHY_VIEW_AS_WAS) {
    plan.as_is = plan.calendar.DayOf(now);
  }
  if (query.has_end_day()) plan.end_day = query.end_day();
  return plan;
}

}  // namespace kpisuite
