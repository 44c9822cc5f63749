#include "libs/cache/redis_tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SslContext = std::shared_ptr<SSL_CTX>;
using SslSession = std::unique_ptr<SSL, void (*)(SSL*)>;

// The oldest error of this thread's queue, which it empties. Has no secrets.
std::string TakeSslError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return strerror(ERR_GET_REASON(code));
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

absl::Status TlsFailed(absl::string_view what) {
  LogWarning("redis TLS failed", {{"error", what}});
  return CacheUnavailable("TLS", absl::StrCat("no TLS connection to the cache: ", what));
}

// A BIO of our own because the one of OpenSSL writes with write(), which raises SIGPIPE.
int SocketOf(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

int WriteToSocket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = send(SocketOf(bio), data, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int ReadFromSocket(BIO* bio, char* buffer, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t received = recv(SocketOf(bio), buffer, static_cast<size_t>(size), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long ControlSocket(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO* NewSocketBio(int socket) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "redis socket");
    BIO_meth_set_write(made, WriteToSocket);
    BIO_meth_set_read(made, ReadFromSocket);
    BIO_meth_set_ctrl(made, ControlSocket);
    return made;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

// Loads the files into `context`.
TlsFileError LoadFiles(const TlsFiles& files, SSL_CTX* context) {
  ERR_clear_error();
  const auto wrong = [](const char* file, const std::string& path) {
    return TlsFileError{file, absl::StrCat("got \"", path, "\": ", TakeSslError())};
  };
  if (files.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, files.ca.c_str()) != 1) {
    return wrong("ca", files.ca);
  }
  if (files.certificate.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return wrong("certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return wrong("key", files.key);
  }
  return {};
}

SslContext NewContext() {
  SslContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // A pipeline goes in pieces, and from wherever it lies by then.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  // An encrypted key is an error and not a question on the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  return context;
}

// Changes when one of the files does. Mounted secrets are exchanged by a link: another inode.
std::string VersionOf(const TlsFiles& files) {
  std::string version;
  for (const std::string* path : {&files.ca, &files.certificate, &files.key}) {
    struct stat found {};
    if (path->empty() || stat(path->c_str(), &found) != 0) found = {};
    absl::StrAppend(&version, found.st_dev, ":", found.st_ino, ":", found.st_size, ":",
                    found.st_mtim.tv_sec, ".", found.st_mtim.tv_nsec, "/");
  }
  return version;
}

bool IsIpAddress(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address) == 1;
}

class TlsTransport final : public RedisTransport {
 public:
  TlsTransport(Socket socket, SslSession session)
      : socket_(std::move(socket)), session_(std::move(session)) {}

  absl::Status Handshake(RedisDeadline deadline) {
    while (true) {
      ERR_clear_error();
      const int result = SSL_connect(session_.get());
      if (result == 1) return absl::OkStatus();
      const int error = SSL_get_error(session_.get(), result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return Failed(error);
      const short events = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
      const absl::Status ready =
          WaitForAny({{.fd = socket_.get(), .events = events, .revents = 0}}, deadline);
      if (CacheCauseOf(ready) != "TIMEOUT") {
        RETURN_IF_ERROR(ready);
        continue;
      }
      // A Redis without TLS waits for the rest of what it takes for a command.
      return CacheUnavailable("TIMEOUT", "the cache did not finish the handshake of TLS in time");
    }
  }

  absl::StatusOr<size_t> Send(absl::string_view bytes) override {
    ERR_clear_error();
    size_t sent = 0;
    const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent);
    if (result == 1) return sent;
    const int error = SSL_get_error(session_.get(), result);
    if (error != SSL_ERROR_SYSCALL) return Nothing(error, send_awaits_);
    // A server that refuses us says why before it hangs up: Receive comes next and reads it.
    send_error_ = Failed(error);
    return size_t{0};
  }

  absl::StatusOr<size_t> Receive(char* buffer, size_t size) override {
    ERR_clear_error();
    size_t received = 0;
    const int result = SSL_read_ex(session_.get(), buffer, size, &received);
    if (result == 1) return received;
    const int error = SSL_get_error(session_.get(), result);
    if (!send_error_.ok() && error != SSL_ERROR_SSL) return send_error_;
    return Nothing(error, receive_awaits_);
  }

  pollfd Awaited(bool sending) const override {
    const int events = receive_awaits_ | (sending ? send_awaits_ : 0);
    return {.fd = socket_.get(), .events = static_cast<short>(events), .revents = 0};
  }

 private:
  absl::StatusOr<size_t> Nothing(int error, short& awaits) {
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return Failed(error);
    awaits = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    return size_t{0};
  }

  absl::Status Failed(int error) {
    if (error == SSL_ERROR_ZERO_RETURN) return CacheNotReached("closed by the server", ECONNRESET);
    if (error == SSL_ERROR_SYSCALL) return CacheNotReached("TLS", errno == 0 ? ECONNRESET : errno);
    const long verified = SSL_get_verify_result(session_.get());
    if (verified != X509_V_OK) {
      ERR_clear_error();
      return TlsFailed(absl::StrCat("its certificate is not accepted: ",
                                    X509_verify_cert_error_string(verified)));
    }
    return TlsFailed(TakeSslError());
  }

  const Socket socket_;
  const SslSession session_;
  absl::Status send_error_;
  short send_awaits_ = POLLOUT;
  short receive_awaits_ = POLLIN;
};

}  // namespace

TlsFileError CheckTlsFiles(const TlsFiles& files) { return LoadFiles(files, NewContext().get()); }

absl::StatusOr<std::shared_ptr<ssl_ctx_st>> RedisTls::Context() {
  MutexLock lock(mutex_);
  std::string version = VersionOf(files_);
  if (context_ != nullptr && version == version_) return context_;
  SslContext context = NewContext();
  const TlsFileError error = LoadFiles(files_, context.get());
  if (error.file.empty()) {
    context_ = std::move(context);
    version_ = std::move(version);
  } else if (context_ == nullptr) {
    return TlsFailed(error.what);
  } else {
    LogWarning("files of the cache's TLS have changed and cannot be used",
               {{"file", error.file}, {"error", error.what}});
  }
  return context_;
}

absl::StatusOr<std::unique_ptr<RedisTransport>> RedisTls::Connect(const RedisEndpoint& endpoint,
                                                                  RedisDeadline deadline) {
  ASSIGN_OR_RETURN(const SslContext context, Context());
  ASSIGN_OR_RETURN(Socket socket, ConnectSocket(endpoint, deadline));
  SslSession session(SSL_new(context.get()), SSL_free);
  BIO* const bio = NewSocketBio(socket.get());
  SSL_set_bio(session.get(), bio, bio);
  if (IsIpAddress(endpoint.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), endpoint.host.c_str());
  } else {
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(session.get(), endpoint.host.c_str());
    SSL_set_tlsext_host_name(session.get(), endpoint.host.c_str());
  }
  auto transport = std::make_unique<TlsTransport>(std::move(socket), std::move(session));
  RETURN_IF_ERROR(transport->Handshake(deadline));
  return transport;
}

}  // namespace kpisuite
