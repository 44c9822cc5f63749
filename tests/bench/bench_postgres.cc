// bench_postgres: samples per second of measurement's store on PostgreSQL, next to upserts of the
// same rows with unnest, written by hand. Server and client on the same machine.
//
// Writers share the connections and commits of the store; by hand each has its own. The server
// brings commits of the same moment to the disk together, on both sides.
//
// The store keeps more for each sample than the upserts do: what was before, the feed entry that
// evaluation follows, and the request, so that a repetition is known.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/test_server.h"
#include "libs/rpc/options.h"
#include "services/measurement/postgres/postgres_measurement_store.h"
#include "tests/bench/statistics.h"

namespace kpisuite {
namespace {

struct Load {
  int batch = 1000;
  int series = 100;    // in a batch
  int writers = 4;     // each waits for one batch at a time; by hand, on a connection of its own
  int partitions = 0;  // of the store; 0: one for each writer
};

// Batch `number` of a writer: new samples of the same series, each later than those before.
IngestUnit UnitOf(const Load& load, int writer, int64_t number) {
  IngestUnit unit;
  unit.part = writer % load.partitions;
  unit.workspace = "w";
  unit.request_id = absl::StrCat(writer, "-", number);
  unit.fingerprint = Sha256(unit.request_id);
  unit.record_time = absl::Now();
  unit.metrics = {{"latency", "scale=2"}};
  const int rows = load.batch / load.series;
  for (int s = 0; s < load.series; ++s) {
    SeriesRows series{"latency", Slice::Parse(absl::StrCat("host=h", writer, "-", s)).value(), {}};
    for (int row = 0; row < rows; ++row) {
      SampleRow sample;
      sample.time_nano = (number * rows + row) * 1'000'000'000;
      sample.sample_id = absl::StrCat("id-", number * rows + row);
      sample.content.value = number * 31 + row;
      series.rows.push_back(std::move(sample));
    }
    unit.series.push_back(std::move(series));
  }
  return unit;
}

// One of the two sides: writes one batch and waits until it is durable.
class Side {
 public:
  virtual ~Side() = default;
  virtual absl::Status Write(int writer, IngestUnit unit) = 0;
};

class StoreSide final : public Side {
 public:
  explicit StoreSide(std::unique_ptr<PostgresMeasurementStore> store) : store_(std::move(store)) {}

  absl::Status Write(int, IngestUnit unit) override {
    std::promise<absl::Status> done;
    store_->Ingest(std::move(unit), [&done](const absl::StatusOr<IngestOutcome>& outcome) {
      done.set_value(outcome.status());
    });
    return done.get_future().get();
  }

 private:
  const std::unique_ptr<PostgresMeasurementStore> store_;
};

class UpsertSide final : public Side {
 public:
  static absl::StatusOr<std::unique_ptr<UpsertSide>> Create(const PostgresTarget& target,
                                                            int writers) {
    auto side = std::make_unique<UpsertSide>();
    for (int i = 0; i < writers; ++i) {
      ASSIGN_OR_RETURN(auto connection, PostgresConnection::Open(target, {"bench", ""}));
      side->connections_.push_back(std::move(connection));
    }
    RETURN_IF_ERROR(side->connections_[0]->ExecuteScript(
        "CREATE TABLE sample(series bigint, time bigint, sample_id text COLLATE \"C\","
        " value bigint NOT NULL, PRIMARY KEY(series, time, sample_id))"));
    return side;
  }

  absl::Status Write(int writer, IngestUnit unit) override {
    PostgresColumn series = PostgresColumn::Int64s();
    PostgresColumn times = PostgresColumn::Int64s();
    PostgresColumn ids = PostgresColumn::Texts();
    PostgresColumn values = PostgresColumn::Int64s();
    for (size_t i = 0; i < unit.series.size(); ++i) {
      for (const SampleRow& row : unit.series[i].rows) {
        series.Add(static_cast<int64_t>(writer * 1'000'000 + i));
        times.Add(row.time_nano);
        ids.Add(row.sample_id);
        values.Add(row.content.value);
      }
    }
    return connections_[writer]->Execute(
        "INSERT INTO sample SELECT * FROM unnest($1, $2, $3, $4)"
        " ON CONFLICT(series, time, sample_id) DO UPDATE SET value = excluded.value",
        {series, times, ids, values});
  }

