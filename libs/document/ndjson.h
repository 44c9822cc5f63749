// Reads newline-delimited JSON: one object on each line, row by row, in constant memory.
//
// An object becomes a flat row: {"a": {"b": 1.50}} is the column `a.b` with the text `1.50`.
// Numbers keep their digits (1.50, 1e3); true and false are texts; null is an absent column; arrays
// are left out. Empty lines are skipped.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace kpisuite {

struct NdjsonRow {
  int64_t line = 0;  // from 1
  std::map<std::string, std::string> fields;
};

// Not thread-safe. Never trusts its input.
class NdjsonReader {
 public:
  static constexpr size_t kMaxLineBytes = 1 << 20;
  static constexpr int kMaxDepth = 32;

  // `input` outlives the reader.
  explicit NdjsonReader(std::istream& input) : input_(input) {}

  // The next row; nullopt after the last. INVALID_ARGUMENT (INVALID_FIELD, with line and column)
  // for a line that is no JSON object, repeats a key, is nested too deeply or is too long; reading
  // goes on with the next line. DATA_LOSS when the input fails.
  absl::StatusOr<std::optional<NdjsonRow>> Next();

 private:
  std::istream& input_;
  int64_t line_ = 0;
};

}  // namespace kpisuite
