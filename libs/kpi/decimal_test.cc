#include "libs/kpi/decimal.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return Decimal::Parse(text).value(); }

std::string Canonical(absl::string_view text) { return D(text).ToString(); }

TEST(Decimal, CanonicalTextIsPlainWithoutTrailingZerosOrNegativeZero) {
  EXPECT_EQ(Canonical("0"), "0");
  EXPECT_EQ(Canonical("-0.000"), "0");
  EXPECT_EQ(Canonical("+007.2500"), "7.25");
  EXPECT_EQ(Canonical("-0.10"), "-0.1");
  EXPECT_EQ(Canonical("1e3"), "1000");
  EXPECT_EQ(Canonical("12.5E-3"), "0.0125");
  EXPECT_EQ(Canonical("100"), "100");
  EXPECT_EQ(Decimal().ToString(), "0");
}

TEST(Decimal, ParsesTheWholeRangeAndNothingBeyond) {
  EXPECT_EQ(Canonical("1e6144"), "1" + std::string(6144, '0'));
  EXPECT_EQ(Canonical("1e-6176"), "0." + std::string(6175, '0') + "1");
  EXPECT_FALSE(Decimal::Parse("1e6145").ok());
  EXPECT_FALSE(Decimal::Parse("1e-6177").ok());
  EXPECT_EQ(Canonical("9999999999999999999999999999999999"), "9999999999999999999999999999999999");
  EXPECT_FALSE(Decimal::Parse("99999999999999999999999999999999991").ok());
  EXPECT_EQ(Canonical("99999999999999999999999999999999990"),
            "99999999999999999999999999999999990");
}

TEST(Decimal, RefusesTextThatIsNotADecimalNumber) {
  for (const char* text :
       {"",     "+",  "-",   ".",  ".5", "5.",  "1.2.3", "nan",     "NaN", "inf", "Infinity",
        "0x10", "1e", "1e+", " 1", "1 ", "1,5", "--1",   "1e99999", "80%", "\xff"}) {
    EXPECT_EQ(Decimal::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(Decimal::Parse("1,5").status().message(), "got \"1,5\", want a decimal number");
}

TEST(Decimal, ReadsPercentTextAsTheExactFraction) {
  EXPECT_EQ(Decimal::ParseWithPercent("80%").value(), D("0.80"));
  EXPECT_EQ(Decimal::ParseWithPercent("-2.5%").value(), D("-0.025"));
  EXPECT_EQ(Decimal::ParseWithPercent("0.8").value(), D("0.8"));
  EXPECT_FALSE(Decimal::ParseWithPercent("80%%").ok());
  EXPECT_FALSE(Decimal::ParseWithPercent("%").ok());
}

TEST(Decimal, ConvertsMantissasExactlyAndRoundsAbove34DigitsHalfEven) {
  EXPECT_EQ(Decimal::FromMantissa(12345, 4).ToString(), "1.2345");
  EXPECT_EQ(Decimal::FromMantissa(-1, 9).ToString(), "-0.000000001");
  const absl::int128 e34 = absl::MakeInt128(0x1ED09BEAD87C0, 0x378D8E6400000000);  // 10^34
  EXPECT_EQ(Decimal::FromMantissa(e34 - 1, 0).ToString(), std::string(34, '9'));
  EXPECT_EQ(Decimal::FromMantissa(e34 + 15, 0).ToString(), "1" + std::string(32, '0') + "20");
  EXPECT_EQ(Decimal::FromMantissa(e34 + 25, 0).ToString(), "1" + std::string(32, '0') + "20");
  EXPECT_EQ(Decimal::FromMantissa(e34 * 10 - 1, 0).ToString(), "1" + std::string(35, '0'));
  EXPECT_EQ(Decimal::FromMantissa(absl::Int128Min(), 0).ToString(),
            "-170141183460469231731687303715884100000");
}

TEST(Decimal, ComparesAndHashesByValue) {
  EXPECT_EQ(D("1.50"), D("1.5"));
  EXPECT_LT(D("-2"), D("1e-6000"));
  EXPECT_GT(D("1e6000"), D("9.99e5999"));
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {D("0"), D("-0"), D("1.50"), D("1.5"), D("15e-1"), D("1e6144"), D("-1.5"), D("1e-6176")}));
  EXPECT_TRUE(D("1.000").IsInteger());
  EXPECT_FALSE(D("1.5").IsInteger());
  EXPECT_TRUE(D("1e30").IsInteger());
}

TEST(Decimal, DisplayRoundsHalfAwayFromZeroAndKeepsPlaces) {
  EXPECT_EQ(D("2.675").ToDisplayString(2), "2.68");
  EXPECT_EQ(D("-2.675").ToDisplayString(2), "-2.68");
  EXPECT_EQ(D("0.5").ToDisplayString(0), "1");
  EXPECT_EQ(D("-0.4").ToDisplayString(0), "0");
  EXPECT_EQ(D("3").ToDisplayString(2), "3.00");
  EXPECT_EQ(D("99.995").ToDisplayString(2), "100.00");
}

