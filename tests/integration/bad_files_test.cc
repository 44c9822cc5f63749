// Files and command lines that kpictl refuses: exit code, and where in which file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

constexpr int kUsage = 2;
constexpr int kNotFound = 3;
constexpr int kConflict = 5;
constexpr int kValidation = 6;
constexpr int kUnavailable = 7;

struct BadFile {
  const char* name;
  const char* text;
  const char* place;   // "line:column" of the complaint
  const char* saying;  // part of it
};

void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }

class BadFiles : public testing::TestWithParam<BadFile> {
 protected:
  void SetUp() override { ASSERT_TRUE(suite_.StartDefinition().ok()); }

  ProcessSuite suite_;
};

TEST_P(BadFiles, AreRefusedWithLineAndColumn) {
  const std::string file = suite_.directory() + "/kpis.yaml";
  WriteText(file, GetParam().text);
  const ProgramResult result = suite_.Kpictl({"apply", "-f", file, "--yes"});
  EXPECT_EQ(result.exit_code, kValidation) << result.error;
  EXPECT_THAT(result.error, HasSubstr(absl::StrCat(file, ":", GetParam().place)));
  EXPECT_THAT(result.error, HasSubstr(GetParam().saying));
  EXPECT_EQ(result.output, "");
  const ProgramResult list = suite_.Kpictl({"list", "metrics", "-o", "jsonl"});
  EXPECT_EQ(list.exit_code, 0) << list.error;
  EXPECT_EQ(list.output, "");
}

const BadFile kBadFiles[] = {
    {"UnknownField",
     "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec:\n  unitt: count\n",
     "5:3", "unitt"},
    {"WrongType",
     "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec:\n  unit: count\n"
     "  scale: many\n",
     "6:10", "many"},
    {"UnknownEnumValue",
     "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec:\n  unit: count\n"
     "  identity: EVENTS\n",
     "6:13", "EVENTS"},
    {"DuplicateKey",
     "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec:\n  unit: count\n"
     "  unit: h\n",
     "6:3", "unit"},
    {"NotYaml", "apiVersion: kpisuite/v1\nkind: [Metric\n", "", ""},
    {"UnknownKind",
     "apiVersion: kpisuite/v1\nkind: Metrics\nmetadata: {name: orders}\nspec: {unit: count}\n",
     "2:7", "Metrics"},
    // Found by the server, told where it stands in the file.
    {"FormulaWithAnUndeclaredName",
     "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec: {unit: count}\n---\n"
     "apiVersion: kpisuite/v1\nkind: Kpi\nmetadata: {name: sales}\nspec:\n"
     "  owner: o@example.com\n  direction: HIGHER\n  windows: [DAY]\n"
     "  inputs: {all: {metric: orders, aggregation: COUNT}}\n"
     "  formula: all + other\n  unit: count\n",
     "14:", "other"},
};

INSTANTIATE_TEST_SUITE_P(Cases, BadFiles, testing::ValuesIn(kBadFiles),
                         [](const testing::TestParamInfo<BadFile>& info) {
                           return std::string(info.param.name);
                         });

class CommandLine : public testing::Test {
 protected:
  std::string DefinitionFile() const {
    const std::string file = suite_.directory() + "/deliveries.yaml";
    WriteText(file, kDeliveryDefinitions);
    return file;
  }

  ProcessSuite suite_;
};

TEST_F(CommandLine, UnknownFlagsAndCommandsAreUsageErrors) {
  const ProgramResult flag = suite_.Kpictl({"list", "kpis", "--ouput", "json"});
  EXPECT_EQ(flag.exit_code, kUsage);
  EXPECT_THAT(flag.error, HasSubstr("--ouput"));
  const ProgramResult command = suite_.Kpictl({"aply"});
  EXPECT_EQ(command.exit_code, kUsage);
  EXPECT_THAT(command.error, HasSubstr("aply"));
}

TEST_F(CommandLine, AServerThatIsAwayIsUnavailable) {
  const ProgramResult result =
      suite_.Kpictl({"apply", "-f", DefinitionFile(), "--yes", "--timeout", "2s"});
  EXPECT_EQ(result.exit_code, kUnavailable);
  EXPECT_THAT(result.error, HasSubstr("definition"));
}

TEST_F(CommandLine, WhatDoesNotExistIsNotFound) {
  ASSERT_TRUE(suite_.StartDefinition().ok());
  const ProgramResult result = suite_.Kpictl({"get", "kpi", "nothing"});
  EXPECT_EQ(result.exit_code, kNotFound) << result.error;
  EXPECT_THAT(result.error, HasSubstr("nothing"));
}

TEST_F(CommandLine, DeletingWhatIsUsedIsAConflict) {
  ASSERT_TRUE(suite_.StartDefinition().ok());
  ASSERT_EQ(suite_.Kpictl({"apply", "-f", DefinitionFile(), "--yes"}).exit_code, 0);
  const ProgramResult result = suite_.Kpictl({"delete", "metric", kDelayMetric});
  EXPECT_EQ(result.exit_code, kConflict) << result.error;
  EXPECT_THAT(result.error, HasSubstr("on-time"));
}

TEST_F(CommandLine, BadRowsOfAnImportAreNamedAndNothingIsWritten) {
  ASSERT_TRUE(suite_.StartDefinition().ok());
  ASSERT_TRUE(suite_.StartMeasurement().ok());
  ASSERT_EQ(suite_.Kpictl({"apply", "-f", DefinitionFile(), "--yes"}).exit_code, 0);
  const std::string file = suite_.directory() + "/rows.csv";
  WriteText(file,
            "id,depot,time,delay\n"
            "a,north,2025-03-01T08:00:00Z,5\n"
            "b,north,2025-03-01T09:00:00Z,soon\n"
            "c,north,2025-02-30T09:00:00Z,5\n");
  const std::string mapping = suite_.directory() + "/rows.map.yaml";
  WriteText(mapping, absl::StrCat("timeColumn: time\nidColumn: id\ndimensions: {depot: depot}\n",
                                  "values: {", kDelayMetric, ": delay}\n"));
  const ProgramResult result = suite_.Kpictl({"import", "--map", mapping, file});
  EXPECT_EQ(result.exit_code, kValidation) << result.error;
  EXPECT_THAT(result.error, HasSubstr(file + ":3"));
  EXPECT_THAT(result.error, HasSubstr(file + ":4"));
  const auto samples = suite_.Client().ReadSamples(kDelayMetric);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_TRUE(samples->empty());
}

}  // namespace
}  // namespace kpisuite
