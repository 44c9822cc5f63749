#include "libs/definitions/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> NamesOf(const std::vector<KpiChange>& changes) {
  std::vector<std::string> names;
  for (const KpiChange& change : changes) names.push_back(change.name.id);
  return names;
}

v1::Definition Deletion(const std::string& path) {
  v1::Definition definition;
  definition.set_name("workspaces/w/" + path);
  definition.set_deleted(true);
  return definition;
}

v1::Definition Revised(v1::Definition definition) {
  definition.set_revision(definition.revision() + 1);
  return definition;
}

TEST(Catalog, ResolvesAKpi) {
  Catalog catalog;
  const CatalogChanges changes = catalog.Apply(SmallWorld(), 7);
  EXPECT_EQ(catalog.position(), 7);
  EXPECT_EQ(catalog.size(), 2u);
  ASSERT_THAT(NamesOf(changes.kpis), ElementsAre("late"));
  const KpiDefinition& kpi = *changes.kpis[0].after;
  EXPECT_EQ(catalog.FindKpi("w", "late").get(), &kpi);
  EXPECT_EQ(kpi.resource_name(), "workspaces/w/kpis/late");
  EXPECT_EQ(kpi.formula().canonical_text(), "late / all");
  ASSERT_EQ(kpi.inputs.size(), 2u);
  ASSERT_EQ(kpi.step().bindings.size(), 2u);
  EXPECT_EQ(kpi.step().bindings[0].alias, "all");
  EXPECT_EQ(kpi.inputs[kpi.step().bindings[1].index].filter.canonical_text(), "value > 15");
  EXPECT_THAT(kpi.groupings, ElementsAre(ElementsAre("origin")));
  EXPECT_TRUE(kpi.HasGrouping({}));
  EXPECT_TRUE(kpi.HasGrouping({"origin"}));
  EXPECT_FALSE(kpi.HasGrouping({"carrier"}));
  EXPECT_EQ(kpi.status_rule.bands->basis(), BandBasis::kFvp);
  EXPECT_EQ(kpi.nature, KpiNature::kLevelOrRatio);
  EXPECT_EQ(kpi.display_decimals, 1);
  EXPECT_EQ(kpi.logical_max->ToString(), "1.5");
  EXPECT_EQ(kpi.fingerprint.size(), 32u);
  EXPECT_EQ(kpi.target_origins.at("workspaces/w/kpis/late").is_inline, true);
}

TEST(Catalog, ResolvesASetInAnyOrder) {
  std::vector<v1::Definition> set = SmallWorld();
  Catalog catalog;
  catalog.Apply({set[1]}, 1);
  EXPECT_EQ(catalog.FindKpi("w", "late"), nullptr);
  EXPECT_THAT(Codes(catalog.Find({"w", DefinitionKind::kKpi, "late"})->violations),
              ElementsAre("kpi.inputs[\"all\"].metric UNKNOWN_REFERENCE",
                          "kpi.inputs[\"late\"].metric UNKNOWN_REFERENCE"));
  const CatalogChanges changes = catalog.Apply({set[0]}, 2);
  EXPECT_THAT(NamesOf(changes.kpis), ElementsAre("late"));
  EXPECT_NE(catalog.FindKpi("w", "late"), nullptr);
}

TEST(Catalog, FlattensComponentsEachOnce) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Kpi("twice", Input("a", "kpi: 'late'") + Input("b", "kpi: 'half'") +
                                 MetricInputText("c", "delay", "COUNT") +
                                 "formula: 'a + b + c' unit: '%'"));
  set.push_back(Kpi("half", Input("x", "kpi: 'late'") + "formula: 'x / 2' unit: '%'"));
  catalog.Apply(set, 1);
  const auto kpi = catalog.FindKpi("w", "twice");
  ASSERT_NE(kpi, nullptr);
  ASSERT_EQ(kpi->steps.size(), 3u);
  EXPECT_EQ(kpi->steps[0].kpi, "late");
  EXPECT_EQ(kpi->steps[1].kpi, "half");
  EXPECT_EQ(kpi->steps[1].bindings[0].index, 0u);
  EXPECT_EQ(kpi->steps[2].bindings[1].index, 1u);
  // COUNT of all delays is read directly and through a component, whose finality binds it there.
  EXPECT_EQ(kpi->inputs.size(), 3u);
  EXPECT_EQ(kpi->depth, 3);
}

