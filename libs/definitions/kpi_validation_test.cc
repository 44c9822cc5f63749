// What can be wrong with one KPI, its targets and its bands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Codes of a KPI in the small world, without `definitions[0].kpi.`.
std::vector<std::string> KpiCodes(const std::string& text) {
  std::vector<std::string> codes = Codes(ValidateOne(Kpi("k", text)).violations);
  for (std::string& code : codes) code = absl::StrReplaceAll(code, {{"definitions[0].kpi.", ""}});
  return codes;
}

const std::string Share() {  // a ratio in %
  return MetricInputText("x", "delay", "COUNT") + MetricInputText("y", "delay", "COUNT_TRUE") +
         "formula: 'y / x' unit: '%' ";
}
const std::string Sum() { return MetricInputText("x", "delay", "SUM") + "unit: 'min' "; }

// Codes of a set of metrics and a KPI.
std::vector<std::string> CodesWith(const std::string& metric, const std::string& kpi) {
  return Codes(Validate(Catalog(), {Metric("m", metric), Kpi("k", kpi)}).violations);
}

TEST(KpiInputs, NameExactlyOneSource) {
  EXPECT_THAT(KpiCodes(Input("x", "aggregation: AGGREGATION_SUM") + "unit: 'min'"),
              ElementsAre("inputs[\"x\"] REQUIRED"));
  EXPECT_THAT(KpiCodes("unit: 'min' formula: '1'"), ElementsAre("inputs REQUIRED"));
  EXPECT_THAT(KpiCodes(Input("x", "kpi: 'late' aggregation: AGGREGATION_SUM where: 'value > 1'") +
                       "unit: '%'"),
              ElementsAre("inputs[\"x\"].aggregation REFUSED", "inputs[\"x\"].where REFUSED"));
}

TEST(KpiInputs, SayHowSamplesBecomeANumber) {
  EXPECT_THAT(KpiCodes(Input("x", "metric: 'delay'") + "unit: 'min'"),
              ElementsAre("inputs[\"x\"].aggregation REQUIRED"));
  EXPECT_THAT(KpiCodes(MetricInputText("x", "delay", "PERCENTILE") + "unit: 'min'"),
              ElementsAre("inputs[\"x\"].percentile REQUIRED"));
  EXPECT_THAT(KpiCodes(Input("x",
                             "metric: 'delay' aggregation: AGGREGATION_PERCENTILE "
                             "percentile: '101'") +
                       "unit: 'min'"),
              ElementsAre("inputs[\"x\"].percentile OUT_OF_RANGE"));
  EXPECT_THAT(
      KpiCodes(Input("x",
                     "metric: 'delay' aggregation: AGGREGATION_SUM percentile: '9' "
                     "carry_forward: 'NONE'") +
               "unit: 'min'"),
      ElementsAre("inputs[\"x\"].percentile REFUSED", "inputs[\"x\"].carry_forward REFUSED"));
}

TEST(KpiInputs, OfMetricsHaveNoMeanOfRatios) {
  EXPECT_THAT(KpiCodes(Input("x", "metric: 'delay' aggregation: AGGREGATION_MEAN_OF_RATIOS") +
                       "unit: 'min'"),
              ElementsAre("inputs[\"x\"].aggregation REFUSED"));
}

TEST(KpiInputs, OfLastValuesSayHowLongTheyAreCarried) {
  EXPECT_THAT(KpiCodes(Input("x",
                             "metric: 'delay' aggregation: AGGREGATION_LAST "
                             "carry_forward: 'NONE'") +
                       "unit: 'min'"),
              IsEmpty());
}

TEST(KpiInputs, SayWhichPeriodTheyMean) {
  const auto codes = [](const std::string& period) {
    return KpiCodes(
        Input("x", absl::StrCat("metric: 'delay' aggregation: AGGREGATION_AVG ", period)) +
        "unit: 'min'");
  };
  EXPECT_THAT(codes("window: 'YEAR' offset { same_period_last_year: 1 }"), IsEmpty());
  EXPECT_THAT(codes("window: 'MOON'"), ElementsAre("inputs[\"x\"].window SYNTAX"));
  EXPECT_THAT(codes("offset {}"), ElementsAre("inputs[\"x\"].offset REQUIRED"));
  EXPECT_THAT(codes("offset { previous_period: 0 }"),
              ElementsAre("inputs[\"x\"].offset.previous_period OUT_OF_RANGE"));
  EXPECT_THAT(codes("offset { same_period_last_year: 101 }"),
              ElementsAre("inputs[\"x\"].offset.same_period_last_year OUT_OF_RANGE"));
}

