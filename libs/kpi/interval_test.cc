#include "libs/kpi/interval.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/student_t.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

std::string Rounded(const Number& number, int places) {
  return number.defined() ? number.value().ToDisplayString(places) : number.ToString();
}
std::string Ends(const Interval& interval, int places = 4) {
  return absl::StrCat(Rounded(interval.lo, places), " ", Rounded(interval.hi, places));
}

// 3.21, worked examples
TEST(WilsonInterval, OfTheWorkedExamples) {
  EXPECT_EQ(Ends(WilsonInterval(D("8"), D("10"))), "0.4902 0.9433");
  const Interval none = WilsonInterval(D("0"), D("10"));
  EXPECT_EQ(Ends(none), "0.0000 0.2775");
  EXPECT_EQ(none.lo.ToString(), "0");
  EXPECT_EQ(WilsonInterval(D("10"), D("10")).hi.ToString(), "1");
  EXPECT_EQ(Ends(WilsonInterval(D("10"), D("10"))), "0.7225 1.0000");
}

TEST(WilsonInterval, SaysWhyThereIsNone) {
  EXPECT_EQ(WilsonInterval(D("0"), D("0")).lo.ToString(), "ND(EMPTY)");
  EXPECT_EQ(WilsonInterval(D("11"), D("10")).lo.ToString(), "ND(DOMAIN)");
  EXPECT_EQ(WilsonInterval(D("0.5"), D("10")).lo.ToString(), "ND(DOMAIN)");
  EXPECT_EQ(WilsonInterval(D("-1"), D("10")).lo.ToString(), "ND(DOMAIN)");
  EXPECT_EQ(WilsonInterval(NdReason::kNotReady, D("10")).lo.ToString(), "ND(NOT_READY)");
}

// 3.21, worked examples
TEST(NpsInterval, OfTheWorkedExample) {
  const Interval interval = NpsInterval(D("100"), D("40"), D("200"));
  EXPECT_EQ(interval.estimate.ToString(), "30");
  EXPECT_EQ(Rounded(interval.standard_error, 3), "5.523");
  EXPECT_EQ(Ends(interval, 2), "19.18 40.82");
}

TEST(NpsInterval, EndsAtTheEndsOfTheScale) {
  const Interval interval = NpsInterval(D("9"), D("0"), D("10"));
  EXPECT_EQ(interval.hi.ToString(), "100");
  EXPECT_EQ(Rounded(interval.half_width, 2), "18.59");
  EXPECT_EQ(Ends(NpsInterval(D("3"), D("0"), D("3")), 0), "100 100");
  EXPECT_EQ(NpsInterval(D("7"), D("4"), D("10")).lo.ToString(), "ND(DOMAIN)");
}

// 3.21
TEST(MeanInterval, UsesStudentsT) {
  // 1, 2, 3, 4, 5: mean 3, variance 2.5, t(4) = 2.776445.
  const Interval interval = MeanInterval(D("3"), D("2.5"), D("5"));
  EXPECT_EQ(Ends(interval), "1.0368 4.9632");
  EXPECT_EQ(Rounded(interval.standard_error, 4), "0.7071");
  EXPECT_EQ(MeanInterval(D("3"), NdReason::kEmpty, D("1")).hi.ToString(), "ND(NOT_APPLICABLE)");
  EXPECT_EQ(MeanInterval(NdReason::kEmpty, NdReason::kEmpty, D("0")).hi.ToString(), "ND(EMPTY)");
}

TEST(StudentT95, EqualsThePrintedTables) {
  EXPECT_EQ(StudentT95(1).ToString(), "12.7062047362");
  EXPECT_EQ(StudentT95(2).ToString(), "4.30265272975");
  EXPECT_EQ(StudentT95(10).ToString(), "2.22813885199");
  EXPECT_EQ(StudentT95(1'000'000'000'000).ToDisplayString(9), NormalZ95().ToDisplayString(9));
}

TEST(IsLowCount, AsksForAnIntervalWithinTheTolerance) {
  const Interval interval = WilsonInterval(D("8"), D("10"));
  EXPECT_TRUE(IsLowCount(interval, D("0.2")));
  EXPECT_FALSE(IsLowCount(interval, D("0.25")));
  EXPECT_TRUE(IsLowCount(MeanInterval(D("3"), NdReason::kEmpty, D("1")), D("100")));
  EXPECT_FALSE(IsLowCount(WilsonInterval(D("0"), D("0")), D("0.1")));
}

}  // namespace
}  // namespace kpisuite
