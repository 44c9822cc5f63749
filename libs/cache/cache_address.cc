#include "libs/cache/cache_address.h"

#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kForm =
    "want memory or redis://[[user]:password@]host[:port][/database]";
constexpr int kMaxDatabase = 9999;
constexpr size_t kMaxPasswordBytes = 4096;

absl::Status Wrong(absl::string_view flag, absl::string_view what) {
  return InvalidFields(
      {{.field = std::string(flag), .description = absl::StrCat(what, ", ", kForm)}});
}

bool IsDigits(absl::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return true;
}

absl::StatusOr<int> ParseNumber(absl::string_view text, int least, int most, absl::string_view flag,
                                absl::string_view name) {
  int number = 0;
  if (IsDigits(text) && absl::SimpleAtoi(text, &number) && number >= least && number <= most) {
    return number;
  }
  return Wrong(flag, absl::StrCat(name, ": got \"", text, "\""));
}

absl::StatusOr<std::string> PercentDecode(absl::string_view text, absl::string_view flag) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const absl::string_view hex = text.substr(i + 1, 2);
    if (hex.size() != 2 || !absl::ascii_isxdigit(hex[0]) || !absl::ascii_isxdigit(hex[1])) {
      return Wrong(flag, "user or password: a % is not followed by two hexadecimal digits");
    }
    decoded += absl::HexStringToBytes(hex);
    i += 2;
  }
  return decoded;
}

absl::Status ParseCredentials(absl::string_view text, absl::string_view flag,
                              CacheAddress& address) {
  const size_t colon = text.find(':');
  ASSIGN_OR_RETURN(address.user, PercentDecode(text.substr(0, colon), flag));
  if (colon == absl::string_view::npos) {
    if (address.user.empty()) return Wrong(flag, "credentials: got nothing before the @");
    return absl::OkStatus();  // the password is in a file
  }
  ASSIGN_OR_RETURN(address.password, PercentDecode(text.substr(colon + 1), flag));
  if (address.password.empty()) return Wrong(flag, "credentials: got an empty password");
  return absl::OkStatus();
}

absl::Status ParseHostAndPort(absl::string_view text, absl::string_view flag,
                              CacheAddress& address) {
  size_t host_end = text.find(':');
  if (absl::StartsWith(text, "[")) {
    const size_t bracket = text.find(']');
    if (bracket == absl::string_view::npos) return Wrong(flag, "host: got [ without ]");
    address.host = std::string(text.substr(1, bracket - 1));
    host_end = bracket + 1;
    if (host_end < text.size() && text[host_end] != ':') return Wrong(flag, "got text after ]");
    if (host_end == text.size()) host_end = absl::string_view::npos;
  } else {
    address.host = std::string(text.substr(0, host_end));
  }
  if (address.host.empty()) return Wrong(flag, "host: got nothing");
  for (const char c : address.host) {
    const bool allowed = absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
    if (!allowed) return Wrong(flag, absl::StrCat("host: got \"", address.host, "\""));
  }
  if (host_end == absl::string_view::npos) return absl::OkStatus();
  ASSIGN_OR_RETURN(address.port, ParseNumber(text.substr(host_end + 1), 1, 65535, flag, "port"));
  return absl::OkStatus();
}

absl::StatusOr<CacheAddress> ParseRedis(absl::string_view rest, absl::string_view flag) {
  CacheAddress address;
  address.engine = CacheAddress::Engine::kRedis;
  // The last @: one inside a password would have to be %40, but a forgotten one must not turn half
  // of the password into a host that an error then prints.
  if (const size_t at = rest.rfind('@'); at != absl::string_view::npos) {
    RETURN_IF_ERROR(ParseCredentials(rest.substr(0, at), flag, address));
    rest.remove_prefix(at + 1);
  }
  if (const size_t slash = rest.find('/'); slash != absl::string_view::npos) {
    const absl::string_view database = rest.substr(slash + 1);
    if (!database.empty()) {
      ASSIGN_OR_RETURN(address.database, ParseNumber(database, 0, kMaxDatabase, flag, "database"));
    }
    rest = rest.substr(0, slash);
  }
  RETURN_IF_ERROR(ParseHostAndPort(rest, flag, address));
  return address;
}

absl::StatusOr<CacheAddress> ParseText(absl::string_view text, absl::string_view flag) {
  if (text == "memory") return CacheAddress{};
  const size_t colon = text.find("://");
  const absl::string_view scheme = text.substr(0, colon);
  if (colon != absl::string_view::npos) {
    if (scheme == "redis") return ParseRedis(text.substr(colon + 3), flag);
    if (scheme == "rediss" || scheme == "redis-cluster" || scheme == "redis-sentinel") {
      return MakeError(absl::StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
                       absl::StrCat(flag, ": ", scheme, " is not supported yet, ", kForm),
                       {{"flag", std::string(flag)}, {"scheme", std::string(scheme)}});
    }
  }
  return Wrong(flag, "got an unknown kind of cache");
}

absl::Status WrongFile(absl::string_view flag, absl::string_view what) {
  return InvalidFields(
      {{.field = absl::StrCat(flag, "-password-file"), .description = std::string(what)}});
}

absl::StatusOr<std::string> ReadPassword(const std::string& path, absl::string_view flag) {
  std::ifstream file(path, std::ios::binary);
  std::string password(kMaxPasswordBytes + 1, '\0');
  file.read(password.data(), static_cast<std::streamsize>(password.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    return WrongFile(flag, absl::StrCat("got \"", path, "\", want a file that can be read"));
  }
  password.resize(static_cast<size_t>(file.gcount()));
  if (password.size() > kMaxPasswordBytes) {
    return WrongFile(flag, absl::StrCat(path, ": got more than ", kMaxPasswordBytes, " bytes"));
  }
  if (absl::EndsWith(password, "\n")) password.pop_back();
  if (absl::EndsWith(password, "\r")) password.pop_back();
  if (password.empty()) return WrongFile(flag, absl::StrCat(path, ": got no password"));
  return password;
}

}  // namespace

std::string CacheAddress::ToString() const {
  if (engine == Engine::kMemory) return "memory";
  const bool bracketed = absl::StrContains(host, ':');
  return absl::StrCat("redis://", bracketed ? "[" : "", host, bracketed ? "]" : "", ":", port, "/",
                      database);
}

absl::StatusOr<CacheAddress> ParseCacheAddress(absl::string_view text, absl::string_view flag) {
  ASSIGN_OR_RETURN(CacheAddress address, ParseText(text, flag));
  if (!address.user.empty() && address.password.empty()) {
    return Wrong(flag, "credentials: got no colon before the password");
  }
  return address;
}

absl::StatusOr<CacheAddress> ReadCacheAddress(absl::string_view text,
                                              const std::string& password_file,
                                              absl::string_view flag) {
  if (password_file.empty()) return ParseCacheAddress(text, flag);
  ASSIGN_OR_RETURN(CacheAddress address, ParseText(text, flag));
  if (address.engine != CacheAddress::Engine::kRedis) {
    return WrongFile(flag, "got a file for a cache that has no password");
  }
  if (!address.password.empty()) {
    return WrongFile(flag, absl::StrCat("got a file, and a password in ", flag));
  }
  ASSIGN_OR_RETURN(address.password, ReadPassword(password_file, flag));
  return address;
}

}  // namespace kpisuite
