// Reads the lines of testdata/decimal_vectors.py on standard input, repeats every operation and
// prints each result that differs. Exit status 1 if any does, or if there was nothing to read.

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/numbers.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {
namespace {

struct Vector {
  std::string operation;
  std::string left;
  std::string right;
  std::string expected;
};

std::string Refusal(const absl::Status& status) { return status.ok() ? "" : "refused"; }

std::string MantissaOf(const Vector& vector) {
  const absl::StatusOr<int64_t> mantissa =
      MantissaFromDouble(std::strtod(vector.left.c_str(), nullptr), std::stoi(vector.right));
  return mantissa.ok() ? std::to_string(*mantissa) : Refusal(mantissa.status());
}

std::string IntegerOf(const Vector& vector) {
  absl::int128 value = 0;
  const bool negative = vector.left[0] == '-';
  for (const char digit : vector.left) {
    if (digit != '-') value = value * 10 - (digit - '0');  // negative, so that the minimum fits
  }
  return Decimal::FromMantissa(negative ? value : -value, std::stoi(vector.right)).ToString();
}

// The text of the library's result.
std::string Repeat(const Vector& vector) {
  if (vector.operation == "mantissa") return MantissaOf(vector);
  if (vector.operation == "integer") return IntegerOf(vector);
  const absl::StatusOr<Decimal> left = Decimal::Parse(vector.left);
  const absl::StatusOr<Decimal> right = Decimal::Parse(vector.right);
  if (!left.ok() || !right.ok()) return "unreadable operand";
  const Number x = *left;
  const Number y = *right;
  if (vector.operation == "add") return (x + y).ToString();
  if (vector.operation == "sub") return (x - y).ToString();
  if (vector.operation == "mul") return (x * y).ToString();
  if (vector.operation == "div") return (x / y).ToString();
  if (vector.operation == "sqrt") return Sqrt(x).ToString();
  if (vector.operation == "exp") return Exp(x).ToString();
  if (vector.operation == "ln") return Ln(x).ToString();
  if (vector.operation == "pow") return Power(x, std::stoi(vector.right)).ToString();
  if (vector.operation == "round") return RoundHalfAway(x, std::stoi(vector.right)).ToString();
  return "unknown operation";
}

int CheckAll(std::istream& input) {
  int checked = 0;
  int failed = 0;
  std::string line;
  while (std::getline(input, line)) {
    std::istringstream fields(line);
    Vector vector;
    fields >> vector.operation >> vector.left >> vector.right >> vector.expected;
    const std::string actual = Repeat(vector);
    ++checked;
    if (actual == vector.expected) continue;
    ++failed;
    std::cerr << line << "\n  got " << actual << "\n";
  }
  std::cout << checked << " vectors, " << failed << " failed\n";
  return checked > 0 && failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kpisuite

int main() { return kpisuite::CheckAll(std::cin); }
