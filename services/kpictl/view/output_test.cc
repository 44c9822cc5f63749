#include "services/kpictl/view/output.h"

#include <gtest/gtest.h>

#include <sstream>

#include "kpisuite/v1/evaluation.pb.h"

namespace kpisuite {
namespace {

std::string Written(OutputFormat format, int count) {
  v1::FeedMark mark;
  mark.set_part(3);
  const std::vector<v1::FeedMark> marks(count, mark);
  Table table({{"PART"}});
  for (int i = 0; i < count; ++i) table.AddRow({{"3"}});
  std::ostringstream out;
  Output(out, format, {}).WriteList(Pointers(marks), table);
  return out.str();
}

TEST(Output, WritesListsInEveryFormat) {
  EXPECT_EQ(Written(OutputFormat::kTable, 2), "PART\n3\n3\n");
  EXPECT_EQ(Written(OutputFormat::kCsv, 1), "part\n3\n");
  EXPECT_EQ(Written(OutputFormat::kJson, 2), "[\n{\n \"part\": 3\n},\n{\n \"part\": 3\n}\n]\n");
  EXPECT_EQ(Written(OutputFormat::kJson, 0), "[]\n");
  EXPECT_EQ(Written(OutputFormat::kJsonLines, 2), "{\"part\":3}\n{\"part\":3}\n");
  EXPECT_EQ(Written(OutputFormat::kYaml, 2), "---\npart: 3\n---\npart: 3\n");
}

TEST(ParseOutputFormat, RefusesUnknownFormats) {
  EXPECT_EQ(*ParseOutputFormat("jsonl"), OutputFormat::kJsonLines);
  EXPECT_EQ(ParseOutputFormat("xml").status().message(),
            "output: got \"xml\", want table, wide, json, jsonl, yaml or csv");
}

}  // namespace
}  // namespace kpisuite
