#include "services/evaluation/call_origin.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(CallOrigin, PartitionsTravelAsText) {
  EXPECT_EQ(PartsToText({}), "");
  EXPECT_EQ(PartsToText({0}), "1");
  EXPECT_EQ(PartsToText({3, 4, 6}), "85");
  for (const PartSet& parts : {PartSet{}, PartSet{0}, PartSet{7, 8, 9}, PartSet{1, 1023}}) {
    EXPECT_EQ(PartsFromText(PartsToText(parts)), parts);
  }
}

TEST(CallOrigin, TextThatNamesNoPartitionsIsNone) {
  EXPECT_EQ(PartsFromText("1x"), std::nullopt);
  EXPECT_EQ(PartsFromText("A"), std::nullopt);
  EXPECT_EQ(PartsFromText(std::string(kMaxPartsText + 1, '1')), std::nullopt);
  EXPECT_EQ(PartsFromText("00"), PartSet());
}

}  // namespace
}  // namespace kpisuite
