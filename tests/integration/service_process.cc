#include "tests/integration/service_process.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kpisuite {
namespace {

constexpr int kShownLogLines = 40;
constexpr char kBlockingCall[] = "blocking call on a gRPC library thread";
// Drain at once, but let running calls end.
constexpr char kDrainDelay[] = "--drain-delay=0s";
constexpr char kDrainTimeout[] = "--drain-timeout=5s";

}  // namespace

ServiceProcess::ServiceProcess(std::string program, std::string directory,
                               std::vector<std::string> arguments)
    : program_(std::move(program)),
      directory_(std::move(directory)),
      arguments_(std::move(arguments)) {}

ServiceProcess::~ServiceProcess() {
  CheckStillRunning();
  EXPECT_FALSE(absl::StrContains(Log(), kBlockingCall)) << program_;
  if (testing::Test::HasFailure()) {
    std::fprintf(stderr, "--- the last lines of %s ---\n%s\n", program_.c_str(),
                 TailOf(Log(), kShownLogLines).c_str());
  }
}

std::string ServiceProcess::name() const {
  return std::filesystem::path(program_).filename().string();
}

std::string ServiceProcess::ports_file() const {
  return absl::StrCat(directory_, "/", name(), ".ports");
}

std::string ServiceProcess::log_file() const {
  return absl::StrCat(directory_, "/", name(), ".log");
}

std::string ServiceProcess::address() const { return absl::StrCat("127.0.0.1:", grpc_port_); }

absl::Status ServiceProcess::Spawn() {
  std::filesystem::remove(ports_file());
  ChildOptions options;
  options.program = program_;
  options.arguments = {absl::StrCat("--listen=127.0.0.1:", grpc_port_),
                       "--admin-listen=127.0.0.1:0", "--ports-file=" + ports_file(), kDrainDelay,
                       kDrainTimeout};
  options.arguments.insert(options.arguments.end(), arguments_.begin(), arguments_.end());
  options.output_file = log_file();
  options.error_file = log_file();
  return process_.Start(options);
}

absl::Status ServiceProcess::WaitForPorts() {
  const bool ended_or_serving =
      Eventually([this] { return !process_.Running() || std::filesystem::exists(ports_file()); });
  if (!process_.Running()) {
    return absl::UnavailableError(absl::StrCat(program_, " ended at start with ",
                                               process_.exit_code().value_or(-1), ":\n",
                                               TailOf(Log(), kShownLogLines)));
  }
  if (!ended_or_serving ||
      std::sscanf(ReadText(ports_file()).c_str(), "{\"grpc\": %d, \"admin\": %d}", &grpc_port_,
                  &admin_port_) != 2) {
    return absl::DeadlineExceededError(absl::StrCat(program_, " does not serve"));
  }
  return absl::OkStatus();
}

absl::Status ServiceProcess::Start() {
  if (const absl::Status spawned = Spawn(); !spawned.ok()) return spawned;
  const absl::Status serving = WaitForPorts();
  expected_to_run_ = serving.ok();
  return serving;
}

absl::Status ServiceProcess::WaitUntilReady() {
  if (Eventually([this] { return Ready() || !process_.Running(); }) && process_.Running()) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat(program_, " does not become ready: ", Admin("/readyz")));
}

absl::Status ServiceProcess::StartAndWaitUntilReady() {
  const absl::Status started = Start();
  return started.ok() ? WaitUntilReady() : started;
}

absl::Status ServiceProcess::Terminate() {
  CheckStillRunning();
  expected_to_run_ = false;
  process_.Signal(SIGTERM);
  const std::optional<int> code = process_.Wait(Patience());
  if (!code.has_value()) {
    return absl::DeadlineExceededError(absl::StrCat(program_, " does not stop"));
  }
  if (*code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(program_, " ended with ", *code));
}

std::optional<int> ServiceProcess::WaitUntilEnded() {
  expected_to_run_ = false;
  return process_.Wait(Patience());
}

void ServiceProcess::Kill() {
  CheckStillRunning();
  expected_to_run_ = false;
  process_.Signal(SIGKILL);
  process_.Wait(Patience());
}

void ServiceProcess::CheckStillRunning() {
  if (!expected_to_run_ || process_.Running()) return;
  expected_to_run_ = false;
  ADD_FAILURE() << program_ << " ended by itself with " << process_.exit_code().value_or(-1)
                << ":\n"
                << TailOf(Log(), kShownLogLines);
}

std::string ServiceProcess::Admin(const std::string& path) const {
  httplib::Client client("127.0.0.1", admin_port_);
  client.set_read_timeout(5, 0);
  const auto answer = client.Get(path.c_str());
  return answer ? answer->body : "";
}

bool ServiceProcess::Ready() const {
  httplib::Client client("127.0.0.1", admin_port_);
  const auto answer = client.Get("/readyz");
  return answer && answer->status == 200;
}

double ServiceProcess::Metric(const std::string& name, const std::string& labels) const {
  double sum = 0;
  for (const absl::string_view line : absl::StrSplit(Admin("/metrics"), '\n')) {
    const bool named = absl::StartsWith(line, name + "{") || absl::StartsWith(line, name + " ");
    if (!named || !absl::StrContains(line, labels)) continue;
    double value = 0;
    if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

}  // namespace kpisuite
