// kill -9 of a process that writes to a SQLite store: what was acknowledged stays, repetitions are
// recognised, the feed is dense, and replaying it gives the table.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <tuple>

#include "kpisuite/v1/measurement.pb.h"
#include "libs/base/hash.h"
#include "libs/storage/test_directory.h"
#include "services/measurement/sqlite_measurement_store.h"

namespace kpisuite {
namespace {

constexpr int kPart = 2;
constexpr int kRows = 20;
constexpr int kUnits = 5000;  // more than a child survives to write

std::unique_ptr<SqliteMeasurementStore> Open(const std::string& directory) {
  SystemClock clock;
  SqliteMeasurementStoreOptions options;
  options.directory = directory;
  options.free_space_floor_bytes = 0;
  options.ballast_bytes = 0;
  return SqliteMeasurementStore::Create(options, clock).value();
}

// Unit `number` inserts new samples and corrects some of the unit before.
IngestUnit UnitOf(int number) {
  IngestUnit unit;
  unit.part = kPart;
  unit.workspace = "w";
  unit.request_id = "unit-" + std::to_string(number);
  unit.fingerprint = Sha256(unit.request_id);
  unit.record_time = absl::FromUnixSeconds(number);
  unit.metrics = {{"delay", "scale=2"}};
  SeriesRows rows{"delay", Slice::Parse("origin=ORD").value(), {}};
  for (int i = number == 0 ? 0 : -3; i < kRows; ++i) {
    SampleRow row;
    row.time_nano = number * kRows + i;
    row.sample_id = "s";
    row.content.value = number;
    rows.rows.push_back(std::move(row));
  }
  unit.series.push_back(std::move(rows));
  return unit;
}

// Writes units from `first` on and tells the number of each that is acknowledged. Never returns.
[[noreturn]] void WriteUntilKilled(const std::string& directory, int first, int acks) {
  const auto store = Open(directory);
  for (int number = first; number < kUnits; ++number) {
    store->Ingest(UnitOf(number), [number, acks](const absl::StatusOr<IngestOutcome>& outcome) {
      if (outcome.ok() && write(acks, &number, sizeof(number)) != sizeof(number)) _exit(2);
    });
    while (store->queued_bytes() > 200'000) usleep(100);
  }
  store->Shutdown();
  _exit(0);
}

// Runs a child until it has acknowledged `acks` units and kills it; the last acknowledged one.
int RunAndKill(const std::string& directory, int first, int acks) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) WriteUntilKilled(directory, first, pipe_ends[1]);
  close(pipe_ends[1]);
  int last = first - 1;
  for (int i = 0; i < acks; ++i) {
    int number = 0;
    if (read(pipe_ends[0], &number, sizeof(number)) != sizeof(number)) break;
    EXPECT_EQ(number, last + 1);
    last = number;
  }
  kill(child, SIGKILL);
  // Acks that were on their way count.
  int number = 0;
  while (read(pipe_ends[0], &number, sizeof(number)) == sizeof(number)) last = number;
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  return last;
}

using Values = std::map<std::pair<int64_t, std::string>, int64_t>;

Values ReplayFeed(SqliteMeasurementStore& store) {
  Values values;
  const ChangePage page = store.ReadChanges(kPart, 0, 0, size_t{1} << 30).value();
  for (size_t i = 0; i < page.batches.size(); ++i) {
    v1::ChangeBatch batch;
    EXPECT_TRUE(batch.ParseFromString(page.batches[i]));
    EXPECT_EQ(batch.position().seq(), static_cast<int64_t>(i) + 1);
    for (const v1::SeriesChanges& series : batch.series()) {
      for (int row = 0; row < series.time_unix_nano_size(); ++row) {
        const auto key = std::make_pair(series.time_unix_nano(row), series.sample_ids(row));
        const auto old = values.find(key);
        if (series.kinds(row) == v1::ROW_CHANGE_INSERTED) {
          EXPECT_EQ(old, values.end());
        } else {
          EXPECT_EQ(old->second, series.old_values(row));
        }
        values[key] = series.new_values(row);
      }
    }
  }
  EXPECT_EQ(store.Heads()[kPart].last_seq, static_cast<int64_t>(page.batches.size()));
  return values;
}

Values ReadTable(SqliteMeasurementStore& store) {
  Values values;
  const auto snapshot = store.Snapshot().value();
  uint64_t series = 0;
  EXPECT_TRUE(snapshot
                  ->VisitSeries("w", "delay", "",
                                [&](const SeriesRecord& record) {
                                  series = record.id;
                                  return true;
                                })
                  .ok());
  EXPECT_TRUE(
      snapshot
          ->VisitSamples(series, {},
                         [&](const StoredSample& sample) {
                           values[{sample.time_nano, std::string(sample.sample_id)}] = sample.value;
                           return true;
                         })
          .ok());
  return values;
}

TEST(SqliteMeasurementStoreCrash, WhatWasAcknowledgedSurvivesAKill) {
  const TestDirectory directory;
  int next = 0;
  for (int round = 0; round < 12; ++round) {
    const int last = RunAndKill(directory.path(), next, 5 + 13 * round);
    ASSERT_GE(last, next);
    const auto store = Open(directory.path());
    // Acknowledged units are there and known; the one after may be, unacknowledged.
    for (int number = next; number <= last; ++number) {
      store->Ingest(UnitOf(number), [&](const absl::StatusOr<IngestOutcome>& outcome) {
        ASSERT_TRUE(outcome.ok()) << outcome.status();
        EXPECT_TRUE(outcome->duplicate);
        EXPECT_EQ(outcome->counts.inserted, kRows);
      });
    }
    store->Shutdown();
    EXPECT_EQ(ReplayFeed(*store), ReadTable(*store));
    EXPECT_GE(ReadTable(*store).size(), static_cast<size_t>((last + 1) * kRows));
    next = last + 1;
  }
}

}  // namespace
}  // namespace kpisuite
