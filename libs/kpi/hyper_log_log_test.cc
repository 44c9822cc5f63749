#include "libs/kpi/hyper_log_log.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

HyperLogLog Of(int first, int end) {
  HyperLogLog sketch;
  for (int i = first; i < end; ++i) sketch.Add(absl::StrCat("customer-", i));
  return sketch;
}

std::string Bytes(const HyperLogLog& sketch) {
  WireWriter writer;
  sketch.Write(writer);
  return writer.Take();
}

TEST(HyperLogLog, IsAlmostExactForFewAndWithinFourErrorsForMany) {
  EXPECT_EQ(HyperLogLog().Estimate(), Number(Decimal()));
  for (const int count : {1, 10, 100, 1'000, 20'000, 40'000, 60'000, 80'000, 150'000}) {
    const double estimate = Of(0, count).Estimate().value().ToDouble();
    EXPECT_NEAR(estimate, count, 4 * 0.008125 * count) << count;
    if (count <= 10) {
      EXPECT_NEAR(estimate, count, 0.01);
    }
  }
}

TEST(HyperLogLog, OfOneTextHasTheSameDigitsEverywhere) {
  // One register of rank 2, by Python's decimal with prec=34.
  EXPECT_EQ(Of(0, 1).Estimate().ToString(), "1.000024167953984189411927468038148");
}

TEST(HyperLogLog, MergesToTheUnionAndReadsBack) {
  HyperLogLog merged = Of(0, 700);
  merged.Merge(Of(300, 1'000));
  EXPECT_EQ(Bytes(merged), Bytes(Of(0, 1'000)));
  const std::string bytes = Bytes(merged);
  WireReader reader(bytes);
  HyperLogLog read;
  ASSERT_TRUE(read.Read(reader).ok());
  EXPECT_TRUE(reader.ExpectEnd().ok());
  EXPECT_EQ(Bytes(read), bytes);
}

TEST(HyperLogLog, RefusesRegistersAndRanksOutOfRange) {
  const auto reads = [](uint64_t index, uint64_t rank) {
    WireWriter writer;
    writer.Unsigned(1);
    writer.Unsigned(index);
    writer.Unsigned(rank);
    const std::string bytes = writer.Take();
    WireReader reader(bytes);
    return HyperLogLog().Read(reader).ok();
  };
  EXPECT_TRUE(reads(16'383, 51));
  EXPECT_FALSE(reads(16'384, 1));
  EXPECT_FALSE(reads(0, 0));
  EXPECT_FALSE(reads(0, 52));
}

}  // namespace
}  // namespace kpisuite
