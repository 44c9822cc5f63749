// Names, references, cycles, immutability: what concerns the set as a whole.
#include "libs/definitions/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::Definition Plus(const std::string& id, const std::string& other) {
  return Kpi(id, Input("x", "kpi: '" + other + "'") + "formula: 'x + 1' unit: 'count'");
}

TEST(ValidateSet, AcceptsTheSmallWorld) {
  const ValidationResult result = Validate(Catalog(), SmallWorld());
  EXPECT_THAT(Codes(result.violations), IsEmpty());
  EXPECT_THAT(Codes(result.warnings), ElementsAre("definitions[1].description NO_DESCRIPTION",
                                                  "definitions[1].kpi.perspective NO_SCOPE",
                                                  "definitions[1].kpi.objective NO_OBJECTIVE",
                                                  "definitions[1].kpi.review NO_REVIEW",
                                                  "definitions[1].kpi.guardrails NO_GUARDRAIL",
                                                  "definitions[1].kpi.target NO_HORIZON"));
}

TEST(ValidateSet, ReportsEverythingAtOnce) {
  std::vector<v1::Definition> set = SmallWorld();
  set[0].mutable_metric()->set_unit("");
  set[0].mutable_metric()->set_scale(10);
  set[1].mutable_kpi()->set_owner("");
  set[1].mutable_kpi()->set_formula("late / alll");
  set[1].mutable_kpi()->add_windows("DECADE");
  set[1].mutable_kpi()->set_time_zone("Mars/Olympus");
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations),
              UnorderedElementsAre("definitions[0].metric.unit REQUIRED",
                                   "definitions[0].metric.scale OUT_OF_RANGE",
                                   "definitions[1].kpi.owner REQUIRED",
                                   "definitions[1].kpi.inputs[\"all\"] UNUSED_INPUT",
                                   "definitions[1].kpi.formula UNDECLARED_IDENTIFIER",
                                   "definitions[1].kpi.windows[2] SYNTAX",
                                   "definitions[1].kpi.time_zone UNKNOWN_REFERENCE"));
}

TEST(ValidateSet, ChecksNames) {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(set[0]);
  set.push_back(Metric("m", "unit: 'EUR'"));
  set.back().set_name("workspaces/w/kpis/m");
  set.push_back(Metric("m", "unit: 'EUR'"));
  set.back().set_name("workspaces/other/metrics/m");
  set.push_back(Metric("Upper", "unit: 'EUR'"));
  set.push_back(v1::Definition());
  set.back().set_name("workspaces/w/kpis/empty");
  set.push_back(Metric("gone", "unit: 'EUR'"));
  set.back().set_deleted(true);
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations),
              ElementsAre("definitions[2].name DUPLICATE", "definitions[3].name OUT_OF_RANGE",
                          "definitions[4].name OUT_OF_RANGE", "definitions[5].name SYNTAX",
                          "definitions[6].spec REQUIRED", "definitions[7].deleted REFUSED"));
}

TEST(ValidateSet, ChecksLabelsAndTexts) {
  v1::Definition metric = Metric("m", "unit: 'EUR'");
  metric.set_display_name(std::string(201, 'x'));
  metric.set_description(std::string(4001, 'x'));
  (*metric.mutable_labels())["9x"] = "y";
  (*metric.mutable_labels())["k"] = std::string(64, 'x');
  EXPECT_THAT(
      Codes(ValidateOne(metric).violations),
      ElementsAre("definitions[0].display_name LIMIT", "definitions[0].description LIMIT",
                  "definitions[0].labels[\"9x\"] SYNTAX", "definitions[0].labels[\"k\"] LIMIT"));
}

TEST(ValidateSet, NamesUnknownReferences) {
  EXPECT_THAT(
      Codes(ValidateOne(Kpi("k", MetricInputText("a", "nope", "SUM") + Input("b", "kpi: 'none'") +
                                     "formula: 'a + b' unit: 'EUR' objective: 'o' calendar: 'c' "
                                     "guardrails: 'g'"))
                .violations),
      UnorderedElementsAre("definitions[0].kpi.objective UNKNOWN_REFERENCE",
                           "definitions[0].kpi.inputs[\"a\"].metric UNKNOWN_REFERENCE",
                           "definitions[0].kpi.inputs[\"b\"].kpi UNKNOWN_REFERENCE",
                           "definitions[0].kpi.calendar UNKNOWN_REFERENCE",
                           "definitions[0].kpi.guardrails[0] UNKNOWN_REFERENCE"));
  EXPECT_THAT(Codes(ValidateOne(Metric("m", "unit: 'EUR' source: 's'")).violations),
              ElementsAre("definitions[0].metric.source UNKNOWN_REFERENCE"));
}

TEST(ValidateSet, ShowsThePathOfACycle) {
  const ValidationResult result =
      Validate(Catalog(), {Plus("a", "b"), Plus("b", "c"), Plus("c", "a"), Plus("d", "a")});
  ASSERT_THAT(Codes(result.violations), ElementsAre("definitions[0].kpi.inputs[\"x\"].kpi CYCLE",
                                                    "definitions[1].kpi.inputs[\"x\"].kpi CYCLE",
                                                    "definitions[2].kpi.inputs[\"x\"].kpi CYCLE"));
  EXPECT_EQ(result.violations[0].description, "got the cycle a -> b -> c -> a, want none");
  EXPECT_EQ(result.violations[1].description, "got the cycle b -> c -> a -> b, want none");
  EXPECT_THAT(Validate(Catalog(), {Plus("a", "a")}).violations[0].description,
              HasSubstr("a -> a,"));
}

