// RedisTls: TLS under the protocol of Redis, by OpenSSL over our own socket.
//
// At least TLS 1.2. The certificate of the server must be from a trusted authority, in force and of
// the host that was asked for: the name of the address, or the name or IP address by which a
// sentinel or a cluster calls the server. Names are sent along (SNI).
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/cache/redis_transport.h"

struct ssl_ctx_st;

namespace kpisuite {

struct TlsFiles {
  std::string ca;           // PEM; empty: the authorities that the system trusts
  std::string certificate;  // PEM, own certificate and chain; empty: none
  std::string key;          // PEM
};

// Why files of TLS cannot be used.
struct TlsFileError {
  std::string file;  // "ca", "certificate" or "key"; empty: nothing is wrong
  std::string what;  // the path and the reason
};
TlsFileError CheckTlsFiles(const TlsFiles& files);

// Thread-safe. Looks at each connect whether the files have changed, and reads them then: a renewed
// certificate needs no restart. While new ones cannot be used the old ones stay.
class RedisTls {
 public:
  explicit RedisTls(TlsFiles files) : files_(std::move(files)) {}

  // Connects and shakes hands. Cause CONNECT, TIMEOUT, or TLS with what is wrong.
  absl::StatusOr<std::unique_ptr<RedisTransport>> Connect(const RedisEndpoint& endpoint,
                                                          RedisDeadline deadline) EXCLUDES(mutex_);

 private:
  absl::StatusOr<std::shared_ptr<ssl_ctx_st>> Context() EXCLUDES(mutex_);

  const TlsFiles files_;
  Mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_ GUARDED_BY(mutex_);  // nullptr before the first connect
  std::string version_ GUARDED_BY(mutex_);                  // of the files of `context_`
};

}  // namespace kpisuite
