#include "libs/document/yaml_tree.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

std::string FirstError(absl::string_view text, const YamlLimits& limits = {}) {
  const YamlStream stream = ParseYaml(text, limits);
  if (stream.errors.empty()) return "";
  const YamlError& error = stream.errors.front();
  return absl::StrCat(error.position.line, ":", error.position.column, ": ", error.message);
}

TEST(ParseYaml, NodesKnowWhereTheyStand) {
  const YamlStream stream = ParseYaml("a: 1\nb:\n  - \"x y\"\n  - ä\n");
  ASSERT_TRUE(stream.errors.empty());
  ASSERT_EQ(stream.documents.size(), 1u);
  const YamlNode& root = *stream.documents[0];
  ASSERT_EQ(root.entries.size(), 2u);
  EXPECT_EQ(root.entries[1].key->position, (TextPosition{2, 1}));
  const YamlNode& quoted = *root.entries[1].value->items[0];
  EXPECT_EQ(quoted.position, (TextPosition{3, 5}));
  EXPECT_EQ(quoted.text_position, (TextPosition{3, 6}));
  EXPECT_FALSE(quoted.plain);
  EXPECT_TRUE(root.entries[1].value->items[1]->plain);
}

TEST(ParseYaml, ColumnsCountCodePointsNotBytes) {
  const YamlStream stream = ParseYaml("{ä€: 1, b: 2}");
  ASSERT_TRUE(stream.errors.empty());
  EXPECT_EQ(stream.documents[0]->entries[1].key->position, (TextPosition{1, 9}));
}

TEST(ParseYaml, FoldedAndEscapedTextsHaveNoTextPosition) {
  const YamlStream stream = ParseYaml("a: >-\n  x\n  y\nb: \"\\u0041\"\nc: plain\n");
  ASSERT_TRUE(stream.errors.empty());
  const auto& entries = stream.documents[0]->entries;
  EXPECT_EQ(entries[0].value->text, "x y");
  EXPECT_FALSE(entries[0].value->plain);
  EXPECT_EQ(entries[0].value->text_position.line, 0);
  EXPECT_EQ(entries[1].value->text_position.line, 0);
  EXPECT_EQ(entries[2].value->text_position, (TextPosition{5, 4}));
}

TEST(ParseYaml, SeveralDocumentsAndAByteOrderMarkAreRead) {
  EXPECT_EQ(ParseYaml("\xEF\xBB\xBF"
                      "a: 1\n---\n# nothing\n---\nb: 2\n")
                .documents.size(),
            3u);
  EXPECT_TRUE(ParseYaml("").documents.empty());
}

TEST(ParseYaml, AliasesShareTheirNode) {
  const YamlStream stream = ParseYaml("a: &x [1, 2]\nb: *x\n");
  ASSERT_TRUE(stream.errors.empty());
  EXPECT_EQ(stream.documents[0]->entries[1].value->items.size(), 2u);
}

TEST(ParseYaml, ASmallFileCannotExpandWithoutBound) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 12; ++i) {
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&bomb, j == 0 ? "" : ", ", "*a", i - 1);
    absl::StrAppend(&bomb, "]\n");
  }
  EXPECT_NE(FirstError(bomb).find("more than 200000 nodes"), std::string::npos);
}

TEST(ParseYaml, AnAliasCannotContainItself) {
  EXPECT_EQ(FirstError("a: &a [*a]\n"), "1:8: an alias inside the node that it names");
}

TEST(ParseYaml, DepthAndSizeAreBounded) {
  EXPECT_NE(FirstError(std::string(80, '[') + std::string(80, ']')).find("levels deep"),
            std::string::npos);
  EXPECT_NE(FirstError(std::string(100'000, '[')), "");
  EXPECT_EQ(FirstError("a: 12345", {.max_bytes = 4}), "1:1: got 8 bytes, want at most 4");
}

TEST(ParseYaml, WrongEncodingsAreNamed) {
  EXPECT_EQ(FirstError("\xFF\xFE"
                       "a"),
            "1:1: got UTF-16, want UTF-8");
  EXPECT_EQ(FirstError("a: b\nc: \xE4"), "2:4: got the byte 0xE4, want UTF-8 text");
  EXPECT_EQ(FirstError(absl::string_view("a: \0b", 5)),
            "1:4: got the control character U+0000, want text");
}

TEST(ParseYaml, ATabInTheIndentationIsNamed) {
  EXPECT_NE(FirstError("a:\n\tb: 1\n").find("tab in the indentation"), std::string::npos)
      << FirstError("a:\n\tb: 1\n");
}

TEST(ParseYaml, AStrayCommaBetweenDocumentsEndsTheParse) {
  EXPECT_EQ(FirstError(", *\n: !t holidays"), "1:1: got text that belongs to no document");
}

TEST(ParseYaml, TagsAndComplexKeysAreRefused) {
  EXPECT_NE(FirstError("a: !!int 5\n").find("want no tag"), std::string::npos);
  EXPECT_EQ(FirstError("? [a]\n: b\n"), "1:3: got a list as a key");
}

TEST(ParseYaml, DocumentsBeforeASyntaxErrorAreKept) {
  const YamlStream stream = ParseYaml("a: 1\n---\nb: [1\n");
  EXPECT_EQ(stream.documents.size(), 1u);
  EXPECT_EQ(stream.errors.size(), 1u);
}

}  // namespace
}  // namespace kpisuite
