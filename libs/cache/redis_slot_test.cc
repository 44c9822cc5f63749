#include "libs/cache/redis_slot.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(RedisSlot, IsTheOneOfTheServers) {
  // Answers of CLUSTER KEYSLOT.
  EXPECT_EQ(RedisSlotOf("123456789"), 12739);
  EXPECT_EQ(RedisSlotOf("foo"), 12182);
  EXPECT_EQ(RedisSlotOf(""), 0);
}

TEST(RedisSlot, IsOfWhatStandsInTheFirstBraces) {
  EXPECT_EQ(RedisSlotOf("{p0007}:f"), RedisSlotOf("p0007"));
  EXPECT_EQ(RedisSlotOf("{p0007}:s:a{b}"), RedisSlotOf("p0007"));
  EXPECT_EQ(RedisSlotOf("x{foo}"), 12182);
  EXPECT_NE(RedisSlotOf("{}foo"), 12182);
  EXPECT_NE(RedisSlotOf("{foo"), 12182);
}

}  // namespace
}  // namespace kpisuite
