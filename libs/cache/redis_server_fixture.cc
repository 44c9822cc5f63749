#include "libs/cache/redis_server_fixture.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/cache/redis_connection.h"

namespace kpisuite {
namespace {

constexpr std::chrono::seconds kPatience(10);
constexpr std::chrono::milliseconds kPollInterval(2);

pid_t Spawn(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t process = fork();
  if (process != 0) return process;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor < 3; ++descriptor) dup2(nowhere, descriptor);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

std::string NewDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "kpi-redis-XXXXXX").string();
  return mkdtemp(path.data()) == nullptr ? std::string() : path;
}

template <typename Condition>
bool AwaitCondition(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5 * kPollInterval);
  }
  return true;
}

std::string TextOf(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER: return absl::StrCat(reply.integer);
    case REDIS_REPLY_NIL: return "(nil)";
    case REDIS_REPLY_ARRAY: {
      std::string lines;
      for (size_t i = 0; i < reply.elements; ++i) {
        absl::StrAppend(&lines, TextOf(*reply.element[i]), "\n");
      }
      return lines;
    }
    default: return std::string(reply.str, reply.len);
  }
}

}  // namespace

int FreePort() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  int port = 0;
  if (bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(probe);
  return port;
}

RedisServer::RedisServer(Options options)
    : options_(std::move(options)), directory_(NewDirectory()) {
  if (options_.sentinel.empty()) return;
  std::ofstream(directory_ + "/sentinel.conf") << options_.sentinel;
}

RedisServer::~RedisServer() {
  Kill();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

absl::Status RedisServer::Start() {
  if (running()) return absl::OkStatus();
  if (port_ != 0) return StartOnPort();
  // Somebody else may take the port in between.
  absl::Status started;
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = FreePort();
    started = StartOnPort();
    if (started.ok()) return started;
  }
  return started;
}

absl::Status RedisServer::StartOnPort() {
  std::vector<std::string> words = {"redis-server"};
  if (!options_.sentinel.empty()) words.push_back(directory_ + "/sentinel.conf");
  const std::string port = absl::StrCat(port_);
  words.insert(words.end(), {"--port", port, "--bind", "127.0.0.1", "--dir", directory_});
  if (options_.sentinel.empty()) {
    words.insert(words.end(), {"--save", "", "--appendonly", "no"});
  } else {
    words.push_back("--sentinel");
  }
  if (!options_.password.empty()) {
    words.insert(words.end(), {"--requirepass", options_.password});
  }
  words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
  process_ = Spawn(std::move(words));
  if (process_ < 0) return absl::InternalError("redis-server cannot be started");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (Command({"PING"}) == "PONG") return absl::OkStatus();
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return absl::UnavailableError(absl::StrCat("redis-server ended at once on port ", port_));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  Kill();
  return absl::DeadlineExceededError("redis-server does not answer");
}

void RedisServer::Stop() { End(SIGTERM); }

void RedisServer::Kill() { End(SIGKILL); }

void RedisServer::End(int signal) {
  if (!running()) return;
  kill(process_, signal);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::Pause() {
  if (running()) kill(process_, SIGSTOP);
  // Until every thread of the server has stopped.
  int status = 0;
  if (running()) waitpid(process_, &status, WUNTRACED);
}

void RedisServer::Resume() {
  if (running()) kill(process_, SIGCONT);
}

std::string RedisServer::Command(const std::vector<std::string>& arguments) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  auto connection =
      RedisConnection::Connect({"127.0.0.1", port_}, {.password = options_.password}, deadline);
  if (!connection.ok()) return std::string(connection.status().message());
  auto replies = (*connection)->Run({RedisCommand(arguments.begin(), arguments.end())}, deadline);
  if (!replies.ok()) return std::string(replies.status().message());
  return TextOf(*(*replies)[0]);
}

bool RedisServer::Await(const std::vector<std::string>& arguments, absl::string_view wanted) {
  return AwaitCondition([&] { return absl::StrContains(Command(arguments), wanted); });
}

bool RedisServer::AwaitEnd(const std::vector<std::string>& arguments, absl::string_view unwanted) {
  return AwaitCondition([&] { return !absl::StrContains(Command(arguments), unwanted); });
}

std::string RedisServer::address() const {
  const std::string login =
      options_.password.empty() ? "" : absl::StrCat(":", options_.password, "@");
  return absl::StrCat("redis://", login, "127.0.0.1:", port_, "/0");
}

}  // namespace kpisuite
