#include "services/kpictl/import/import_plan.h"

#include <gtest/gtest.h>

#include "libs/base/error.h"
#include "services/kpictl/import/import_test_support.h"

namespace kpisuite {
namespace {

TEST(ImportPlan, NamesEachColumnOnce) {
  const auto plan = PlanOf(
      "timeColumn: t\ntimeZone: UTC\ndimensions: {origin: o}\nvalues: {delay: d, level: d}\n");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->columns, (std::vector<std::string>{"d", "t", "o"}));
  EXPECT_EQ(plan->metrics.size(), 2u);
  EXPECT_TRUE(plan->derives_ids());
  EXPECT_EQ(plan->metrics[0].scale, 1);
  EXPECT_TRUE(plan->metrics[0].needs_id);
  EXPECT_FALSE(plan->metrics[1].needs_id);
}

TEST(ImportPlan, TheFingerprintFollowsTheMapping) {
  const auto one = PlanOf("timeColumn: t\nvalues: {delay: d}\n");
  const auto same = PlanOf("values: {delay: d}\ntimeColumn: t\n");
  const auto other = PlanOf("timeColumn: t\nvalues: {delay: e}\n");
  EXPECT_EQ(one->fingerprint, same->fingerprint);
  EXPECT_NE(one->fingerprint, other->fingerprint);
}

TEST(ImportPlan, EverythingWrongIsReportedAtOnce) {
  const auto plan =
      PlanOf("timeZone: Mars/Base\ndimensions: {orgin: o}\nvalues: {delay: d, speed: s}\n");
  std::vector<std::string> fields;
  for (const auto& violation : GetErrorDetails(plan.status()).violations) {
    fields.push_back(violation.field);
  }
  EXPECT_EQ(fields,
            (std::vector<std::string>{"time", "timeColumn", "dimensions.orgin", "values.speed"}));
}

TEST(ImportPlan, AnIdColumnNeedsAMetricWithIds) {
  EXPECT_FALSE(PlanOf("timeColumn: t\nidColumn: i\nvalues: {level: d}\n").ok());
  const auto plan = PlanOf("timeColumn: t\nidColumn: i\nvalues: {delay: d}\n");
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->derives_ids());
}

}  // namespace
}  // namespace kpisuite
