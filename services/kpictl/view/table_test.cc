#include "services/kpictl/view/table.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

Table Sample() {
  Table table({{"NAME"},
               {"VALUE", true},
               {"NOTE", false, Column::Shown::kWide},
               {"EXACT TEXT", false, Column::Shown::kCsvOnly},
               {"TREND", false, Column::Shown::kTerminalOnly},
               {"NEVER", false, Column::Shown::kNever}});
  table.AddHeading("Group");
  table.AddRow({{"größe"}, {"1.0 %", Style::kGood, "0.01"}, {"a, b"}, {"x\"y"}, {"▁█"}, {"-"}});
  table.AddRow({{"b"}, {"22.5 %"}, {""}, {""}, {""}, {"-"}});
  return table;
}

TEST(Table, ColumnsAreAlignedByCharacters) {
  EXPECT_EQ(Sample().Render({}),
            "NAME    VALUE\n"
            "Group\n"
            "größe   1.0 %\n"
            "b      22.5 %\n");
}

TEST(Table, WideAndTerminalShowMore) {
  EXPECT_EQ(Sample().Render({.wide = true, .terminal = true}),
            "NAME    VALUE  NOTE  TREND\n"
            "Group\n"
            "größe   1.0 %  a, b  ▁█\n"
            "b      22.5 %\n");
}

TEST(Table, ColoursDoNotChangeTheAlignment) {
  const std::string text = Sample().Render({.colored = true});
  EXPECT_NE(text.find("größe   \x1b[32m1.0 %\x1b[0m\n"), std::string::npos) << text;
}

TEST(Table, CsvIsExactAndQuoted) {
  EXPECT_EQ(Sample().RenderCsv(),
            "name,value,note,exact_text\n"
            "größe,0.01,\"a, b\",\"x\"\"y\"\n"
            "b,22.5 %,,\n");
}

}  // namespace
}  // namespace kpisuite
