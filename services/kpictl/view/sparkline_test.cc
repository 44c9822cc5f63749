#include "services/kpictl/view/sparkline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kpisuite {
namespace {

TEST(Sparkline, ScalesFromLeastToGreatest) {
  EXPECT_EQ(Sparkline({0.0, 3.5, 7.0, std::nullopt, 1.0}), "▁▅█·▂");
}

TEST(Sparkline, EqualValuesAreAMiddleLine) { EXPECT_EQ(Sparkline({2.0, 2.0}), "▄▄"); }

TEST(Sparkline, NothingAndExtremesAreHarmless) {
  EXPECT_EQ(Sparkline({}), "");
  EXPECT_EQ(Sparkline({std::nullopt}), "·");
  const double max = std::numeric_limits<double>::max();
  EXPECT_EQ(Sparkline({-max, max, HUGE_VAL, std::nan("")}), "▁█··");
}

}  // namespace
}  // namespace kpisuite
