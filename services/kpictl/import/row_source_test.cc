#include "services/kpictl/import/row_source.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kpisuite {
namespace {

std::string CellsOf(const ImportRow& row) {
  std::vector<std::string> texts;
  for (const auto& cell : row.cells) texts.push_back(cell.value_or("(none)"));
  return absl::StrCat(row.line, ":", absl::StrJoin(texts, "|"));
}

TEST(RowSource, CsvGivesTheWantedColumnsInTheirOrder) {
  std::istringstream input("a,b,c\n1,2,3\n4,5,6\n");
  const auto rows = OpenRows(input, FileFormat::kCsv, ',', {"c", "a"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(CellsOf(**(*rows)->Next()), "2:3|1");
  EXPECT_EQ(CellsOf(**(*rows)->Next()), "3:6|4");
  EXPECT_FALSE((*rows)->Next()->has_value());
}

TEST(RowSource, ContentDoesNotDependOnTheOrderOfColumns) {
  std::istringstream one("a,b\n1,2\n");
  std::istringstream two("b,a\n2,1\n");
  std::istringstream other("a,b\n12,\n");
  std::istringstream json("{\"b\":2,\"a\":1}\n");
  const auto content = [](std::istream& in, FileFormat format) {
    return (**(*OpenRows(in, format, ',', {}))->Next()).content;
  };
  const std::string expected = content(one, FileFormat::kCsv);
  EXPECT_EQ(content(two, FileFormat::kCsv), expected);
  EXPECT_EQ(content(json, FileFormat::kNdjson), expected);
  EXPECT_NE(content(other, FileFormat::kCsv), expected);
}

TEST(RowSource, UnknownColumnsAreRefusedWithASuggestion) {
  std::istringstream input("time,delay\n");
  EXPECT_EQ(OpenRows(input, FileFormat::kCsv, ',', {"dealy"}).status().message(),
            "there is no column \"dealy\", did you mean \"delay\"? The header has time, delay");
  std::istringstream semicolons("time;delay\n");
  EXPECT_EQ(OpenRows(semicolons, FileFormat::kCsv, ',', {"delay"}).status().message(),
            "there is no column \"delay\"; the header has time;delay");
}

TEST(RowSource, BadHeadersAreRefused) {
  std::istringstream empty("");
  EXPECT_FALSE(OpenRows(empty, FileFormat::kCsv, ',', {}).ok());
  std::istringstream twice("a,a\n");
  EXPECT_FALSE(OpenRows(twice, FileFormat::kCsv, ',', {}).ok());
}

TEST(RowSource, ARowWithMissingFieldsIsBadAndReadingGoesOn) {
  std::istringstream input("a,b\n1\n2,3\n");
  const auto rows = OpenRows(input, FileFormat::kCsv, ',', {"a"});
  const auto bad = (*rows)->Next();
  EXPECT_EQ(bad.status().message(), "got 1 fields, want 2 as the header");
  EXPECT_EQ((*rows)->line(), 2);
  EXPECT_EQ(CellsOf(**(*rows)->Next()), "3:2");
}

TEST(RowSource, ABrokenQuoteEndsTheFile) {
  std::istringstream input("a\n1\n\"2\n3\n");
  const auto rows = OpenRows(input, FileFormat::kCsv, ',', {"a"});
  EXPECT_TRUE((*rows)->Next().ok());
  EXPECT_TRUE(absl::IsDataLoss((*rows)->Next().status()));
}

TEST(RowSource, NdjsonLacksColumnsQuietlyAndReportsBadLines) {
  std::istringstream input("{\"a\":1}\nnonsense\n{\"b\":{\"c\":2.50}}\n");
  const auto rows = OpenRows(input, FileFormat::kNdjson, ',', {"a", "b.c"});
  EXPECT_EQ(CellsOf(**(*rows)->Next()), "1:1|(none)");
  EXPECT_TRUE(absl::IsInvalidArgument((*rows)->Next().status()));
  EXPECT_EQ(CellsOf(**(*rows)->Next()), "3:(none)|2.50");
}

TEST(GuessFormat, LooksAtTheEndOfTheName) {
  EXPECT_EQ(GuessFormat("x.ndjson"), FileFormat::kNdjson);
  EXPECT_EQ(GuessFormat("x.jsonl"), FileFormat::kNdjson);
  EXPECT_EQ(GuessFormat("-"), FileFormat::kCsv);
}

}  // namespace
}  // namespace kpisuite
