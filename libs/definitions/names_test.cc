#include "libs/definitions/names.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(ResourceName, IsParsedAndWrittenBack) {
  for (const char* text :
       {"workspaces/acme/kpis/on-time", "workspaces/a/alertRules/x1", "workspaces/0/metrics/9"}) {
    const auto name = ResourceName::Parse(text);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_EQ(name->ToString(), text);
  }
  EXPECT_EQ(ResourceName::Parse("workspaces/acme/kpis/on-time")->ShortText(), "kpis/on-time");
}

TEST(ResourceName, IsRefusedWhenAnyPartIsWrong) {
  for (const char* text :
       {"", "kpis/x", "workspaces/acme/kpis", "workspaces/acme/kpis/", "workspaces//kpis/x",
        "workspaces/acme/kpi/x", "workspaces/acme/kpis/X", "workspaces/acme/kpis/-x",
        "workspaces/acme/kpis/x-", "workspaces/acme/kpis/x_y", "workspaces/acme/kpis/x/y",
        "projects/acme/kpis/x", "workspaces/acme/alertrules/x"}) {
    EXPECT_EQ(ResourceName::Parse(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(ResourceName, HasPartsOfAtMost63Characters) {
  EXPECT_TRUE(IsLabel(std::string(63, 'a')));
  EXPECT_FALSE(IsLabel(std::string(64, 'a')));
}

TEST(DefinitionKind, HasACollectionForEachSpec) {
  for (const DefinitionKind kind : kAllDefinitionKinds) {
    EXPECT_EQ(KindOfCollection(CollectionOf(kind)), kind);
    v1::Definition definition;
    const auto* field = definition.GetDescriptor()->FindFieldByName(std::string(SpecFieldOf(kind)));
    ASSERT_NE(field, nullptr);
    definition.GetReflection()->MutableMessage(&definition, field);
    EXPECT_EQ(KindOfSpec(definition), kind);
  }
  EXPECT_EQ(KindOfSpec(v1::Definition()), std::nullopt);
}

TEST(Workspace, IsParsedFromItsName) {
  EXPECT_EQ(ParseWorkspace("workspaces/acme").value(), "acme");
  EXPECT_FALSE(ParseWorkspace("workspaces/-").ok());
  EXPECT_FALSE(ParseWorkspace("acme").ok());
  EXPECT_EQ(ParseWorkspaceOrAll("workspaces/-").value(), std::nullopt);
  EXPECT_EQ(ParseWorkspaceOrAll("workspaces/a").value(), "a");
}

}  // namespace
}  // namespace kpisuite
