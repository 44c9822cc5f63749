// ChildProcess: one program of the build, started by a test and gone with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kpisuite {

// Whether the programs are built with sanitizers (the variable KPISUITE_SANITIZED).
bool Sanitized();

// How long tests wait for what should happen soon. Generous: a machine may be busy, and a wait
// ends as soon as its condition holds.
absl::Duration Patience();

// Calls `condition` every few milliseconds until it holds or Patience() is over; whether it held.
template <typename Condition>
bool Eventually(Condition condition);

// Path of a program of this build, for instance "kpictl"; an absolute path stays as it is.
std::string ProgramPath(const std::string& program);

// Text of a file; empty when it cannot be read.
std::string ReadText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

// The last `lines` lines of a text.
std::string TailOf(const std::string& text, int lines);

struct ChildOptions {
  std::string program;  // as for ProgramPath
  std::vector<std::string> arguments;
  std::vector<std::string> variables;  // "NAME=value"; KPI_* of the test itself is not inherited
  std::string output_file;             // stdout; created or appended to
  std::string error_file;              // stderr
  std::optional<uid_t> user;           // run as this user; only root may
};

// Not thread-safe. The process gets SIGKILL when the thread that started it ends: start it from
// the main thread of a test.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // SIGKILL

  // Only while nothing is running.
  absl::Status Start(const ChildOptions& options);

  // Whether it was started and has not ended by itself.
  bool Running();
  void Signal(int signal) const;

  // Waits for the end. The exit code, or minus the signal that ended it; nothing when it is still
  // running after `timeout`.
  std::optional<int> Wait(absl::Duration timeout);

  // How it ended; nothing while it runs.
  std::optional<int> exit_code() const { return exit_code_; }
  pid_t pid() const { return pid_; }

  // Memory in use, in bytes; 0 when it has ended.
  int64_t ResidentBytes() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// How a program ended that was run to its end.
struct ProgramResult {
  int exit_code = -1;  // minus the signal that ended it
  std::string output;
  std::string error;
};

// Runs a program to its end, at most Patience(); it is killed then.
ProgramResult RunProgram(const std::string& program, const std::vector<std::string>& arguments,
                         const std::string& directory,
                         const std::vector<std::string>& variables = {},
                         std::optional<uid_t> user = std::nullopt);

// --- Inline ---

// Lets a few milliseconds pass between two looks at a condition.
void PauseBetweenLooks();

template <typename Condition>
bool Eventually(Condition condition) {
  const absl::Time end = absl::Now() + Patience();
  while (!condition()) {
    if (absl::Now() > end) return false;
    PauseBetweenLooks();
  }
  return true;
}

}  // namespace kpisuite
