#include "libs/document/json_schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kpisuite {
namespace {

TEST(DefinitionJsonSchema, DescribesEveryKind) {
  const auto schema = nlohmann::json::parse(DefinitionJsonSchema());
  EXPECT_EQ(schema["properties"]["kind"]["enum"].size(), 10u);
  EXPECT_EQ(schema["allOf"].size(), 10u);
  const auto& kpi = schema["$defs"]["Kpi"];
  EXPECT_EQ(kpi["additionalProperties"], false);
  EXPECT_EQ(kpi["properties"]["direction"]["enum"][0], "HIGHER");
  EXPECT_EQ(kpi["properties"]["slices"]["items"]["$ref"], "#/$defs/Grouping");
  EXPECT_EQ(schema["$defs"]["Grouping"]["oneOf"][0]["type"], "array");
}

TEST(DefinitionJsonSchema, EveryReferenceIsDefined) {
  const auto schema = nlohmann::json::parse(DefinitionJsonSchema());
  const std::string text = schema.dump();
  size_t references = 0;
  for (size_t at = text.find("#/$defs/"); at != std::string::npos;
       at = text.find("#/$defs/", at + 1)) {
    const size_t begin = at + 8;
    const std::string name = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_TRUE(schema["$defs"].contains(name)) << name;
    ++references;
  }
  EXPECT_GT(references, 10u);
}

}  // namespace
}  // namespace kpisuite
