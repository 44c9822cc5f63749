// CacheAddress: the value of --cache.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// Where a server listens.
struct RedisEndpoint {
  std::string host;  // a name or an IP address, without brackets
  int port = 6379;

  std::string ToString() const;  // "host:port", "[::1]:port"
  friend auto operator<=>(const RedisEndpoint&, const RedisEndpoint&) = default;
};

struct CacheAddress {
  enum class Engine { kMemory, kRedis, kRedisSentinel, kRedisCluster };
  Engine engine = Engine::kMemory;
  // Of the server; of the sentinels; of some nodes of the cluster. Not empty but for kMemory.
  std::vector<RedisEndpoint> hosts;
  std::string user;      // empty: the default user
  std::string password;  // empty: no authentication
  int database = 0;
  std::string master_name;  // what the sentinels call the servers that they watch

  bool tls = false;
  std::string ca_file;           // PEM; empty: the authorities that the system trusts
  std::string certificate_file;  // PEM, own certificate and chain; empty: none
  std::string key_file;          // PEM, its key; given with certificate_file

  // Without user and password, for logs.
  std::string ToString() const;
};

// One of
//
//   memory
//   redis://[[user]:password@]host[:port][/database]
//   redis-sentinel://[[user]:password@]host[:port][,host[:port]...]/master-name[/database]
//   redis-cluster://[[user]:password@]host[:port][,host[:port]...]
//
// with "rediss" instead of "redis" for TLS on every connection. Ports default to 6379, those of
// sentinels to 26379; at most 32 hosts. User and password are percent-decoded; an IPv6 host stands
// in brackets. INVALID_ARGUMENT names `flag` and what is wrong (never the password).
absl::StatusOr<CacheAddress> ParseCacheAddress(absl::string_view text,
                                               absl::string_view flag = "--cache");

// The same, but a user may be without a password, which is then elsewhere.
absl::StatusOr<CacheAddress> ParseCacheAddressWithoutPassword(absl::string_view text,
                                                              absl::string_view flag);

}  // namespace kpisuite
