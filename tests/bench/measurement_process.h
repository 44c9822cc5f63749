// MeasurementProcess: a kpi-measurement with a fresh store, for the length of a benchmark.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition.pb.h"
#include "services/measurement/definition_test_server.h"
#include "tests/bench/server_process.h"

namespace kpisuite {

// Not thread-safe.
class MeasurementProcess {
 public:
  // Starts the program with a store in a new folder below `directory`; it knows `definitions`.
  static absl::StatusOr<std::unique_ptr<MeasurementProcess>> Start(
      const std::string& directory, std::vector<v1::Definition> definitions);
  MeasurementProcess(const MeasurementProcess&) = delete;
  MeasurementProcess& operator=(const MeasurementProcess&) = delete;

  const ServerProcess& server() const { return *server_; }
  int64_t StoreBytes() const;
  // "ext4", "tmpfs", ... of the store.
  std::string FileSystem() const { return folder_->FileSystem(); }

 private:
  MeasurementProcess() = default;

  std::unique_ptr<BenchFolder> folder_;
  DefinitionTestServer definition_;
  std::unique_ptr<ServerProcess> server_;
};

}  // namespace kpisuite
