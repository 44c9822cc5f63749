// The built-in catalogue: complete and sound.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/definitions/validate.h"
#include "libs/kpi/formula.h"
#include "libs/templates/template_library.h"
#include "libs/templates/template_text.h"
#include "libs/templates/templates_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAreArray;

// The ids of testdata/ids.txt.
std::vector<std::string> AllIds() {
  std::ifstream in(absl::StrCat(KPISUITE_TEMPLATES_DIR, "/testdata/ids.txt"));
  EXPECT_TRUE(in);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

class Catalogue : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<TemplateLibrary> library = TemplateLibrary::BuiltIn();
    ASSERT_TRUE(library.ok()) << library.status();
    library_ = *std::move(library);
  }

  TemplateLibrary library_;
};

TEST_F(Catalogue, HasEveryRow) {
  std::vector<std::string> ids;
  for (const auto& [id, made] : library_.templates()) ids.push_back(id);
  EXPECT_THAT(ids, ElementsAreArray(AllIds()));
}

TEST_F(Catalogue, EveryTemplateMakesASoundKpi) {
  for (const auto& [id, made] : library_.templates()) {
    std::vector<v1::Definition> set = MetricsFor(made);
    const absl::StatusOr<v1::Definition> kpi =
        Instantiate(made, RequestFor(made), WorkspaceWith(set));
    ASSERT_TRUE(kpi.ok()) << id << ": " << kpi.status();
    set.push_back(*kpi);
    const ValidationResult result = ValidateSet(Catalog(), {"w", set, {}, "", nullptr}, {});
    for (const FieldViolation& violation : result.violations) {
      ADD_FAILURE() << id << " " << violation.field << ": " << violation.description;
    }
  }
}

TEST_F(Catalogue, GuardrailsArePairs) {
  for (const auto& [id, made] : library_.templates()) {
    for (const std::string& other : made.guardrails()) {
      const auto& back = library_.Find(other)->guardrails();
      const bool mutual = std::find_if(back.begin(), back.end(), [&](const std::string& name) {
                            return name == id || name == made.variant_of();
                          }) != back.end();
      EXPECT_TRUE(mutual) << id << " has the guardrail " << other << ", which does not have it";
    }
  }
}

TEST_F(Catalogue, ComponentsMakeUpTheirKpi) {
  int trees = 0;
  for (const auto& [id, made] : library_.templates()) {
    if (made.components().empty()) continue;
    ++trees;
    std::vector<FormulaInput> inputs;
    std::vector<Value> values;
    for (const auto& [alias, input] : made.definition().kpi().inputs()) {
      inputs.push_back({alias, Unit()});
      values.push_back(
          Decimal::FromMantissa(static_cast<int64_t>(inputs.size() * inputs.size() + 2), 0));
    }
    const bool sum = made.combination() == v1::TEMPLATE_COMBINATION_SUM;
    std::string combined = sum ? "0" : "1";
    for (const v1::TemplateComponent& component : made.components()) {
      absl::StrAppend(&combined, sum ? " + (" : " * (", component.formula(), ")");
    }
    // `days` has a unit; what is compared here are numbers.
    const auto number = [&](std::string text) {
      text = absl::StrReplaceAll(text, {{"days", "30"}});
      const auto formula = Formula::Create(text, inputs, Unit());
      EXPECT_TRUE(formula.ok()) << id << ": " << formula.status();
      return formula->Evaluate(values, {}).decimal();
    };
    const std::string whole = made.definition().kpi().formula();
    EXPECT_EQ(number(absl::StrCat("round(", combined, ", 20)")),
              number(absl::StrCat("round(", whole, ", 20)")))
        << id;
  }
  EXPECT_GE(trees, 6);
}

}  // namespace
}  // namespace kpisuite
