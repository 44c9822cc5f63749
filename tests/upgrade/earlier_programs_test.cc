// Programs of earlier versions, as processes: the present ones start beside them on one database,
// or after them on their files, and nothing that was acknowledged by either is lost.
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/postgres/test_server.h"
#include "libs/storage/test_directory.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/shared_load.h"
#include "tests/upgrade/later_version.h"
#include "tests/upgrade/stored_suite.h"

namespace kpisuite {
namespace {

// The version in which one evaluator at a time had the log; later ones share it.
constexpr char kOneEvaluator[] = "0_1";

constexpr char kDefinedMeanwhile[] = R"(
apiVersion: kpisuite/v1
kind: Kpi
metadata: {name: meanwhile}
spec:
  owner: team@example.com
  inputs: {all: {metric: m0, aggregation: COUNT}}
  unit: count
  direction: HIGHER
  windows: [DAY]
  target: {fixed: 10}
)";

// The kind of machine that a program is for; 0 when it is none.
int MachineOf(const std::string& program) {
  std::ifstream file(program, std::ios::binary);
  char header[sizeof(Elf64_Ehdr)] = {};
  file.read(header, sizeof(header));
  Elf64_Half machine = 0;
  std::memcpy(&machine, header + offsetof(Elf64_Ehdr, e_machine), sizeof(machine));
  return machine;
}

class EarlierPrograms : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const ProgramResult unpacked = RunProgram(
        "/bin/tar", {"-xJf", FixturePath(GetParam(), "programs.tar.xz"), "-C", programs_.path()},
        programs_.path());
    ASSERT_EQ(unpacked.exit_code, 0) << unpacked.error;
    const int machine = MachineOf(programs_.path() + "/kpi-definition");
    if (machine != MachineOf("/proc/self/exe")) {
      GTEST_SKIP() << "the programs of " << GetParam() << " are for ELF machine " << machine;
    }
  }

  ProcessSuiteOptions Earlier(const std::string& store) const {
    return {.with_redis = false, .store = store, .programs = programs_.path()};
  }
  static ProcessSuiteOptions Present(const std::string& store) {
    return {.with_redis = false, .store = store};
  }

  // What is said of the KPIs of the fixture, which nobody writes about.
  static std::set<std::string> StatesOfFixture(SuiteClient& client) {
    std::set<std::string> own = {KpiName("meanwhile")};
    for (int kpi = 0; kpi < SharedLoad::kKpis; ++kpi) own.insert(KpiName(SharedLoad::Kpi(kpi)));
    std::set<std::string> states;
    v1::ListStatesRequest list;
    list.set_parent(kTestParent);
    do {
      const auto page = SuiteClient::Call(client.evaluation(),
                                          &v1::EvaluationService::StubInterface::ListStates, list);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::KpiState& state : page->states()) {
        if (own.contains(state.kpi())) continue;
        states.insert(absl::StrCat(state.kpi(), " ", state.window(), " ", state.period().id(),
                                   " = ", state.value(), " ", v1::Status_Name(state.status()), " #",
                                   state.revision()));
      }
      list.set_page_token(page->next_page_token());
    } while (!list.page_token().empty());
    return states;
  }

  // Writes by turns through both, while `work` is done.
  void WriteDuring(const std::function<void()>& work, SuiteClient& one, SuiteClient& other) {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      for (int round = 0; !stop && !HasFailure(); ++round) {
        load_.Write(round % 2 == 0 ? one : other);
      }
    });
    work();
    stop = true;
    writer.join();
  }

  // Everything that was written, as states and as samples, is told there.
  void Check(SuiteClient& client) const {
    load_.CheckReads(client);
    load_.CheckLog(client);
  }

  // The evaluation of the present version takes over from the earlier one, or shares with it.
  void StartEvaluation(ProcessSuite& present, ProcessSuite& earlier) const {
    absl::Status ready = present.StartEvaluation();
    if (ready.ok()) ready = present.evaluation().WaitUntilReady();
    EXPECT_TRUE(ready.ok()) << ready;
    if (GetParam() == kOneEvaluator) {
      EXPECT_EQ(earlier.evaluation().WaitUntilEnded(), 0);
    }
  }

  TestDirectory programs_;
  SharedLoad load_;
};

