#include "tests/integration/process_suite.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

std::vector<std::string> KpictlVariables(const std::string& definition,
                                         const std::string& measurement,
                                         const std::string& evaluation) {
  return {"KPI_DEFINITION=" + definition, "KPI_MEASUREMENT=" + measurement,
          "KPI_EVALUATION=" + evaluation, absl::StrCat("KPI_WORKSPACE=", kTestWorkspace)};
}

std::string AddressOf(const std::unique_ptr<ServiceProcess>& service) {
  return service == nullptr ? "127.0.0.1:1" : service->address();
}

}  // namespace

ProcessSuite::ProcessSuite(ProcessSuiteOptions options) : options_(std::move(options)) {}

absl::Status ProcessSuite::Start() {
  if (options_.with_redis) RETURN_IF_ERROR(StartRedis());
  RETURN_IF_ERROR(StartDefinition());
  RETURN_IF_ERROR(StartMeasurement());
  RETURN_IF_ERROR(StartEvaluation());
  return evaluation_->WaitUntilReady();
}

absl::Status ProcessSuite::StartRedis() { return redis_.Start(); }

absl::Status ProcessSuite::StartDefinition() {
  if (definition_ == nullptr) definition_ = Make("definition", {});
  return definition_->StartAndWaitUntilReady();
}

absl::Status ProcessSuite::StartMeasurement() {
  if (measurement_ == nullptr) {
    std::vector<std::string> arguments = options_.measurement_arguments;
    arguments.push_back("--definition=" + definition_->address());
    measurement_ = Make("measurement", std::move(arguments));
  }
  return measurement_->StartAndWaitUntilReady();
}

absl::Status ProcessSuite::StartEvaluation() {
  if (evaluation_ == nullptr) {
    std::vector<std::string> arguments = options_.evaluation_arguments;
    arguments.push_back("--definition=" + definition_->address());
    arguments.push_back("--measurement=" + measurement_->address());
    arguments.push_back("--cache=" + (options_.with_redis ? redis_.address() : "memory"));
    evaluation_ = Make("evaluation", std::move(arguments));
  }
  return evaluation_->Start();
}

std::unique_ptr<ServiceProcess> ProcessSuite::Make(const std::string& service,
                                                   std::vector<std::string> arguments) const {
  std::filesystem::create_directories(StoreDirectory(service));
  arguments.push_back(
      "--store=" + (options_.store.empty() ? "sqlite:" + StoreDirectory(service) : options_.store));
  const std::string folder = options_.programs.empty() ? "" : options_.programs + "/";
  return std::make_unique<ServiceProcess>(absl::StrCat(folder, "kpi-", service), directory(),
                                          std::move(arguments));
}

SuiteClient ProcessSuite::Client() const {
  return SuiteClient(AddressOf(definition_), AddressOf(measurement_), AddressOf(evaluation_));
}

ProgramResult ProcessSuite::Kpictl(const std::vector<std::string>& arguments) const {
  return RunProgram("kpictl", arguments, directory(), KpictlOptions({}).variables);
}

ChildOptions ProcessSuite::KpictlOptions(const std::vector<std::string>& arguments) const {
  ChildOptions options;
  options.program = "kpictl";
  options.arguments = arguments;
  options.variables =
      KpictlVariables(AddressOf(definition_), AddressOf(measurement_), AddressOf(evaluation_));
  options.output_file = directory() + "/kpictl.out";
  options.error_file = directory() + "/kpictl.err";
  return options;
}

std::string ProcessSuite::StoreDirectory(const std::string& service) const {
  return absl::StrCat(directory(), "/", service);
}

StandaloneProcess::StandaloneProcess() {
  const std::string store = directory() + "/store";
  std::filesystem::create_directories(store);
  process_ = std::make_unique<ServiceProcess>(
      "kpi-standalone", directory(),
      std::vector<std::string>{"--store=sqlite:" + store, "--cache=memory"});
}

SuiteClient StandaloneProcess::Client() const {
  return SuiteClient(process_->address(), process_->address(), process_->address());
}

ProgramResult StandaloneProcess::Kpictl(const std::vector<std::string>& arguments) const {
  const std::string address = process_->address();
  return RunProgram("kpictl", arguments, directory(), KpictlVariables(address, address, address));
}

}  // namespace kpisuite
