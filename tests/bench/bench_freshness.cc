// bench_freshness: from a write to its ack, and to the watcher of the state that it changed.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/options.h"
#include "libs/rpc/status_mapping.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/statistics.h"
#include "tests/bench/suite_processes.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;

// How long after the last write its state may take before it counts as lost.
constexpr absl::Duration kPatience = absl::Seconds(20);

struct Options {
  int kpis = 100;
  int rate = 200;
  int seconds = 20;
  int background = 0;
  bool postgres = false;
  bool smoke = false;
  std::string directory = std::filesystem::temp_directory_path().string();

  size_t writes() const {
    return static_cast<size_t>(smoke ? rate / 2 : rate) * static_cast<size_t>(seconds);
  }
};

std::string IdOf(size_t kpi) { return absl::StrCat("fresh-", kpi); }

// One write of one sample. Every field is written by one thread and read after it has ended.
struct OneWrite {
  grpc::ClientContext context;
  v1::WriteSamplesRequest request;
  v1::WriteSamplesResponse response;
  grpc::Status status;
  SteadyTime intended;
  SteadyTime acked;
  SteadyTime delivered;
};

// The writes in their order: number n goes to KPI n mod kpis, whose value is the number of samples.
class Writes {
 public:
  Writes(size_t count, size_t kpis) : writes_(count), kpis_(kpis) {
    const int64_t base = absl::ToUnixNanos(absl::Now());
    for (size_t i = 0; i < count; ++i) {
      v1::WriteSamplesRequest& request = writes_[i].request;
      request.set_parent(kBenchParent);
      request.set_request_id(absl::StrCat("fresh-", i));
      v1::SeriesBlock& block = *request.add_series();
      block.set_metric(IdOf(i % kpis));
      block.add_time_unix_nano(base + static_cast<int64_t>(i));
      block.add_mantissas(1);
    }
  }

  // Writes at the rate and waits for the acks, each at most kPatience.
  absl::Status Run(v1::MeasurementService::Stub& stub, double rate) {
    const SteadyTime start = SteadyClock::now();
    for (size_t i = 0; i < writes_.size(); ++i) {
      OneWrite& write = writes_[i];
      write.intended =
          start + absl::ToChronoNanoseconds(absl::Seconds(static_cast<double>(i) / rate));
      std::this_thread::sleep_until(write.intended);
      write.context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
      stub.async()->WriteSamples(&write.context, &write.request, &write.response,
                                 [this, &write](const grpc::Status& status) {
                                   write.acked = SteadyClock::now();
                                   write.status = status;
                                   acked_.fetch_add(1, std::memory_order_release);
                                 });
    }
    while (acked_.load(std::memory_order_acquire) < writes_.size()) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    for (const OneWrite& write : writes_) RETURN_IF_ERROR(FromGrpcStatus(write.status));
    return absl::OkStatus();
  }

  // The KPI has so many samples. True when nothing is left to be delivered.
  bool Deliver(size_t kpi, size_t samples, SteadyTime now) {
    size_t& seen = seen_[kpi];
    if (samples > seen) ++messages_;
    for (; seen < samples; ++seen) {
      writes_[seen * kpis_ + kpi].delivered = now;
      ++delivered_;
    }
    return delivered_ == writes_.size();
  }

  const std::vector<OneWrite>& all() const { return writes_; }
  size_t messages() const { return messages_; }

 private:
  std::vector<OneWrite> writes_;
  const size_t kpis_;
  std::atomic<size_t> acked_{0};
  // Of the watching thread.
  std::vector<size_t> seen_ = std::vector<size_t>(kpis_, 0);
  size_t delivered_ = 0;
  size_t messages_ = 0;
};

