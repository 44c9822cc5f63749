#include "libs/definitions/input_aggregation.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"

namespace kpisuite {
namespace {

bool IsFirstOrLast(AggregationKind kind) {
  return kind == AggregationKind::kFirst || kind == AggregationKind::kLast;
}

std::optional<AggregationKind> ServedKind(v1::Aggregation aggregation) {
  const std::string name = v1::Aggregation_Name(aggregation);
  const auto kind = AggregationKindFromName(absl::StripPrefix(name, "AGGREGATION_"));
  return kind.has_value() && IsServed(*kind) ? kind : std::nullopt;
}

void Refuse(const std::string& field, bool is_set, absl::string_view why, Violations& violations) {
  if (is_set) violations.Add(field, violation::kRefused, why);
}

uint32_t BuildPercentile(const std::string& field, const std::string& text,
                         Violations& violations) {
  // Millionths of 1 are ten-thousandths of a percent.
  const absl::StatusOr<int64_t> mantissa = MantissaFromText(text, 4);
  if (mantissa.ok() && 0 <= *mantissa && *mantissa <= int64_t{kPercentileOne}) {
    return static_cast<uint32_t>(*mantissa);
  }
  violations.Add(field, violation::kOutOfRange,
                 GotWant(text, "0 to 100 with at most 4 decimal places"));
  return 0;
}

void CheckAdditive(const std::string& field, AggregationKind kind, const MetricDefinition& metric,
                   Violations& violations) {
  const bool sums = kind == AggregationKind::kSum;
  const bool sums_series = (IsFirstOrLast(kind) || kind == AggregationKind::kTimeWeightedAverage) &&
                           !metric.dimensions.empty();
  if (!sums && !sums_series) return;
  absl::string_view what;
  if (metric.unit.IsPercent()) {
    what = "percentages";
  } else if (metric.unit.IsRate()) {
    what = "rates or prices";
  } else if (metric.scale_type == ScaleType::kInterval) {
    what = "values of an INTERVAL scale";
  }
  if (what.empty()) return;
  violations.Add(
      field + ".aggregation", violation::kNotAdditive,
      absl::StrCat("got ", AggregationKindName(kind), " of metric ", metric.id, ", want no sum of ",
                   what, ": use AVG, or sums of a numerator and a denominator"));
}

constexpr int kMostPeriods = 1000;
constexpr int kMostYears = 100;

// Reads the fields of an input that look beyond its period.
class FrameBuilder {
 public:
  FrameBuilder(const std::string& field, const v1::Input& input, Violations& violations)
      : field_(field), input_(input), violations_(violations) {}

  void BuildCarry(bool wanted, FrameRule& rule) {
    const std::string& text = input_.carry_forward();
    const std::string field = field_ + ".carry_forward";
    if (!wanted) {
      Refuse(field, !text.empty(), "got a value, want none: it is for FIRST and LAST", violations_);
      return;
    }
    absl::string_view count = text;
    if (text.empty() || text == "UNTIL_RETRACTED") {
      rule.carry = CarryForward::kUntilRetracted;
    } else if (absl::ConsumePrefix(&count, "MAX(") && absl::ConsumeSuffix(&count, ")")) {
      rule.carry = CarryForward::kPeriods;
      if (!absl::SimpleAtoi(count, &rule.carry_periods)) rule.carry_periods = 0;
      CheckRange(field, rule.carry_periods, 1, kMostPeriods, violations_);
    } else if (text != "NONE") {
      violations_.Add(field, violation::kSyntax,
                      GotWant(text, "NONE, MAX(periods) or UNTIL_RETRACTED"));
    }
  }

  void BuildConversion(bool wanted, FrameRule& rule) {
    const std::string field = field_ + ".conversion_window";
    if (!wanted) {
      Refuse(field, input_.has_conversion_window(), "got a value, want none: it is for CONVERSION",
             violations_);
    } else if (!input_.has_conversion_window()) {
      AddRequired(field, "the most delay of a conversion", violations_);
    } else {
      const absl::Duration delay = CheckDuration(field, input_.conversion_window(), violations_);
      if (delay <= absl::ZeroDuration()) {
        violations_.Add(field, violation::kOutOfRange, "got 0, want a positive duration");
      }
      rule.conversion_window_nano = absl::ToInt64Nanoseconds(delay);
    }
  }

