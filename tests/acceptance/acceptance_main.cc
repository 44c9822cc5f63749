// Registers every case file below this folder as a test, and the tests that each rule has a case
// and each worked example of the contract something that shows it.
// The name of a test is the path of its file; ctest selects by it, so '-', which starts a negative
// filter, becomes '_'.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/acceptance/acceptance_case.h"
#include "tests/acceptance/case_parser.h"
#include "tests/acceptance/case_runner.h"
#include "tests/acceptance/rule_list.h"
#include "tests/acceptance/worked_examples.h"

namespace kpisuite {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One run of one case.
class CaseTest : public testing::Test {
 public:
  CaseTest(ParsedCase acceptance, RunMode mode) : case_(std::move(acceptance)), mode_(mode) {}

  void TestBody() override {
    const AcceptanceCase& parsed = case_.parsed;
    ASSERT_TRUE(case_.errors.empty()) << ToString(parsed.file, case_.errors);
    const std::vector<std::string> failures = RunCase(parsed, mode_);
    EXPECT_TRUE(failures.empty()) << parsed.title << "\n" << absl::StrJoin(failures, "\n");
  }

 private:
  const ParsedCase case_;
  const RunMode mode_;
};

// Every rule of rules.txt that is not for later has a case.
class RulesTest : public testing::Test {
 public:
  RulesTest(std::string rules, std::vector<AcceptanceCase> cases)
      : rules_(std::move(rules)), cases_(std::move(cases)) {}

  void TestBody() override {
    std::vector<CaseError> errors;
    const std::vector<Rule> rules = ReadRules(rules_, errors);
    EXPECT_TRUE(errors.empty()) << ToString("rules.txt", errors);
    const std::vector<std::string> problems = CheckCoverage(rules, cases_);
    EXPECT_TRUE(problems.empty()) << absl::StrJoin(problems, "\n");
    EXPECT_GE(cases_.size(), size_t{60});
  }

 private:
  const std::string rules_;
  const std::vector<AcceptanceCase> cases_;
};

// Every worked example of worked_examples.txt is shown by a case or a test, or waits for a rule.
class WorkedExamplesTest : public testing::Test {
 public:
  explicit WorkedExamplesTest(fs::path folder) : folder_(std::move(folder)) {}

  void TestBody() override {
    std::vector<CaseError> errors;
    const std::vector<Rule> rules = ReadRules(ReadFile(folder_ / "rules.txt"), errors);
    const std::vector<WorkedExample> examples =
        ReadWorkedExamples(ReadFile(folder_ / "worked_examples.txt"), errors);
    EXPECT_TRUE(errors.empty()) << ToString("worked_examples.txt", errors);
    const SourceReader read_source = [this](const std::string& path) -> std::optional<std::string> {
      const fs::path file = folder_ / ".." / ".." / path;
      if (!fs::is_regular_file(file)) return std::nullopt;
      return ReadFile(file);
    };
    const std::vector<std::string> problems = CheckWorkedExamples(examples, rules, read_source);
    EXPECT_TRUE(problems.empty()) << absl::StrJoin(problems, "\n");
    EXPECT_GE(examples.size(), size_t{60});
  }

 private:
  const fs::path folder_;
};

void Register(const ParsedCase& acceptance) {
  const fs::path path(acceptance.parsed.file);
  const std::string suite = absl::StrCat("acceptance/", path.parent_path().string());
  const std::string name = absl::StrReplaceAll(path.stem().string(), {{"-", "_"}});
  const std::map<RunMode, std::string> names = {{RunMode::kIncremental, name},
                                                {RunMode::kRestarted, name + "/restarted"},
                                                {RunMode::kReversed, name + "/reversed"}};
  for (const auto& [mode, test_name] : names) {
    testing::RegisterTest(
        suite.c_str(), test_name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [acceptance, mode = mode]() -> testing::Test* { return new CaseTest(acceptance, mode); });
  }
}

Preludes ReadPreludes(const fs::path& folder) {
  Preludes preludes;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    preludes[entry.path().stem().string()] = ReadFile(entry.path());
  }
  return preludes;
}

void RegisterAll(const fs::path& root) {
  const Preludes preludes = ReadPreludes(root / "prelude");
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    const bool is_case =
        entry.path().extension() == ".kpi" && entry.path().parent_path() != root / "prelude";
    if (is_case) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<AcceptanceCase> cases;
  for (const fs::path& file : files) {
    const ParsedCase acceptance =
        ParseCase(fs::relative(file, root).string(), ReadFile(file), preludes);
    cases.push_back(acceptance.parsed);
    Register(acceptance);
  }
  const std::string rules = ReadFile(root / "rules.txt");
  testing::RegisterTest("acceptance", "EveryRuleHasACase", nullptr, nullptr, __FILE__, __LINE__,
                        [rules, cases]() -> testing::Test* { return new RulesTest(rules, cases); });
  testing::RegisterTest("acceptance", "EveryWorkedExampleIsShown", nullptr, nullptr, __FILE__,
                        __LINE__,
                        [root]() -> testing::Test* { return new WorkedExamplesTest(root); });
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  kpisuite::RegisterAll(KPISUITE_ACCEPTANCE_DIR);
  return RUN_ALL_TESTS();
}
