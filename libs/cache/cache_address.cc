#include "libs/cache/cache_address.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

using Engine = CacheAddress::Engine;

constexpr int kMaxDatabase = 9999;
constexpr size_t kMaxHosts = 32;
constexpr int kRedisPort = 6379;
constexpr int kSentinelPort = 26379;

// A kind of Redis and how its address is written.
struct Scheme {
  absl::string_view name;
  Engine engine;
  bool tls;
  absl::string_view form;
};
constexpr absl::string_view kHostsForm = "[[user]:password@]host[:port][,host[:port]...]";
constexpr Scheme kSchemes[] = {
    {"redis", Engine::kRedis, false, "[[user]:password@]host[:port][/database]"},
    {"rediss", Engine::kRedis, true, "[[user]:password@]host[:port][/database]"},
    {"redis-sentinel", Engine::kRedisSentinel, false, "hosts/master-name[/database]"},
    {"rediss-sentinel", Engine::kRedisSentinel, true, "hosts/master-name[/database]"},
    {"redis-cluster", Engine::kRedisCluster, false, "hosts"},
    {"rediss-cluster", Engine::kRedisCluster, true, "hosts"},
};

const Scheme* FindScheme(absl::string_view name) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.name == name) return &scheme;
  }
  return nullptr;
}

std::string SchemeNameOf(const CacheAddress& address) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.engine == address.engine && scheme.tls == address.tls) {
      return std::string(scheme.name);
    }
  }
  return "";
}

// Reads one address of Redis; errors name the flag and say how the scheme is written.
class RedisAddressReader {
 public:
  RedisAddressReader(const Scheme& scheme, absl::string_view flag) : scheme_(scheme), flag_(flag) {}

  absl::StatusOr<CacheAddress> Read(absl::string_view rest) const;

 private:
  absl::Status Wrong(absl::string_view what) const;
  absl::StatusOr<int> ReadNumber(absl::string_view text, int least, int most,
                                 absl::string_view name) const;
  absl::StatusOr<std::string> PercentDecode(absl::string_view text) const;
  absl::Status ReadCredentials(absl::string_view text, CacheAddress& address) const;
  absl::Status ReadPath(absl::string_view path, CacheAddress& address) const;
  absl::StatusOr<RedisEndpoint> ReadHost(absl::string_view text) const;

  const Scheme& scheme_;
  const absl::string_view flag_;
};

absl::Status RedisAddressReader::Wrong(absl::string_view what) const {
  const bool one_host = scheme_.engine == Engine::kRedis;
  return InvalidFields({{.field = std::string(flag_),
                         .description = absl::StrCat(
                             what, ", want ", scheme_.name, "://", scheme_.form,
                             one_host ? "" : absl::StrCat(" where hosts are ", kHostsForm))}});
}

absl::StatusOr<int> RedisAddressReader::ReadNumber(absl::string_view text, int least, int most,
                                                   absl::string_view name) const {
  int number = 0;
  const bool digits = !text.empty() && absl::c_all_of(text, absl::ascii_isdigit);
  if (digits && absl::SimpleAtoi(text, &number) && number >= least && number <= most) return number;
  return Wrong(absl::StrCat(name, ": got \"", text, "\""));
}

absl::StatusOr<std::string> RedisAddressReader::PercentDecode(absl::string_view text) const {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const absl::string_view hex = text.substr(i + 1, 2);
    if (hex.size() != 2 || !absl::ascii_isxdigit(hex[0]) || !absl::ascii_isxdigit(hex[1])) {
      return Wrong("user or password: a % is not followed by two hexadecimal digits");
    }
    decoded += absl::HexStringToBytes(hex);
    i += 2;
  }
  return decoded;
}

absl::Status RedisAddressReader::ReadCredentials(absl::string_view text,
                                                 CacheAddress& address) const {
  const size_t colon = text.find(':');
  ASSIGN_OR_RETURN(address.user, PercentDecode(text.substr(0, colon)));
  if (colon == absl::string_view::npos) {
    if (address.user.empty()) return Wrong("credentials: got nothing before the @");
    return absl::OkStatus();  // the password is in a file
  }
  ASSIGN_OR_RETURN(address.password, PercentDecode(text.substr(colon + 1)));
  if (address.password.empty()) return Wrong("credentials: got an empty password");
  return absl::OkStatus();
}

absl::Status RedisAddressReader::ReadPath(absl::string_view path, CacheAddress& address) const {
  absl::string_view database = path;
  if (scheme_.engine == Engine::kRedisSentinel) {
    const size_t slash = path.find('/');
    address.master_name = std::string(path.substr(0, slash));
    database = slash == absl::string_view::npos ? "" : path.substr(slash + 1);
    if (address.master_name.empty()) return Wrong("master-name: got nothing");
    const bool plain = absl::c_all_of(address.master_name, [](char c) {
      return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
    });
    if (!plain) return Wrong(absl::StrCat("master-name: got \"", address.master_name, "\""));
  }
  if (database.empty()) return absl::OkStatus();
  // A cluster has one database.
  const int most = scheme_.engine == Engine::kRedisCluster ? 0 : kMaxDatabase;
  ASSIGN_OR_RETURN(address.database, ReadNumber(database, 0, most, "database"));
  return absl::OkStatus();
}

