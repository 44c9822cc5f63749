#include "libs/document/definition_set.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/document/definition_kinds.h"

namespace kpisuite {
namespace {

constexpr char kMetric[] =
    "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: delay, labels: {team: ops}}\n"
    "spec: {unit: min, scale: 0}\n";

std::vector<std::string> ErrorsOf(absl::string_view text) {
  DefinitionSet set("default");
  set.Add("f.yaml", text);
  std::vector<std::string> errors;
  for (const DocumentError& error : set.errors()) errors.push_back(ToString(error));
  return errors;
}

TEST(DefinitionSet, ReadsNamesAndSpecsOfSeveralFiles) {
  DefinitionSet set("acme");
  set.Add("a.yaml", kMetric);
  set.Add("b.yaml",
          absl::StrCat("---\n# nothing\n---\n", "apiVersion: kpisuite/v1\nkind: AlertRule\n",
                       "metadata: {name: late, displayName: Late}\nspec: {kpi: x}\n"));
  ASSERT_TRUE(set.errors().empty()) << ToString(set.errors().front());
  ASSERT_EQ(set.definitions().size(), 2u);
  EXPECT_EQ(set.definitions()[0].name(), "workspaces/acme/metrics/delay");
  EXPECT_EQ(set.definitions()[0].labels().at("team"), "ops");
  EXPECT_EQ(set.definitions()[1].name(), "workspaces/acme/alertRules/late");
  EXPECT_EQ(set.definitions()[1].display_name(), "Late");
  const auto found = set.source_map().Find("definitions[1].alert_rule.kpi");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(ToString(found->position), "b.yaml:7:8");
}

TEST(DefinitionSet, AnEmptySpecIsASpec) {
  DefinitionSet set("default");
  set.Add("a.yaml", "apiVersion: kpisuite/v1\nkind: Calendar\nmetadata: {name: c}\nspec: {}\n");
  ASSERT_EQ(set.definitions().size(), 1u);
  EXPECT_TRUE(set.definitions()[0].has_calendar());
}

TEST(DefinitionSet, ServerViolationsAreFoundInTheFile) {
  DefinitionSet set("default");
  set.Add("k.yaml",
          "apiVersion: kpisuite/v1\nkind: Kpi\nmetadata: {name: k}\n"
          "spec:\n  inputs:\n    late: {metric: m, where: \"value <= x\"}\n  formula: a / b\n");
  ASSERT_TRUE(set.errors().empty());
  const SourceMap& map = set.source_map();
  EXPECT_EQ(ToString(map.Find("definitions[0].kpi.inputs[\"late\"].where", 1, 10)->position),
            "k.yaml:6:40");
  EXPECT_EQ(ToString(map.Find("definitions[0].kpi.formula", 1, 5)->position), "k.yaml:7:16");
  EXPECT_EQ(ToString(map.Find("definitions[0].kpi.unit")->position), "k.yaml:5:3")
      << "a missing field is shown at what encloses it";
  EXPECT_EQ(ToString(map.Find("definitions[0].name")->position), "k.yaml:3:18");
}

TEST(DefinitionSet, TheEnvelopeIsStrict) {
  EXPECT_EQ(
      ErrorsOf("apiVersion: v2\nkind: KPI\nmeta: {name: a}\nspec: {}\n"),
      (std::vector<std::string>{"f.yaml:1:1: metadata: want a mapping with at least a name",
                                "f.yaml:1:13: apiVersion: got \"v2\", want kpisuite/v1",
                                "f.yaml:2:7: kind: got \"KPI\", want a kind, did you mean \"Kpi\"?",
                                "f.yaml:3:1: meta: unknown field, did you mean \"metadata\"?"}));
  EXPECT_EQ(ErrorsOf("just text\n"),
            (std::vector<std::string>{"f.yaml:1:1: got \"just text\", want apiVersion, kind, "
                                      "metadata and spec"}));
  EXPECT_EQ(ErrorsOf("timeColumn: t\nvalues: {}\n"),
            (std::vector<std::string>{"f.yaml:1:1: got a mapping, want apiVersion, kind, metadata "
                                      "and spec"}));
}

TEST(DefinitionSet, NamesAreLabelsAndUnique) {
  EXPECT_EQ(ErrorsOf("apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: On_Time}\n"
                     "spec: {unit: min}\n"),
            (std::vector<std::string>{
                "f.yaml:3:18: metadata.name: got \"On_Time\", want lower-case letters, digits and "
                "inner '-', at most 63"}));
  EXPECT_EQ(ErrorsOf(absl::StrCat(kMetric, "---\n", kMetric)),
            (std::vector<std::string>{"f.yaml:6:1: metadata.name: \"delay\" of metrics is defined "
                                      "twice, first at f.yaml:1:1"}));
}

TEST(DefinitionSet, AnotherWorkspaceIsRefused) {
  EXPECT_EQ(ErrorsOf("apiVersion: kpisuite/v1\nkind: Metric\nspec: {unit: min}\n"
                     "metadata: {name: a, workspace: other}\n"),
            (std::vector<std::string>{"f.yaml:4:32: metadata.workspace: got \"other\", want "
                                      "\"default\", the workspace that is asked for"}));
}

TEST(DefinitionSet, ErrorsOfAFileAreBounded) {
  std::string text = "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: a}\nspec:\n";
  for (int i = 0; i < 150; ++i) absl::StrAppend(&text, "  zzzz", i, ": 1\n");
  const std::vector<std::string> errors = ErrorsOf(text);
  ASSERT_EQ(errors.size(), DefinitionSet::kMaxErrors + 1);
  EXPECT_NE(errors.back().find("and 50 more errors"), std::string::npos);
}

TEST(ParseDefinitions, ErrorsCarryLineAndColumn) {
  const auto result = ParseDefinitions(
      "apiVersion: kpisuite/v1\nkind: Metric\n"
      "metadata: {name: a}\nspec: {unti: min}\n",
      "default");
  ASSERT_FALSE(result.ok());
  const auto violations = GetErrorDetails(result.status()).violations;
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "spec.unti");
  EXPECT_EQ(violations[0].line, 4);
  EXPECT_EQ(violations[0].column, 8);
}

TEST(DefinitionKinds, FollowTheContract) {
  EXPECT_EQ(FindKind("AlertRule")->collection, "alertRules");
  EXPECT_EQ(FindCollection("kpis")->kind, "Kpi");
  EXPECT_EQ(FindKind("kpi"), nullptr);
  EXPECT_EQ(DocumentKinds().size(), 10u);
}

}  // namespace
}  // namespace kpisuite
