#include "libs/kpi/allocation.h"

#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Section 4 of SEMANTICS.
TEST(Allocation, WorkedExamples) {
  EXPECT_THAT(Allocate(100'000, {21, 20, 22}), ElementsAre(33'333, 31'746, 34'921));
  EXPECT_THAT(Allocate(10'000, {1, 1, 1}), ElementsAre(3333, 3333, 3334));
}

TEST(Allocation, NegativeTotalIsTheMirrorImage) {
  EXPECT_THAT(Allocate(-10'000, {1, 1, 1}), ElementsAre(-3333, -3333, -3334));
}

TEST(Allocation, TiesGoToTheLater) {
  EXPECT_THAT(Allocate(2, {1, 1, 1, 1}), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Allocate(1, {1, 0, 1, 0}), ElementsAre(0, 0, 1, 0));
}

TEST(Allocation, NothingToSpreadOver) {
  EXPECT_THAT(Allocate(5, {}), IsEmpty());
  EXPECT_THAT(Allocate(5, {0, 0}), IsEmpty());
}

TEST(Allocation, SumIsExactAtTheLimits) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Allocate(kMin, {kMax}), ElementsAre(kMin));
  EXPECT_THAT(Allocate(kMax, {kMax, kMax}), ElementsAre(kMax / 2, kMax / 2 + 1));
}

TEST(Allocation, SumIsExactForRandomWeights) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int64_t> weights(1 + random() % 12);
    for (int64_t& weight : weights) weight = static_cast<int64_t>(random() % 1000);
    const int64_t total = static_cast<int64_t>(random() % 2'000'000) - 1'000'000;
    const std::vector<int64_t> parts = Allocate(total, weights);
    if (parts.empty()) continue;
    ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), int64_t{0}), total);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (weights[i] == 0) {
        ASSERT_EQ(parts[i], 0);
      }
    }
  }
}

}  // namespace
}  // namespace kpisuite
