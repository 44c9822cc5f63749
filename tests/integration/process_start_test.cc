// What a server says when it cannot start: one line that names the culprit, and an exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/storage/test_directory.h"
#include "tests/integration/child_process.h"
#include "tests/integration/service_process.h"

namespace kpisuite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int kFailure = 1;
constexpr int kUsage = 2;
// An address where nobody listens.
constexpr char kNobody[] = "127.0.0.1:1";

// Every test runs for every server.
class ProcessStart : public testing::TestWithParam<const char*> {
 protected:
  ProcessStart() { std::filesystem::create_directories(store()); }

  std::string store() const { return directory_.path() + "/store"; }

  // What the server needs besides its ports.
  std::vector<std::string> Arguments(const std::string& store_directory) const {
    const std::string program = GetParam();
    std::vector<std::string> arguments = {"--store=sqlite:" + store_directory};
    if (program == "kpi-measurement" || program == "kpi-evaluation") {
      arguments.push_back(absl::StrCat("--definition=", kNobody));
    }
    if (program == "kpi-evaluation") arguments.push_back(absl::StrCat("--measurement=", kNobody));
    if (program == "kpi-evaluation" || program == "kpi-standalone") {
      arguments.push_back("--cache=memory");
    }
    return arguments;
  }

  // Starts the server with `more` arguments; it is expected to end by itself.
  ProgramResult Run(const std::string& store_directory, const std::vector<std::string>& more,
                    const std::vector<std::string>& variables = {}) const {
    std::vector<std::string> arguments = Arguments(store_directory);
    arguments.insert(arguments.end(), {"--drain-delay=0s"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunProgram(GetParam(), arguments, directory_.path(), variables);
  }
  ProgramResult RunOnAnyPort(const std::string& store_directory) const {
    return Run(store_directory, {"--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0"});
  }

  TestDirectory directory_;
};

TEST_P(ProcessStart, UnknownFlagIsAUsageErrorThatNamesIt) {
  const ProgramResult result = Run(store(), {"--lissten=127.0.0.1:0"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.error, HasSubstr("--lissten"));
}

TEST_P(ProcessStart, UnknownConfigurationKeyIsAUsageErrorThatNamesIt) {
  const std::string file = directory_.path() + "/config.yaml";
  WriteText(file, "log-level: info\nlissten: 127.0.0.1:0\n");
  const ProgramResult result = Run(store(), {"--config=" + file, "--check-config"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.error, HasSubstr("lissten"));
}

TEST_P(ProcessStart, BadValueInTheEnvironmentIsAUsageError) {
  const ProgramResult result = Run(store(), {}, {"KPI_DRAIN_TIMEOUT=soon"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.error, AllOf(HasSubstr("drain-timeout"), HasSubstr("soon")));
}

TEST_P(ProcessStart, CheckConfigAcceptsAGoodConfigurationWithoutServing) {
  const ProgramResult result = Run(store(), {"--check-config"});
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_TRUE(std::filesystem::is_empty(store()));
}

TEST_P(ProcessStart, TakenPortIsNamed) {
  ServiceProcess first(GetParam(), directory_.path(), Arguments(store()));
  ASSERT_TRUE(first.Start().ok()) << first.Log();
  const std::string other = directory_.path() + "/other";
  std::filesystem::create_directories(other);
  const ProgramResult result =
      Run(other, {"--listen=" + first.address(), "--admin-listen=127.0.0.1:0"});
  EXPECT_EQ(result.exit_code, kFailure);
  EXPECT_THAT(result.error, HasSubstr("cannot listen on " + first.address()));
}

TEST_P(ProcessStart, SecondProcessOnTheSameStoreIsRefused) {
  ServiceProcess first(GetParam(), directory_.path(), Arguments(store()));
  ASSERT_TRUE(first.Start().ok()) << first.Log();
  const ProgramResult result = RunOnAnyPort(store());
  EXPECT_EQ(result.exit_code, kFailure);
  EXPECT_THAT(result.error, AllOf(HasSubstr(store()), HasSubstr("held by process")));
  EXPECT_TRUE(first.Running());
}

TEST_P(ProcessStart, FileInPlaceOfTheStoreDirectoryIsRefused) {
  const std::string file = directory_.path() + "/file";
  WriteText(file, "not a folder");
  const ProgramResult result = RunOnAnyPort(file);
  EXPECT_EQ(result.exit_code, kFailure);
  EXPECT_THAT(result.error, AllOf(HasSubstr(file), HasSubstr("not a directory")));
  EXPECT_EQ(ReadText(file), "not a folder");
}

TEST_P(ProcessStart, StoreDirectoryThatIsNotWritableIsRefused) {
  // Root may write anywhere, so that it runs the program as nobody: a copy that nobody can reach.
  const bool root = geteuid() == 0;
  const std::string program = directory_.path() + "/" + GetParam();
  std::filesystem::copy_file(ProgramPath(GetParam()), program);
  using std::filesystem::perms;
  std::filesystem::permissions(directory_.path(), perms::owner_all | perms::group_exec |
                                                      perms::others_read | perms::others_exec);
  std::filesystem::permissions(
      store(), perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec);
  std::vector<std::string> arguments = Arguments(store());
  arguments.insert(arguments.end(), {"--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0"});
  constexpr uid_t kNobodyUser = 65534;
  const ProgramResult result = RunProgram(program, arguments, directory_.path(), {},
                                          root ? std::optional<uid_t>(kNobodyUser) : std::nullopt);
  EXPECT_EQ(result.exit_code, kFailure);
  EXPECT_THAT(result.error, AllOf(HasSubstr(store()), HasSubstr("not writable")));
  std::filesystem::permissions(store(), perms::owner_all);
}

INSTANTIATE_TEST_SUITE_P(Servers, ProcessStart,
                         testing::Values("kpi-definition", "kpi-measurement", "kpi-evaluation",
                                         "kpi-standalone"),
                         [](const testing::TestParamInfo<const char*>& info) {
                           return std::string(info.param).substr(std::string("kpi-").size());
                         });

}  // namespace
}  // namespace kpisuite