TEST(ValidateSet, FindsACycleThroughWhatIsLive) {
  Catalog live;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Kpi("b", Input("x", "kpi: 'late'") + "formula: 'x' unit: '%'"));
  live.Apply(set, 1);
  v1::Definition late = SmallWorld()[1];
  (*late.mutable_kpi()->mutable_inputs())["all"].Clear();
  (*late.mutable_kpi()->mutable_inputs())["all"].set_kpi("b");
  const ValidationResult result = Validate(live, {late});
  ASSERT_EQ(Codes(result.violations),
            std::vector<std::string>{"definitions[0].kpi.inputs[\"all\"].kpi CYCLE"});
  EXPECT_THAT(result.violations[0].description, HasSubstr("late -> b -> late"));
}

TEST(ValidateSet, FindsCyclesOfObjectivesAndScorecards) {
  EXPECT_THAT(
      Codes(Validate(Catalog(),
                     {MakeDefinition("objectives/a", "objective { owner: 'x' parent: 'b' }"),
                      MakeDefinition("objectives/b", "objective { owner: 'x' parent: 'a' }"),
                      MakeDefinition("scorecards/s", "scorecard { children { scorecard: 's' } }")})
                .violations),
      ElementsAre("definitions[0].objective.parent CYCLE", "definitions[1].objective.parent CYCLE",
                  "definitions[2].scorecard.children[0].scorecard CYCLE"));
}

TEST(ValidateSet, LetsGuardrailsNameEachOther) {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(
      Kpi("count", MetricInputText("x", "delay", "COUNT") + "unit: 'count' guardrails: 'late'"));
  set[1].mutable_kpi()->add_guardrails("count");
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations), IsEmpty());
}

TEST(ValidateSet, LimitsTheDepthOfKpis) {
  std::vector<v1::Definition> set = {Metric("m", "unit: 'count'")};
  set.push_back(Kpi("k1", MetricInputText("x", "m", "SUM") + "unit: 'count'"));
  for (int i = 2; i <= 17; ++i) {
    set.push_back(Plus(absl::StrCat("k", i), absl::StrCat("k", i - 1)));
  }
  const ValidationResult result = Validate(Catalog(), set);
  EXPECT_THAT(Codes(result.violations), ElementsAre("definitions[17].kpi.inputs[\"x\"].kpi DEPTH"));
  set.pop_back();
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations), IsEmpty());
}

TEST(ValidateSet, SeesWhatBreaksElsewhere) {
  Catalog live;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Metric("pay", "unit: 'EUR'"));
  set.push_back(Kpi("pay", MetricInputText("x", "pay", "SUM") + "unit: 'EUR'"));
  live.Apply(set, 1);
  const ValidationResult result = Validate(live, {Metric("pay", "unit: 'USD'")});
  ASSERT_THAT(Codes(result.violations), ElementsAre("definitions[0] UNIT_MISMATCH"));
  EXPECT_THAT(result.violations[0].description, HasSubstr("would break kpis/pay: kpi.formula"));
}

TEST(ValidateSet, BindsAMetricToHowItsSamplesAreStored) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  const auto codes = [&live](const std::string& text) {
    return Codes(Validate(live, {Metric("delay", text)}).violations);
  };
  const std::string same = "unit: 'min' scale: 0 ";
  const std::string both = "dimensions: 'carrier' dimensions: 'origin' ";
  EXPECT_THAT(codes(same + both), IsEmpty()) << "the order of dimensions says nothing";
  EXPECT_THAT(codes(same + both + "identity: SAMPLE_IDENTITY_EVENT weight_scale: 4"), IsEmpty());
  EXPECT_THAT(codes(same + both +
                    "identity: SAMPLE_IDENTITY_TIME weight_scale: 2 "
                    "partition_group: 'g'"),
              ElementsAre("definitions[0].metric.weight_scale IMMUTABLE",
                          "definitions[0].metric.identity IMMUTABLE",
                          "definitions[0].metric.partition_group IMMUTABLE"));
  EXPECT_THAT(codes("unit: 'min'" + both), ElementsAre("definitions[0].metric.scale IMMUTABLE"));
  EXPECT_THAT(codes(same + both + "dimensions: 'day'"),
              Contains("definitions[0].metric.dimensions IMMUTABLE"));
}

TEST(ValidateSet, RefusesADeletionOfWhatIsUsed) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  const ResourceName metric{"w", DefinitionKind::kMetric, "delay"};
  const ResourceName kpi{"w", DefinitionKind::kKpi, "late"};
  const ValidationResult result = ValidateSet(live, {"w", {}, {metric}, "name"}, {});
  ASSERT_THAT(Codes(result.violations), ElementsAre("name IN_USE"));
  EXPECT_THAT(result.violations[0].description, HasSubstr("kpis/late"));
  EXPECT_THAT(ValidateSet(live, {"w", {}, {metric, kpi}, "name"}, {}).violations, IsEmpty());
}

TEST(ValidateSet, LimitsItsSize) {
  const std::vector<v1::Definition> set(kMaxSetSize + 1);
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations), ElementsAre("definitions LIMIT"));
}

}  // namespace
}  // namespace kpisuite
