// ServerProcess: one server of this build, for the length of a benchmark.
#pragma once

#include <grpcpp/channel.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kpisuite {

// A new folder in `directory`, removed with everything in it when destroyed.
class BenchFolder {
 public:
  static absl::StatusOr<std::unique_ptr<BenchFolder>> Create(const std::string& directory);
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  ~BenchFolder();

  const std::string& path() const { return path_; }
  // "ext4", "tmpfs", ...
  std::string FileSystem() const;

 private:
  explicit BenchFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

// Not thread-safe, but Connect. The process dies with the thread that started it.
class ServerProcess {
 public:
  // Starts `program` with its log and ports file in `folder`, on a free port, and waits until it
  // serves and, where it has an admin port, until it is ready. `folder` outlives the process.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      const std::string& program, const std::string& folder,
      const std::vector<std::string>& arguments);
  // The same for a service of the suite, which has an admin port, a store (`store`; empty: a new
  // folder in `folder`) and a drain delay.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> StartService(
      const std::string& program, const std::string& folder, const std::string& store,
      std::vector<std::string> arguments);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();  // stops it

  // SIGKILL, and waits until it is gone; nothing more is done with it.
  void Kill();
  // SIGSTOP. It is to be killed, or goes on when destroyed.
  void Halt();

  std::string address() const;
  // A channel with a connection of its own, without retries.
  std::shared_ptr<grpc::Channel> Connect() const;
  // CPU time of the process so far, in seconds; the kernel counts in steps of 10 ms.
  double CpuSeconds() const;
  // Value of an unlabelled metric of its /metrics page; -1 when it is not there.
  double ReadMetric(const std::string& name) const;

 private:
  ServerProcess(const std::string& program, const std::string& folder)
      : program_(program), base_(folder + "/" + program) {}

  absl::Status Launch(const std::vector<std::string>& arguments);
  absl::Status WaitUntilReady();

  const std::string program_;
  const std::string base_;  // of its files
  pid_t pid_ = -1;
  int grpc_port_ = 0;
  int admin_port_ = 0;  // 0: none
};

}  // namespace kpisuite
