// ServiceProcess: one server of the suite as a process, with the faults it can have.
#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tests/integration/child_process.h"

namespace kpisuite {

// Not thread-safe. A process that ends without being told to is a failure of the test, whoever
// notices it first: the debug assertions of the services abort, so none has fired in a test that
// passes. The log is shown when the test has failed.
class ServiceProcess {
 public:
  // `program` as for ProgramPath. `arguments` are the program's own: those about ports, logs and
  // draining are added. The files of the process lie in `directory`, which exists.
  ServiceProcess(std::string program, std::string directory, std::vector<std::string> arguments);
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;
  ~ServiceProcess();

  // From the next start on.
  void AddArgument(std::string argument) { arguments_.push_back(std::move(argument)); }

  // Starts it and waits until it serves. From the second time on it gets the port of the first
  // time: others hold its address.
  absl::Status Start();
  // As Start, and waits until /readyz says yes.
  absl::Status StartAndWaitUntilReady();
  absl::Status WaitUntilReady();

  // SIGTERM; ok when it ends with 0 within the time it has for draining.
  absl::Status Terminate();
  // For one that is to end by itself: how it ended; nothing when it has not in time.
  std::optional<int> WaitUntilEnded();
  // SIGKILL.
  void Kill();
  // SIGSTOP and SIGCONT.
  void Pause() { process_.Signal(SIGSTOP); }
  void Resume() { process_.Signal(SIGCONT); }
  void Signal(int signal) { process_.Signal(signal); }

  // Body of an answer of the admin port; empty when there is none. `path` is "/metrics".
  std::string Admin(const std::string& path) const;
  bool Ready() const;
  // Sum over the labels of one metric of /metrics whose line contains `labels`.
  double Metric(const std::string& name, const std::string& labels = "") const;

  // What the process has logged since its first start.
  std::string Log() const { return ReadText(log_file()); }

  bool Running() { return process_.Running(); }
  std::optional<int> Wait(absl::Duration timeout) { return process_.Wait(timeout); }
  int64_t ResidentBytes() const { return process_.ResidentBytes(); }
  int port() const { return grpc_port_; }
  std::string address() const;
  const std::string& program() const { return program_; }

 private:
  absl::Status Spawn();
  absl::Status WaitForPorts();
  // Reports an end that nobody asked for.
  void CheckStillRunning();
  // "kpi-definition", whatever the path.
  std::string name() const;
  std::string ports_file() const;
  std::string log_file() const;

  const std::string program_;
  const std::string directory_;
  std::vector<std::string> arguments_;
  ChildProcess process_;
  bool expected_to_run_ = false;
  int grpc_port_ = 0;
  int admin_port_ = 0;
};

}  // namespace kpisuite