TEST(KpiInputs, AggregateFinishedValuesOnlyAsTheyCan) {
  const auto codes = [](const std::string& how) {
    return KpiCodes(Input("x", absl::StrCat("kpi: 'late' apply: APPLY_RESULT ", how)) +
                    "unit: '%'");
  };
  EXPECT_THAT(codes("aggregation: AGGREGATION_AVG"), IsEmpty());
  EXPECT_THAT(codes("aggregation: AGGREGATION_MEAN_OF_RATIOS"), IsEmpty());
  EXPECT_THAT(codes(""), ElementsAre("inputs[\"x\"].aggregation REQUIRED"));
  EXPECT_THAT(codes("aggregation: AGGREGATION_COUNT"),
              ElementsAre("inputs[\"x\"].aggregation REFUSED"));
  EXPECT_THAT(codes("aggregation: AGGREGATION_SUM"),
              ElementsAre("inputs[\"x\"].aggregation NOT_ADDITIVE"));
}

TEST(KpiInputs, HaveFiltersOverTheMetric) {
  const ValidationResult result =
      ValidateOne(Kpi("k", Input("x",
                                 "metric: 'delay' aggregation: AGGREGATION_COUNT "
                                 "where: 'value > 1 && colour = red'") +
                               "unit: 'count'"));
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].field, "definitions[0].kpi.inputs[\"x\"].where");
  EXPECT_EQ(result.violations[0].reason, "UNDECLARED_IDENTIFIER");
  EXPECT_EQ(result.violations[0].line, 1);
  EXPECT_EQ(result.violations[0].column, 14);
}

TEST(KpiInputs, AreNotSumsOfWhatDoesNotAdd) {
  for (const char* metric :
       {"unit: '%'", "unit: 'EUR/h'", "unit: 'celsius' scale_type: SCALE_TYPE_INTERVAL"}) {
    std::string unit = metric;
    unit = unit.substr(0, unit.find(" s"));
    EXPECT_THAT(CodesWith(metric, MetricInputText("x", "m", "SUM") + unit),
                ElementsAre("definitions[1].kpi.inputs[\"x\"].aggregation NOT_ADDITIVE"));
    EXPECT_THAT(CodesWith(metric, MetricInputText("x", "m", "AVG") + unit), IsEmpty());
  }
  const std::string last =
      Input("x", "metric: 'm' aggregation: AGGREGATION_LAST carry_forward: 'NONE'") + "unit: '%'";
  EXPECT_THAT(CodesWith("unit: '%' dimensions: 'a'", last),
              ElementsAre("definitions[1].kpi.inputs[\"x\"].aggregation NOT_ADDITIVE"));
  EXPECT_THAT(CodesWith("unit: '%'", last), IsEmpty()) << "one series, nothing is summed";
}

TEST(KpiInputs, HaveTheUnitOfTheirAggregation) {
  EXPECT_THAT(CodesWith("unit: 'EUR/h'", MetricInputText("x", "m", "VAR") + "unit: 'EUR^2/h^2'"),
              IsEmpty());
  EXPECT_THAT(CodesWith("unit: 'EUR/h'", MetricInputText("x", "m", "STDDEV") + "unit: 'EUR/h'"),
              IsEmpty());
  EXPECT_THAT(CodesWith("unit: 'min'", MetricInputText("x", "m", "VAR") + "unit: 'min'"),
              ElementsAre("definitions[1].kpi.formula UNIT_MISMATCH"));
  EXPECT_THAT(CodesWith("unit: 'min^99'", MetricInputText("x", "m", "VAR") + "unit: 'min^99'"),
              ElementsAre("definitions[1].kpi.inputs[\"x\"].aggregation UNIT_MISMATCH"));
}