 private:
  std::vector<std::unique_ptr<PostgresConnection>> connections_;
};

// Samples per second while all writers write for `duration`; `numbers` go on from round to round.
absl::StatusOr<double> RunRound(const Load& load, absl::Duration duration, Side& side,
                                std::vector<int64_t>& numbers) {
  std::vector<absl::Status> statuses(load.writers);
  std::vector<std::thread> writers;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + absl::ToChronoNanoseconds(duration);
  std::vector<int64_t> before = numbers;
  for (int w = 0; w < load.writers; ++w) {
    writers.emplace_back([&, w] {
      while (statuses[w].ok() && std::chrono::steady_clock::now() < end) {
        statuses[w] = side.Write(w, UnitOf(load, w, numbers[w]++));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  int64_t batches = 0;
  for (int w = 0; w < load.writers; ++w) batches += numbers[w] - before[w];
  return static_cast<double>(batches) * (load.batch / load.series) * load.series / elapsed.count();
}

absl::Status Run(const Load& load, absl::Duration duration, int rounds) {
  PostgresTestServer server;
  RETURN_IF_ERROR(server.Start({"max_wal_size=4GB", "shared_buffers=512MB"}));
  const SystemClock clock;
  PostgresMeasurementStoreOptions options;
  ASSIGN_OR_RETURN(options.target, server.NewDatabase());
  options.partitions = load.partitions;
  ASSIGN_OR_RETURN(auto opened, PostgresMeasurementStore::Create(options, clock));
  StoreSide store(std::move(opened));
  ASSIGN_OR_RETURN(const PostgresTarget by_hand, server.NewDatabase());
  ASSIGN_OR_RETURN(const std::unique_ptr<UpsertSide> upserts,
                   UpsertSide::Create(by_hand, load.writers));
  Side* const sides[] = {&store, upserts.get()};
  std::vector<int64_t> numbers[] = {std::vector<int64_t>(load.writers, 0),
                                    std::vector<int64_t>(load.writers, 0)};
  std::vector<double> rates[2], ratios;
  std::mt19937 generator(static_cast<unsigned>(absl::ToUnixSeconds(absl::Now())));
  for (int round = -1; round < rounds; ++round) {  // the first one warms up
    double rate[2];
    const int first = static_cast<int>(generator() % 2);
    for (const int side : {first, 1 - first}) {
      ASSIGN_OR_RETURN(rate[side], RunRound(load, duration, *sides[side], numbers[side]));
    }
    if (round < 0) continue;
    for (const int side : {0, 1}) rates[side].push_back(rate[side]);
    ratios.push_back(rate[0] / rate[1]);
  }
  const RatioInterval interval = MedianInterval(ratios);
  std::printf("postgres store  %.0f samples/s durable, with feed, revisions and ledger\n",
              Median(rates[0]));
  std::printf("unnest upserts  %.0f samples/s durable, the rows alone\n", Median(rates[1]));
  std::printf(
      "ratio  %.2f (95 %%: %.2f to %.2f), batches of %d samples in %d series, %d writers,"
      " %d partitions\n",
      Median(ratios), interval.low, interval.high, load.batch, load.series, load.writers,
      load.partitions);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Load load;
  absl::Duration duration = absl::Seconds(3);
  int rounds = 10;
  OptionParser parser("bench_postgres", "Measures durable ingest into PostgreSQL.");
  parser.Add("batch", load.batch, 1, 10'000, "Samples in a batch.");
  parser.Add("series", load.series, 1, 10'000, "Series in a batch; at most --batch.");
  parser.Add("writers", load.writers, 1, 64, "Writers at the same time.");
  parser.Add("partitions", load.partitions, 0, 1024,
             "Partitions of the store; 0: one for each writer.");
  parser.Add("duration", duration, "Length of a round of one side.");
  parser.Add("rounds", rounds, 1, 1000, "Pairs of rounds.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  load.series = std::min(load.series, load.batch);
  if (load.partitions == 0) load.partitions = load.writers;
  const absl::Status status = Run(load, duration, rounds);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_postgres: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
