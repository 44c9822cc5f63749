#include "libs/postgres/test_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/connection.h"

namespace kpisuite {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr std::chrono::milliseconds kPollInterval(5);
constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";

// The server refuses to run as root.
const passwd* UserOfServer() {
  if (getuid() != 0) return nullptr;
  const passwd* const user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

pid_t Spawn(const std::string& program, std::vector<std::string> words, const std::string& log) {
  const passwd* const user = UserOfServer();
  const std::string path = kPrograms + program;
  words.insert(words.begin(), path);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t process = fork();
  if (process != 0) return process;
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  // Ends with the test, however that ends; after setuid, which forgets it.
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  execv(arguments[0], arguments.data());
  _exit(127);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

PostgresTestServer::~PostgresTestServer() { Crash(); }

PostgresTestServer& PostgresTestServer::Shared() {
  static const std::unique_ptr<PostgresTestServer> server = [] {
    auto made = std::make_unique<PostgresTestServer>();
    const absl::Status started = made->Start();
    if (!started.ok()) {
      std::fprintf(stderr, "no PostgreSQL server for the tests: %s\n",
                   std::string(started.message()).c_str());
      std::abort();
    }
    return made;
  }();
  return *server;
}

absl::Status PostgresTestServer::InitialiseCluster() {
  if (initialised_) return absl::OkStatus();
  std::error_code failed;
  std::filesystem::create_directory(data_directory(), failed);
  const passwd* const user = UserOfServer();
  if (user != nullptr) {
    // The socket lies beside the data.
    for (const std::string& path : {directory_.path(), data_directory()}) {
      if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0 || chmod(path.c_str(), 0755) != 0) {
        return absl::InternalError(absl::StrCat("cannot give away ", path));
      }
    }
  }
  const std::string log = directory_.path() + "/initdb.log";
  const pid_t process = Spawn("initdb",
                              {"-D", data_directory(), "-U", "kpi", "-A", "trust", "-E", "UTF8",
                               "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                              log);
  int status = 0;
  if (process < 0 || waitpid(process, &status, 0) != process || status != 0) {
    return absl::InternalError(absl::StrCat(
        "initdb failed (is postgresql-15 installed? deploy/setup.sh): ", ReadFile(log)));
  }
  initialised_ = true;
  return absl::OkStatus();
}

absl::Status PostgresTestServer::Start(const std::vector<std::string>& settings) {
  RETURN_IF_ERROR(InitialiseCluster());
  std::vector<std::string> words = {"-D", data_directory(),     "-k", directory_.path(),
                                    "-c", "listen_addresses=",  "-c", "max_connections=200",
                                    "-c", "shared_buffers=64MB"};
  for (const std::string& setting : settings) words.insert(words.end(), {"-c", setting});
  const std::string log = directory_.path() + "/postgres.log";
  process_ = Spawn("postgres", std::move(words), log);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (PQping(Database("postgres").uri.c_str()) == PQPING_OK) return absl::OkStatus();
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return absl::UnavailableError(absl::StrCat("postgres ended at once: ", ReadFile(log)));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  Crash();
  return absl::DeadlineExceededError(absl::StrCat("postgres does not answer: ", ReadFile(log)));
}

void PostgresTestServer::Crash() {
  if (process_ <= 0) return;
  kill(process_, SIGQUIT);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

PostgresTarget PostgresTestServer::Database(absl::string_view name) const {
  return {absl::StrCat("postgres://kpi@/", name, "?host=", directory_.path()), ""};
}

absl::StatusOr<PostgresTarget> PostgresTestServer::NewDatabase() {
  const std::string name = absl::StrCat("test_", ++databases_);
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb(Database("postgres").uri.c_str()), &PQfinish);
  const PostgresResult::Handle made(
      PQexec(connection.get(), absl::StrCat("CREATE DATABASE ", name).c_str()));
  if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) {
    return absl::InternalError(PQerrorMessage(connection.get()));
  }
  return Database(name);
}

}  // namespace kpisuite
