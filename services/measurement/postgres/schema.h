// The tables of measurement in PostgreSQL, schema "kpi_measurement".
//
// Every table but `metric` has `part` in each of its keys, every statement names it or reads by a
// key that holds it: the tables can be distributed by `part` (Citus), `metric` as a reference
// table. Nothing here was run on Citus.
#pragma once

#include <cstdint>

#include "libs/postgres/migration.h"

namespace kpisuite {

PostgresSchema PostgresMeasurementSchema();

// The id of a series holds its partition, so that a series is found where it lies.
inline constexpr int kSeriesNumberBits = 44;
constexpr uint64_t SeriesIdOf(int part, int64_t number) {
  return static_cast<uint64_t>(part) << kSeriesNumberBits | static_cast<uint64_t>(number);
}
constexpr int PartOfSeries(uint64_t id) { return static_cast<int>(id >> kSeriesNumberBits); }

}  // namespace kpisuite
