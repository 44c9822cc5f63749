#include "libs/postgres/password_file.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  constexpr size_t kMaxBytes = 4096;
  const auto refuse = [&path](absl::string_view what) {
    return InvalidFields(
        {{"--store-password-file",
          absl::StrCat("got ", path, ", which ", what, ", want a password"), "", 0, 0}});
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse("cannot be read");
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return refuse("cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return refuse("is longer than 4096 bytes");
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  if (text.empty()) return refuse("is empty");
  return text;
}

}  // namespace kpisuite
