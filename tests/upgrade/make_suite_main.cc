// make_suite DIRECTORY: the SQLite files of a small suite with a past, for make_fixture.sh.
#include <cstdio>
#include <filesystem>

#include "tests/integration/suite_with_a_past.h"

namespace kpisuite {
namespace {

constexpr int kDeliveriesADay = 8;

int Run(const std::string& directory) {
  ProcessSuite suite(ProcessSuiteOptions{.with_redis = false});
  absl::Status done = suite.Start();
  if (done.ok()) done = GiveAPast(suite, kDeliveriesADay).status();
  if (done.ok()) done = StopServices(suite);
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.ToString().c_str());
    return 1;
  }
  for (const std::string store : {"definition", "measurement", "evaluation"}) {
    std::filesystem::copy(suite.StoreDirectory(store), directory + "/" + store,
                          std::filesystem::copy_options::recursive);
  }
  return 0;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) {
  if (argc == 2) return kpisuite::Run(argv[1]);
  std::fprintf(stderr, "usage: make_suite DIRECTORY\n");
  return 2;
}