  void BuildCohort(bool wanted, FrameRule& rule) {
    constexpr absl::string_view kWhy = "got a value, want none: it is for COHORT_RATIO";
    if (!wanted) {
      Refuse(field_ + ".cohort_offset", input_.has_cohort_offset(), kWhy, violations_);
      Refuse(field_ + ".cohort_measure", input_.has_cohort_measure(), kWhy, violations_);
      return;
    }
    CheckEnum(field_ + ".cohort_measure", input_.cohort_measure(),
              v1::CohortMeasure_IsValid(input_.cohort_measure()), violations_);
    if (input_.cohort_measure() == v1::COHORT_MEASURE_ENTITIES) {
      rule.cohort_measure = CohortMeasure::kEntities;
    } else if (input_.cohort_measure() == v1::COHORT_MEASURE_RETAINED) {
      rule.cohort_measure = CohortMeasure::kRetained;
    }
    const std::string field = field_ + ".cohort_offset";
    switch (input_.cohort_offset().kind_case()) {
      case v1::Offset::kPreviousPeriod:
        rule.cohort_count = input_.cohort_offset().previous_period();
        CheckRange(field + ".previous_period", rule.cohort_count, 1, kMostPeriods, violations_);
        break;
      case v1::Offset::kSamePeriodLastYear:
        rule.cohort_offset = CohortOffset::kYears;
        rule.cohort_count = input_.cohort_offset().same_period_last_year();
        CheckRange(field + ".same_period_last_year", rule.cohort_count, 1, kMostYears, violations_);
        break;
      default: AddRequired(field, "the period in which the cohort was present", violations_);
    }
  }

 private:
  const std::string& field_;
  const v1::Input& input_;
  Violations& violations_;
};

}  // namespace

std::optional<AggregationSpec> BuildAggregation(const std::string& field, const v1::Input& input,
                                                Violations& violations) {
  if (input.aggregation() == v1::AGGREGATION_UNSPECIFIED) {
    AddRequired(field + ".aggregation", "how samples become a number, for instance SUM",
                violations);
    return std::nullopt;
  }
  const bool known = v1::Aggregation_IsValid(input.aggregation());
  CheckEnum(field + ".aggregation", input.aggregation(), known, violations);
  const std::optional<AggregationKind> kind = ServedKind(input.aggregation());
  if (!kind.has_value()) {
    Refuse(field + ".aggregation", known,
           "got MEAN_OF_RATIOS, want it of a KPI with apply RESULT: a metric has no ratios",
           violations);
    return std::nullopt;
  }
  AggregationSpec spec;
  spec.kind = *kind;
  const bool wants_percentile = *kind == AggregationKind::kPercentile;
  if (wants_percentile && input.percentile().empty()) {
    AddRequired(field + ".percentile", "which percentile, 0 to 100", violations);
  } else if (wants_percentile) {
    spec.percentile_millionths =
        BuildPercentile(field + ".percentile", input.percentile(), violations);
  }
  Refuse(field + ".percentile", !wants_percentile && !input.percentile().empty(),
         "got a value, want none: it is for PERCENTILE", violations);
  return spec;
}

std::optional<Unit> BuildAggregateUnit(const std::string& field, const AggregationSpec& spec,
                                       const MetricDefinition& metric, Violations& violations) {
  CheckAdditive(field, spec.kind, metric, violations);
  if (spec.kind == AggregationKind::kWeightedAverage && !metric.has_weights) {
    violations.Add(field + ".aggregation", violation::kRequired,
                   absl::StrCat("got WEIGHTED_AVG of metric ", metric.id,
                                ", want a metric whose samples carry weights: it says so by its "
                                "weight_scale"));
  }
  const int power = UnitPower(spec.kind);
  if (power == 1) return metric.unit;
  absl::StatusOr<Unit> unit = metric.unit.ToThe(power);
  if (unit.ok()) return *std::move(unit);
  violations.AddStatus(field + ".aggregation", violation::kUnitMismatch, unit.status());
  return std::nullopt;
}

FrameRule BuildFrameRule(const std::string& field, const v1::Input& input, AggregationKind kind,
                         Violations& violations) {
  FrameRule rule;
  FrameBuilder builder(field, input, violations);
  builder.BuildCarry(IsFirstOrLast(kind), rule);
  builder.BuildConversion(kind == AggregationKind::kConversion, rule);
  builder.BuildCohort(kind == AggregationKind::kCohortRatio, rule);
  return rule;
}

std::string FrameText(AggregationKind kind, const FrameRule& rule) {
  if (kind == AggregationKind::kConversion) {
    return absl::StrCat("|within ", rule.conversion_window_nano);
  }
  if (kind == AggregationKind::kCohortRatio) {
    return absl::StrCat("|cohort ", static_cast<int>(rule.cohort_offset), " ", rule.cohort_count,
                        " ", static_cast<int>(rule.cohort_measure));
  }
  if (!IsFirstOrLast(kind) || rule.carry == CarryForward::kNone) return "";
  return rule.carry == CarryForward::kPeriods ? absl::StrCat("|carry ", rule.carry_periods)
                                              : "|carry";
}

}  // namespace kpisuite
