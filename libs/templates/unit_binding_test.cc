#include "libs/templates/unit_binding.h"

#include "gtest/gtest.h"
#include "libs/templates/template_text.h"

namespace kpisuite {
namespace {

Unit U(absl::string_view text) { return Unit::Parse(text).value(); }

TEST(UnitBinding, AVariableIsTheSameEverywhere) {
  UnitBinding units;
  EXPECT_TRUE(units.Bind("cur", U("EUR")).ok());
  EXPECT_TRUE(units.Bind("cur", U("EUR")).ok());
  EXPECT_EQ(units.Bind("cur", U("USD")).message(),
            "got \"USD\", want the unit EUR, as the other metrics of this template have");
  EXPECT_TRUE(units.Bind("item", U("kg")).ok());
  EXPECT_EQ(units.Apply("cur/item^2").value(), "EUR/kg^2");
  EXPECT_EQ(units.Apply("kWh/item").value(), "kWh/kg");
  EXPECT_EQ(units.Apply("item/kg").value(), "count");
  EXPECT_EQ(units.Apply("%").value(), "%");
}

TEST(UnitBinding, VariablesHaveTheirKind) {
  UnitBinding units;
  EXPECT_FALSE(units.Bind("cur", U("kg")).ok());
  EXPECT_FALSE(units.Bind("cur", U("EUR/h")).ok());
  EXPECT_FALSE(units.Bind("time", U("EUR")).ok());
  EXPECT_TRUE(units.Bind("time", U("min")).ok());
  EXPECT_TRUE(units.Bind("item", U("count")).ok());
  EXPECT_EQ(units.Apply("item/h").value(), "1/h");
}

TEST(UnitBinding, OtherUnitsAreTheMetricsOwn) {
  UnitBinding units;
  EXPECT_TRUE(units.Bind("h", U("h")).ok());
  EXPECT_TRUE(units.Bind("count", U("points")).ok());
  EXPECT_EQ(units.Bind("h", U("min")).message(), "got \"min\", want the unit h");
}

TEST(TemplateText, FillsParametersAndUnits) {
  UnitBinding units;
  ASSERT_TRUE(units.Bind("item", U("mm")).ok());
  EXPECT_EQ(FillText("($usl[item] - m) / 3[d/y]", {{"usl", "9.5"}}, units).value(),
            "(9.5[mm] - m) / 3[d/y]");
  EXPECT_FALSE(FillText("$lsl", {}, units).ok());
  EXPECT_FALSE(FillText("2[item", {}, units).ok());
}

}  // namespace
}  // namespace kpisuite
