// What can be wrong with a target that is computed, and what it refers to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string Flow() { return MetricInputText("x", "delay", "SUM") + "unit: 'min' "; }
const std::string Level() { return MetricInputText("x", "delay", "AVG") + "unit: 'min' "; }

// Codes of a KPI with this target, without `definitions[0].kpi.target`.
std::vector<std::string> CodesOf(const std::string& kpi, const std::string& target) {
  std::vector<std::string> codes =
      Codes(ValidateOne(Kpi("k", kpi + "target {" + target + "}")).violations);
  for (std::string& code : codes) {
    code = absl::StrReplaceAll(code, {{"definitions[0].kpi.target", ""}});
  }
  return codes;
}

TEST(PhasedLinearTarget, IsForLevelsAndNeedsAllItsFields) {
  const std::string good =
      "phased_linear { baseline: '1' end: '2' first_period: '2025-01' last_period: '2025-04' }";
  EXPECT_THAT(CodesOf(Level(), good), IsEmpty());
  EXPECT_THAT(CodesOf(Flow(), good), ElementsAre(".phased_linear REFUSED"));
  EXPECT_THAT(CodesOf(Level() + "direction: DIRECTION_IN_RANGE ", good),
              ElementsAre(".phased_linear REFUSED", ".phased_linear.end REFUSED"));
  EXPECT_THAT(
      CodesOf(Level(), "phased_linear {}"),
      ElementsAre(".phased_linear.baseline REQUIRED", ".phased_linear.end REQUIRED",
                  ".phased_linear.first_period REQUIRED", ".phased_linear.last_period REQUIRED"));
  EXPECT_THAT(CodesOf(Level(),
                      "phased_linear { baseline: '1' end: '2' first_period: '2025-04' "
                      "last_period: '2025-01' }"),
              ElementsAre(".phased_linear.last_period OUT_OF_RANGE"));
  EXPECT_THAT(CodesOf(Level(), good + "scale: 10"), ElementsAre(".scale OUT_OF_RANGE"));
}

TEST(AllocatedTarget, IsForFlowsAndCanBeSpread) {
  const std::string windows = "windows: 'MONTH' ";
  EXPECT_THAT(CodesOf(Flow() + windows,
                      "allocated { total: '1000.00' period: '2025' profile: 'WORKING_DAYS' }"),
              IsEmpty());
  EXPECT_THAT(CodesOf(Level() + windows,
                      "allocated { total: '1' period: '2025' profile: 'EVEN' } grain: GRAIN_MONTH"),
              ElementsAre(".allocated REFUSED"));
  EXPECT_THAT(CodesOf(Flow() + windows, "allocated {}"),
              ElementsAre(".allocated.total REQUIRED", ".allocated.period REQUIRED",
                          ".allocated.profile REQUIRED"));
  EXPECT_THAT(
      CodesOf(Flow() + windows, "allocated { total: '1' period: '2025' profile: 'ODD' years: 2 }"),
      ElementsAre(".allocated.profile OUT_OF_RANGE"));
  EXPECT_THAT(CodesOf(Flow() + windows,
                      "allocated { total: '1' period: '2025' profile: 'EVEN' years: 2 "
                      "weights { key: '2025-01' value: '1' } }"),
              ElementsAre(".allocated.weights REFUSED", ".allocated.years REFUSED"));
  EXPECT_THAT(CodesOf(Flow() + windows,
                      "allocated { total: '1' period: '2025-Q1' profile: 'EXPLICIT' "
                      "weights { key: '2025-01' value: '1' } }"),
              ElementsAre(".allocated.weights OUT_OF_RANGE"));
  EXPECT_THAT(
      CodesOf(Flow() + windows, "allocated { total: '1' period: '2025-03-01' profile: 'EVEN' }"),
      ElementsAre(".allocated.period OUT_OF_RANGE"));
}

TEST(VersusPriorTarget, NamesItsComparatorAndOneChange) {
  EXPECT_THAT(CodesOf(Level(), "vs_prior { comparator: 'PREVIOUS_PERIOD' change: '5%' }"),
              IsEmpty());
  EXPECT_THAT(CodesOf(Level(), "vs_prior {}"),
              ElementsAre(".vs_prior.comparator REQUIRED", ".vs_prior REQUIRED"));
  EXPECT_THAT(CodesOf(Level(), "vs_prior { comparator: 'NEXT' change: '1' units: '1' }"),
              ElementsAre(".vs_prior.comparator OUT_OF_RANGE", ".vs_prior REQUIRED"));
  EXPECT_THAT(CodesOf(Level(), "vs_prior { comparator: 'COMPARABLE' units: '1' }"), IsEmpty());
  EXPECT_THAT(
      CodesOf(Level() + "windows: 'MONTH' ", "vs_prior { comparator: 'SAME_WEEKDAY' units: '1' }"),
      ElementsAre(".vs_prior.comparator REFUSED"));
}

