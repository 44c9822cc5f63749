#include "libs/document/yaml_writer.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "libs/document/definition_set.h"
#include "libs/document/json.h"

namespace kpisuite {
namespace {

v1::Definition SampleKpi() {
  const auto definitions = ParseDefinitions(R"(
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: otp, displayName: "yes", description: "a: b # c", labels: {b: "1", a: x}}
spec:
  owner: ops@example.com
  inputs:
    onTime: {metric: arrival-delay, aggregation: COUNT, where: "value <= 15"}
    flights: {metric: arrival-delay, aggregation: COUNT}
  formula: onTime / flights
  unit: "%"
  direction: HIGHER
  windows: [DAY, WEEK]
  slices: [[origin], [origin, destination]]
  target: {fixed: 80%}
  bands: {onTarget: 0, warning: -0.05}
  finalAfter: 1d12h
)",
                                            "default");
  EXPECT_TRUE(definitions.ok()) << definitions.status();
  return definitions->front();
}

TEST(DefinitionToYaml, IsCanonical) {
  EXPECT_EQ(DefinitionToYaml(SampleKpi()), R"(apiVersion: kpisuite/v1
kind: Kpi
metadata:
  name: otp
  displayName: "yes"
  description: "a: b # c"
  labels:
    a: x
    b: 1
spec:
  owner: ops@example.com
  inputs:
    flights:
      metric: arrival-delay
      aggregation: COUNT
    onTime:
      metric: arrival-delay
      aggregation: COUNT
      where: value <= 15
  formula: onTime / flights
  unit: "%"
  direction: HIGHER
  windows: [DAY, WEEK]
  slices: [[origin], [origin, destination]]
  target:
    fixed: 80%
  bands:
    onTarget: 0
    warning: -0.05
  finalAfter: 1d12h
)");
}

TEST(DefinitionToYaml, IsReadBackAsTheSameDefinition) {
  v1::Definition original = SampleKpi();
  original.set_description("two\nlines, \"quotes\", ä, tab\t.");
  const auto again = ParseDefinitions(DefinitionToYaml(original), "default");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(original, again->front()));
}

TEST(DefinitionToYaml, LeavesOutWhatServersSet) {
  v1::Definition definition = SampleKpi();
  definition.set_revision(7);
  definition.set_etag("abc");
  EXPECT_EQ(DefinitionToYaml(definition), DefinitionToYaml(SampleKpi()));
}

TEST(ToJson, IsStableProto3Json) {
  v1::Definition definition;
  definition.set_name("workspaces/default/metrics/m");
  (*definition.mutable_labels())["b"] = "2";
  (*definition.mutable_labels())["a"] = "1";
  definition.set_revision(3);
  EXPECT_EQ(ToJson(definition, JsonLayout::kLine),
            R"({"name":"workspaces/default/metrics/m","labels":{"a":"1","b":"2"},"revision":"3"})");
}

}  // namespace
}  // namespace kpisuite