TEST(Decimal, ConvertsToTheNearestDouble) {
  EXPECT_EQ(D("0.1").ToDouble(), 0.1);
  EXPECT_EQ(D("2.675").ToDouble(), 2.675);
  EXPECT_EQ(D("-1e-6176").ToDouble(), 0.0);
  EXPECT_EQ(D("1e6000").ToDouble(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Decimal::FromDouble(2.675).value().ToString(), "2.675");
  EXPECT_EQ(Decimal::FromDouble(1e22).value().ToString(), "10000000000000000000000");
  EXPECT_FALSE(Decimal::FromDouble(std::numeric_limits<double>::quiet_NaN()).ok());
}

TEST(Number, DividesWith34DigitsHalfEven) {
  EXPECT_EQ((Number(D("1")) / D("3")).ToString(), "0." + std::string(34, '3'));
  EXPECT_EQ((Number(D("2")) / D("3")).ToString(), "0." + std::string(33, '6') + "7");
  EXPECT_EQ((D("0.1") + D("0.2")).ToString(), "0.3");
}

TEST(Number, NeverYieldsInfinityOrNan) {
  EXPECT_EQ(D("1") / D("0"), Number(NdReason::kDivisionByZero));
  EXPECT_EQ(D("0") / D("0"), Number(NdReason::kDivisionByZero));
  EXPECT_EQ(D("9e6144") * D("10"), Number(NdReason::kDomain));
  EXPECT_EQ(Sqrt(D("-1")), Number(NdReason::kDomain));
  EXPECT_EQ(Ln(D("0")), Number(NdReason::kDomain));
  EXPECT_EQ(Ln(D("-1")), Number(NdReason::kDomain));
  EXPECT_EQ(Exp(D("20000")), Number(NdReason::kDomain));
  EXPECT_EQ(Exp(D("-20000")), Number(D("0")));
  EXPECT_EQ(D("1e-6176") / D("10"), Number(D("0")));
}

TEST(Number, TheLeftmostReasonWins) {
  const Number empty = NdReason::kEmpty;
  const Number pending = NdReason::kPending;
  EXPECT_EQ(empty + pending, empty);
  EXPECT_EQ(pending / empty, pending);
  EXPECT_EQ(D("1") * pending, pending);
  EXPECT_EQ(Max(empty, D("1")), empty);
  EXPECT_EQ(Number(D("1")) / empty, empty);
}

TEST(Number, PowersFollowTheLanguageRules) {
  EXPECT_EQ(Power(D("0"), 0), Number(NdReason::kDomain));
  EXPECT_EQ(Power(D("0"), -1), Number(NdReason::kDomain));
  EXPECT_EQ(Power(D("0"), 3), Number(D("0")));
  EXPECT_EQ(Power(D("7.5"), 0), Number(D("1")));
  EXPECT_EQ(Power(D("-2"), 3), Number(D("-8")));
  EXPECT_EQ(Power(D("2"), -2), Number(D("0.25")));
  EXPECT_EQ(Power(D("10"), 7000), Number(NdReason::kDomain));
  EXPECT_EQ(Power(D("10"), -7000), Number(D("0")));
}

TEST(Number, RoundsHalfAwayFromZeroAtAnyPlace) {
  EXPECT_EQ(RoundHalfAway(D("2.5"), 0), Number(D("3")));
  EXPECT_EQ(RoundHalfAway(D("-2.5"), 0), Number(D("-3")));
  EXPECT_EQ(RoundHalfAway(D("1250"), -2), Number(D("1300")));
  EXPECT_EQ(RoundHalfAway(D("1249"), -2), Number(D("1200")));
  EXPECT_EQ(RoundHalfAway(D("49"), -2), Number(D("0")));
  EXPECT_EQ(RoundHalfAway(D("1.2345"), 9), Number(D("1.2345")));
  EXPECT_EQ(RoundHalfAway(D("9.5e6144"), -6144), Number(NdReason::kDomain));
  EXPECT_EQ(RoundHalfAway(D("1"), std::numeric_limits<int>::min() + 1), Number(D("0")));
  EXPECT_EQ(Floor(D("-1.5")), Number(D("-2")));
  EXPECT_EQ(Ceil(D("-1.5")), Number(D("-1")));
  EXPECT_EQ(Ceil(D("1.0001")), Number(D("2")));
}

TEST(NdReason, NamesReadBackAsTheReason) {
  for (int i = 1; i <= static_cast<int>(NdReason::kNotKept); ++i) {
    const auto reason = static_cast<NdReason>(i);
    EXPECT_EQ(NdReasonFromName(NdReasonName(reason)), reason);
  }
  EXPECT_EQ(NdReasonFromName("NOPE"), std::nullopt);
}

}  // namespace
}  // namespace kpisuite