TEST(VersusPriorTarget, IsFrozenWhereItsPeriodsAreRecorded) {
  const std::string frozen = "vs_prior { comparator: 'PREVIOUS_PERIOD' units: '1' freeze: true }";
  EXPECT_THAT(CodesOf(Level(), frozen), IsEmpty());
  EXPECT_THAT(CodesOf(Flow() + "windows: ['MONTH', 'QUARTER'] ", frozen), IsEmpty());
  EXPECT_THAT(CodesOf(Flow() + "windows: ['QUARTER', 'TO_DATE(YEAR)'] ", frozen), IsEmpty());
  EXPECT_THAT(CodesOf(Flow() + "windows: 'QUARTER' ", frozen + "grain: GRAIN_MONTH"),
              ElementsAre(".vs_prior.freeze REFUSED"));
}

TEST(BaselineImprovementTarget, NeedsADirectionAndARange) {
  const std::string good =
      "baseline_improvement { first_period: '2024-01' last_period: '2024-12' improvement: '10%' }";
  EXPECT_THAT(CodesOf(Level(), good), IsEmpty());
  EXPECT_THAT(CodesOf(Level() + "direction: DIRECTION_NEUTRAL ", good),
              ElementsAre(".baseline_improvement REFUSED"));
  EXPECT_THAT(CodesOf(Flow(), good + "grain: GRAIN_DAY"), ElementsAre(".grain OUT_OF_RANGE"));
  EXPECT_THAT(CodesOf(Flow(), good), IsEmpty());
  EXPECT_THAT(CodesOf(Level(),
                      "baseline_improvement { first_period: '2024-12' last_period: "
                      "'2024-01' units: '1' }"),
              ElementsAre(".baseline_improvement.last_period OUT_OF_RANGE"));
}

TEST(FormulaTarget, ReadsOtherKpisInTheUnitOfThisOne) {
  EXPECT_THAT(CodesOf(Flow(), "formula: 'late'"), ElementsAre(".formula UNIT_MISMATCH"));
  EXPECT_THAT(CodesOf(Flow(), "formula: 'none * 2'"), ElementsAre(".formula UNKNOWN_REFERENCE"));
  EXPECT_THAT(CodesOf(Flow(), "formula: 'a +'"), ElementsAre(".formula SYNTAX"));
  EXPECT_THAT(CodesOf(Flow(), "formula: 'a' formula_inputs { key: 'b' value: 'late' }"),
              testing::Contains(".formula UNKNOWN_REFERENCE"));
  EXPECT_THAT(CodesOf(MetricInputText("x", "delay", "COUNT") + "unit: 'count' ",
                      "formula: 'a * 10' formula_inputs { key: 'a' value: 'late' }"),
              IsEmpty());
  EXPECT_THAT(
      CodesOf(MetricInputText("x", "delay", "COUNT") + "unit: 'count' time_zone: 'Europe/Berlin' ",
              "formula: 'a * 10' formula_inputs { key: 'a' value: 'late' }"),
      ElementsAre(".formula REFUSED"));
  EXPECT_THAT(CodesOf(Flow(), "fixed: '1' formula_inputs { key: 'a' value: 'late' }"),
              ElementsAre(".formula_inputs REFUSED"));
}

TEST(ChildrenTarget, NeedsADimensionAndAWeightWhereValuesDoNotAdd) {
  const std::string sliced = "slices { dimensions: 'origin' } ";
  EXPECT_THAT(CodesOf(Flow() + sliced, "children { dimension: 'origin' }"), IsEmpty());
  EXPECT_THAT(CodesOf(Flow(), "children { dimension: 'origin' }"),
              ElementsAre(".children.dimension SLICE_DIMENSION"));
  EXPECT_THAT(CodesOf(Level() + sliced, "children { dimension: 'origin' }"),
              ElementsAre(".children.weighted_by REQUIRED"));
  EXPECT_THAT(CodesOf(Level() + sliced, "children { dimension: 'origin' weighted_by: 'late' }"),
              IsEmpty());
}

// A KPI `k` over `delay`, with this inline target and this Benchmark of it.
std::vector<std::string> WithBenchmark(const std::string& target, const std::string& benchmark) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  return Codes(Validate(live, {Kpi("k", Level() + "target {" + target + "}"),
                               MakeDefinition("benchmarks/peers", "benchmark {" + benchmark + "}")})
                   .violations);
}

