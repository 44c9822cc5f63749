// What can be wrong with the hierarchies of a metric, and where its levels can be used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> MetricCodes(const std::string& hierarchies) {
  return Codes(
      ValidateOne(Metric("m", "unit: 'EUR' dimensions: 'city' dimensions: 'shop' " + hierarchies))
          .violations);
}

constexpr char kCities[] =
    "hierarchies { dimension: 'city' levels: 'zone' levels: 'country' "
    "members { member: 'Berlin' path: 'North' path: 'DE' } "
    "members { member: 'Bonn' path: 'North' path: 'DE' } "
    "members { member: 'Bonn' path: 'West' path: 'FR' effective_from: '2025-04-01' } "
    "members { member: 'Oslo' path: 'North' path: '' } }";

// 3.3.2
TEST(Hierarchy, IsSoundWhereEachMemberHasItsPlace) { EXPECT_THAT(MetricCodes(kCities), IsEmpty()); }

TEST(Hierarchy, NamesADimensionAndLevelsOfItsOwn) {
  EXPECT_THAT(MetricCodes("hierarchies {}"),
              ElementsAre("definitions[0].metric.hierarchies[0].dimension REQUIRED",
                          "definitions[0].metric.hierarchies[0].levels REQUIRED"));
  EXPECT_THAT(MetricCodes("hierarchies { dimension: 'town' levels: 'shop' levels: 'Zone' "
                          "levels: 'zone' levels: 'zone' levels: 'value' }"),
              ElementsAre("definitions[0].metric.hierarchies[0].dimension UNDECLARED_IDENTIFIER",
                          "definitions[0].metric.hierarchies[0].levels[0] DUPLICATE",
                          "definitions[0].metric.hierarchies[0].levels[1] SYNTAX",
                          "definitions[0].metric.hierarchies[0].levels[3] DUPLICATE",
                          "definitions[0].metric.hierarchies[0].levels[4] RESERVED_NAME"));
  EXPECT_THAT(MetricCodes("hierarchies { dimension: 'city' levels: 'zone' } "
                          "hierarchies { dimension: 'city' levels: 'zone' }"),
              ElementsAre("definitions[0].metric.hierarchies[1].dimension DUPLICATE",
                          "definitions[0].metric.hierarchies[1].levels[0] DUPLICATE"));
}

TEST(Hierarchy, ChecksEachMember) {
  EXPECT_THAT(MetricCodes("hierarchies { dimension: 'city' levels: 'zone' "
                          "members { path: 'North' } "
                          "members { member: 'Bonn' path: 'North' path: 'DE' } "
                          "members { member: 'Bonn' path: 'a\\nb' effective_from: 'spring' } "
                          "members { member: 'Ulm' path: 'a' effective_from: '2025-01-01' } "
                          "members { member: 'Ulm' path: 'b' effective_from: '2025-01-01' } }"),
              ElementsAre("definitions[0].metric.hierarchies[0].members[0].member REQUIRED",
                          "definitions[0].metric.hierarchies[0].members[1].path OUT_OF_RANGE",
                          "definitions[0].metric.hierarchies[0].members[2].path[0] SYNTAX",
                          "definitions[0].metric.hierarchies[0].members[2].effective_from SYNTAX",
                          "definitions[0].metric.hierarchies[0].members[2] DUPLICATE",
                          "definitions[0].metric.hierarchies[0].members[4] DUPLICATE"));
}

TEST(Hierarchy, HasOnePlaceForEachMemberOfALevel) {
  const std::string moved =
      "members { member: 'Bonn' path: 'North' path: 'DE' } "
      "members { member: 'Ulm' path: 'South' path: 'DE' effective_from: '2025-04-01' } ";
  const std::string head = "hierarchies { dimension: 'city' levels: 'zone' levels: 'country' ";
  EXPECT_THAT(MetricCodes(head + moved + "}"),
              ElementsAre("definitions[0].metric.hierarchies[0].members REFUSED"));
  EXPECT_THAT(MetricCodes(head + moved +
                          "members { member: 'Bonn' path: 'South' path: 'DE' "
                          "effective_from: '2025-04-01' } }"),
              IsEmpty());
}

std::vector<std::string> KpiCodes(const std::string& text) {
  Catalog live;
  live.Apply(
      {Metric("m", std::string("unit: 'EUR' dimensions: 'city' dimensions: 'shop' ") + kCities)},
      1);
  return Codes(Validate(live, {Kpi("k", text)}).violations);
}

// 3.3.2
TEST(Level, CanBeUsedWhereADimensionCan) {
  EXPECT_THAT(KpiCodes(Input("x",
                             "metric: 'm' aggregation: AGGREGATION_SUM "
                             "where: 'zone = North && country != (null)'") +
                       "unit: 'EUR' slices { dimensions: 'zone' } "
                       "slices { dimensions: 'country' dimensions: 'shop' } "
                       "slice_bands { slice: 'zone=North' bands { on_target: '0' } } "
                       "target { fixed: '1' }"),
              IsEmpty());
  EXPECT_THAT(
      KpiCodes(MetricInputText("x", "m", "SUM") + "unit: 'EUR' slices { dimensions: 'planet' }"),
      ElementsAre("definitions[0].kpi.slices[0].dimensions[0] SLICE_DIMENSION"));
}

TEST(Level, IsIgnoredWithItsDimension) {
  EXPECT_THAT(KpiCodes(MetricInputText("x", "m", "SUM") +
                       Input("y",
                             "metric: 'm' aggregation: AGGREGATION_SUM "
                             "ignore_dimensions: 'city'") +
                       "unit: 'EUR' formula: 'x + y' slices { dimensions: 'zone' }"),
              IsEmpty());
}

}  // namespace
}  // namespace kpisuite
