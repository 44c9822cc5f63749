// Any text: CSV and NDJSON files end, lines only grow, and a CSV row that is written with quotes
// reads back as the same row.

#include <cstdint>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/document/csv.h"
#include "libs/document/ndjson.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

std::string Quoted(const CsvRow& row) {
  std::string line;
  for (const std::string& field : row.fields) {
    absl::StrAppend(&line, line.empty() ? "" : ",", "\"",
                    absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
  }
  return line + "\n";
}

void CheckCsv(const std::string& text) {
  std::istringstream input(text);
  CsvReader reader(input, {.max_row_bytes = 1 << 16});
  int64_t line = 0;
  while (true) {
    const auto row = reader.Next();
    if (!row.ok()) {
      Require(reader.Next().ok() && !reader.Next()->has_value());
      return;
    }
    if (!row->has_value()) return;
    Require((*row)->line > line);
    line = (*row)->line;
    std::istringstream written(Quoted(**row));
    const auto again = CsvReader(written).Next();
    Require(again.ok() && again->has_value());
    Require((*again)->fields == (*row)->fields);
  }
}

void CheckNdjson(const std::string& text) {
  std::istringstream input(text);
  NdjsonReader reader(input);
  int64_t line = 0;
  for (size_t rows = 0; rows <= text.size() + 1; ++rows) {
    const auto row = reader.Next();
    if (!row.ok()) continue;
    if (!row->has_value()) return;
    Require((*row)->line > line);
    line = (*row)->line;
  }
  Require(false);
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  kpisuite::CheckCsv(text);
  kpisuite::CheckNdjson(text);
  return 0;
}
