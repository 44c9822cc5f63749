#include "tests/bench/measurement_process.h"

#include <fcntl.h>
#include <httplib.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
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
#include "libs/rpc/channel.h"

extern char** environ;

namespace kpisuite {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

absl::StatusOr<std::unique_ptr<MeasurementProcess>> MeasurementProcess::Start(
    const std::string& directory, std::vector<v1::Definition> definitions) {
  std::unique_ptr<MeasurementProcess> process(new MeasurementProcess());
  std::string pattern = absl::StrCat(directory, "/kpisuite-bench-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("--directory: cannot make a folder in ", directory));
  }
  process->folder_ = pattern;
  process->definition_.Apply(std::move(definitions));
  RETURN_IF_ERROR(process->Launch());
  RETURN_IF_ERROR(process->WaitUntilReady());
  return process;
}

absl::Status MeasurementProcess::Launch() {
  std::vector<std::string> arguments = {KPISUITE_MEASUREMENT,
                                        "--listen=127.0.0.1:0",
                                        "--admin-listen=127.0.0.1:0",
                                        "--drain-delay=0s",
                                        "--store=sqlite:" + folder_,
                                        "--definition=" + definition_.address(),
                                        "--ports-file=" + folder_ + "/ports.json"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder_ + "/log.jsonl").c_str(),
                                   O_CREAT | O_WRONLY, 0600);
  const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("cannot start ", arguments[0]));
}

absl::Status MeasurementProcess::WaitUntilReady() {
  const absl::Time end = absl::Now() + kPatience;
  while (absl::Now() < end) {
    const std::string ports = ReadFile(folder_ + "/ports.json");
    if (std::sscanf(ports.c_str(), "{\"grpc\": %d, \"admin\": %d}", &grpc_port_, &admin_port_) ==
        2) {
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
      absl::StrCat("kpi-measurement did not become ready:\n", ReadFile(folder_ + "/log.jsonl")));
}

MeasurementProcess::~MeasurementProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

std::shared_ptr<grpc::Channel> MeasurementProcess::Connect() const {
  return MakeChannel(absl::StrCat("127.0.0.1:", grpc_port_));
}

double MeasurementProcess::CpuSeconds() const {
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

double MeasurementProcess::ReadMetric(const std::string& name) const {
  const auto page = httplib::Client("127.0.0.1", admin_port_).Get("/metrics");
  if (!page) return -1;
  for (const absl::string_view line : absl::StrSplit(page->body, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double value = 0;
    if (words.size() == 2 && words[0] == name && absl::SimpleAtod(words[1], &value)) return value;
  }
  return -1;
}

int64_t MeasurementProcess::StoreBytes() const {
  int64_t bytes = 0;
  for (const char* file : {"measurement.db", "measurement.db-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(folder_ + "/" + file, missing);
    if (!missing) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

std::string MeasurementProcess::FileSystem() const {
  struct statfs info {};
  if (statfs(folder_.c_str(), &info) != 0) return "unknown";
  switch (static_cast<uint64_t>(info.f_type)) {
    case 0xEF53:
      return "ext4";
    case 0x01021994:
      return "tmpfs (fsync costs nothing here)";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x794C7630:
      return "overlayfs";
    default:
      return absl::StrCat("0x", absl::Hex(info.f_type));
  }
}

}  // namespace kpisuite