TEST(BenchmarkTarget, TakesAPercentileThatIsStated) {
  const std::string percentiles = "kpi: 'k' percentiles { key: '50' value: '12' }";
  EXPECT_THAT(WithBenchmark("benchmark { benchmark: 'peers' percentile: '50' }", percentiles),
              IsEmpty());
  EXPECT_THAT(WithBenchmark("benchmark { benchmark: 'peers' percentile: '60' }", percentiles),
              ElementsAre("definitions[0].kpi.target.benchmark.percentile OUT_OF_RANGE"));
  EXPECT_THAT(WithBenchmark("benchmark { benchmark: 'peers' percentile: '101' }", percentiles),
              ElementsAre("definitions[0].kpi.target.benchmark.percentile OUT_OF_RANGE"));
  EXPECT_THAT(WithBenchmark("benchmark { benchmark: 'none' percentile: '50' }", percentiles),
              ElementsAre("definitions[0].kpi.target.benchmark.benchmark UNKNOWN_REFERENCE"));
  EXPECT_THAT(WithBenchmark("benchmark { benchmark: 'peers' percentile: '50' }",
                            "kpi: 'late' percentiles { key: '50' value: '12' }"),
              ElementsAre("definitions[0].kpi.target.benchmark.benchmark REFUSED"));
}

TEST(BenchmarkTarget, InterpolatesObservations) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  catalog.Apply(
      {Kpi("k", Level() + "target { benchmark { benchmark: 'p' percentile: '90' } }"),
       MakeDefinition("benchmarks/p",
                      "benchmark { kpi: 'k' observations: ['1','2','3','4','10','20'] }")},
      2);
  const auto kpi = catalog.FindKpi("w", "k");
  ASSERT_NE(kpi, nullptr);
  const ResolvedTarget target =
      kpi->targets.Resolve(*kpi->calendar, TargetRole::kCommitted, Slice(),
                           *ParsePeriod(*kpi->calendar, "2025-03-10"), kpi->nature);
  EXPECT_EQ(target.value->point().ToString(), "15");
}

const std::string Counts() { return MetricInputText("x", "delay", "COUNT") + "unit: 'count' "; }

TEST(TargetReferences, CyclesAreRefusedWithTheirPath) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  const ValidationResult inlined = Validate(live, {Kpi("a", Counts() + "target { formula: 'b' }"),
                                                   Kpi("b", Counts() + "target { formula: 'a' }")});
  ASSERT_THAT(Codes(inlined.violations), ElementsAre("definitions[0].kpi.target.formula CYCLE",
                                                     "definitions[1].kpi.target.formula CYCLE"));
  EXPECT_THAT(inlined.violations[0].description, HasSubstr("a -> b -> a"));
  const ValidationResult through_targets =
      Validate(live, {Kpi("a", Counts()), Kpi("b", Counts()),
                      Target("of-a", "kpi: 'a' value { formula: 'b' }"),
                      Target("of-b", "kpi: 'b' value { formula: 'a' }")});
  ASSERT_THAT(Codes(through_targets.violations),
              ElementsAre("definitions[2].target.value.formula CYCLE",
                          "definitions[3].target.value.formula CYCLE"));
  EXPECT_THAT(Codes(Validate(live, {Kpi("a", Counts() + "target { formula: 'a' }")}).violations),
              ElementsAre("definitions[0].kpi.target.formula CYCLE"));
}

TEST(TargetReferences, OperandOfATargetIsResolvedBeforeItsKpi) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  catalog.Apply({Target("of-a", "kpi: 'a' value { formula: 'z * 2' }"), Kpi("a", Counts()),
                 Kpi("z", Counts())},
                2);
  ASSERT_NE(catalog.FindKpi("w", "a"), nullptr);
  EXPECT_FALSE(catalog.FindKpi("w", "a")->targets.empty());
  // The target no longer fits; its KPI is not usable until it does.
  catalog.Apply({Kpi("z", Flow())}, 3);
  EXPECT_EQ(catalog.FindKpi("w", "a"), nullptr);
  const CatalogEntry* target = catalog.Find({"w", DefinitionKind::kTarget, "of-a"});
  EXPECT_THAT(Codes(target->violations), ElementsAre("target.value.formula UNIT_MISMATCH"));
  catalog.Apply({Kpi("z", Counts())}, 4);
  EXPECT_NE(catalog.FindKpi("w", "a"), nullptr);
}

TEST(TargetReferences, TargetThatReadsAKpiIsNotATargetOfIt) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  catalog.Apply({Kpi("a", Counts()), Kpi("z", Counts()),
                 Target("of-a", "kpi: 'a' value { formula: 'z * 2' }")},
                2);
  ASSERT_NE(catalog.FindKpi("w", "z"), nullptr);
  EXPECT_TRUE(catalog.FindKpi("w", "z")->targets.empty());
}

}  // namespace
}  // namespace kpisuite
