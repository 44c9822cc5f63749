#include "libs/postgres/test_server.h"
#include "services/measurement/postgres/postgres_measurement_store.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {
namespace {

StoreUnderTest OpenPostgres() {
  static const FakeClock clock(absl::FromUnixSeconds(kTestIncarnation));
  PostgresMeasurementStoreOptions options;
  options.target = PostgresTestServer::Shared().NewDatabase().value();
  options.partitions = 16;
  StoreUnderTest under_test;
  under_test.store = PostgresMeasurementStore::Create(options, clock).value();
  return under_test;
}

}  // namespace

std::vector<StoreEngine> EnginesUnderTest() { return {{"Postgres", OpenPostgres}}; }

}  // namespace kpisuite
