// CacheAddress: the value of --cache.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

struct CacheAddress {
  enum class Engine { kMemory, kRedis };
  Engine engine = Engine::kMemory;
  // Redis only.
  std::string host;
  int port = 6379;
  std::string user;      // empty: the default user
  std::string password;  // empty: no authentication
  int database = 0;

  // Without user and password, for logs.
  std::string ToString() const;
};

// "memory" or "redis://[[user]:password@]host[:port][/database]". User and password are
// percent-decoded; an IPv6 host stands in brackets. INVALID_ARGUMENT names `flag` and what is wrong
// (never the password); UNIMPLEMENTED NOT_IMPLEMENTED for rediss, redis-cluster, redis-sentinel.
absl::StatusOr<CacheAddress> ParseCacheAddress(absl::string_view text,
                                               absl::string_view flag = "--cache");

// The same with the password in a file, as a mounted secret is one: the text is then
// "redis://[user@]host[:port][/database]". One line end at the end of the file is not part of the
// password. An empty `password_file` is ParseCacheAddress. INVALID_ARGUMENT names `flag` or
// `flag`-password-file: a file that cannot be read, is empty or longer than 4096 bytes; a password
// in both; a cache that has none.
absl::StatusOr<CacheAddress> ReadCacheAddress(absl::string_view text,
                                              const std::string& password_file,
                                              absl::string_view flag = "--cache");

}  // namespace kpisuite
