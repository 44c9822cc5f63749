// What every command works with: streams, options that all commands share, and the services.
#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/kpictl/commands/clients.h"
#include "services/kpictl/commands/exit_code.h"
#include "services/kpictl/view/output.h"

namespace kpisuite {

// Where a run reads and writes. The streams outlive the run.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

// Flags that every command takes.
struct SharedOptions {
  Endpoints endpoints;
  std::string server;  // of the services whose address is not given; may be empty
  std::string workspace = "default";
  std::string timeout = "30s";
  std::string output = "table";
  std::string color = "auto";
};

// One run of kpictl. Not thread-safe.
class Context {
 public:
  Context(const Streams& streams, const Clock& clock, ChannelFactory make_channel)
      : streams_(streams), clock_(clock), make_channel_(std::move(make_channel)) {}

  SharedOptions& options() { return options_; }
  const SharedOptions& options() const { return options_; }
  const Streams& streams() const { return streams_; }
  std::ostream& err() const { return streams_.err; }
  const Clock& clock() const { return clock_; }

  // The command that was chosen; set while the command line is read.
  using Command = std::function<absl::StatusOr<ExitCode>()>;
  void SetCommand(Command command) { command_ = std::move(command); }
  const Command& command() const { return command_; }

  // Checks the shared options and connects. INVALID_ARGUMENT names the option. The functions below
  // may be called after it.
  absl::Status Prepare();

  Clients& clients() const { return *clients_; }
  const Output& output() const { return *output_; }
  // `workspaces/{workspace}`.
  std::string parent() const;
  // Whether messages on stderr may have colours.
  bool err_is_colored() const;

 private:
  const Streams streams_;
  const Clock& clock_;
  const ChannelFactory make_channel_;
  SharedOptions options_;
  Command command_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Output> output_;
};

// A random (version 4) UUID for a request_id.
std::string NewRequestId();

// The failure of a command line: wrong flags or arguments, exit code 2.
absl::Status UsageError(absl::string_view message);
bool IsUsageError(const absl::Status& status);

}  // namespace kpisuite
