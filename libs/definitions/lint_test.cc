#include <gmock/gmock.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kDelay = MetricInputText("x", "delay", "AVG");

// `field CODE` of the warnings about a sound set.
std::vector<std::string> WarningsOf(const std::vector<v1::Definition>& set,
                                    const TemplateGuardrails* guardrails = nullptr) {
  const ValidationResult result =
      ValidateSet(Catalog(), {.workspace = "w", .definitions = set, .guardrails = guardrails}, {});
  EXPECT_THAT(Codes(result.violations), IsEmpty());
  return Codes(result.warnings);
}

// The small world and one more KPI.
std::vector<v1::Definition> WorldWith(const v1::Definition& more) {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(more);
  return set;
}

v1::Definition MadeFrom(const std::string& id, const std::string& template_id) {
  v1::Definition kpi = Kpi(id, kDelay + "unit: 'min'");
  (*kpi.mutable_labels())["template"] = template_id;
  return kpi;
}

TEST(Lint, KnowsWhatAReaderShouldKnow) {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(set[1]);
  set.back().set_name("workspaces/w/kpis/zero");
  set.back().set_description("the same again");
  set.back().mutable_kpi()->mutable_target()->set_fixed("0");
  set.back().mutable_kpi()->mutable_review()->set_every(v1::GRAIN_MONTH);
  set.back().mutable_kpi()->add_guardrails("late");
  set.back().mutable_kpi()->set_objective("o");
  set.push_back(MakeDefinition("objectives/o", "objective { owner: 'x' }"));
  const ValidationResult result = Validate(Catalog(), set);
  EXPECT_THAT(Codes(result.violations), IsEmpty());
  EXPECT_THAT(Codes(result.warnings),
              testing::IsSupersetOf({"definitions[2].kpi.bands.basis ZERO_TARGET",
                                     "definitions[2].kpi DUPLICATE_FINGERPRINT",
                                     "definitions[1].kpi DUPLICATE_FINGERPRINT"}));
  EXPECT_THAT(Codes(result.warnings),
              testing::Not(Contains("definitions[2].description NO_DESCRIPTION")));
}

TEST(Lint, AMeanOfMeansIsNoMean) {
  const std::string two = kDelay + MetricInputText("y", "other", "AVG");
  const auto warnings = [&](const std::string& formula) {
    std::vector<v1::Definition> set = WorldWith(Metric("other", "unit: 'min'"));
    set.push_back(Kpi("mean", two + "formula: '" + formula + "' unit: 'min'"));
    return WarningsOf(set);
  };
  EXPECT_THAT(warnings("(y + x) / 2"), Contains("definitions[3].kpi.formula AVG_OF_AVG"));
  EXPECT_THAT(warnings("x + y"), Not(Contains("definitions[3].kpi.formula AVG_OF_AVG")));
  EXPECT_THAT(warnings("(x + y) / 3"), Not(Contains("definitions[3].kpi.formula AVG_OF_AVG")));
}

TEST(Lint, OneOwnerAnswers) {
  EXPECT_THAT(WarningsOf(WorldWith(Kpi("k", kDelay + "unit: 'min' owner: 'a@x.org,b@x.org'"))),
              Contains("definitions[2].kpi.owner MANY_OWNERS"));
}

TEST(Lint, AnObjectiveHasOneOrTwoKpis) {
  std::vector<v1::Definition> set = WorldWith(MakeDefinition(
      "objectives/o", "objective { owner: 'ann@example.com' horizon: '2026-12-31' }"));
  EXPECT_THAT(WarningsOf(set), Contains("definitions[2].objective OBJECTIVE_KPIS"));
  const auto add = [&set](const std::string& id) {
    set.push_back(Kpi(id, kDelay + "unit: 'min' objective: 'o' target { fixed: '5' }"));
  };
  add("k1");
  add("k2");
  EXPECT_THAT(WarningsOf(set), Not(Contains("definitions[2].objective OBJECTIVE_KPIS")));
  EXPECT_THAT(WarningsOf(set), Not(Contains("definitions[3].kpi.target NO_HORIZON")));
  add("k3");
  EXPECT_THAT(WarningsOf(set), Contains("definitions[2].objective OBJECTIVE_KPIS"));
  EXPECT_THAT(WarningsOf(set), Contains("definitions[5].kpi.objective OBJECTIVE_KPIS"));
}

TEST(Lint, AScorecardHasFiveToTenChildren) {
  std::string children;
  for (const int count : {4, 5}) {
    std::vector<v1::Definition> set = SmallWorld();
    children.clear();
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat("k", i);
      set.push_back(Kpi(id, kDelay + "unit: 'min'"));
      absl::StrAppend(&children, "children { kpi: '", id, "' } ");
    }
    set.push_back(
        MakeDefinition("scorecards/s", "scorecard { owner: 'ann@example.com' " + children + "}"));
    const std::string warning =
        absl::StrCat("definitions[", set.size() - 1, "].scorecard.children SCORECARD_SIZE");
    EXPECT_EQ(testing::Value(WarningsOf(set), Contains(warning)), count == 4);
  }
}

TEST(Lint, ATargetHasAHorizon) {
  EXPECT_THAT(WarningsOf(WorldWith(Kpi("k", kDelay + "unit: 'min'"))),
              Contains("definitions[2].kpi.target NO_TARGET"));
  std::vector<v1::Definition> set = WorldWith(Kpi("k", kDelay + "unit: 'min'"));
  set.push_back(Target("t", "kpi: 'k' value { fixed: '5' } review_by: '2026-12-31'"));
  EXPECT_THAT(WarningsOf(set), Not(Contains("definitions[2].kpi.target NO_HORIZON")));
  set.back().mutable_target()->clear_review_by();
  EXPECT_THAT(WarningsOf(set), Contains("definitions[2].kpi.target NO_HORIZON"));
}

TEST(Lint, AKpiOfATemplateHasThePairThatKeepsItHonest) {
  const TemplateGuardrails pairs = {{"a.one", {"a.two", "a.three"}}};
  const std::string warning = "definitions[2].kpi.guardrails NO_GUARDRAIL_PAIR";
  std::vector<v1::Definition> set = WorldWith(MadeFrom("one", "a.one"));
  set.push_back(MadeFrom("three", "a.three"));
  EXPECT_THAT(WarningsOf(set), Not(Contains(warning)));
  EXPECT_THAT(WarningsOf(set, &pairs), Contains(warning));
  set[2].mutable_kpi()->add_guardrails("late");
  EXPECT_THAT(WarningsOf(set, &pairs), Contains(warning));
  set[2].mutable_kpi()->add_guardrails("three");
  EXPECT_THAT(WarningsOf(set, &pairs), Not(Contains(warning)));
}

}  // namespace
}  // namespace kpisuite
