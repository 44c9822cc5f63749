#include "services/kpictl/import/batch_builder.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/kpictl/import/import_test_support.h"

namespace kpisuite {
namespace {

constexpr char kMapping[] =
    "timeColumn: t\ntimeZone: UTC\ndimensions: {origin: o}\nvalues: {delay: d, level: d}\n";

std::vector<ImportBatch> BatchesOf(const ImportPlan& plan, const std::string& csv, int size) {
  BatchBuilder builder(plan, "workspaces/default", "import-x", size);
  std::vector<ImportBatch> batches;
  const auto keep = [&](std::optional<ImportBatch> batch) {
    if (batch.has_value()) batches.push_back(*std::move(batch));
  };
  for (const MeasuredRow& row : RowsOf(plan, csv)) keep(builder.Add(row));
  keep(builder.Finish());
  return batches;
}

std::string Csv(int rows) {
  std::string csv = "t,o,d\n";
  for (int i = 0; i < rows; ++i) {
    absl::StrAppend(&csv, "2001-01-01T00:00:", i < 10 ? "0" : "", i, ",", i % 2 == 0 ? "A" : "",
                    ",", i, "\n");
  }
  return csv;
}

TEST(BatchBuilder, GroupsSamplesBySeries) {
  const auto plan = PlanOf(kMapping);
  const auto batches = BatchesOf(*plan, Csv(5), 100);
  ASSERT_EQ(batches.size(), 1u);
  const v1::WriteSamplesRequest& request = batches[0].request;
  EXPECT_EQ(request.request_id(), "import-x-1");
  EXPECT_EQ(batches[0].rows, 5);
  EXPECT_EQ(batches[0].samples, 10);
  ASSERT_EQ(request.series_size(), 4);
  EXPECT_EQ(request.series(0).metric(), "delay");
  EXPECT_EQ(request.series(0).dimensions().at("origin"), "A");
  EXPECT_EQ(request.series(0).mantissas_size(), 3);
  EXPECT_EQ(request.series(0).sample_ids_size(), 3);
  EXPECT_EQ(request.series(1).metric(), "level");
  EXPECT_EQ(request.series(1).sample_ids_size(), 0);
  EXPECT_TRUE(request.series(2).dimensions().empty()) << "an empty member is (null)";
}

TEST(BatchBuilder, RowsAreNeverSplit) {
  const auto plan = PlanOf(kMapping);
  const auto batches = BatchesOf(*plan, Csv(4), 3);
  ASSERT_EQ(batches.size(), 4u) << "two samples in each row";
  EXPECT_EQ(batches[3].request.request_id(), "import-x-4");
}

TEST(BatchBuilder, TheSameRowsGiveTheSameBatches) {
  const auto plan = PlanOf(kMapping);
  const auto one = BatchesOf(*plan, Csv(50), 7);
  const auto two = BatchesOf(*plan, Csv(50), 7);
  ASSERT_EQ(one.size(), two.size());
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].request.DebugString(), two[i].request.DebugString());
  }
}

TEST(BatchBuilder, BatchesAreBoundedInBytes) {
  const auto plan = PlanOf("timeColumn: t\ntimeZone: UTC\nentityColumn: e\nvalues: {delay: d}\n");
  std::string csv = "t,e,d\n";
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&csv, "2001-01-01,", std::string(250, 'e'), ",", i, "\n");
  }
  const auto batches = BatchesOf(*plan, csv, 100'000);
  EXPECT_GT(batches.size(), 1u);
  for (const ImportBatch& batch : batches) {
    EXPECT_LT(batch.request.ByteSizeLong(), BatchBuilder::kMaxBatchBytes * 3 / 2);
  }
}

TEST(LineOfField, FindsTheLineOfTheFile) {
  const auto plan = PlanOf(kMapping);
  const auto batches = BatchesOf(*plan, Csv(5), 100);
  EXPECT_EQ(LineOfField(batches[0], "series[0].time_unix_nano[2]"), 6);
  EXPECT_EQ(LineOfField(batches[0], "series[2].dimensions"), 3);
  EXPECT_EQ(LineOfField(batches[0], "series[2]"), 3);
  EXPECT_EQ(LineOfField(batches[0], "series[99].x[1]"), 0);
  EXPECT_EQ(LineOfField(batches[0], "reason"), 0);
}

}  // namespace
}  // namespace kpisuite
