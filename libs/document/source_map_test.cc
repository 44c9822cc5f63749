#include "libs/document/source_map.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(EnclosingPath, DropsOneComponent) {
  EXPECT_EQ(EnclosingPath("definitions[2].kpi.formula"), "definitions[2].kpi");
  EXPECT_EQ(EnclosingPath("definitions[2]"), "definitions");
  EXPECT_EQ(EnclosingPath(R"(kpi.inputs["a.b[1]\"c"].where)"), R"(kpi.inputs["a.b[1]\"c"])");
  EXPECT_EQ(EnclosingPath(R"(kpi.inputs["a.b[1]\"c"])"), "kpi.inputs");
  EXPECT_EQ(EnclosingPath("kpi"), "");
}

TEST(SourceMap, FindsTheNearestEnclosingField) {
  SourceMap map;
  map.Add("definitions[0]", {"a.yaml", 1, 1});
  map.Add("definitions[0].kpi.formula", {"a.yaml", 7, 3});
  const auto exact = map.Find("definitions[0].kpi.formula");
  ASSERT_TRUE(exact.has_value());
  EXPECT_TRUE(exact->exact);
  EXPECT_EQ(ToString(exact->position), "a.yaml:7:3");
  const auto near = map.Find("definitions[0].kpi.unit");
  ASSERT_TRUE(near.has_value());
  EXPECT_FALSE(near->exact);
  EXPECT_EQ(near->position.line, 1);
  EXPECT_FALSE(map.Find("definitions[9].kpi.unit").has_value());
}

TEST(SourceMap, APlaceInsideTheTextBecomesAPlaceInTheFile) {
  SourceMap map;
  map.Add("formula", {"a.yaml", 7, 3}, {7, 12});
  map.Add("folded", {"a.yaml", 9, 3});
  const auto inner = map.Find("formula", 1, 5);
  EXPECT_EQ(ToString(inner->position), "a.yaml:7:16");
  EXPECT_TRUE(inner->inner_applied);
  EXPECT_FALSE(map.Find("formula", 2, 5)->inner_applied);
  EXPECT_FALSE(map.Find("folded", 1, 5)->inner_applied);
}

}  // namespace
}  // namespace kpisuite
