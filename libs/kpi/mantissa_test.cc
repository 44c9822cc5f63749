#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

TEST(Mantissa, ReadsTextExactlyAtTheScale) {
  EXPECT_EQ(MantissaFromText("2.675", 4).value(), 26750);
  EXPECT_EQ(MantissaFromText("-0.0001", 4).value(), -1);
  EXPECT_EQ(MantissaFromText("15", 0).value(), 15);
  EXPECT_EQ(MantissaFromText("1e3", 2).value(), 100000);
  EXPECT_EQ(MantissaFromText("-9223372036854775808", 0).value(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(MantissaFromText("9.223372036854775807", 9).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MantissaFromText("0e6000", 4).value(), 0);
}

TEST(Mantissa, RefusesTextWithMorePlacesThanTheScale) {
  EXPECT_EQ(MantissaFromText("1.23456", 4).status().message(),
            "got 1.23456, want at most 4 decimal places");
  EXPECT_FALSE(MantissaFromText("0.5", 0).ok());
  EXPECT_FALSE(MantissaFromText("1e-6000", 9).ok());
}

TEST(Mantissa, RefusesValuesBeyond64Bits) {
  EXPECT_EQ(MantissaFromText("922337203685477.5808", 4).status().message(),
            "got 922337203685477.5808, want a value between -922337203685477.5808 and "
            "922337203685477.5807");
  EXPECT_FALSE(MantissaFromText("1e6000", 0).ok());
  EXPECT_FALSE(MantissaFromDouble(1e19, 0).ok());
  EXPECT_FALSE(MantissaFromDouble(1e300, 9).ok());
  EXPECT_EQ(MantissaFromDouble(-9223372036854775808.0, 0).ok(), false);
}

TEST(Mantissa, ReadsDoublesAsShortestTextThenRoundsHalfEven) {
  EXPECT_EQ(MantissaFromDouble(2.675, 2).value(), 268);  // the binary double lies below 2.675
  EXPECT_EQ(MantissaFromDouble(2.665, 2).value(), 266);
  EXPECT_EQ(MantissaFromDouble(-2.675, 2).value(), -268);
  EXPECT_EQ(MantissaFromDouble(0.5, 0).value(), 0);
  EXPECT_EQ(MantissaFromDouble(1.5, 0).value(), 2);
  EXPECT_EQ(MantissaFromDouble(0.1, 9).value(), 100000000);
  EXPECT_EQ(MantissaFromDouble(1.005, 2).value(), 100);
  EXPECT_EQ(MantissaFromDouble(123456789012.345, 2).value(), 12345678901234);
  EXPECT_EQ(MantissaFromDouble(1e-300, 9).value(), 0);
  EXPECT_EQ(MantissaFromDouble(-0.0, 4).value(), 0);
}

TEST(Mantissa, RefusesDoublesThatAreNotNumbers) {
  EXPECT_FALSE(MantissaFromDouble(std::nan(""), 4).ok());
  EXPECT_FALSE(MantissaFromDouble(std::numeric_limits<double>::infinity(), 4).ok());
  EXPECT_FALSE(MantissaFromDouble(-std::numeric_limits<double>::infinity(), 4).ok());
}

TEST(Mantissa, TextIsCanonical) {
  EXPECT_EQ(MantissaToText(26750, 4), "2.675");
  EXPECT_EQ(MantissaToText(0, 9), "0");
  EXPECT_EQ(MantissaToText(-5, 1), "-0.5");
  EXPECT_EQ(MantissaToText(1200, 0), "1200");
}

}  // namespace
}  // namespace kpisuite
