#include "services/kpictl/import/import_scan.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/kpictl/import/import_test_support.h"

namespace kpisuite {
namespace {

constexpr char kMapping[] = "timeColumn: t\ntimeZone: UTC\nvalues: {delay: d}\n";

absl::StatusOr<ImportScan> Scan(const std::string& csv) {
  const auto plan = PlanOf(kMapping);
  std::istringstream input(csv);
  const auto source = OpenRows(input, FileFormat::kCsv, ',', plan->columns);
  return ScanRows(**source, *plan);
}

TEST(ScanRows, CountsRowsAndFindsTheLastInstant) {
  const auto scan = Scan("t,d\n2001-01-02,1\n2001-01-03,2\n2001-01-01,3\n");
  ASSERT_TRUE(scan.ok());
  EXPECT_EQ(scan->rows, 3);
  EXPECT_EQ(scan->samples, 3);
  EXPECT_EQ(scan->last_unix_nano, 978480000'000000000);
}

TEST(ScanRows, KeepsTheFirstBadRowsAndCountsAll) {
  std::string csv = "t,d\n2001-01-02,1\n";
  for (int i = 0; i < 30; ++i) absl::StrAppend(&csv, i % 2 == 0 ? "never,1\n" : "1,2,3\n");
  const auto scan = Scan(csv);
  ASSERT_TRUE(scan.ok());
  EXPECT_EQ(scan->rows, 1);
  EXPECT_EQ(scan->bad_rows, 30);
  ASSERT_EQ(scan->first_bad_rows.size(), ImportScan::kShownBadRows);
  EXPECT_EQ(scan->first_bad_rows[1].line, 4);
  EXPECT_EQ(scan->first_bad_rows[1].description, "got 3 fields, want 2 as the header");
}

TEST(ScanRows, AFileThatCannotBeReadToItsEndIsNotImported) {
  const auto scan = Scan("t,d\n2001-01-02,\"1\n");
  EXPECT_TRUE(absl::IsDataLoss(scan.status())) << scan.status();
}

TEST(ForEachGoodRow, StopsAtTheFirstError) {
  const auto plan = PlanOf(kMapping);
  std::istringstream input("t,d\n2001-01-02,1\nnever,1\n2001-01-03,2\n2001-01-04,3\n");
  const auto source = OpenRows(input, FileFormat::kCsv, ',', plan->columns);
  int taken = 0;
  const absl::Status status = ForEachGoodRow(**source, *plan, [&](const MeasuredRow&) {
    return ++taken == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace kpisuite
