#include "libs/kpi/slice.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using ::testing::HasSubstr;

Slice MakeSlice(absl::string_view text) {
  absl::StatusOr<Slice> slice = Slice::Parse(text);
  EXPECT_TRUE(slice.ok()) << slice.status();
  return *slice;
}

// 3.3.1
TEST(Slice, CanonicalTextIsSortedByDimension) {
  EXPECT_EQ(MakeSlice("team=42;region=EMEA").ToString(), "region=EMEA;team=42");
  EXPECT_EQ(MakeSlice("team=42;region=EMEA"), MakeSlice("region=EMEA;team=42"));
}

TEST(Slice, EmptyTextIsTheTotal) {
  EXPECT_TRUE(MakeSlice("").is_total());
  EXPECT_EQ(Slice().ToString(), "");
}

TEST(Slice, EscapesWhatWouldBeAmbiguous) {
  const Slice slice = *Slice::Create({{"a", Member::Text("x;y=z\\w")},
                                      {"b", Member::Text("(null)")},
                                      {"c", Member::Text("Chicago (ORD)")},
                                      {"d", Member::Null()},
                                      {"e", Member::Other()}});
  EXPECT_EQ(slice.ToString(), "a=x\\;y\\=z\\\\w;b=\\(null);c=Chicago (ORD);d=(null);e=(other)");
  EXPECT_EQ(MakeSlice(slice.ToString()), slice);
  EXPECT_EQ(slice.Find("b")->text(), "(null)");
  EXPECT_EQ(slice.Find("d")->kind(), Member::Kind::kNull);
}

TEST(Slice, NeedlessEscapesAreReadAndNotKept) {
  EXPECT_EQ(MakeSlice("c=a\\(b\\)").ToString(), "c=a(b)");
}

TEST(Slice, NullOtherAndAbsentAreThreeDifferentThings) {
  EXPECT_NE(MakeSlice("a=(null)"), MakeSlice("a=(other)"));
  EXPECT_NE(MakeSlice("a=(null)"), MakeSlice(""));
  EXPECT_NE(MakeSlice("a=(null)"), MakeSlice("a=\\(null)"));
}

TEST(Slice, RefusesHostileText) {
  const std::string long_member(257, 'x');
  for (const std::string& text : {std::string("a"),
                                  std::string("a="),
                                  std::string("=b"),
                                  std::string("a=b;"),
                                  std::string(";a=b"),
                                  std::string("a=b;;c=d"),
                                  std::string("a=b;a=c"),
                                  std::string("a=b=c"),
                                  std::string("a=\\x"),
                                  std::string("a=b\\"),
                                  std::string("a=(nil)"),
                                  std::string("a=(null)x"),
                                  std::string("1a=b"),
                                  std::string("a b=c"),
                                  std::string("a=\n"),
                                  std::string("a=b\0c", 5),
                                  std::string("a=\xff\xfe"),
                                  std::string("a=\xc0\x80"),
                                  std::string("a=\xed\xa0\x80"),
                                  std::string("a=\xe2\x82"),
                                  absl::StrCat("a=", long_member),
                                  absl::StrCat(long_member, "=a"),
                                  std::string(100'000, ';')}) {
    const absl::StatusOr<Slice> slice = Slice::Parse(text);
    ASSERT_FALSE(slice.ok()) << text;
    EXPECT_EQ(slice.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(slice.status().message()), HasSubstr("got"));
    EXPECT_LT(slice.status().message().size(), 600u);
  }
}

TEST(Slice, AnyTextIsRefusedOrReadToOneCanonicalText) {
  constexpr absl::string_view kAlphabet = "ab;=\\()\xc3\xbc(null)_0";
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = round % 2 == 0 ? "a=" : "";
    for (size_t i = random() % 12; i > 0; --i) text += kAlphabet[random() % kAlphabet.size()];
    const absl::StatusOr<Slice> slice = Slice::Parse(text);
    if (!slice.ok()) continue;
    ++accepted;
    const absl::StatusOr<Slice> again = Slice::Parse(slice->ToString());
    ASSERT_TRUE(again.ok()) << text;
    ASSERT_EQ(again->ToString(), slice->ToString()) << text;
    ASSERT_EQ(again->members(), slice->members()) << text;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Slice, TakesUtf8Members) {
  EXPECT_EQ(MakeSlice("city=Zürich 東京 🛫").Find("city")->text(), "Zürich 東京 🛫");
}

TEST(Slice, RefusesMoreDimensionsThanItsLimit) {
  std::string text = "d0=x";
  for (int i = 1; i < 16; ++i) absl::StrAppend(&text, ";d", i, "=x");
  EXPECT_TRUE(Slice::Parse(text).ok());
  EXPECT_FALSE(Slice::Parse(text + ";d16=x").ok());
}

TEST(Slice, ProjectsASeriesOntoAGrouping) {
  const Slice series = MakeSlice("destination=SFO;origin=ORD");
  EXPECT_EQ(series.Project({"origin"}).ToString(), "origin=ORD");
  EXPECT_EQ(series.Project({}).ToString(), "");
  EXPECT_EQ(series.Project({"team", "origin"}).ToString(), "origin=ORD;team=(null)");
}

TEST(Slice, ContainsWhatLiesWithin) {
  const Slice series = MakeSlice("destination=SFO;origin=ORD");
  EXPECT_TRUE(MakeSlice("origin=ORD").Contains(series));
  EXPECT_TRUE(Slice().Contains(series));
  EXPECT_FALSE(MakeSlice("origin=JFK").Contains(series));
  EXPECT_FALSE(series.Contains(MakeSlice("origin=ORD")));
}

TEST(Member, EmptySourceValueIsNull) {
  EXPECT_EQ(Member::FromSource(""), Member::Null());
  EXPECT_EQ(Member::FromSource("(null)"), Member::Text("(null)"));
}

TEST(Member, ParsesItsCanonicalText) {
  EXPECT_EQ(*Member::Parse("(other)"), Member::Other());
  EXPECT_EQ(Member::Parse("a\\;b")->text(), "a;b");
  EXPECT_FALSE(Member::Parse("a;b").ok());
  EXPECT_FALSE(Member::Parse("").ok());
  EXPECT_FALSE(Member::Parse(std::string(10'000, 'x')).ok());
}

}  // namespace
}  // namespace kpisuite
