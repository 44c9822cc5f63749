// The program itself: kill -9 keeps what was answered, wrong options end it with a message.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

// A running kpi-definition.
class Process {
 public:
  explicit Process(const std::string& directory) : ports_file_(directory + "/ports.json") {
    unlink(ports_file_.c_str());
    pid_ = fork();
    if (pid_ == 0) {
      const std::string store = "sqlite:" + directory;
      execl(KPISUITE_DEFINITION_PROGRAM, "kpi-definition", "--store", store.c_str(), "--ports-file",
            ports_file_.c_str(), "--drain-delay", "0s", "--log-level", "error", nullptr);
      _exit(127);
    }
    EXPECT_TRUE(Eventually([this] { return ReadPort() != 0; }));
  }
  ~Process() {
    if (pid_ > 0) Stop(SIGKILL);
  }

  // The wait status.
  int Stop(int signal) {
    kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

  std::unique_ptr<v1::DefinitionService::Stub> stub() {
    return v1::DefinitionService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", ReadPort())));
  }

 private:
  // From `{"grpc": port, ...}`; 0 when it is not there yet.
  int ReadPort() const {
    std::ifstream file(ports_file_);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    const size_t key = text.find("\"grpc\":");
    if (key == std::string::npos) return 0;
    return std::atoi(text.c_str() + key + sizeof("\"grpc\":") - 1);
  }

  const std::string ports_file_;
  pid_t pid_ = -1;
};

TEST(DefinitionProgram, KeepsAppliedSetsThroughKill9) {
  TestDirectory directory;
  for (int round = 1; round <= 5; ++round) {
    Process process(directory.path());
    const auto stub = process.stub();
    {
      grpc::ClientContext context;
      v1::ListDefinitionsRequest list;
      v1::ListDefinitionsResponse found;
      list.set_parent("workspaces/w");
      ASSERT_TRUE(stub->ListDefinitions(&context, list, &found).ok());
      EXPECT_EQ(found.definitions_size(), round - 1);
    }
    grpc::ClientContext context;
    v1::ApplyDefinitionsResponse response;
    const grpc::Status status = stub->ApplyDefinitions(
        &context, ApplyRequest({Metric(absl::StrCat("m", round), "unit: 'EUR'")}), &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.position(), round + 1);
    EXPECT_TRUE(WIFSIGNALED(process.Stop(SIGKILL)));
  }
}

TEST(DefinitionProgram, EndsWith0OnSigterm) {
  TestDirectory directory;
  Process process(directory.path());
  const int status = process.Stop(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace kpisuite
