#include "libs/rpc/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

struct Values {
  std::string store = "sqlite:.";
  int threads = 4;
  bool verbose = false;
  absl::Duration delay = absl::Seconds(3);
};

struct Outcome {
  std::optional<int> exit_code;
  Values values;
  std::string out;
  std::string err;
};

Outcome Parse(std::vector<const char*> arguments) {
  Outcome outcome;
  OptionParser parser("kpi-test", "Tests options.");
  parser.Add("store", outcome.values.store, "Where the data is.");
  parser.Add("threads", outcome.values.threads, 1, 8, "Number of threads.");
  parser.Add("verbose", outcome.values.verbose, "Says more.");
  parser.Add("delay", outcome.values.delay, "A delay.");
  parser.AddCheck([&outcome] {
    return outcome.values.store == "bad"
               ? InvalidFields({{"store", "got bad, want sqlite:DIR", "", 0, 0}})
               : absl::OkStatus();
  });
  arguments.insert(arguments.begin(), "kpi-test");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.exit_code = parser.Parse(static_cast<int>(arguments.size()), arguments.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text)
      : path_(absl::StrCat(testing::TempDir(), "/kpi-options-", getpid(), ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::remove(path_.c_str()); }
  const char* path() const { return path_.c_str(); }

 private:
  std::string path_;
};

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Options, KeepTheirDefaults) {
  const Outcome outcome = Parse({});
  EXPECT_FALSE(outcome.exit_code.has_value()) << outcome.err;
  EXPECT_EQ(outcome.values.store, "sqlite:.");
  EXPECT_EQ(outcome.values.delay, absl::Seconds(3));
}

TEST(Options, ComeFromFlags) {
  const Outcome outcome = Parse({"--store=x", "--threads", "7", "--verbose", "--delay", "1m30s"});
  EXPECT_FALSE(outcome.exit_code.has_value()) << outcome.err;
  EXPECT_EQ(outcome.values.store, "x");
  EXPECT_EQ(outcome.values.threads, 7);
  EXPECT_TRUE(outcome.values.verbose);
  EXPECT_EQ(outcome.values.delay, absl::Seconds(90));
}

TEST(Options, ComeFromTheEnvironment) {
  const Environment store("KPI_STORE", "from-environment");
  const Environment delay("KPI_DELAY", "7s");
  const Environment verbose("KPI_VERBOSE", "true");
  EXPECT_EQ(Parse({}).values.store, "from-environment");
  EXPECT_EQ(Parse({}).values.delay, absl::Seconds(7));
  EXPECT_TRUE(Parse({}).values.verbose);
  EXPECT_EQ(Parse({"--store=flag"}).values.store, "flag");
}

TEST(Options, ComeFromAYamlFile) {
  const ConfigFile file("# comment\nstore: from-file\nthreads: 2\nverbose: true\ndelay: 20ms\n");
  const Outcome outcome = Parse({"--config", file.path(), "--threads=3"});
  EXPECT_FALSE(outcome.exit_code.has_value()) << outcome.err;
  EXPECT_EQ(outcome.values.store, "from-file");
  EXPECT_EQ(outcome.values.threads, 3);
  EXPECT_TRUE(outcome.values.verbose);
  EXPECT_EQ(outcome.values.delay, absl::Milliseconds(20));
}

TEST(Options, LetTheEnvironmentBeatTheFile) {
  const ConfigFile file("store: from-file\n");
  const Environment config("KPI_CONFIG", file.path());
  EXPECT_EQ(Parse({}).values.store, "from-file");
  const Environment store("KPI_STORE", "from-environment");
  EXPECT_EQ(Parse({}).values.store, "from-environment");
}

TEST(Options, RefuseWhatTheyDoNotKnowByName) {
  const Outcome flag = Parse({"--stroe=x"});
  EXPECT_EQ(flag.exit_code, kExitUsage);
  EXPECT_NE(flag.err.find("--stroe"), std::string::npos) << flag.err;
  const Outcome argument = Parse({"surprise"});
  EXPECT_EQ(argument.exit_code, kExitUsage);
  EXPECT_NE(argument.err.find("surprise"), std::string::npos) << argument.err;

  const ConfigFile file("threads: 2\nstroe: x\n");
  const Outcome key = Parse({"--config", file.path()});
  EXPECT_EQ(key.exit_code, kExitUsage);
  EXPECT_NE(key.err.find("line 2, column 1: unknown key stroe"), std::string::npos) << key.err;
}

TEST(Options, RefuseBadFiles) {
  const std::pair<const char*, const char*> cases[] = {
      {"store: a\nstore: b\n", "line 2, column 1: duplicate key store"},
      {"store: [a, b]\n", "store: want a single value"},
      {"store:\n  nested: a\n", "store: want a single value"},
      {"- a\n", "want a mapping"},
      {"store: {unfinished\n", "line "},
      {"config: other.yaml\n", "unknown key config"}};
  for (const auto& [text, error] : cases) {
    const ConfigFile file(text);
    const Outcome outcome = Parse({"--config", file.path()});
    EXPECT_EQ(outcome.exit_code, kExitUsage) << text;
    EXPECT_NE(outcome.err.find(error), std::string::npos) << text << outcome.err;
  }
  const Outcome missing = Parse({"--config", "/nonexistent/kpi.yaml"});
  EXPECT_EQ(missing.exit_code, kExitUsage);
  EXPECT_NE(missing.err.find("/nonexistent/kpi.yaml"), std::string::npos) << missing.err;
}

TEST(Options, RefuseBadValuesByName) {
  for (const char* bad : {"--threads=0", "--threads=9", "--threads=x", "--delay=fast",
                          "--delay=-1s", "--store=bad", "--verbose=maybe"}) {
    const Outcome outcome = Parse({bad});
    EXPECT_EQ(outcome.exit_code, kExitUsage) << bad;
    const std::string name = std::string(bad).substr(2, std::string(bad).find('=') - 2);
    EXPECT_NE(outcome.err.find(name), std::string::npos) << bad << outcome.err;
  }
}

TEST(Options, PrintHelpVersionAndTheResultOfACheck) {
  const Outcome help = Parse({"--help"});
  EXPECT_EQ(help.exit_code, kExitOk);
  for (const char* text :
       {"--store", "KPI_STORE", "sqlite:.", "--check-config", "--config", "3s"}) {
    EXPECT_NE(help.out.find(text), std::string::npos) << text << help.out;
  }
  const Outcome version = Parse({"--version"});
  EXPECT_EQ(version.exit_code, kExitOk);
  EXPECT_EQ(version.out, absl::StrCat("kpi-test ", KPISUITE_VERSION, "\n"));
  EXPECT_EQ(Parse({"--check-config"}).exit_code, kExitOk);
  EXPECT_EQ(Parse({"--check-config", "--store=bad"}).exit_code, kExitUsage);
}

}  // namespace
}  // namespace kpisuite
