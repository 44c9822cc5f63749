#include "libs/cache/cache_options.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/cache/redis_tls.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxPasswordBytes = 4096;

absl::Status WrongFile(absl::string_view flag, absl::string_view file, absl::string_view what) {
  return InvalidFields(
      {{.field = absl::StrCat(flag, "-", file, "-file"), .description = std::string(what)}});
}

absl::StatusOr<std::string> ReadPassword(const std::string& path, absl::string_view flag) {
  std::ifstream file(path, std::ios::binary);
  std::string password(kMaxPasswordBytes + 1, '\0');
  file.read(password.data(), static_cast<std::streamsize>(password.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    return WrongFile(flag, "password",
                     absl::StrCat("got \"", path, "\", want a file that can be read"));
  }
  password.resize(static_cast<size_t>(file.gcount()));
  if (password.size() > kMaxPasswordBytes) {
    return WrongFile(flag, "password",
                     absl::StrCat(path, ": got more than ", kMaxPasswordBytes, " bytes"));
  }
  if (absl::EndsWith(password, "\n")) password.pop_back();
  if (absl::EndsWith(password, "\r")) password.pop_back();
  if (password.empty()) {
    return WrongFile(flag, "password", absl::StrCat(path, ": got no password"));
  }
  return password;
}

absl::Status AddPassword(const CacheOptions& options, absl::string_view flag,
                         CacheAddress& address) {
  if (address.engine == CacheAddress::Engine::kMemory) {
    return WrongFile(flag, "password", "got a file for a cache that has no password");
  }
  if (!address.password.empty()) {
    return WrongFile(flag, "password", absl::StrCat("got a file, and a password in ", flag));
  }
  ASSIGN_OR_RETURN(address.password, ReadPassword(options.password_file, flag));
  return absl::OkStatus();
}

absl::Status AddTlsFiles(const CacheOptions& options, absl::string_view flag,
                         CacheAddress& address) {
  if (!address.tls) {
    for (const auto& [file, path] :
         {std::pair("ca", &options.ca_file), std::pair("certificate", &options.certificate_file),
          std::pair("key", &options.key_file)}) {
      if (!path->empty()) return WrongFile(flag, file, "got a file for a cache without TLS");
    }
    return absl::OkStatus();
  }
  if (options.certificate_file.empty() != options.key_file.empty()) {
    const bool key_missing = options.key_file.empty();
    return WrongFile(
        flag, key_missing ? "key" : "certificate",
        absl::StrCat("got nothing, want the ", key_missing ? "key" : "certificate",
                     " that belongs to ", flag, "-", key_missing ? "certificate" : "key", "-file"));
  }
  address.ca_file = options.ca_file;
  address.certificate_file = options.certificate_file;
  address.key_file = options.key_file;
  const TlsFileError error =
      CheckTlsFiles({options.ca_file, options.certificate_file, options.key_file});
  if (!error.file.empty()) return WrongFile(flag, error.file, error.what);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CacheAddress> ReadCacheAddress(const CacheOptions& options, absl::string_view flag) {
  CacheAddress address;
  if (options.password_file.empty()) {
    ASSIGN_OR_RETURN(address, ParseCacheAddress(options.cache, flag));
  } else {
    ASSIGN_OR_RETURN(address, ParseCacheAddressWithoutPassword(options.cache, flag));
    RETURN_IF_ERROR(AddPassword(options, flag, address));
  }
  RETURN_IF_ERROR(AddTlsFiles(options, flag, address));
  return address;
}

}  // namespace kpisuite
