// SqliteIngest: applies units to the tables of measurement.db, inside a transaction of the caller.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/storage/connection.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// A series as the writer remembers it.
struct KnownSeries {
  uint64_t id = 0;
  bool has_business_day = false;
};

// Series by identity: a memory of committed rows, and what the transaction in progress has added.
// Not thread-safe.
class SeriesMemory {
 public:
  // The series from memory or from the table; id 0 when there is none.
  absl::StatusOr<KnownSeries> Find(Connection& connection, const std::string& key,
                                   const IngestUnit& unit, const SeriesRows& rows);
  // Adds the row of a new series.
  absl::StatusOr<KnownSeries> Add(Connection& connection, const std::string& key,
                                  const IngestUnit& unit, const SeriesRows& rows);
  absl::Status SetHasBusinessDay(Connection& connection, const std::string& key, uint64_t id);

  static std::string KeyOf(const IngestUnit& unit, const SeriesRows& rows);

  void Commit();
  // How much the transaction in progress has learned; forgets all after the first `size` of it.
  size_t uncommitted() const { return uncommitted_.size(); }
  void Forget(size_t size) { uncommitted_.resize(size); }

 private:
  absl::flat_hash_map<std::string, KnownSeries> committed_;
  std::vector<std::pair<std::string, KnownSeries>> uncommitted_;
};

// Not thread-safe.
class SqliteIngest {
 public:
  // See MeasurementStore::Ingest. On an error the caller takes back what the unit wrote.
  absl::StatusOr<IngestOutcome> Apply(Connection& connection, const IngestUnit& unit);

  // The transaction is durable: the heads that it moved.
  std::vector<FeedHead> Commit();
  void RollBack();

 private:
  SeriesMemory series_;
  std::map<int, FeedHead> moved_heads_;
};

}  // namespace kpisuite
