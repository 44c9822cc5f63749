#include "libs/base/page_token.h"

#include <gtest/gtest.h>

#include "libs/base/error.h"

namespace kpisuite {
namespace {

TEST(PageToken, GivesItsCursorBackToTheSameRequest) {
  const std::string cursor("kpis/margin\0x", 13);
  const std::string token = MakePageToken("parent=a", cursor);
  EXPECT_EQ(ReadPageToken("parent=a", token).value(), cursor);
}

TEST(PageToken, IsTheFirstPageWhenEmpty) { EXPECT_EQ(ReadPageToken("parent=a", "").value(), ""); }

TEST(PageToken, HoldsNoCharactersThatUrlsEscape) {
  const std::string token = MakePageToken("r", std::string(64, '\xff'));
  EXPECT_EQ(token.find_first_of("+/=%"), std::string::npos) << token;
}

TEST(PageToken, IsRefusedByAnotherRequest) {
  const auto read = ReadPageToken("parent=b", MakePageToken("parent=a", "x"));
  ASSERT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(read.status()).reason, "PAGE_TOKEN_INVALID");
}

TEST(PageToken, IsRefusedWhenDamaged) {
  std::string token = MakePageToken("parent=a", "cursor");
  token[2] = token[2] == 'A' ? 'B' : 'A';
  for (const std::string& damaged :
       {token, std::string("!!!"), std::string("AQ"), std::string(kMaxPageTokenBytes + 1, 'A')}) {
    EXPECT_EQ(GetErrorDetails(ReadPageToken("parent=a", damaged).status()).reason,
              "PAGE_TOKEN_INVALID")
        << damaged;
  }
}

}  // namespace
}  // namespace kpisuite
