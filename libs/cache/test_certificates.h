// TestAuthority: certificates for tests of TLS.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace kpisuite {

struct TestCertificate {
  std::string certificate_file;  // PEM
  std::string key_file;          // PEM
};

// An authority of its own with its files in a directory of its own, removed when it is destroyed.
class TestAuthority {
 public:
  TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;
  ~TestAuthority();

  // PEM of its own certificate.
  const std::string& ca_file() const { return root_.certificate_file; }

  // A certificate for `names`, for instance "IP:127.0.0.1,DNS:localhost", from an hour ago to
  // `seconds` from now, for servers and clients.
  TestCertificate Issue(const std::string& names, long seconds = 3600);

 private:
  TestCertificate Write(X509* certificate, EVP_PKEY* key);

  const std::string directory_;
  int files_ = 0;
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  const std::unique_ptr<X509, void (*)(X509*)> certificate_;
  TestCertificate root_;
};

}  // namespace kpisuite
