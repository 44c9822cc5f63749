#include "libs/definitions/list_filter.h"

#include <gtest/gtest.h>

#include <map>

#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kPaths[] = {"name", "owner", "labels.*"};

bool Matches(const std::string& text, const std::multimap<std::string, std::string>& fields) {
  const auto filter = ListFilter::Parse(text, kPaths);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.ok() && filter->Matches([&fields](const std::string& path) {
    std::vector<std::string> values;
    for (auto [it, end] = fields.equal_range(path); it != end; ++it) values.push_back(it->second);
    return values;
  });
}

FieldViolation ErrorOf(const std::string& text) {
  const auto filter = ListFilter::Parse(text, kPaths);
  EXPECT_FALSE(filter.ok()) << text;
  const auto violations = GetErrorDetails(filter.status()).violations;
  return violations.empty() ? FieldViolation() : violations[0];
}

TEST(ListFilter, MatchesEverythingWhenEmpty) {
  EXPECT_TRUE(Matches("", {}));
  EXPECT_TRUE(Matches("  ", {}));
}

TEST(ListFilter, ComparesTexts) {
  EXPECT_TRUE(Matches("owner = a@b.c", {{"owner", "a@b.c"}}));
  EXPECT_FALSE(Matches("owner=a", {{"owner", "ab"}}));
  EXPECT_TRUE(Matches("owner:a", {{"owner", "ab"}}));
  EXPECT_TRUE(Matches("owner != a", {{"owner", "ab"}}));
  EXPECT_TRUE(Matches("owner != a", {})) << "a field that is not set is the empty text";
  EXPECT_TRUE(Matches("owner = \"\"", {}));
}

TEST(ListFilter, NeedsAllTerms) {
  const std::multimap<std::string, std::string> fields = {{"name", "x"}, {"labels.team", "ops 1"}};
  EXPECT_TRUE(Matches("name = x AND labels.team = \"ops 1\"", fields));
  EXPECT_FALSE(Matches("name = x AND labels.team = ops", fields));
}

TEST(ListFilter, LooksAtAllValues) {
  const std::multimap<std::string, std::string> fields = {{"name", "x"}, {"name", "y"}};
  EXPECT_TRUE(Matches("name = y", fields));
  EXPECT_FALSE(Matches("name != y", fields));
}

TEST(ListFilter, ReadsEscapes) {
  EXPECT_TRUE(Matches(R"(name = "a \"b\" \\c")", {{"name", R"(a "b" \c)"}}));
}

TEST(ListFilter, SaysWhereItIsWrong) {
  EXPECT_EQ(ErrorOf("colour = x").column, 1);
  EXPECT_EQ(ErrorOf("colour = x").reason, "UNDECLARED_IDENTIFIER");
  EXPECT_EQ(ErrorOf("name = x owner = y").column, 10);
  EXPECT_EQ(ErrorOf("name = x AND").column, 13);
  EXPECT_EQ(ErrorOf("name > x").column, 6);
  EXPECT_EQ(ErrorOf("name = \"x").column, 8);
  EXPECT_EQ(ErrorOf("name =").column, 7);
  EXPECT_EQ(ErrorOf("labels. = x").reason, "UNDECLARED_IDENTIFIER");
}

TEST(ListFilter, HasLimits) {
  EXPECT_EQ(ErrorOf(std::string(ListFilter::kMaxBytes + 1, ' ')).reason, "LIMIT");
  std::string text = "name = x";
  for (size_t i = 0; i < ListFilter::kMaxTerms; ++i) text += " AND name = x";
  EXPECT_EQ(ErrorOf(text).reason, "LIMIT");
}

}  // namespace
}  // namespace kpisuite
