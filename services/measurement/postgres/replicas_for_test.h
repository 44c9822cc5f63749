// What the tests of several processes on one database share.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "kpisuite/v1/measurement.pb.h"
#include "libs/base/clock.h"
#include "libs/base/hash.h"
#include "libs/postgres/test_server.h"
#include "services/measurement/postgres/postgres_measurement_store.h"

namespace kpisuite {

inline std::unique_ptr<PostgresMeasurementStore> OpenReplica(
    const PostgresTarget& target, absl::Duration poll_interval = absl::Seconds(1)) {
  static const SystemClock clock;
  PostgresMeasurementStoreOptions options;
  options.target = target;
  options.partitions = 8;
  options.poll_interval = poll_interval;
  auto store = PostgresMeasurementStore::Create(options, clock);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

// One sample of time `time` and value `value` of metric "delay", in the slice "origin=`origin`".
inline IngestUnit UnitOf(int part, const std::string& request_id, const std::string& origin,
                         int64_t time, int64_t value) {
  IngestUnit unit;
  unit.part = part;
  unit.workspace = "w";
  unit.request_id = request_id;
  unit.fingerprint = Sha256(request_id);
  unit.record_time = absl::FromUnixSeconds(1000);
  unit.metrics = {{"delay", "scale=2"}};
  SampleRow row;
  row.time_nano = time;
  row.sample_id = "s";
  row.content.value = value;
  unit.series.push_back({"delay", Slice::Parse("origin=" + origin).value(), {row}});
  return unit;
}

inline absl::StatusOr<IngestOutcome> IngestAndWait(MeasurementStore& store, IngestUnit unit) {
  std::promise<absl::StatusOr<IngestOutcome>> answer;
  store.Ingest(std::move(unit), [&answer](absl::StatusOr<IngestOutcome> outcome) {
    answer.set_value(std::move(outcome));
  });
  return answer.get_future().get();
}

// Series id and time to value.
using TableOfValues = std::map<std::pair<uint64_t, int64_t>, int64_t>;

// What replaying the feed of a partition gives; checks that it is dense and that every old value is
// what was there before.
inline TableOfValues ReplayFeed(MeasurementStore& store, int part) {
  TableOfValues values;
  EXPECT_TRUE(store.RefreshHeads().ok());
  int64_t seq = 0;
  while (seq < store.Heads()[part].last_seq) {
    const auto changes = store.ReadChanges(part, store.Heads()[part].incarnation, seq, 1 << 20);
    EXPECT_TRUE(changes.ok()) << changes.status();
    if (!changes.ok()) return values;
    for (const std::string& bytes : changes->batches) {
      v1::ChangeBatch batch;
      EXPECT_TRUE(batch.ParseFromString(bytes));
      EXPECT_EQ(batch.position().seq(), ++seq);
      for (const v1::SeriesChanges& series : batch.series()) {
        for (int row = 0; row < series.time_unix_nano_size(); ++row) {
          const auto key = std::make_pair(series.series_id(), series.time_unix_nano(row));
          const auto old = values.find(key);
          EXPECT_EQ(old == values.end() ? 0 : old->second, series.old_values(row));
          values[key] = series.new_values(row);
        }
      }
    }
  }
  return values;
}

inline TableOfValues ReadTable(MeasurementStore& store, int part) {
  TableOfValues values;
  const auto snapshot = store.Snapshot().value();
  std::vector<SeriesRecord> series;
  EXPECT_TRUE(snapshot
                  ->VisitSeries("w", "delay", "",
                                [&](const SeriesRecord& record) {
                                  if (record.part == part) series.push_back(record);
                                  return true;
                                })
                  .ok());
  for (const SeriesRecord& one : series) {
    EXPECT_TRUE(snapshot
                    ->VisitSamples(one.id, {},
                                   [&](const StoredSample& sample) {
                                     values[{one.id, sample.time_nano}] = sample.value;
                                     return true;
                                   })
                    .ok());
  }
  return values;
}

}  // namespace kpisuite
