#include "libs/base/position_token.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

TEST(PositionToken, ComesBackFromItsText) {
  const PositionToken token{.definition_position = 42,
                            .parts = {{3, {1700000000, 17}}, {15, {1700000001, 1}}}};
  const auto parsed = PositionToken::Parse(token.ToText());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, token);
  EXPECT_EQ(*PositionToken::Parse(PositionToken{}.ToText()), PositionToken{});
}

TEST(PositionToken, RefusesWhatIsNotAToken) {
  for (const char* plain : {"", "1", "2;0;", "1;-1;", "1;0;3:1", "1;0;3:1:x", "1;0;-3:1:1",
                            "1;0;3:1:1,3:1:2", "1;0;3:1:-1", "1;x;"}) {
    EXPECT_FALSE(PositionToken::Parse(absl::WebSafeBase64Escape(plain)).ok()) << plain;
  }
  EXPECT_FALSE(PositionToken::Parse("not base64!").ok());
}

TEST(PositionToken, MergeKeepsTheLaterPositionOfEachPart) {
  PositionToken token{.definition_position = 5, .parts = {{1, {10, 7}}, {2, {10, 9}}}};
  token.Merge({.definition_position = 4, .parts = {{1, {11, 1}}, {2, {10, 8}}, {3, {10, 1}}}});
  const PositionToken expected{.definition_position = 5,
                               .parts = {{1, {11, 1}}, {2, {10, 9}}, {3, {10, 1}}}};
  EXPECT_EQ(token, expected);
}

}  // namespace
}  // namespace kpisuite
