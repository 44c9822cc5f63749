// CacheOptions: --cache and the files beside it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/cache/cache_address.h"

namespace kpisuite {

inline constexpr char kCacheHelp[] =
    "Where states are published: memory, redis://HOST:PORT[/DATABASE], "
    "redis-sentinel://HOST:PORT,.../MASTER[/DATABASE] or redis-cluster://HOST:PORT,...; with "
    "rediss instead of redis over TLS. USER:PASSWORD@ may stand before the hosts.";
inline constexpr char kCachePasswordHelp[] =
    "File with the password of the cache, instead of one in its address.";
inline constexpr char kCacheCaHelp[] =
    "PEM file of the authorities that the cache's certificate may be from (default: the system's).";
inline constexpr char kCacheCertificateHelp[] =
    "PEM file of the certificate to show to a cache that asks for one.";
inline constexpr char kCacheKeyHelp[] = "PEM file of the key of that certificate.";

// --cache and what belongs to it; empty: not given.
struct CacheOptions {
  std::string cache;
  std::string password_file;     // instead of a password in `cache`, where the user stays
  std::string ca_file;           // PEM: who may have issued the certificate of the servers
  std::string certificate_file;  // PEM: own certificate and chain, for servers that ask for one
  std::string key_file;          // PEM: its key, not encrypted
};

// The address with its files. The password is read now; one line end at the end of its file is not
// part of it. The files of TLS are tried now and read again when they change (see RedisTls).
// INVALID_ARGUMENT names `flag` or the flag of the file (`flag`-password-file, `flag`-ca-file,
// `flag`-certificate-file, `flag`-key-file): a file that cannot be used, a password of none or of
// more than 4096 bytes or in two places, a certificate without its key, files for a cache that has
// no use for them.
absl::StatusOr<CacheAddress> ReadCacheAddress(const CacheOptions& options,
                                              absl::string_view flag = "--cache");

}  // namespace kpisuite
