#include "tests/bench/server_process.h"

#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <httplib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kMaxMessageBytes = 8 << 20;

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchFolder>> BenchFolder::Create(const std::string& directory) {
  std::string pattern = absl::StrCat(directory, "/kpisuite-bench-XXXXXX");
  if (mkdtemp(pattern.data()) != nullptr) {
    return std::unique_ptr<BenchFolder>(new BenchFolder(std::move(pattern)));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("--directory: cannot make a folder in ", directory));
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string BenchFolder::FileSystem() const {
  struct statfs info {};
  if (statfs(path_.c_str(), &info) != 0) return "unknown";
  switch (static_cast<uint64_t>(info.f_type)) {
    case 0xEF53: return "ext4";
    case 0x01021994: return "tmpfs (fsync costs nothing here)";
    case 0x58465342: return "xfs";
    case 0x9123683E: return "btrfs";
    case 0x794C7630: return "overlayfs";
    default: return absl::StrCat("0x", absl::Hex(info.f_type));
  }
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& arguments) {
  std::unique_ptr<ServerProcess> process(new ServerProcess(program, folder));
  RETURN_IF_ERROR(process->Launch(arguments));
  RETURN_IF_ERROR(process->WaitUntilReady());
  return process;
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::StartService(
    const std::string& program, const std::string& folder, const std::string& store,
    std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--admin-listen=127.0.0.1:0", "--drain-delay=0s"});
  if (!store.empty()) {
    arguments.push_back("--store=" + store);
    return Start(program, folder, arguments);
  }
  const std::string directory = absl::StrCat(folder, "/", program, ".store");
  std::error_code failed;
  std::filesystem::create_directory(directory, failed);
  if (failed) return absl::FailedPreconditionError(absl::StrCat(directory, ": ", failed.message()));
  arguments.push_back("--store=sqlite:" + directory);
  return Start(program, folder, arguments);
}

absl::Status ServerProcess::Launch(const std::vector<std::string>& arguments) {
  std::filesystem::remove(base_ + ".ports");
  std::vector<std::string> words = {absl::StrCat(KPISUITE_PROGRAMS, "/", program_),
                                    "--listen=127.0.0.1:0", "--ports-file=" + base_ + ".ports"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string log = base_ + ".log";
  pid_ = fork();
  if (pid_ == 0) {
    // Only calls that are safe between fork and exec.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(file, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  if (pid_ > 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("cannot start ", words[0]));
}

absl::Status ServerProcess::WaitUntilReady() {
  const absl::Time end = absl::Now() + kPatience;
  while (absl::Now() < end) {
    const std::string ports = ReadFile(base_ + ".ports");
    if (std::sscanf(ports.c_str(), "{\"grpc\": %d, \"admin\": %d}", &grpc_port_, &admin_port_) ==
        2) {
      if (admin_port_ == 0) return absl::OkStatus();
      const auto ready = httplib::Client("127.0.0.1", admin_port_).Get("/readyz");
      if (ready && ready->status == 200) return absl::OkStatus();
    }
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      break;
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  return absl::InternalError(
      absl::StrCat(program_, " did not become ready:\n", ReadFile(base_ + ".log")));
}

ServerProcess::~ServerProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  kill(pid_, SIGCONT);
  waitpid(pid_, nullptr, 0);
}

void ServerProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ServerProcess::Halt() {
  if (pid_ > 0) kill(pid_, SIGSTOP);
}

std::string ServerProcess::address() const { return absl::StrCat("127.0.0.1:", grpc_port_); }

std::shared_ptr<grpc::Channel> ServerProcess::Connect() const {
  grpc::ChannelArguments arguments;
  // Channels to one address otherwise share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address(), grpc::InsecureChannelCredentials(), arguments);
}

double ServerProcess::CpuSeconds() const {
  const std::string stat = ReadFile(absl::StrCat("/proc/", pid_, "/stat"));
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(name_end + 2), ' ');
  int64_t user = 0;
  int64_t system = 0;
  if (fields.size() < 13 || !absl::SimpleAtoi(fields[11], &user) ||
      !absl::SimpleAtoi(fields[12], &system)) {
    return 0;
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double ServerProcess::ReadMetric(const std::string& name) const {
  const auto page = httplib::Client("127.0.0.1", admin_port_).Get("/metrics");
  if (!page) return -1;
  for (const absl::string_view line : absl::StrSplit(page->body, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double value = 0;
    if (words.size() == 2 && words[0] == name && absl::SimpleAtod(words[1], &value)) return value;
  }
  return -1;
}

}  // namespace kpisuite
