// ProcessSuite: definition, measurement, evaluation and Redis as processes in a folder of a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/storage/test_directory.h"
#include "tests/integration/child_process.h"
#include "tests/integration/service_process.h"
#include "tests/integration/suite_client.h"

namespace kpisuite {

struct ProcessSuiteOptions {
  bool with_redis = true;  // else evaluation caches in memory
  // Of all services, e.g. the URI of a PostgreSQL database; empty: SQLite in a folder of each.
  std::string store;
  std::string programs;  // folder of the services' programs; empty: those of this build
  std::vector<std::string> measurement_arguments;
  std::vector<std::string> evaluation_arguments;
};

// Not thread-safe. Processes find each other at the ports they got at their first start.
class ProcessSuite {
 public:
  ProcessSuite() : ProcessSuite(ProcessSuiteOptions()) {}
  explicit ProcessSuite(ProcessSuiteOptions options);
  ProcessSuite(const ProcessSuite&) = delete;
  ProcessSuite& operator=(const ProcessSuite&) = delete;

  // Starts Redis and the services in the order in which they depend on each other, and waits until
  // all are ready.
  absl::Status Start();

  // The parts of Start(), for tests of what happens when one is missing. A part needs those before
  // it to have been started once.
  absl::Status StartRedis();
  absl::Status StartDefinition();
  absl::Status StartMeasurement();
  // Does not wait until it is ready.
  absl::Status StartEvaluation();

  RedisServer& redis() { return redis_; }
  ServiceProcess& definition() { return *definition_; }
  ServiceProcess& measurement() { return *measurement_; }
  ServiceProcess& evaluation() { return *evaluation_; }

  // A client of the services that have been started so far.
  SuiteClient Client() const;

  // Runs kpictl against the services, in the workspace of the client.
  ProgramResult Kpictl(const std::vector<std::string>& arguments) const;
  // The same for a ChildProcess.
  ChildOptions KpictlOptions(const std::vector<std::string>& arguments) const;

  // Folder for the files of a test.
  const std::string& directory() const { return directory_.path(); }
  // Folder of the store of one service: "definition", "measurement" or "evaluation".
  std::string StoreDirectory(const std::string& service) const;

 private:
  std::unique_ptr<ServiceProcess> Make(const std::string& service,
                                       std::vector<std::string> arguments) const;

  const ProcessSuiteOptions options_;
  TestDirectory directory_;
  RedisServer redis_;
  std::unique_ptr<ServiceProcess> definition_;
  std::unique_ptr<ServiceProcess> measurement_;
  std::unique_ptr<ServiceProcess> evaluation_;
};

// kpi-standalone: all services in one process, with the cache in memory.
class StandaloneProcess {
 public:
  StandaloneProcess();
  StandaloneProcess(const StandaloneProcess&) = delete;
  StandaloneProcess& operator=(const StandaloneProcess&) = delete;

  absl::Status Start() { return process_->StartAndWaitUntilReady(); }
  ServiceProcess& process() { return *process_; }
  SuiteClient Client() const;
  ProgramResult Kpictl(const std::vector<std::string>& arguments) const;
  const std::string& directory() const { return directory_.path(); }

 private:
  TestDirectory directory_;
  std::unique_ptr<ServiceProcess> process_;
};

}  // namespace kpisuite
