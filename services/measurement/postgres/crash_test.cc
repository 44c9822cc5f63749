// The server stops as in a crash while samples are written: what was acknowledged stays, what was
// not can be repeated, the feed is dense, and replaying it gives the table.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/mutex.h"
#include "services/measurement/postgres/replicas_for_test.h"

namespace kpisuite {
namespace {

constexpr int kParts = 3;

// Unit `number` of a partition: a new sample, and a correction of one of the unit before.
IngestUnit NumberedUnit(int part, int number) {
  IngestUnit unit = UnitOf(part, absl::StrCat("p", part, "-", number), "x", number, 1);
  SampleRow again = unit.series[0].rows[0];
  again.time_nano = std::max(0, number - 1);
  again.content.value = 2 + number;
  if (number > 0) unit.series[0].rows.insert(unit.series[0].rows.begin(), again);
  return unit;
}

// Keeps units of one partition on their way until told to stop. Acknowledged numbers.
std::set<int> WriteUntil(const std::atomic<bool>& stop, MeasurementStore& store, int part,
                         int first) {
  Mutex mutex;
  std::set<int> acknowledged;
  std::atomic<int> on_the_way{0};
  for (int number = first; !stop; ++number) {
    while (on_the_way > 20) std::this_thread::yield();
    ++on_the_way;
    store.Ingest(NumberedUnit(part, number),
                 [&, number](const absl::StatusOr<IngestOutcome>& outcome) {
                   if (outcome.ok()) {
                     MutexLock lock(mutex);
                     acknowledged.insert(number);
                   } else {
                     EXPECT_EQ(outcome.status().code(), absl::StatusCode::kUnavailable);
                   }
                   --on_the_way;
                 });
  }
  while (on_the_way > 0) std::this_thread::yield();
  return acknowledged;
}

TEST(PostgresMeasurementStoreCrash, WhatWasAcknowledgedSurvivesACrashOfTheServer) {
  PostgresTestServer server;
  ASSERT_TRUE(server.Start().ok());
  const PostgresTarget target = server.NewDatabase().value();
  std::unique_ptr<PostgresMeasurementStore> store = OpenReplica(target);
  std::vector<int> next(kParts, 0);
  for (int round = 0; round < 4; ++round) {
    std::atomic<bool> stop{false};
    std::vector<std::set<int>> acknowledged(kParts);
    std::vector<std::thread> writers;
    for (int part = 0; part < kParts; ++part) {
      writers.emplace_back(
          [&, part] { acknowledged[part] = WriteUntil(stop, *store, part, next[part]); });
    }
    const int64_t groups = store->groups_committed();
    const std::vector<FeedHead> heads = store->Heads();
    const auto stands = [&](const FeedHead& before) {
      return before.part < kParts && store->Heads()[before.part].last_seq == before.last_seq;
    };
    while (store->groups_committed() < groups + 20 + 17 * round ||
           std::any_of(heads.begin(), heads.end(), stands)) {
      std::this_thread::yield();
    }
    server.Crash();
    stop = true;
    for (std::thread& writer : writers) writer.join();
    ASSERT_TRUE(server.Start().ok());
    if (round % 2 == 1) store = OpenReplica(target);  // else the same one goes on
    for (int part = 0; part < kParts; ++part) {
      ASSERT_FALSE(acknowledged[part].empty());
      // Repetitions of the acknowledged are known; the others get a definite answer now.
      const int last = *acknowledged[part].rbegin();
      for (int number = next[part]; number <= last; ++number) {
        const auto outcome = IngestAndWait(*store, NumberedUnit(part, number));
        ASSERT_TRUE(outcome.ok()) << outcome.status();
        EXPECT_TRUE(outcome->duplicate || !acknowledged[part].contains(number)) << number;
      }
      next[part] = last + 1000;
      EXPECT_EQ(ReplayFeed(*store, part), ReadTable(*store, part));
    }
  }
}

}  // namespace
}  // namespace kpisuite
