#include "libs/rpc/address.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"

namespace kpisuite {

absl::StatusOr<Address> ParseAddress(absl::string_view option, absl::string_view text) {
  Address address;
  const size_t colon = text.rfind(':');
  const bool well_formed = colon != absl::string_view::npos && colon > 0 &&
                           absl::SimpleAtoi(text.substr(colon + 1), &address.port) &&
                           address.port >= 0 && address.port <= 65535;
  if (!well_formed) {
    return InvalidFields({{std::string(option),
                           absl::StrCat("got \"", text,
                                        "\", want host:port, for instance "
                                        "127.0.0.1:7101 or 0.0.0.0:0"),
                           "", 0, 0}});
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  address.host = std::string(host);
  return address;
}

}  // namespace kpisuite
