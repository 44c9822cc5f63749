#include "libs/document/suggestion.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

const std::vector<std::string> kNames = {"onTarget", "warning", "exceeded", "timeZone"};

TEST(ClosestMatch, CaseAndUnderscoresDoNotCount) {
  EXPECT_EQ(ClosestMatch("on_target", kNames), "onTarget");
  EXPECT_EQ(ClosestMatch("TIMEZONE", kNames), "timeZone");
}

TEST(ClosestMatch, TypingMistakesAreForgiven) {
  EXPECT_EQ(ClosestMatch("waring", kNames), "warning");
  EXPECT_EQ(ClosestMatch("exceedde", kNames), "exceeded");
}

TEST(ClosestMatch, FarWordsHaveNoMatch) {
  EXPECT_EQ(ClosestMatch("colour", kNames), "");
  EXPECT_EQ(ClosestMatch("", kNames), "");
  EXPECT_EQ(DidYouMean("colour", kNames), "");
}

TEST(DidYouMean, NamesTheMatch) {
  EXPECT_EQ(DidYouMean("warnin", kNames), ", did you mean \"warning\"?");
}

}  // namespace
}  // namespace kpisuite