TEST(Catalog, TellsWhatAChangeAffects) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Kpi("half", Input("x", "kpi: 'late'") + "formula: 'x / 2' unit: '%'"));
  set.push_back(Metric("other", "unit: 'min'"));
  set.push_back(Kpi("unrelated", MetricInputText("x", "other", "SUM") + "unit: 'min'"));
  catalog.Apply(set, 1);
  const CatalogChanges changes = catalog.Apply({Revised(set[0])}, 2);
  ASSERT_EQ(changes.metrics.size(), 1u);
  EXPECT_EQ(changes.metrics[0].before->revision, 1);
  EXPECT_EQ(changes.metrics[0].after->revision, 2);
  EXPECT_THAT(NamesOf(changes.kpis), ElementsAre("half", "late"));
}

TEST(Catalog, ResolvesAKpiWithItsTargets) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set[1].mutable_kpi()->clear_target();
  set.push_back(Kpi("half", Input("x", "kpi: 'late'") + "formula: 'x / 2' unit: '%'"));
  catalog.Apply(set, 1);
  EXPECT_TRUE(catalog.FindKpi("w", "late")->targets.empty());
  const auto target = Target("ord", "kpi: 'late' slice: 'origin=ORD' value { fixed: '0.3' }");
  EXPECT_THAT(NamesOf(catalog.Apply({target}, 2).kpis), ElementsAre("late"))
      << "what refers to the KPI does not see its targets";
  const auto& origins = catalog.FindKpi("w", "late")->target_origins;
  ASSERT_EQ(origins.count("workspaces/w/targets/ord"), 1u);
  EXPECT_FALSE(origins.at("workspaces/w/targets/ord").is_inline);
  EXPECT_THAT(NamesOf(catalog.Apply({Deletion("targets/ord")}, 3).kpis), ElementsAre("late"));
  EXPECT_TRUE(catalog.FindKpi("w", "late")->targets.empty());
}

TEST(Catalog, CostsWhatItTouches) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Metric("other", "unit: 'min'"));
  set.push_back(MakeDefinition("objectives/o", "objective { owner: 'x' }"));
  for (int i = 0; i < 2000; ++i) {
    set.push_back(Kpi(absl::StrCat("k", i),
                      MetricInputText("x", "other", "SUM") + "unit: 'min' objective: 'o'"));
  }
  catalog.Apply(set, 1);
  EXPECT_EQ(catalog.Apply({Revised(set[0])}, 2).touched.size(), 2u);
  EXPECT_EQ(catalog.Apply({Revised(set[5])}, 3).touched.size(), 1u);
  EXPECT_EQ(catalog.Apply({Revised(set[3])}, 4).touched.size(), 1u)
      << "what an objective says does not matter to its KPIs";
  const auto target = Target("t", "kpi: 'k7' value { fixed: '1' }");
  EXPECT_EQ(catalog.Apply({target}, 5).touched.size(), 2u);
}

TEST(Catalog, MergesTimelinessOfTheSource) {
  Catalog catalog;
  catalog.Apply({Metric("m", "unit: 'min' source: 's' timeliness { grace { seconds: 7 } }"),
                 MakeDefinition("sources/s",
                                "source { timeliness { expected_lag { seconds: 5 } "
                                "grace { seconds: 9 } } }")},
                1);
  const Timeliness timeliness = catalog.FindMetric("w", "m")->timeliness;
  EXPECT_EQ(timeliness.expected_lag, absl::Seconds(5));
  EXPECT_EQ(timeliness.grace, absl::Seconds(7));
  EXPECT_EQ(timeliness.max_age, absl::InfiniteDuration());
}