TEST(KpiInputs, AreWeightedOnlyByAMetricWithWeights) {
  const std::string kpi = MetricInputText("x", "m", "WEIGHTED_AVG") + "unit: 'EUR'";
  EXPECT_THAT(CodesWith("unit: 'EUR'", kpi),
              ElementsAre("definitions[1].kpi.inputs[\"x\"].aggregation REQUIRED"));
  EXPECT_THAT(CodesWith("unit: 'EUR' weight_scale: 0", kpi), IsEmpty());
}

TEST(KpiFormula, FitsItsInputsAndUnit) {
  EXPECT_THAT(KpiCodes(Sum() + "formula: 'x +'"), ElementsAre("formula SYNTAX"));
  EXPECT_THAT(KpiCodes(Sum() + "formula: 'x + days'"), ElementsAre("formula UNIT_MISMATCH"));
  EXPECT_THAT(KpiCodes(Sum() + "formula: 'x > 1'"), ElementsAre("formula TYPE_MISMATCH"));
  EXPECT_THAT(KpiCodes(MetricInputText("x", "delay", "SUM") + "unit: 'EUR'"),
              ElementsAre("formula UNIT_MISMATCH"));
  EXPECT_THAT(KpiCodes(MetricInputText("x", "delay", "SUM")), ElementsAre("unit REQUIRED"));
  EXPECT_THAT(KpiCodes(MetricInputText("days", "delay", "SUM") + "unit: 'min'"),
              ElementsAre("inputs[\"days\"] RESERVED_NAME"));
  EXPECT_THAT(KpiCodes(MetricInputText("a-b", "delay", "SUM") + "unit: 'min'"),
              ElementsAre("inputs[\"a-b\"] SYNTAX"));
  EXPECT_THAT(KpiCodes(MetricInputText("a", "delay", "SUM") + MetricInputText("b", "delay", "SUM") +
                       "unit: 'min'"),
              ElementsAre("formula REQUIRED"));
}

TEST(KpiFormula, HasAPosition) {
  const ValidationResult result = ValidateOne(Kpi("k", Sum() + "formula: 'x +\\n  * 2'"));
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].line, 2);
  EXPECT_EQ(result.violations[0].column, 3);
}

TEST(KpiUnit, HasOneCurrency) {
  EXPECT_THAT(CodesWith("unit: 'EUR*USD'", MetricInputText("x", "m", "SUM") + "unit: 'EUR*USD'"),
              testing::Contains("definitions[0].metric.unit CURRENCY"));
  EXPECT_THAT(Codes(ValidateOne(Metric("m", "unit: 'eur'")).violations),
              ElementsAre("definitions[0].metric.unit CURRENCY"));
  EXPECT_THAT(Codes(ValidateOne(Metric("m", "unit: 'EUR/USD'")).violations), IsEmpty());
}

TEST(KpiMetrics, AreInOnePartitionGroup) {
  const ValidationResult result = Validate(
      Catalog(), {Metric("a", "unit: 'min' partition_group: 'g'"), Metric("b", "unit: 'min'"),
                  Kpi("k", MetricInputText("x", "a", "SUM") + MetricInputText("y", "b", "SUM") +
                               "formula: 'x + y' unit: 'min'")});
  EXPECT_THAT(Codes(result.violations), ElementsAre("definitions[2].kpi.inputs PARTITION_GROUP"));
}

TEST(KpiSlices, AreDimensionsOfEveryInput) {
  EXPECT_THAT(KpiCodes(Sum() + "slices { dimensions: 'gate' }"),
              ElementsAre("slices[0].dimensions[0] SLICE_DIMENSION"));
  EXPECT_THAT(KpiCodes(Sum() + "slices {} slices { dimensions: 'origin' dimensions: 'origin' } "
                               "slices { dimensions: 'origin' }"),
              ElementsAre("slices[0] REQUIRED", "slices[1].dimensions[1] DUPLICATE",
                          "slices[2] DUPLICATE"));
  const std::string two = MetricInputText("x", "m", "SUM") +
                          "formula: 'x / y' unit: 'count' "
                          "slices { dimensions: 'a' } ";
  EXPECT_THAT(CodesWith("unit: 'min' dimensions: 'a'",
                        two + Input("y",
                                    "metric: 'm' aggregation: AGGREGATION_SUM "
                                    "ignore_dimensions: 'a'")),
              IsEmpty());
  EXPECT_THAT(
      CodesWith("unit: 'min' dimensions: 'a'", Input("x",
                                                     "metric: 'm' aggregation: AGGREGATION_SUM "
                                                     "ignore_dimensions: 'a'") +
                                                   "unit: 'min' slices { dimensions: 'a' }"),
      ElementsAre("definitions[1].kpi.slices[0].dimensions[0] SLICE_DIMENSION"));
}

