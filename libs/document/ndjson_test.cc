#include "libs/document/ndjson.h"

#include <gtest/gtest.h>

#include <sstream>

#include "libs/base/error.h"

namespace kpisuite {
namespace {

using Fields = std::map<std::string, std::string>;

TEST(NdjsonReader, FlattensObjectsAndKeepsDigits) {
  std::istringstream input(
      "{\"t\":\"x\",\"v\":1.50,\"n\":-3,\"big\":123456789012345678901,\"ok\":true,\"no\":null}\n\n"
      "{\"a\":{\"b\":{\"c\":1e3}},\"tags\":[1,{\"x\":2}],\"z\":\"\\u00e4\"}");
  NdjsonReader reader(input);
  const auto first = reader.Next();
  ASSERT_TRUE(first.ok() && first->has_value()) << first.status();
  EXPECT_EQ((*first)->line, 1);
  EXPECT_EQ((*first)->fields, (Fields{{"t", "x"},
                                      {"v", "1.50"},
                                      {"n", "-3"},
                                      {"big", "123456789012345678901"},
                                      {"ok", "true"}}));
  const auto second = reader.Next();
  ASSERT_TRUE(second.ok() && second->has_value());
  EXPECT_EQ((*second)->line, 3);
  EXPECT_EQ((*second)->fields, (Fields{{"a.b.c", "1e3"}, {"z", "ä"}}));
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST(NdjsonReader, BadLinesAreErrorsAndReadingGoesOn) {
  const std::string deep(100, '[');
  std::istringstream input("{\"a\":\n[1]\n7\nnull\n{\"a\":1,\"a\":2}\n{\"d\":" + deep +
                           "\n{\"a\":NaN}\n{\"fine\":1}\n");
  NdjsonReader reader(input);
  for (int line = 1; line <= 7; ++line) {
    const auto row = reader.Next();
    ASSERT_FALSE(row.ok()) << line;
    EXPECT_EQ(GetErrorDetails(row.status()).violations.at(0).line, line);
  }
  const auto last = reader.Next();
  ASSERT_TRUE(last.ok() && last->has_value());
  EXPECT_EQ((*last)->line, 8);
}

TEST(NdjsonReader, LongLinesAreRefused) {
  std::istringstream input("{\"a\":\"" + std::string(NdjsonReader::kMaxLineBytes, 'x') +
                           "\"}\n{\"b\":1}\n");
  NdjsonReader reader(input);
  EXPECT_FALSE(reader.Next().ok());
  EXPECT_TRUE(reader.Next()->has_value());
}

}  // namespace
}  // namespace kpisuite
