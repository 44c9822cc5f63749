// Numbers as the contract writes them.
#include <iostream>
#include <limits>

#include "kpisuite/client/client.h"
#include "kpisuite/client/decimal.h"

namespace {

int failures = 0;

void Check(bool fits, const char* what) {
  if (fits) return;
  ++failures;
  std::cerr << "does not hold: " << what << "\n";
}

}  // namespace

#define CHECK_THAT(condition) Check(condition, #condition)

int main() {
  using namespace kpisuite::client;
  const std::string longest = "1234567890.123456789012345678901234";
  CHECK_THAT(*CanonicalDecimal("1E+3") == "1000");
  CHECK_THAT(*CanonicalDecimal("-0.500") == "-0.5");
  CHECK_THAT(*CanonicalDecimal("-0.00") == "0");
  CHECK_THAT(*CanonicalDecimal(longest) == longest);
  CHECK_THAT(!CanonicalDecimal(longest + "5").ok());
  CHECK_THAT(!CanonicalDecimal("").ok() && !CanonicalDecimal(".").ok());
  CHECK_THAT(!CanonicalDecimal("1e").ok() && !CanonicalDecimal("0x1").ok());
  CHECK_THAT(*DecimalMantissa("12.5", 2) == 1250);
  CHECK_THAT(*DecimalMantissa("-9223372036.854775808", 9) == std::numeric_limits<int64_t>::min());
  CHECK_THAT(!DecimalMantissa("9223372036.854775808", 9).ok());
  CHECK_THAT(!DecimalMantissa("0.001", 2).ok());
  CHECK_THAT(MantissaDecimal(1250, 2) == "12.5");
  CHECK_THAT(MantissaDecimal(std::numeric_limits<int64_t>::min(), 0) == "-9223372036854775808");

  ClientOptions options;
  options.target = "localhost:1";
  options.plaintext = true;
  options.token = [] { return "secret"; };
  CHECK_THAT(!Client::Create(options).ok());
  options.plaintext = false;
  CHECK_THAT(Client::Create(options).ok());
  return failures == 0 ? 0 : 1;
}
