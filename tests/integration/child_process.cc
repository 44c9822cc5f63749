#include "tests/integration/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

extern char** environ;

namespace kpisuite {
namespace {

constexpr absl::Duration kLookInterval = absl::Milliseconds(3);

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& variables) {
  std::vector<std::string> environment = variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    // The options of the programs: a test says all of them itself.
    if (!absl::StartsWith(*variable, "KPI_")) environment.push_back(*variable);
  }
  return environment;
}

// Runs in the child, between fork and exec: only calls that are safe there.
[[noreturn]] void Become(const ChildOptions& options, const char* program,
                         const std::vector<char*>& arguments,
                         const std::vector<char*>& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const auto redirect = [](const char* file, int flags, int descriptor) {
    const int opened = open(file, flags, 0644);
    if (opened >= 0) dup2(opened, descriptor);
    if (opened > STDERR_FILENO) close(opened);
  };
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(options.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
  redirect(options.error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
  // Changing the user clears the wish to die with the parent.
  if (options.user.has_value() && (setgid(*options.user) != 0 || setuid(*options.user) != 0 ||
                                   prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)) {
    _exit(126);
  }
  execve(program, arguments.data(), environment.data());
  _exit(127);
}

int CodeOf(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

}  // namespace

bool Sanitized() { return getenv("KPISUITE_SANITIZED") != nullptr; }

absl::Duration Patience() { return Sanitized() ? absl::Seconds(120) : absl::Seconds(40); }

void PauseBetweenLooks() { absl::SleepFor(kLookInterval); }

std::string ProgramPath(const std::string& program) {
  return std::filesystem::path(KPISUITE_PROGRAMS) / program;
}

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void WriteText(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string TailOf(const std::string& text, int lines) {
  size_t begin = text.size();
  for (int i = 0; i <= lines && begin != std::string::npos && begin > 0; ++i) {
    begin = text.rfind('\n', begin - 1);
  }
  return begin == std::string::npos || begin == 0 ? text : text.substr(begin + 1);
}

ChildProcess::~ChildProcess() {
  if (!Running()) return;
  Signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

absl::Status ChildProcess::Start(const ChildOptions& options) {
  if (Running()) return absl::FailedPreconditionError("it is running already");
  const std::string program = ProgramPath(options.program);
  std::vector<std::string> words = options.arguments;
  words.insert(words.begin(), program);
  std::vector<std::string> variables = Environment(options.variables);
  const std::vector<char*> arguments = Pointers(words);
  const std::vector<char*> environment = Pointers(variables);
  exit_code_.reset();
  pid_ = fork();
  if (pid_ == 0) Become(options, program.c_str(), arguments, environment);
  if (pid_ < 0) return absl::InternalError(absl::StrCat("fork: ", std::strerror(errno)));
  return absl::OkStatus();
}

bool ChildProcess::Running() {
  if (pid_ < 0) return false;
  int wait_status = 0;
  if (waitpid(pid_, &wait_status, WNOHANG) == pid_) {
    exit_code_ = CodeOf(wait_status);
    pid_ = -1;
  }
  return pid_ >= 0;
}

void ChildProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

std::optional<int> ChildProcess::Wait(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (Running()) {
    if (absl::Now() > end) return std::nullopt;
    PauseBetweenLooks();
  }
  return exit_code_;
}

int64_t ChildProcess::ResidentBytes() const {
  if (pid_ < 0) return 0;
  for (const absl::string_view line :
       absl::StrSplit(ReadText(absl::StrCat("/proc/", pid_, "/status")), '\n')) {
    absl::string_view rest = line;
    int64_t kilobytes = 0;
    if (absl::ConsumePrefix(&rest, "VmRSS:") && absl::ConsumeSuffix(&rest, "kB") &&
        absl::SimpleAtoi(rest, &kilobytes)) {
      return kilobytes * 1024;
    }
  }
  return 0;
}

ProgramResult RunProgram(const std::string& program, const std::vector<std::string>& arguments,
                         const std::string& directory, const std::vector<std::string>& variables,
                         std::optional<uid_t> user) {
  static std::atomic<int> runs{0};
  const std::string base = absl::StrCat(directory, "/run-", ++runs);
  const ChildOptions options{program, arguments, variables, base + ".out", base + ".err", user};
  ChildProcess process;
  ProgramResult result;
  const absl::Status started = process.Start(options);
  if (started.ok() && !process.Wait(Patience()).has_value()) {
    process.Signal(SIGKILL);
    process.Wait(Patience());
  }
  result.exit_code = process.exit_code().value_or(-1);
  result.output = ReadText(options.output_file);
  result.error = started.ok() ? ReadText(options.error_file) : std::string(started.message());
  return result;
}

}  // namespace kpisuite
