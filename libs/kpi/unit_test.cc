#include "libs/kpi/unit.h"

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Unit U(absl::string_view text) { return Unit::Parse(text).value(); }

TEST(Unit, CanonicalTextSortsSymbolsPositiveExponentsFirst) {
  EXPECT_EQ(U("min").ToString(), "min");
  EXPECT_EQ(U("EUR/h").ToString(), "EUR/h");
  EXPECT_EQ(U("km^2").ToString(), "km^2");
  EXPECT_EQ(U("m*kg/s^2").ToString(), "kg*m/s^2");
  EXPECT_EQ(U("EUR/h*km").ToString(), "EUR*km/h");
  EXPECT_EQ(U("1/h").ToString(), "1/h");
  EXPECT_EQ(U("h^-1").ToString(), "1/h");
  EXPECT_EQ(U("h/h").ToString(), "");
  EXPECT_EQ(U("1").ToString(), "");
  EXPECT_EQ(U("\u00b0C").ToString(), "\u00b0C");
}

TEST(Unit, DimensionlessAliasesAreEqualButPercentIsRemembered) {
  for (const char* alias : {"", "%", "pp", "points", "ppm", "count", "x", "score", "per 1000",
                            "per 100 FTE", "per 10^6 h"}) {
    EXPECT_TRUE(U(alias).IsDimensionless()) << alias;
    EXPECT_EQ(U(alias), Unit()) << alias;
    EXPECT_EQ(U(alias).alias(), alias);
  }
  EXPECT_TRUE(U("%").IsPercent());
  EXPECT_FALSE(U("ppm").IsPercent());
  EXPECT_EQ(U("count/h"), U("1/h"));
  EXPECT_EQ(U("x/y"), U("1/y"));
}

TEST(Unit, RefusesMalformedText) {
  for (const char* text : {" ", "EUR / h", "/h", "EUR/", "km^", "km^0", "km^-", "km^100", "2", "1h",
                           "11", "EUR//h", "(EUR)", "EUR h", "-h", "per 1000/h"}) {
    EXPECT_EQ(Unit::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(Unit::Parse(std::string(65, 'a')).ok());
  EXPECT_EQ(Unit::Parse("EUR h").status().message(),
            "unit, offset 3: got \"EUR h\", want '*', '/' or '^'");
}

TEST(Unit, MultipliesDividesAndTakesRoots) {
  EXPECT_EQ(U("EUR").Over(U("h")).value(), U("EUR/h"));
  EXPECT_EQ(U("EUR/h").Times(U("h")).value(), U("EUR"));
  EXPECT_EQ(U("m/s").ToThe(-2).value(), U("s^2/m^2"));
  EXPECT_EQ(U("m^2").SquareRoot().value(), U("m"));
  EXPECT_FALSE(U("m").SquareRoot().ok());
  EXPECT_FALSE(U("m").ToThe(100).ok());
  EXPECT_FALSE(U("m^99").Times(U("m")).ok());
}

TEST(Unit, KnowsRatesAndCurrencies) {
  EXPECT_TRUE(U("EUR/h").IsRate());
  EXPECT_FALSE(U("EUR").IsRate());
  EXPECT_TRUE(U("EUR/h").HasCurrency());
  EXPECT_FALSE(U("min").HasCurrency());
  EXPECT_TRUE(IsCurrencyCode("USD"));
  EXPECT_FALSE(IsCurrencyCode("ABC"));
}

}  // namespace
}  // namespace kpisuite
