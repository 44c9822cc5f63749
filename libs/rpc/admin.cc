#include "libs/rpc/admin.h"

#include <httplib.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/address.h"

namespace kpisuite {
namespace {

constexpr int kThreads = 2;
constexpr time_t kTimeoutSeconds = 5;

class HttpAdminServer final : public AdminServer {
 public:
  HttpAdminServer(const std::string& name, const Readiness& readiness, const Metrics& metrics) {
    // The library's default sets SO_REUSEPORT: a second process would start silently.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // One request per connection: an idle one would hold up the end of the process.
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(kTimeoutSeconds);
    server_.set_write_timeout(kTimeoutSeconds);
    server_.Get("/livez", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", "text/plain");
    });
    server_.Get("/readyz", [&readiness](const httplib::Request&, httplib::Response& response) {
      response.status = readiness.ready() ? 200 : 503;
      response.set_content(readiness.Describe(), "text/plain");
    });
    server_.Get("/metrics", [&metrics](const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics.Text(), "text/plain; version=0.0.4; charset=utf-8");
    });
    server_.Get("/version", [name](const httplib::Request&, httplib::Response& response) {
      response.set_content(absl::StrCat("{\"name\":", JsonString(name),
                                        ",\"version\":", JsonString(KPISUITE_VERSION), "}\n"),
                           "application/json");
    });
  }

  ~HttpAdminServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const Address& address) {
    errno = 0;
    port_ = address.port;
    bool bound = true;
    if (address.port == 0) {
      port_ = server_.bind_to_any_port(address.host);
      bound = port_ > 0;
    } else {
      bound = server_.bind_to_port(address.host, address.port);
    }
    if (!bound) {
      return absl::FailedPreconditionError(absl::StrCat("admin-listen: cannot listen on ",
                                                        address.host, ":", address.port, ": ",
                                                        std::strerror(errno)));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() before the loop runs would be lost, and the thread would never end.
    while (!server_.is_running()) std::this_thread::yield();
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& listen,
                                                                const std::string& name,
                                                                const Readiness& readiness,
                                                                const Metrics& metrics) {
  ASSIGN_OR_RETURN(const Address address, ParseAddress("admin-listen", listen));
  auto server = std::make_unique<HttpAdminServer>(name, readiness, metrics);
  RETURN_IF_ERROR(server->Listen(address));
  return server;
}

}  // namespace kpisuite
