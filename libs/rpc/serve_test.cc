// A whole process: options, ports file, start line, drain.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/testdata/echo_fixture.h"

extern char** environ;

namespace kpisuite {
namespace {

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The process kpi-rpc-echo-server, killed at the end of the test if need be.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments)
      : directory_(absl::StrCat(testing::TempDir(), "/kpi-serve-", getpid(), "-", ++count_)) {
    std::filesystem::create_directories(directory_);
    arguments.insert(arguments.begin(), KPISUITE_ECHO_SERVER);
    arguments.push_back("--ports-file=" + ports_file());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, log_file().c_str(), O_CREAT | O_WRONLY, 0600);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(directory_);
  }

  bool WaitUntilServing() {
    return Eventually([this] { return std::filesystem::exists(ports_file()); }) &&
           std::sscanf(ReadFile(ports_file()).c_str(), "{\"grpc\": %d, \"admin\": %d}", &grpc_port_,
                       &admin_port_) == 2;
  }

  void Signal(int signal) const { kill(pid_, signal); }

  // The exit code, or minus the signal that ended the process.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  std::string log() const { return ReadFile(log_file()); }
  int grpc_port() const { return grpc_port_; }
  int admin_port() const { return admin_port_; }
  std::unique_ptr<EchoService::Stub> Stub() const {
    return EchoService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", grpc_port_)));
  }

 private:
  std::string ports_file() const { return directory_ + "/ports.json"; }
  std::string log_file() const { return directory_ + "/log"; }

  static inline int count_ = 0;
  const std::string directory_;
  pid_t pid_ = -1;
  int grpc_port_ = 0;
  int admin_port_ = 0;
};

TEST(Serve, AnnouncesItselfAndDrainsOnSigterm) {
  Process process({"--drain-delay=60s"});
  ASSERT_TRUE(process.WaitUntilServing()) << process.log();
  EXPECT_TRUE(absl::StrContains(process.log(), "\"message\":\"serving\",\"service\":\"kpi-echo\""));
  EXPECT_TRUE(absl::StrContains(process.log(), "\"store\":\"none\""));
  const auto stub = process.Stub();
  grpc::ClientContext stream_context;
  EchoRequest request;
  request.set_count(1);
  const auto reader = stub->Count(&stream_context, request);
  EchoResponse response;
  ASSERT_TRUE(reader->Read(&response));
  httplib::Client admin("127.0.0.1", process.admin_port());
  EXPECT_EQ(admin.Get("/readyz")->status, 200);

  process.Signal(SIGTERM);
  EXPECT_TRUE(Eventually([&] { return admin.Get("/readyz")->status == 503; }));
  // Within the drain delay everything is still served.
  grpc::ClientContext call_context;
  EXPECT_TRUE(stub->Echo(&call_context, request, &response).ok());

  process.Signal(SIGTERM);  // a second one cuts the delay short
  EXPECT_FALSE(reader->Read(&response));
  const absl::Status end = FromGrpcStatus(reader->Finish());
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(end).reason, "SHUTTING_DOWN");
  EXPECT_EQ(process.Wait(), 0) << process.log();
  EXPECT_TRUE(absl::StrContains(process.log(), "flushed"));
  EXPECT_TRUE(absl::StrContains(process.log(), "stopped"));
}

// gRPC 1.51 by itself cancels calls that come while it shuts down.
TEST(Serve, WhoCallsWhileItStopsIsToldToCallAgain) {
  constexpr int kStops = 5;
  constexpr int kClients = 4;
  std::atomic<int> answered = 0;
  for (int stop = 0; stop < kStops; ++stop) {
    Process process({"--drain-delay=0s"});
    ASSERT_TRUE(process.WaitUntilServing()) << process.log();
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&] {
        const auto stub = process.Stub();
        const absl::Time give_up = absl::Now() + absl::Seconds(20);
        grpc::Status status;
        while (status.ok() && absl::Now() < give_up) {
          grpc::ClientContext context;
          EchoResponse response;
          status = stub->Echo(&context, EchoRequest(), &response);
          if (status.ok()) ++answered;
        }
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
        // Again and again, until the process is gone.
        while (absl::Now() < give_up) {
          grpc::ClientContext context;
          EchoResponse response;
          status = stub->Echo(&context, EchoRequest(), &response);
          EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
          if (absl::StrContains(status.error_message(), "Connection refused")) return;
        }
      });
    }
    EXPECT_TRUE(Eventually([&] { return answered > 100 * (stop + 1); }));
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0) << process.log();
    for (std::thread& client : clients) client.join();
  }
}

TEST(Serve, StopsOnSigintToo) {
  Process process({"--drain-delay=0s"});
  ASSERT_TRUE(process.WaitUntilServing()) << process.log();
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 0) << process.log();
}

TEST(Serve, FailsWithAReasonWhenAPortIsTaken) {
  Process first({});
  ASSERT_TRUE(first.WaitUntilServing()) << first.log();
  Process grpc_taken({absl::StrCat("--listen=127.0.0.1:", first.grpc_port())});
  EXPECT_EQ(grpc_taken.Wait(), 1);
  EXPECT_TRUE(absl::StrContains(grpc_taken.log(), "cannot listen on 127.0.0.1"))
      << grpc_taken.log();
  Process admin_taken({absl::StrCat("--admin-listen=127.0.0.1:", first.admin_port())});
  EXPECT_EQ(admin_taken.Wait(), 1);
  EXPECT_TRUE(absl::StrContains(admin_taken.log(), "admin-listen: cannot listen on"))
      << admin_taken.log();
}

TEST(Serve, RefusesUnknownFlags) {
  Process process({"--drain-dealy=1s"});
  EXPECT_EQ(process.Wait(), 2);
  EXPECT_TRUE(absl::StrContains(process.log(), "--drain-dealy")) << process.log();
}

}  // namespace
}  // namespace kpisuite
