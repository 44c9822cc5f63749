#include "libs/document/csv.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

// Rows as "line:field|field", then the error, if any, as "!line:description".
std::vector<std::string> Read(const std::string& text, CsvOptions options = {}) {
  std::istringstream input(text);
  CsvReader reader(input, options);
  std::vector<std::string> rows;
  while (true) {
    const auto row = reader.Next();
    if (!row.ok()) {
      const FieldViolation violation = GetErrorDetails(row.status()).violations.at(0);
      rows.push_back(absl::StrCat("!", violation.line, ":", violation.description));
      return rows;
    }
    if (!row->has_value()) return rows;
    rows.push_back(absl::StrCat((*row)->line, ":", absl::StrJoin((*row)->fields, "|")));
  }
}

using Rows = std::vector<std::string>;

TEST(CsvReader, ReadsFieldsAndLineEnds) {
  EXPECT_EQ(Read("a,b\r\n1,2\n,\n3,4"), (Rows{"1:a|b", "2:1|2", "3:|", "4:3|4"}));
  EXPECT_EQ(Read("\xEF\xBB\xBF"
                 "a;b\n",
                 {.delimiter = ';'}),
            (Rows{"1:a|b"}));
  EXPECT_EQ(Read(""), Rows{});
}

TEST(CsvReader, QuotedFieldsHoldEverything) {
  EXPECT_EQ(Read("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",x\ny,z\n"),
            (Rows{"1:a,b|say \"hi\"", "2:two\nlines|x", "4:y|z"}));
}

TEST(CsvReader, EmptyLinesAreSkippedAndEmptyTextsAreNot) {
  EXPECT_EQ(Read("a\n\n\r\n\"\"\nb\n"), (Rows{"1:a", "4:", "5:b"}));
}

TEST(CsvReader, BadQuotesAreErrorsWithTheirLine) {
  EXPECT_EQ(Read("a\nb\"c\n").back(),
            "!2:got a quote inside an unquoted field, want the field in quotes");
  EXPECT_EQ(Read("\"a\"b\n").back(),
            "!1:got text behind a closing quote, want a delimiter or the end of the line");
  EXPECT_EQ(Read("x\n\"a\nb").back(),
            "!3:got the end of the file inside quotes, want a closing quote");
}

TEST(CsvReader, LongRowsAndOtherEncodingsAreErrors) {
  EXPECT_EQ(Read("a,b\n1234567890123\n", {.max_row_bytes = 10}).back(), "!2:the row is too long");
  EXPECT_EQ(Read("a\n\xE4\n").back(), "!2:got bytes that are not UTF-8");
}

TEST(CsvReader, RowsAcrossBuffersAreWhole) {
  const std::string field(100'000, 'x');
  EXPECT_EQ(Read(absl::StrCat(field, ",y\n")), (Rows{absl::StrCat("1:", field, "|y")}));
}

}  // namespace
}  // namespace kpisuite
