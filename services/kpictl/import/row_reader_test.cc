#include "services/kpictl/import/row_reader.h"

#include <gtest/gtest.h>

#include "services/kpictl/import/import_test_support.h"

namespace kpisuite {
namespace {

constexpr char kMapping[] =
    "timeColumn: t\ntimeZone: UTC\ndimensions: {origin: o}\nvalues: {delay: d}\n";

// The error of reading one CSV row.
std::string ErrorOf(const std::string& mapping, const std::string& header,
                    const std::string& line) {
  const auto plan = PlanOf(mapping);
  if (!plan.ok()) return std::string(plan.status().message());
  std::istringstream input(header + "\n" + line + "\n");
  const auto source = OpenRows(input, FileFormat::kCsv, ',', plan->columns);
  return std::string(RowReader(*plan).Read(**(*source)->Next()).status().message());
}

TEST(RowReader, ReadsTimeValueAndMembers) {
  const auto plan = PlanOf(kMapping);
  const auto rows = RowsOf(*plan, "t,o,d\n2001-01-01,ORD,12.5\n2001-01-02,,-3\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].line, 2);
  EXPECT_EQ(rows[0].time_unix_nano, 978307200'000000000);
  EXPECT_EQ(rows[0].values, (std::vector<std::optional<int64_t>>{125}));
  EXPECT_EQ(rows[0].members, (std::vector<std::string>{"ORD"}));
  EXPECT_EQ(rows[1].values, (std::vector<std::optional<int64_t>>{-30}));
}

TEST(RowReader, DerivedIdsCountEqualRowsAndAreStable) {
  const auto plan = PlanOf(kMapping);
  const std::string csv = "t,o,d\n2001-01-01,ORD,1\n2001-01-01,ORD,1\n2001-01-01,ORD,2\n";
  const auto rows = RowsOf(*plan, csv);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].sample_id.size(), 32u);
  EXPECT_EQ(rows[1].sample_id, rows[0].sample_id + "-2");
  EXPECT_NE(rows[2].sample_id, rows[0].sample_id);
  EXPECT_EQ(RowsOf(*plan, csv)[1].sample_id, rows[1].sample_id);
}

TEST(RowReader, BadRowsDoNotShiftTheIdsOfOthers) {
  const auto plan = PlanOf(kMapping);
  const auto with_bad = RowsOf(*plan, "t,o,d\nnever,ORD,1\n2001-01-01,ORD,1\n");
  const auto without = RowsOf(*plan, "t,o,d\n2001-01-01,ORD,1\n");
  EXPECT_EQ(with_bad[0].sample_id, without[0].sample_id);
}

TEST(RowReader, IdAndEntityColumnsAreTakenAsTheyAre) {
  const auto plan = PlanOf(
      "timeColumn: t\ntimeZone: UTC\nidColumn: i\nentityColumn: e\n"
      "weightColumn: w\nvalues: {delay: d}\n");
  const auto rows = RowsOf(*plan, "t,i,e,w,d\n2001-01-01,x1,anna,0.25,1\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].sample_id, "x1");
  EXPECT_EQ(rows[0].entity, "anna");
  EXPECT_EQ(rows[0].weights, (std::vector<std::optional<int64_t>>{2500}));
}

TEST(RowReader, ErrorsNameTheColumn) {
  EXPECT_EQ(ErrorOf(kMapping, "t,o,d", "2001-01-01,ORD,"), "d: got nothing, want a value");
  EXPECT_EQ(ErrorOf(kMapping, "t,o,d", ",ORD,1"), "t: got nothing, want a value");
  EXPECT_EQ(ErrorOf(kMapping, "t,o,d", "soon,ORD,1"),
            "t: got \"soon\", want a time such as 2001-01-31T22:30:00Z");
  EXPECT_EQ(ErrorOf(kMapping, "t,o,d", "2001-01-01," + std::string(257, 'x') + ",1"),
            "o: got 257 bytes, want at most 256");
  for (const char* value : {"nan", "inf", "1.25", "1e40", "12,5", "0x10", " 1"}) {
    const std::string error =
        ErrorOf(kMapping, "t,o,d", "2001-01-01,ORD,\"" + std::string(value) + "\"");
    EXPECT_EQ(error.substr(0, 3), "d: ") << value << " gave " << error;
  }
}

TEST(RowReader, EmptyValuesMayBeSkipped) {
  const auto plan = PlanOf(
      "timeColumn: t\ntimeZone: UTC\nvalues: {delay: d, level: l}\n"
      "skipEmpty: true\n");
  const auto rows = RowsOf(*plan, "t,d,l\n2001-01-01,,7\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values, (std::vector<std::optional<int64_t>>{std::nullopt, 7}));
}

}  // namespace
}  // namespace kpisuite
