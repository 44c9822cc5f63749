#include "libs/base/plain_text.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(PlainText, AcceptsTextOfEveryLength) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(IsPlainText("ORD 7"));
  EXPECT_TRUE(IsPlainText("Zürich, 東京, 🛫"));
}

TEST(PlainText, RefusesControlCharacters) {
  EXPECT_FALSE(IsPlainText("a\nb"));
  EXPECT_FALSE(IsPlainText(absl::string_view("a\0b", 3)));
  EXPECT_FALSE(IsPlainText("\x7f"));
}

TEST(PlainText, RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(IsPlainText("\xff"));
  EXPECT_FALSE(IsPlainText("\x80"));
  EXPECT_FALSE(IsPlainText("\xc0\xaf"));          // overlong
  EXPECT_FALSE(IsPlainText("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(IsPlainText("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(IsPlainText("\xe6\x9d"));          // cut off
}

}  // namespace
}  // namespace kpisuite
