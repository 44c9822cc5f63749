// MeasurementProcess: a kpi-measurement with a fresh store, for the length of a benchmark.
#pragma once

#include <grpcpp/channel.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition.pb.h"
#include "services/measurement/definition_test_server.h"

namespace kpisuite {

// Not thread-safe.
class MeasurementProcess {
 public:
  // Starts the program on free ports, with a store in a new folder below `directory`, that knows
  // `definitions`; waits until it is ready.
  static absl::StatusOr<std::unique_ptr<MeasurementProcess>> Start(
      const std::string& directory, std::vector<v1::Definition> definitions);
  MeasurementProcess(const MeasurementProcess&) = delete;
  MeasurementProcess& operator=(const MeasurementProcess&) = delete;
  ~MeasurementProcess();  // stops it and removes the folder

  std::shared_ptr<grpc::Channel> Connect() const;
  // CPU time of the process so far, in seconds.
  double CpuSeconds() const;
  // Value of an unlabelled metric of its /metrics page; -1 when it is not there.
  double ReadMetric(const std::string& name) const;
  int64_t StoreBytes() const;
  // "ext4", "tmpfs", ... of the store.
  std::string FileSystem() const;

 private:
  MeasurementProcess() = default;

  absl::Status Launch();
  absl::Status WaitUntilReady();

  std::string folder_;
  DefinitionTestServer definition_;
  pid_t pid_ = -1;
  int grpc_port_ = 0;
  int admin_port_ = 0;
};

}  // namespace kpisuite
