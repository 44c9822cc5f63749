#include "libs/definitions/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const v1::Definition& before, const v1::Definition& after) {
  std::vector<std::string> texts;
  for (const v1::FieldDifference& difference : DifferencesOf(before, after)) {
    texts.push_back(
        absl::StrCat(difference.field(), ": ", difference.before(), " -> ", difference.after()));
  }
  return texts;
}

TEST(DifferencesOf, ShowsEachLeaf) {
  const v1::Definition before = SmallWorld()[1];
  v1::Definition after = before;
  v1::Kpi& kpi = *after.mutable_kpi();
  after.set_display_name("Late flights");
  (*after.mutable_labels())["team"] = "ops";
  (*kpi.mutable_inputs())["late"].set_where("value > 20");
  (*kpi.mutable_inputs())["late"].set_aggregation(v1::AGGREGATION_COUNT_TRUE);
  kpi.set_windows(1, "WEEK");
  kpi.clear_target();
  kpi.mutable_final_after()->set_seconds(90);
  EXPECT_THAT(Texts(before, after),
              ElementsAre("display_name:  -> Late flights", "labels[\"team\"]:  -> ops",
                          "kpi.inputs[\"late\"].aggregation: COUNT -> COUNT_TRUE",
                          "kpi.inputs[\"late\"].where: value > 15 -> value > 20",
                          "kpi.windows[1]: MONTH -> WEEK", "kpi.final_after:  -> 1m30s",
                          "kpi.target.fixed: 20% -> "));
}

TEST(DifferencesOf, IgnoresWhatTheServerFillsIn) {
  v1::Definition after = SmallWorld()[1];
  after.set_revision(9);
  after.set_etag("x");
  after.set_uid("y");
  after.mutable_update_time()->set_seconds(1);
  EXPECT_THAT(Texts(SmallWorld()[1], after), IsEmpty());
}

TEST(DifferencesOf, TellsUnsetFromDefault) {
  v1::Definition after = SmallWorld()[0];
  after.mutable_metric()->set_weight_scale(0);
  EXPECT_THAT(Texts(SmallWorld()[0], after), ElementsAre("metric.weight_scale:  -> 0"));
}

}  // namespace
}  // namespace kpisuite
