#include "libs/document/utf8.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(Utf8, WellFormedTextIsAccepted) {
  EXPECT_EQ(FindInvalidUtf8("plain, ä, €, 😀"), std::nullopt);
  EXPECT_EQ(CountCodePoints("aä€😀"), 4u);
}

TEST(Utf8, TheFirstBadByteIsFound) {
  EXPECT_EQ(FindInvalidUtf8("ab\xFF"), 2u);
  EXPECT_EQ(FindInvalidUtf8("\xC3"), 0u);
  EXPECT_EQ(FindInvalidUtf8("\xC0\xAF"), 0u) << "overlong";
  EXPECT_EQ(FindInvalidUtf8("x\xED\xA0\x80"), 1u) << "surrogate";
  EXPECT_EQ(FindInvalidUtf8("\xF4\x90\x80\x80"), 0u) << "beyond U+10FFFF";
}

}  // namespace
}  // namespace kpisuite
