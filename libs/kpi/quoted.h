#pragma once

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// Text of unknown origin as it may stand in an error message: in quotes, printable ASCII, and at
// most about 64 characters of it.
inline std::string Quoted(absl::string_view text) {
  constexpr size_t kMaxShown = 64;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kMaxShown)),
                      text.size() > kMaxShown ? "..." : "", "\"");
}

}  // namespace kpisuite
