#include "libs/cache/test_certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr long kHourAgo = -3600;

std::string NewDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "kpi-certificates-XXXXXX").string();
  return mkdtemp(path.data()) == nullptr ? std::string() : path;
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Not signed yet.
X509* NewCertificate(EVP_PKEY* key, const std::string& subject, long serial, long seconds) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), kHourAgo);
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  return certificate;
}

X509* NewRoot(EVP_PKEY* key) {
  X509* root = NewCertificate(key, "test authority", 1, 3600);
  X509_set_issuer_name(root, X509_get_subject_name(root));
  AddExtension(root, root, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(root, root, NID_key_usage, "critical,keyCertSign");
  AddExtension(root, root, NID_subject_key_identifier, "hash");
  X509_sign(root, key, EVP_sha256());
  return root;
}

}  // namespace

TestAuthority::TestAuthority()
    : directory_(NewDirectory()),
      key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      certificate_(NewRoot(key_.get()), X509_free),
      root_(Write(certificate_.get(), key_.get())) {}

TestAuthority::~TestAuthority() {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

TestCertificate TestAuthority::Issue(const std::string& names, long seconds) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      NewCertificate(key.get(), "test", 2 + files_, seconds), X509_free);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  return Write(certificate.get(), key.get());
}

TestCertificate TestAuthority::Write(X509* certificate, EVP_PKEY* key) {
  const std::string path = absl::StrCat(directory_, "/", ++files_);
  TestCertificate written = {absl::StrCat(path, ".crt"), absl::StrCat(path, ".key")};
  FILE* file = fopen(written.certificate_file.c_str(), "w");
  PEM_write_X509(file, certificate);
  fclose(file);
  file = fopen(written.key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(file);
  return written;
}

}  // namespace kpisuite
