#include "libs/templates/template_library.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using ::testing::HasSubstr;

constexpr char kSound[] = R"yaml(category: test
perspective: OPERATIONAL
templates:
- id: t.yield
  displayName: Yield
  writtenFormula: good/all
  note: count once
  parameters: {floor: {means: least, defaultValue: 3}}
  metrics:
    pieces: {means: pieces, unit: item}
  kpi:
    inputs:
      good: {metric: pieces, aggregation: SUM, where: value >= $floor}
      pieces: {aggregation: SUM}
    formula: good / pieces
    unit: "%"
    direction: HIGHER
    windows: ["TRAILING(2,DAY,INCLUDE_CURRENT)", WEEK]
)yaml";

absl::StatusOr<TemplateLibrary> Read(const std::string& text) {
  const TemplateText file = {"test.yaml", text};
  return TemplateLibrary::Create({file});
}

// Violations of kSound with `from` replaced by `to`.
std::string ErrorsWith(const std::string& from, const std::string& to) {
  const std::string text = absl::StrReplaceAll(kSound, {{from, to}});
  EXPECT_NE(text, kSound);
  std::string all;
  for (const FieldViolation& item : GetErrorDetails(Read(text).status()).violations) {
    absl::StrAppend(&all, item.field, ": ", item.description, " [", item.reason, "]\n");
  }
  return all;
}

TEST(TemplateLibrary, FillsInWhatAFileLeavesOut) {
  const absl::StatusOr<TemplateLibrary> library = Read(kSound);
  ASSERT_TRUE(library.ok()) << library.status();
  const v1::Template& made = *library->Find("t.yield");
  EXPECT_EQ(made.category(), "test");
  EXPECT_EQ(made.inputs().at("pieces"), "pieces");
  const v1::Kpi& kpi = made.definition().kpi();
  EXPECT_EQ(kpi.inputs().at("pieces").metric(), "pieces");
  EXPECT_EQ(kpi.perspective(), v1::PERSPECTIVE_OPERATIONAL);
  EXPECT_EQ(kpi.review().every(), v1::GRAIN_WEEK);
  EXPECT_EQ(library->Find("t.other"), nullptr);
}

TEST(TemplateLibrary, NamesFileLineAndColumnOfAnUnknownKey) {
  EXPECT_THAT(ErrorsWith("  note:", "  noet:"), HasSubstr("test.yaml:7:3: templates[0].noet"));
}

TEST(TemplateLibrary, RefusesWhatDoesNotFit) {
  EXPECT_THAT(ErrorsWith("id: t.yield", "id: Yield"), HasSubstr("Yield.id: got"));
  EXPECT_THAT(ErrorsWith("writtenFormula: good/all", "note: x"), HasSubstr("note"));
  EXPECT_THAT(ErrorsWith("good / pieces", "good / others"), HasSubstr("UNDECLARED_IDENTIFIER"));
  EXPECT_THAT(ErrorsWith("good / pieces", "pieces"), HasSubstr("kpi.inputs.good: got an unused"));
  EXPECT_THAT(ErrorsWith("good / pieces", "good /"), HasSubstr("t.yield.kpi.formula: "));
  EXPECT_THAT(ErrorsWith("metric: pieces", "metric: parts"), HasSubstr("UNKNOWN_REFERENCE"));
  EXPECT_THAT(ErrorsWith("$floor", "$limit"), HasSubstr("t.yield.parameters: got \"limit\""));
  EXPECT_THAT(ErrorsWith("unit: item", "unit: item/h"), HasSubstr("a variable alone"));
  EXPECT_THAT(ErrorsWith("unit: \"%\"", "unit: cur"), HasSubstr("the unit of a metric"));
  EXPECT_THAT(ErrorsWith("  note: count once", "  guardrails: [t.none]"),
              HasSubstr("t.yield: got \"t.none\", want another template"));
  EXPECT_THAT(ErrorsWith("  note: count once", "  combination: SUM"), HasSubstr("combination"));
  EXPECT_THAT(ErrorsWith("category: test\n", ""), HasSubstr("without category"));
}

TEST(TemplateLibrary, RefusesAnIdThatIsThereTwice) {
  const TemplateText file = {"test.yaml", kSound};
  const auto library = TemplateLibrary::Create({file, file});
  EXPECT_THAT(library.status().message(), HasSubstr("each template once"));
}

}  // namespace
}  // namespace kpisuite