absl::StatusOr<RedisEndpoint> RedisAddressReader::ReadHost(absl::string_view text) const {
  RedisEndpoint endpoint;
  endpoint.port = scheme_.engine == Engine::kRedisSentinel ? kSentinelPort : kRedisPort;
  size_t host_end = text.find(':');
  if (absl::StartsWith(text, "[")) {
    const size_t bracket = text.find(']');
    if (bracket == absl::string_view::npos) return Wrong("host: got [ without ]");
    endpoint.host = std::string(text.substr(1, bracket - 1));
    host_end = bracket + 1;
    if (host_end < text.size() && text[host_end] != ':') return Wrong("host: got text after ]");
    if (host_end == text.size()) host_end = absl::string_view::npos;
  } else {
    endpoint.host = std::string(text.substr(0, host_end));
  }
  if (endpoint.host.empty()) return Wrong("host: got nothing");
  for (const char c : endpoint.host) {
    const bool allowed = absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
    if (!allowed) return Wrong(absl::StrCat("host: got \"", endpoint.host, "\""));
  }
  if (host_end != absl::string_view::npos) {
    ASSIGN_OR_RETURN(endpoint.port, ReadNumber(text.substr(host_end + 1), 1, 65535, "port"));
  }
  return endpoint;
}

absl::StatusOr<CacheAddress> RedisAddressReader::Read(absl::string_view rest) const {
  CacheAddress address;
  address.engine = scheme_.engine;
  address.tls = scheme_.tls;
  // The last @: one inside a password would have to be %40, but a forgotten one must not turn half
  // of the password into a host that an error then prints.
  if (const size_t at = rest.rfind('@'); at != absl::string_view::npos) {
    RETURN_IF_ERROR(ReadCredentials(rest.substr(0, at), address));
    rest.remove_prefix(at + 1);
  }
  const size_t slash = rest.find('/');
  const absl::string_view hosts = rest.substr(0, slash);
  const absl::string_view path = slash == absl::string_view::npos ? "" : rest.substr(slash + 1);
  RETURN_IF_ERROR(ReadPath(path, address));
  if (scheme_.engine == Engine::kRedis) {
    ASSIGN_OR_RETURN(RedisEndpoint endpoint, ReadHost(hosts));
    address.hosts.push_back(std::move(endpoint));
    return address;
  }
  for (const absl::string_view host : absl::StrSplit(hosts, ',')) {
    ASSIGN_OR_RETURN(RedisEndpoint endpoint, ReadHost(host));
    address.hosts.push_back(std::move(endpoint));
  }
  if (address.hosts.size() > kMaxHosts) {
    return Wrong(absl::StrCat("hosts: got ", address.hosts.size(), ", more than ", kMaxHosts));
  }
  return address;
}

}  // namespace

std::string RedisEndpoint::ToString() const {
  const bool bracketed = absl::StrContains(host, ':');
  return absl::StrCat(bracketed ? "[" : "", host, bracketed ? "]" : "", ":", port);
}

std::string CacheAddress::ToString() const {
  if (engine == Engine::kMemory) return "memory";
  const std::string where =
      absl::StrCat(SchemeNameOf(*this), "://",
                   absl::StrJoin(hosts, ",", [](std::string* out, const RedisEndpoint& endpoint) {
                     absl::StrAppend(out, endpoint.ToString());
                   }));
  switch (engine) {
    case Engine::kRedisSentinel: return absl::StrCat(where, "/", master_name, "/", database);
    case Engine::kRedisCluster: return where;
    default: return absl::StrCat(where, "/", database);
  }
}

absl::StatusOr<CacheAddress> ParseCacheAddress(absl::string_view text, absl::string_view flag) {
  ASSIGN_OR_RETURN(CacheAddress address, ParseCacheAddressWithoutPassword(text, flag));
  if (!address.user.empty() && address.password.empty()) {
    return InvalidFields({{.field = std::string(flag),
                           .description = "credentials: got no colon before the password"}});
  }
  return address;
}

absl::StatusOr<CacheAddress> ParseCacheAddressWithoutPassword(absl::string_view text,
                                                              absl::string_view flag) {
  if (text == "memory") return CacheAddress{};
  const size_t colon = text.find("://");
  if (colon != absl::string_view::npos) {
    if (const Scheme* scheme = FindScheme(text.substr(0, colon)); scheme != nullptr) {
      return RedisAddressReader(*scheme, flag).Read(text.substr(colon + 3));
    }
  }
  return InvalidFields(
      {{.field = std::string(flag),
        .description =
            absl::StrCat(text.empty() ? "got nothing" : "got an unknown kind of cache",
                         ", want memory or the address of a Redis: redis://, redis-sentinel://, "
                         "redis-cluster://, or with rediss for TLS")}});
}

}  // namespace kpisuite
