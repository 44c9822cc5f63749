// SuiteProcesses: Redis and the three services, for the length of a benchmark; and KPIs for them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/cache/redis_server_fixture.h"
#include "libs/postgres/test_server.h"
#include "tests/bench/server_process.h"

namespace kpisuite {

inline constexpr char kBenchParent[] = "workspaces/w";

// Definitions of the benchmarks, in workspace "w". The KPI is higher-is-better with a target and
// bands, in windows of a month.
v1::Definition BenchMetric(const std::string& id);
v1::Definition BenchKpi(const std::string& id, const std::string& metric,
                        v1::Aggregation aggregation);
std::string BenchKpiName(const std::string& id);

// Not thread-safe; its stubs are.
class SuiteProcesses {
 public:
  enum class Stores { kSqlite, kPostgres };
  // With stores in a new folder below `directory`, or in a new PostgreSQL server; waits until all
  // are ready.
  static absl::StatusOr<std::unique_ptr<SuiteProcesses>> Start(const std::string& directory,
                                                               Stores stores = Stores::kSqlite);
  SuiteProcesses(const SuiteProcesses&) = delete;
  SuiteProcesses& operator=(const SuiteProcesses&) = delete;

  // One more evaluation process on the same stores, which are in PostgreSQL. The suite outlives it.
  absl::StatusOr<std::unique_ptr<ServerProcess>> StartEvaluation();

  // Applies definitions, and waits until measurement and evaluation know them. The last one is a
  // KPI.
  absl::Status Define(const std::vector<v1::Definition>& definitions);
  // Writes samples, and waits until the states include them. `kpi` is any KPI's name.
  absl::Status Write(const v1::WriteSamplesRequest& request, const std::string& kpi);

  const BenchFolder& folder() const { return *folder_; }
  const RedisServer& redis() const { return redis_; }
  const ServerProcess& measurement_server() const { return *measurement_server_; }
  const ServerProcess& evaluation_server() const { return *evaluation_server_; }
  v1::MeasurementService::Stub& measurement() { return *measurement_; }
  v1::EvaluationService::Stub& evaluation() { return *evaluation_; }

 private:
  SuiteProcesses() = default;

  absl::Status WaitForState(const std::string& kpi, const std::string& at_least);

  std::unique_ptr<BenchFolder> folder_;
  std::string store_;  // empty for SQLite
  int evaluations_ = 0;
  std::unique_ptr<PostgresTestServer> postgres_;
  RedisServer redis_;
  std::unique_ptr<ServerProcess> definition_server_;
  std::unique_ptr<ServerProcess> measurement_server_;
  std::unique_ptr<ServerProcess> evaluation_server_;
  std::unique_ptr<v1::DefinitionService::Stub> definition_;
  std::unique_ptr<v1::MeasurementService::Stub> measurement_;
  std::unique_ptr<v1::EvaluationService::Stub> evaluation_;
};

}  // namespace kpisuite