TEST_P(EarlierPrograms, ServeBesideThePresentOnesWhichMigrateAndGoOnWithoutThem) {
  const PostgresTarget target = PostgresTestServer::Shared().NewDatabase().value();
  ASSERT_TRUE(LoadPostgresFixture(GetParam(), target).ok());
  ProcessSuite earlier(Earlier(target.uri));
  ASSERT_TRUE(earlier.Start().ok());
  SuiteClient before = earlier.Client();
  const std::set<std::string> states = StatesOfFixture(before);
  EXPECT_FALSE(states.empty());
  ASSERT_TRUE(before.Define(SharedLoad::Definitions()).ok());
  load_.Write(before);
  load_.CheckReads(before);

  // What is defined and written through the present programs is evaluated by the earlier one.
  ProcessSuite present(Present(target.uri));
  ASSERT_TRUE(present.StartDefinition().ok());
  ASSERT_TRUE(present.StartMeasurement().ok());
  SuiteClient crossed(present.definition().address(), present.measurement().address(),
                      earlier.evaluation().address());
  ASSERT_TRUE(crossed.Define(kDefinedMeanwhile).ok());
  for (int round = 0; round < 4; ++round) load_.Write(round % 2 == 0 ? before : crossed);
  for (SuiteClient* client : {&before, &crossed}) Check(*client);
  EXPECT_EQ(StatesOfFixture(crossed), states);

  WriteDuring([&] { StartEvaluation(present, earlier); }, before, crossed);
  SuiteClient after = present.Client();
  SuiteClient back(earlier.definition().address(), earlier.measurement().address(),
                   present.evaluation().address());
  const auto add = [&] {
    const absl::Status added = AddAsALaterVersion(target);
    EXPECT_TRUE(added.ok()) << added;
  };
  WriteDuring(add, after, back);
  for (SuiteClient* client : {&after, &back}) {
    load_.Write(*client);
    Check(*client);
  }
  if (GetParam() != kOneEvaluator) {
    load_.CheckReads(before);
    EXPECT_TRUE(earlier.evaluation().Terminate().ok());
  }
  EXPECT_TRUE(earlier.measurement().Terminate().ok());
  EXPECT_TRUE(earlier.definition().Terminate().ok());
  load_.Write(after);
  Check(after);
  load_.CheckWatch(after);
  EXPECT_EQ(StatesOfFixture(after), states);
}

TEST_P(EarlierPrograms, LeaveFilesThatThePresentOnesGoOnWith) {
  TestDirectory directory;
  ASSERT_TRUE(LoadSqliteFixture(GetParam(), directory.path()).ok());
  const std::string store = "sqlite:" + directory.path();
  std::set<std::string> states;
  {
    ProcessSuite earlier(Earlier(store));
    ASSERT_TRUE(earlier.Start().ok());
    SuiteClient before = earlier.Client();
    states = StatesOfFixture(before);
    EXPECT_FALSE(states.empty());
    ASSERT_TRUE(before.Define(SharedLoad::Definitions()).ok());
    for (int round = 0; round < 3; ++round) load_.Write(before);
    load_.CheckReads(before);
    load_.Write(before);
    // Not all of this is in the state log, nor in the tables that samples are folded into.
    earlier.evaluation().Kill();
    earlier.measurement().Kill();
    EXPECT_TRUE(earlier.definition().Terminate().ok());
  }
  ProcessSuite present(Present(store));
  ASSERT_TRUE(present.Start().ok());
  SuiteClient after = present.Client();
  load_.CheckReads(after);
  load_.Write(after);
  Check(after);
  load_.CheckWatch(after);
  EXPECT_EQ(StatesOfFixture(after), states);
}

// The fixtures that have programs.
std::vector<std::string> VersionsWithPrograms() {
  std::vector<std::string> versions = FixtureVersions();
  std::erase_if(versions, [](const std::string& version) {
    return !std::ifstream(FixturePath(version, "programs.tar.xz")).good();
  });
  return versions;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, EarlierPrograms, testing::ValuesIn(VersionsWithPrograms()),
                         [](const auto& info) { return "Of" + info.param; });

}  // namespace
}  // namespace kpisuite