// A WatchStates call that hands what it reads to the writes.
class Watcher {
 public:
  Watcher(v1::EvaluationService::Stub& stub, const Options& options, Writes& writes)
      : writes_(writes) {
    v1::WatchStatesRequest request;
    request.set_parent(kBenchParent);
    for (size_t i = 0; i < static_cast<size_t>(options.kpis); ++i) {
      request.add_keys()->set_kpi(BenchKpiName(IdOf(i)));
      kpis_[BenchKpiName(IdOf(i))] = i;
    }
    reader_ = stub.WatchStates(&context_, request);
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() {
    context_.TryCancel();
    if (thread_.joinable()) thread_.join();
  }

  // Reads the current states, then the changes on a thread.
  absl::Status Start() {
    v1::WatchStatesResponse response;
    while (!response.in_sync()) {
      if (!reader_->Read(&response)) return FromGrpcStatus(reader_->Finish());
    }
    thread_ = std::thread([this] { ReadChanges(); });
    return absl::OkStatus();
  }

  absl::Status WaitForAll() const {
    const absl::Time end = absl::Now() + kPatience;
    while (!done_.load(std::memory_order_acquire)) {
      if (absl::Now() > end) return absl::DataLossError("the watcher was not told of all writes");
      absl::SleepFor(absl::Milliseconds(1));
    }
    return absl::OkStatus();
  }

 private:
  void ReadChanges() {
    v1::WatchStatesResponse response;
    while (reader_->Read(&response)) {
      const SteadyTime now = SteadyClock::now();
      size_t samples = 0;
      if (!response.has_state() || !absl::SimpleAtoi(response.state().value(), &samples)) continue;
      if (writes_.Deliver(kpis_.at(response.state().kpi()), samples, now)) {
        done_.store(true, std::memory_order_release);
      }
    }
    reader_->Finish();
  }

  Writes& writes_;
  absl::flat_hash_map<std::string, size_t> kpis_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchStatesResponse>> reader_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// Streams samples of another metric, which has a KPI too, while it lives.
class BackgroundLoad {
 public:
  explicit BackgroundLoad(const Options& options) : options_(MakeOptions(options)) {}
  BackgroundLoad(const BackgroundLoad&) = delete;
  BackgroundLoad& operator=(const BackgroundLoad&) = delete;
  ~BackgroundLoad() {
    if (thread_.joinable()) thread_.join();
  }

  void Start(const ServerProcess& server, absl::Duration duration) {
    thread_ = std::thread([this, &server, duration] {
      result_ = RunIngestLoad(options_, duration, [&server] { return server.Connect(); });
    });
  }

  absl::StatusOr<IngestLoadResult> Wait() {
    thread_.join();
    return result_;
  }

 private:
  static IngestLoadOptions MakeOptions(const Options& options) {
    IngestLoadOptions load;
    load.streams = 1;
    load.batch = 100;
    load.series = 10;
    load.rate = options.background;
    return load;
  }

  const IngestLoadOptions options_;
  absl::StatusOr<IngestLoadResult> result_ = absl::UnknownError("not started");
  std::thread thread_;
};

absl::Status Define(const Options& options, SuiteProcesses& suite) {
  v1::Definition background = LoadMetric(IngestLoadOptions());
  const std::string metric = background.name().substr(background.name().rfind('/') + 1);
  std::vector<v1::Definition> definitions = {std::move(background)};
  definitions.push_back(BenchKpi("background", metric, v1::AGGREGATION_COUNT));
  for (size_t i = 0; i < static_cast<size_t>(options.kpis); ++i) {
    definitions.push_back(BenchMetric(IdOf(i)));
    definitions.push_back(BenchKpi(IdOf(i), IdOf(i), v1::AGGREGATION_COUNT));
  }
  RETURN_IF_ERROR(suite.Define(definitions));
  // Measurement is known to follow the definitions when it takes a sample of the last metric.
  v1::WriteSamplesRequest first;
  first.set_parent(kBenchParent);
  first.set_request_id("first");
  first.set_validate_only(true);
  v1::SeriesBlock& block = *first.add_series();
  block.set_metric(IdOf(static_cast<size_t>(options.kpis) - 1));
  block.add_time_unix_nano(absl::ToUnixNanos(absl::Now()));
  block.add_mantissas(1);
  return suite.Write(first, BenchKpiName(IdOf(0)));
}

void Print(const char* name, const LatencyHistogram& latencies) {
  std::printf("%-18s  p50 %.2f ms, p99 %.2f ms\n", name,
              absl::ToDoubleMilliseconds(latencies.Quantile(0.5)),
              absl::ToDoubleMilliseconds(latencies.Quantile(0.99)));
}

void Report(const Options& options, const Writes& writes) {
  LatencyHistogram ack;
  LatencyHistogram after_ack;
  LatencyHistogram whole;
  int64_t before_ack = 0;
  for (const OneWrite& write : writes.all()) {
    ack.Record(absl::FromChrono(write.acked - write.intended));
    after_ack.Record(absl::FromChrono(write.delivered - write.acked));
    whole.Record(absl::FromChrono(write.delivered - write.intended));
    before_ack += write.delivered < write.acked ? 1 : 0;
  }
  Print("write -> ack", ack);
  Print("ack -> watcher", after_ack);
  Print("write -> watcher", whole);
  std::printf("%-18s  %zu writes, all seen in %zu messages; %.1f %% before their ack\n", "check",
              writes.all().size(), writes.messages(),
              100.0 * static_cast<double>(before_ack) / static_cast<double>(ack.count()));
}

absl::Status Run(const Options& options) {
  using Stores = SuiteProcesses::Stores;
  ASSIGN_OR_RETURN(const auto suite,
                   SuiteProcesses::Start(options.directory,
                                         options.postgres ? Stores::kPostgres : Stores::kSqlite));
  RETURN_IF_ERROR(Define(options, *suite));
  std::printf(
      "kpi-measurement and kpi-evaluation %s, stores on %s%s; %d single samples/s over %d"
      " KPIs,\nopen loop, times from the intended moment; %d samples/s streamed beside\n",
      KPISUITE_VERSION, options.postgres ? "PostgreSQL, logs on " : "",
      suite->folder().FileSystem().c_str(), options.rate, options.kpis, options.background);
  Writes writes(options.writes(), static_cast<size_t>(options.kpis));
  BackgroundLoad background(options);
  Watcher watcher(suite->evaluation(), options, writes);
  RETURN_IF_ERROR(watcher.Start());
  const absl::Duration duration =
      absl::Seconds(static_cast<double>(options.writes()) / options.rate);
  if (options.background > 0) background.Start(suite->measurement_server(), duration);
  RETURN_IF_ERROR(writes.Run(suite->measurement(), options.rate));
  RETURN_IF_ERROR(watcher.WaitForAll());
  Report(options, writes);
  if (options.background == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const IngestLoadResult result, background.Wait());
  std::printf("%-18s  %.0f samples/s acknowledged\n", "background",
              static_cast<double>(result.samples) / absl::ToDoubleSeconds(result.elapsed));
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  OptionParser parser("bench_freshness", "Measures how soon a watcher sees what was written.");
  parser.Add("kpis", options.kpis, 1, 1000, "KPIs that are written to in turn and watched.");
  parser.Add("rate", options.rate, 1, 100'000, "Samples a second, each written alone.");
  parser.Add("seconds", options.seconds, 1, 3600, "How long to write.");
  parser.Add("background", options.background, 0, 10'000'000,
             "Samples a second that are streamed besides.");
  parser.Add("postgres", options.postgres,
             "Stores in a PostgreSQL server of its own, in the folder for temporary files.");
  parser.Add("smoke", options.smoke, "Only whether it works: half a second.");
  parser.Add("directory", options.directory, "Where stores are made, for the length of the run.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  if (options.smoke) options.seconds = 1;
  SetLogLevel("error").IgnoreError();
  const absl::Status status = Run(options);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_freshness: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