TEST(KpiWindows, AreKnownAndListedOnce) {
  EXPECT_THAT(KpiCodes(Sum() + "windows: 'TO_DATE(MONTH)' windows: 'CUMULATIVE' "
                               "windows: 'TRAILING(3, MONTH, EXCLUDE_CURRENT)' windows: 'DAY'"),
              IsEmpty());
  EXPECT_THAT(KpiCodes(Sum() + "windows: 'day' windows: 'DAY' windows: 'DAY' "
                               "windows: 'TRAILING(3,MONTH)' "
                               "windows: 'TRAILING(3,DAY,INCLUDE_CURRENT)' "
                               "windows: 'TRAILING(3, DAY, INCLUDE_CURRENT)'"),
              ElementsAre("windows[0] SYNTAX", "windows[2] DUPLICATE", "windows[3] SYNTAX",
                          "windows[5] DUPLICATE"));
  v1::Definition kpi = Kpi("k", Sum());
  kpi.mutable_kpi()->clear_windows();
  EXPECT_THAT(Codes(ValidateOne(kpi).violations),
              ElementsAre("definitions[0].kpi.windows REQUIRED"));
}

TEST(KpiDirection, IsSetAndFitsItsTolerance) {
  v1::Definition kpi = Kpi("k", Sum());
  kpi.mutable_kpi()->clear_direction();
  EXPECT_THAT(Codes(ValidateOne(kpi).violations),
              ElementsAre("definitions[0].kpi.direction REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_ON_TARGET"),
              ElementsAre("tolerance REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "tolerance { relative: '0.1' }"), ElementsAre("tolerance REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_ON_TARGET tolerance { absolute: '-1' }"),
              ElementsAre("tolerance.absolute OUT_OF_RANGE"));
}

TEST(KpiBands, AreMonotoneAndPossible) {
  EXPECT_THAT(KpiCodes(Sum() + "bands { exceeded: '-0.1' }"),
              ElementsAre("bands.on_target OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "bands { basis: BAND_BASIS_ACTUAL }"),
              ElementsAre("bands.on_target REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_LOWER bands { basis: BAND_BASIS_ACTUAL "
                               "on_target: '10' warning: '5' }"),
              ElementsAre("bands.warning OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_IN_RANGE bands { exceeded: '0.1' }"),
              testing::Contains("bands.exceeded REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_IN_RANGE bands { basis: "
                               "BAND_BASIS_ATTAINMENT }"),
              testing::Contains("bands.basis REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_NEUTRAL bands { warning: '1' }"),
              ElementsAre("bands REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "bands { basis: BAND_BASIS_SIGMA }"),
              ElementsAre("process_control REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "bands { basis: BAND_BASIS_SIGMA } process_control {}"), IsEmpty());
  EXPECT_THAT(KpiCodes(Sum() + "windows: 'TO_DATE(MONTH)' process_control {} "
                               "bands { basis: BAND_BASIS_SIGMA }"),
              ElementsAre("bands.basis REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "bands { warning: 'x' labels { key: 'GREEN' value: 'g' } }"),
              ElementsAre("bands.warning SYNTAX", "bands.labels[\"GREEN\"] OUT_OF_RANGE"));
  EXPECT_THAT(CodesWith("unit: 'celsius' scale_type: SCALE_TYPE_INTERVAL",
                        MetricInputText("x", "m", "AVG") + "unit: 'celsius' target { fixed: '1' }"),
              ElementsAre("definitions[1].kpi.bands.basis REFUSED"));
}

TEST(KpiHysteresis, FitsTheBands) {
  EXPECT_THAT(KpiCodes(Sum() + "hysteresis {}"), IsEmpty());
  const std::string bands = "bands { on_target: '0' warning: '-5%' } ";
  EXPECT_THAT(KpiCodes(Sum() + bands + "hysteresis { deadband: '4%' worsen_periods: 2 }"),
              IsEmpty());
  EXPECT_THAT(
      KpiCodes(Sum() + bands +
               "hysteresis { deadband: '5%' worsen_periods: 0 "
               "improve_periods: 1001 }"),
      ElementsAre("hysteresis.deadband OUT_OF_RANGE", "hysteresis.worsen_periods OUT_OF_RANGE",
                  "hysteresis.improve_periods OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "hysteresis { deadband: 'x' }"),
              ElementsAre("hysteresis.deadband SYNTAX"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_NEUTRAL hysteresis {}"),
              ElementsAre("hysteresis REFUSED"));
}

TEST(KpiBands, OfASliceAreCheckedLikeItsOwn) {
  const auto codes = [](const std::string& text) {
    return KpiCodes(Sum() + "slice_bands {" + text + "}");
  };
  const std::string bands = " bands { on_target: '0' warning: '-5%' } ";
  EXPECT_THAT(codes("slice: 'origin=ORD'" + bands), IsEmpty());
  EXPECT_THAT(codes("slice: ''" + bands), IsEmpty());
  EXPECT_THAT(codes(bands), ElementsAre("slice_bands[0].slice REQUIRED"));
  EXPECT_THAT(codes("slice: 'gate=1'"),
              ElementsAre("slice_bands[0].bands REQUIRED", "slice_bands[0].slice SLICE_DIMENSION"));
  EXPECT_THAT(codes("slice: 'origin=ORD' bands { basis: BAND_BASIS_VARIANCE }"),
              ElementsAre("slice_bands[0].bands.basis REFUSED"));
  EXPECT_THAT(codes("slice: 'origin=ORD' bands { warning: '1' }"),
              ElementsAre("slice_bands[0].bands.warning OUT_OF_RANGE"));
  EXPECT_THAT(codes("slice: 'origin=ORD'" + bands + "} slice_bands { slice: 'origin=ORD'" + bands),
              ElementsAre("slice_bands[1].slice DUPLICATE"));
  EXPECT_THAT(codes("slice: 'origin=ORD'" + bands + "} hysteresis { deadband: '5%'"),
              ElementsAre("hysteresis.deadband OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_NEUTRAL slice_bands {}"),
              ElementsAre("slice_bands REFUSED"));
}

TEST(KpiNoData, KeepLastSaysForHowLong) {
  const std::string keep = "no_data_policy: NO_DATA_POLICY_KEEP_LAST ";
  EXPECT_THAT(KpiCodes(Sum() + keep + "keep_last_periods: 3"), IsEmpty());
  EXPECT_THAT(KpiCodes(Sum() + keep), ElementsAre("keep_last_periods REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + keep + "keep_last_periods: 0"),
              ElementsAre("keep_last_periods OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "keep_last_periods: 3"), ElementsAre("keep_last_periods REFUSED"));
}

TEST(KpiTarget, LiesInTheLogicalRange) {
  const ValidationResult result = ValidateOne(Kpi("k", Share() + "target { fixed: '80' }"));
  ASSERT_THAT(Codes(result.violations),
              ElementsAre("definitions[0].kpi.target.fixed OUT_OF_RANGE"));
  EXPECT_THAT(result.violations[0].description, HasSubstr("did you mean 80%?"));
  EXPECT_THAT(KpiCodes(Share() + "target { fixed: '80%' }"), IsEmpty());
  EXPECT_THAT(KpiCodes(Share() + "target { fixed: '2' } logical_range { max: '3' }"), IsEmpty());
  EXPECT_THAT(KpiCodes(Sum() + "logical_range { min: '3' max: '2' }"),
              ElementsAre("logical_range.min OUT_OF_RANGE"));
}

TEST(KpiTarget, FitsTheDirection) {
  EXPECT_THAT(KpiCodes(Sum() + "target { range { lo: '1' } }"),
              ElementsAre("target.range REFUSED"));
  EXPECT_THAT(KpiCodes(Sum() + "direction: DIRECTION_IN_RANGE target { fixed: '1' }"),
              ElementsAre("target.fixed REFUSED"));
  EXPECT_THAT(
      KpiCodes(Sum() + "direction: DIRECTION_IN_RANGE target { range { lo: '2' hi: '1' } }"),
      ElementsAre("target.range.lo OUT_OF_RANGE"));
}

TEST(KpiTarget, IsOneThatIsServed) {
  EXPECT_THAT(KpiCodes(Sum() + "target {}"), ElementsAre("target REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "target { fixed: '1.25' scale: 1 }"),
              ElementsAre("target.fixed OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Sum() + "target { schedule { values { key: '2025-13' value: '1' } } }"),
              ElementsAre("target.schedule.values[\"2025-13\"] SYNTAX"));
}

TEST(TargetDefinition, IsCheckedWithItsKpi) {
  const auto codes = [](const std::string& text) {
    return Codes(ValidateOne(Target("t", text)).violations);
  };
  EXPECT_THAT(codes("kpi: 'late' slice: 'origin=ORD' value { fixed: '10%' }"), IsEmpty());
  EXPECT_THAT(codes("kpi: 'none' value { fixed: '10%' }"),
              ElementsAre("definitions[0].target.kpi UNKNOWN_REFERENCE"));
  EXPECT_THAT(codes("value { fixed: '10%' }"), ElementsAre("definitions[0].target.kpi REQUIRED"));
  EXPECT_THAT(codes("kpi: 'late' value { fixed: '10' }"),
              ElementsAre("definitions[0].target.value.fixed OUT_OF_RANGE"));
  EXPECT_THAT(codes("kpi: 'late' value { fixed: '10%' }"),
              ElementsAre("definitions[0].target.value OVERLAP"))
      << "the KPI has an inline target for all slices";
  EXPECT_THAT(codes("kpi: 'late' role: TARGET_ROLE_STRETCH value { fixed: '10%' } "
                    "effective_from: '2025-01' effective_to: '2025-12' "),
              IsEmpty());
  EXPECT_THAT(codes("kpi: 'late' slice: 'gate=1' value { fixed: '10%' }"),
              ElementsAre("definitions[0].target.slice SLICE_DIMENSION"));
  EXPECT_THAT(codes("kpi: 'late' slice: 'origin' effective_from: 'spring' review_by: '2025' "
                    "value { fixed: '10%' }"),
              ElementsAre("definitions[0].target.slice SYNTAX",
                          "definitions[0].target.effective_from SYNTAX",
                          "definitions[0].target.review_by SYNTAX"));
  EXPECT_THAT(codes("kpi: 'late' slice: 'origin=ORD' exact_slice: true value { fixed: '10%' }"),
              IsEmpty());
}

TEST(Kpi, FinalAfterWantsACalendarWindow) {
  EXPECT_THAT(KpiCodes(Sum() + "final_after { seconds: 86400 }"), IsEmpty());
}

TEST(Kpi, ChecksMateriality) {
  EXPECT_THAT(KpiCodes(Sum() + "materiality {}"), ElementsAre("materiality REQUIRED"));
  EXPECT_THAT(KpiCodes(Sum() + "materiality { absolute: '-1' relative: 'much' }"),
              ElementsAre("materiality.absolute OUT_OF_RANGE", "materiality.relative SYNTAX"));
  EXPECT_THAT(KpiCodes(Sum() + "materiality { absolute: '0' relative: '0.5%' }"), IsEmpty());
}

TEST(Kpi, ChecksItsOtherFields) {
  EXPECT_THAT(KpiCodes(Sum() + "owner: 'a b' display_decimals: 10 max_slices: 0 "
                               "final_after { seconds: -1 } review {} guardrails: 'k' "
                               "baseline: 'x'"),
              ElementsAre("baseline SYNTAX", "owner SYNTAX", "display_decimals OUT_OF_RANGE",
                          "max_slices OUT_OF_RANGE", "final_after OUT_OF_RANGE",
                          "review.every REQUIRED", "guardrails[0] REFUSED"));
}

}  // namespace
}  // namespace kpisuite