TEST(Catalog, ForgetsWhatIsDeleted) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  const CatalogChanges changes = catalog.Apply({Deletion("kpis/late")}, 2);
  ASSERT_EQ(changes.kpis.size(), 1u);
  EXPECT_NE(changes.kpis[0].before, nullptr);
  EXPECT_EQ(changes.kpis[0].after, nullptr);
  EXPECT_EQ(catalog.Find({"w", DefinitionKind::kKpi, "late"}), nullptr);
  EXPECT_THAT(catalog.ReferrersOf({"w", DefinitionKind::kMetric, "delay"}), IsEmpty());
}

TEST(Catalog, ResetsToASnapshot) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Kpi("gone", MetricInputText("x", "delay", "COUNT") + "unit: 'count'"));
  catalog.Apply(set, 5);
  std::vector<v1::Definition> snapshot = SmallWorld();
  snapshot[1] = Revised(snapshot[1]);
  const CatalogChanges changes = catalog.Reset(snapshot, 2);
  EXPECT_THAT(NamesOf(changes.kpis), ElementsAre("gone", "late"));
  EXPECT_THAT(changes.metrics, IsEmpty()) << "the same revision is not resolved again";
  EXPECT_EQ(catalog.position(), 2);
  EXPECT_EQ(catalog.size(), 2u);
}

TEST(Catalog, KeepsWorkspacesApart) {
  Catalog catalog;
  std::vector<v1::Definition> set = SmallWorld();
  set[0].set_name("workspaces/other/metrics/delay");
  catalog.Apply(set, 1);
  EXPECT_EQ(catalog.FindKpi("w", "late"), nullptr);
  EXPECT_NE(catalog.FindMetric("other", "delay"), nullptr);
}

TEST(CatalogOverlay, LeavesItsBaseAlone) {
  Catalog base;
  base.Apply(SmallWorld(), 1);
  Catalog overlay(&base);
  const auto before = base.FindKpi("w", "late");
  overlay.Apply({Revised(SmallWorld()[0]), Deletion("kpis/late")}, 0);
  EXPECT_EQ(overlay.FindKpi("w", "late"), nullptr);
  EXPECT_THAT(overlay.ReferrersOf({"w", DefinitionKind::kMetric, "delay"}), IsEmpty());
  EXPECT_EQ(overlay.size(), 1u);
  EXPECT_EQ(base.FindKpi("w", "late"), before);
  EXPECT_EQ(base.ReferrersOf({"w", DefinitionKind::kMetric, "delay"}).size(), 1u);
}

TEST(CatalogOverlay, SeesFingerprintsOfItsBase) {
  Catalog base;
  base.Apply(SmallWorld(), 1);
  const std::string fingerprint = base.FindKpi("w", "late")->fingerprint;
  Catalog overlay(&base);
  EXPECT_EQ(overlay.KpisWithFingerprint("w", fingerprint).size(), 1u);
  v1::Definition changed = SmallWorld()[1];
  changed.mutable_kpi()->set_formula("1 - late / all");
  overlay.Apply({changed}, 0);
  EXPECT_THAT(overlay.KpisWithFingerprint("w", fingerprint), IsEmpty());
}

TEST(Fingerprint, ChangesWithTheFormulaAndNotWithTheTarget) {
  const auto fingerprint = [](const v1::Definition& kpi) {
    Catalog catalog;
    catalog.Apply({SmallWorld()[0], kpi}, 1);
    return catalog.FindKpi("w", "late")->fingerprint;
  };
  const std::string plain = fingerprint(SmallWorld()[1]);
  v1::Definition other = SmallWorld()[1];
  other.mutable_kpi()->mutable_target()->set_fixed("0.25");
  (*other.mutable_labels())["team"] = "ops";
  EXPECT_EQ(fingerprint(other), plain);
  other.mutable_kpi()->set_formula(" late/  all ");
  EXPECT_EQ(fingerprint(other), plain) << "white space says nothing";
  other.mutable_kpi()->set_formula("late / all / 2");
  EXPECT_NE(fingerprint(other), plain);
  other = SmallWorld()[1];
  other.mutable_kpi()->set_time_zone("Europe/Berlin");
  EXPECT_NE(fingerprint(other), plain);
  other = SmallWorld()[1];
  (*other.mutable_kpi()->mutable_inputs())["late"].set_where("value > 20");
  EXPECT_NE(fingerprint(other), plain);
}

}  // namespace
}  // namespace kpisuite
