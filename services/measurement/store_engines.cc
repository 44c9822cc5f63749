#include "libs/base/clock.h"
#include "libs/storage/test_directory.h"
#include "services/measurement/memory_measurement_store.h"
#include "services/measurement/sqlite_measurement_store.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

StoreUnderTest OpenMemory() {
  StoreUnderTest under_test;
  under_test.store = std::make_unique<MemoryMeasurementStore>(kTestIncarnation, 16);
  return under_test;
}

StoreUnderTest OpenSqlite() {
  auto directory = std::make_shared<TestDirectory>();
  FakeClock clock(absl::FromUnixSeconds(kTestIncarnation));
  SqliteMeasurementStoreOptions options;
  options.directory = directory->path();
  options.free_space_floor_bytes = 0;
  options.ballast_bytes = 0;
  StoreUnderTest under_test;
  under_test.keep = directory;
  under_test.store = SqliteMeasurementStore::Create(options, clock).value();
  return under_test;
}

}  // namespace

std::vector<StoreEngine> EnginesUnderTest() {
  return {{"Memory", OpenMemory}, {"Sqlite", OpenSqlite}};
}

}  // namespace kpisuite
