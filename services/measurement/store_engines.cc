#include "services/measurement/memory_measurement_store.h"
#include "services/measurement/store_contract.h"

namespace kpisuite {

std::vector<StoreEngine> EnginesUnderTest() {
  return {{"Memory", [] {
             StoreUnderTest under_test;
             under_test.store = std::make_unique<MemoryMeasurementStore>(kTestIncarnation, 16);
             return under_test;
           }}};
}

}  // namespace kpisuite
