// bench_reads: GetState of a real kpi-evaluation next to a bare echo of the same bytes, and next to
// a server that asks Redis for them at each call.
#include <grpcpp/version_info.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/options.h"
#include "libs/rpc/status_mapping.h"
#include "tests/bench/statistics.h"
#include "tests/bench/suite_processes.h"
#include "tests/bench/unary_load.h"

namespace kpisuite {
namespace {

constexpr char kGetState[] = "/kpisuite.v1.EvaluationService/GetState";
constexpr char kBatchGetStates[] = "/kpisuite.v1.EvaluationService/BatchGetStates";
constexpr int kBatchKeys = 256;
constexpr int kMaxMetrics = 1000;
constexpr int kRowsOfMetric = 3;
constexpr double kZipfExponent = 0.99;
constexpr size_t kSequence = 1 << 16;

struct Options {
  int kpis = 1000;
  int seconds = 3;
  int rounds = 10;
  int in_flight = 32;
  int clients = 2;
  bool smoke = false;
  std::string directory = std::filesystem::temp_directory_path().string();

  absl::Duration round() const { return smoke ? absl::Milliseconds(100) : absl::Seconds(seconds); }
  absl::Duration warm_up() const { return smoke ? round() : absl::Seconds(2); }
  int metrics() const { return std::min(kpis, kMaxMetrics); }
};

std::string KpiOf(int index) { return BenchKpiName(absl::StrFormat("kpi-%06d", index)); }

// The sum of the samples that WriteSamples below writes.
std::string ValueOf(const Options& options, int kpi) {
  return absl::StrCat(kRowsOfMetric * (10 + kpi % options.metrics()));
}

absl::Status Fill(const Options& options, SuiteProcesses& suite) {
  std::vector<v1::Definition> definitions;
  v1::WriteSamplesRequest samples;
  samples.set_parent(kBenchParent);
  samples.set_request_id("fill");
  const int64_t now = absl::ToUnixNanos(absl::Now());
  for (int i = 0; i < options.metrics(); ++i) {
    const std::string metric = absl::StrCat("metric-", i);
    definitions.push_back(BenchMetric(metric));
    v1::SeriesBlock& block = *samples.add_series();
    block.set_metric(metric);
    for (int row = 0; row < kRowsOfMetric; ++row) {
      block.add_time_unix_nano(now - row);
      block.add_mantissas(10 + i);
    }
  }
  for (int i = 0; i < options.kpis; ++i) {
    definitions.push_back(BenchKpi(absl::StrFormat("kpi-%06d", i),
                                   absl::StrCat("metric-", i % options.metrics()),
                                   v1::AGGREGATION_SUM));
  }
  RETURN_IF_ERROR(suite.Define(definitions));
  return suite.Write(samples, KpiOf(0));
}

absl::Status CheckState(const Options& options, int kpi, const v1::KpiState& state) {
  if (state.kpi() == KpiOf(kpi) && state.value() == ValueOf(options, kpi) &&
      !state.freshness().stale()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("got ", state.ShortDebugString(), ", want ", KpiOf(kpi),
                                          " = ", ValueOf(options, kpi)));
}

v1::BatchGetStatesRequest BatchOf(const Options& options, int first) {
  v1::BatchGetStatesRequest request;
  for (int i = 0; i < kBatchKeys; ++i) {
    request.add_keys()->set_kpi(KpiOf((first + i) % options.kpis));
  }
  return request;
}

// Every state by BatchGetStates, and the first thousand by GetState too.
absl::Status CheckAnswers(const Options& options, SuiteProcesses& suite) {
  for (int first = 0; first < options.kpis; first += kBatchKeys) {
    grpc::ClientContext context;
    v1::BatchGetStatesResponse response;
    RETURN_IF_ERROR(FromGrpcStatus(
        suite.evaluation().BatchGetStates(&context, BatchOf(options, first), &response)));
    if (response.results_size() != kBatchKeys) return absl::DataLossError("results are missing");
    for (int i = 0; i < kBatchKeys; ++i) {
      RETURN_IF_ERROR(CheckState(options, (first + i) % options.kpis, response.results(i).state()));
    }
  }
  for (int kpi = 0; kpi < std::min(options.kpis, kMaxMetrics); ++kpi) {
    grpc::ClientContext context;
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(KpiOf(kpi));
    v1::KpiState state;
    RETURN_IF_ERROR(FromGrpcStatus(suite.evaluation().GetState(&context, request, &state)));
    RETURN_IF_ERROR(CheckState(options, kpi, state));
  }
  return absl::OkStatus();
}

// Draws of 0 .. count-1 in which number k comes with a weight of 1 / (k+1)^exponent.
std::vector<uint32_t> ZipfSequence(int count) {
  std::vector<double> weights;
  for (int i = 1; i <= count; ++i) weights.push_back(1 / std::pow(i, kZipfExponent));
  std::discrete_distribution<uint32_t> draw(weights.begin(), weights.end());
  std::mt19937_64 generator(1);
  std::vector<uint32_t> sequence;
  for (size_t i = 0; i < kSequence; ++i) sequence.push_back(draw(generator));
  return sequence;
}

grpc::ByteBuffer Serialized(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// One side of a comparison and what was measured of it.
struct Side {
  const ServerProcess* server = nullptr;
  UnaryTarget target;
  std::vector<double> rates;
  double cpu_seconds = 0;
  int64_t calls = 0;
  std::vector<double> p50;  // microseconds
  std::vector<double> p99;

  double CpuMicrosPerCall() const { return cpu_seconds * 1e6 / static_cast<double>(calls); }
};

Side SideOf(const ServerProcess& server, const std::string& method, const Options& options,
            const std::vector<grpc::ByteBuffer>& requests, const std::vector<uint32_t>& sequence) {
  Side side;
  side.server = &server;
  side.target.method = method;
  side.target.requests = &requests;
  side.target.sequence = &sequence;
  for (int i = 0; i < options.clients; ++i) side.target.channels.push_back(server.Connect());
  return side;
}

absl::Status MeasureRate(const Options& options, int in_flight, Side& side) {
  const double cpu = side.server->CpuSeconds();
  ASSIGN_OR_RETURN(const ClosedLoopResult result,
                   RunClosedLoop(side.target, in_flight, options.round()));
  side.cpu_seconds += side.server->CpuSeconds() - cpu;
  side.calls += result.calls;
  side.rates.push_back(result.rate());
  return absl::OkStatus();
}

// Alternates both sides in random order; each pair is one row of the comparison.
template <typename Measure>
absl::Status Alternate(int rounds, Side& ours, Side& bare, Measure measure) {
  std::mt19937 generator(static_cast<unsigned>(absl::ToUnixSeconds(absl::Now())));
  for (int round = 0; round < rounds; ++round) {
    const bool ours_first = generator() % 2 == 0;
    RETURN_IF_ERROR(measure(ours_first ? ours : bare));
    RETURN_IF_ERROR(measure(ours_first ? bare : ours));
  }
  return absl::OkStatus();
}

absl::Status CompareRates(const Options& options, int in_flight, Side& ours, Side& bare) {
  for (Side* side : {&ours, &bare}) {
    RETURN_IF_ERROR(RunClosedLoop(side->target, in_flight, options.warm_up()).status());
  }
  return Alternate(options.rounds, ours, bare,
                   [&](Side& side) { return MeasureRate(options, in_flight, side); });
}

absl::Status CompareLatencies(const Options& options, double rate, Side& ours, Side& bare) {
  return Alternate(options.rounds, ours, bare, [&](Side& side) -> absl::Status {
    ASSIGN_OR_RETURN(const LatencyHistogram latencies,
                     RunOpenLoop(side.target, rate, options.round()));
    side.p50.push_back(absl::ToDoubleMicroseconds(latencies.Quantile(0.5)));
    side.p99.push_back(absl::ToDoubleMicroseconds(latencies.Quantile(0.99)));
    return absl::OkStatus();
  });
}

// "0.93 (0.91 to 0.95)", of pairs.
std::string RatioText(const std::vector<double>& ours, const std::vector<double>& bare) {
  std::vector<double> ratios;
  for (size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / bare[i]);
  const RatioInterval interval = MedianInterval(ratios);
  return absl::StrFormat("%.3f (%.3f to %.3f)", Median(ratios), interval.low, interval.high);
}

void PrintRates(const std::string& name, const Side& ours, const Side& bare, int states) {
  const double rate = Median(ours.rates);
  std::printf("%-24s  %.0f/s, bare echo %.0f/s, ratio %s\n", name.c_str(), rate * states,
              Median(bare.rates) * states, RatioText(ours.rates, bare.rates).c_str());
  std::printf("%-24s  %.1f us per call, bare echo %.1f us, ratio %.3f\n",
              (name + ", server CPU").c_str(), ours.CpuMicrosPerCall(), bare.CpuMicrosPerCall(),
              ours.CpuMicrosPerCall() / bare.CpuMicrosPerCall());
}

void PrintRows(const char* what, const std::vector<double>& ours, const std::vector<double>& bare) {
  std::printf("raw rows: %s ours/echo:", what);
  for (size_t i = 0; i < ours.size(); ++i) std::printf(" %.0f/%.0f", ours[i], bare[i]);
  std::printf("\n");
}

// An echo of the answer to the first request of `target`, which asks Redis when it has a port.
absl::StatusOr<std::unique_ptr<ServerProcess>> StartEcho(const BenchFolder& folder,
                                                         const UnaryTarget& target,
                                                         int redis_port = 0) {
  ASSIGN_OR_RETURN(const std::string answer, CallOnce(target));
  const std::string file = folder.path() + "/payload";
  std::ofstream(file, std::ios::binary) << answer;
  ASSIGN_OR_RETURN(auto echo, ServerProcess::Start("bench_echo", folder.path(),
                                                   {"--payload=" + file,
                                                    absl::StrCat("--redis-port=", redis_port)}));
  UnaryTarget check = target;
  check.channels = {echo->Connect()};
  check.method = kGetState;
  ASSIGN_OR_RETURN(const std::string echoed, CallOnce(check));
  if (echoed != answer) return absl::DataLossError("the echo answers other bytes");
  std::printf("answers of %zu bytes: the same from both sides\n", answer.size());
  return echo;
}

absl::Status BenchWithRedis(const Options& options, const SuiteProcesses& suite,
                            const std::vector<grpc::ByteBuffer>& requests,
                            const std::vector<uint32_t>& sequence) {
  Side ours = SideOf(suite.evaluation_server(), kGetState, options, requests, sequence);
  ASSIGN_OR_RETURN(const auto relay, StartEcho(suite.folder(), ours.target, suite.redis().port()));
  Side asking = SideOf(*relay, kGetState, options, requests, sequence);
  RETURN_IF_ERROR(CompareRates(options, options.in_flight, ours, asking));
  std::printf("%-24s  %.0f/s, with a GET of Redis for each call %.0f/s, ratio %s\n", "GetState",
              Median(ours.rates), Median(asking.rates),
              RatioText(ours.rates, asking.rates).c_str());
  return absl::OkStatus();
}

absl::StatusOr<double> BenchGetState(const Options& options, const SuiteProcesses& suite) {
  std::vector<grpc::ByteBuffer> requests;
  for (int i = 0; i < options.kpis; ++i) {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(KpiOf(i));
    requests.push_back(Serialized(request));
  }
  const std::vector<uint32_t> sequence = ZipfSequence(options.kpis);
  Side ours = SideOf(suite.evaluation_server(), kGetState, options, requests, sequence);
  ASSIGN_OR_RETURN(const auto echo, StartEcho(suite.folder(), ours.target));
  Side bare = SideOf(*echo, kGetState, options, requests, sequence);
  RETURN_IF_ERROR(CompareRates(options, options.in_flight, ours, bare));
  const double rate = Median(ours.rates);
  RETURN_IF_ERROR(CompareLatencies(options, rate / 2, ours, bare));
  PrintRates("GetState", ours, bare, 1);
  std::printf("%-24s  %.0f us, bare echo %.0f us, ratio %s\n", "GetState p50", Median(ours.p50),
              Median(bare.p50), RatioText(ours.p50, bare.p50).c_str());
  std::printf("%-24s  %.0f us, bare echo %.0f us, ratio %s (open loop, %.0f calls/s)\n",
              "GetState p99", Median(ours.p99), Median(bare.p99),
              RatioText(ours.p99, bare.p99).c_str(), rate / 2);
  PrintRows("calls/s", ours.rates, bare.rates);
  PrintRows("p99 us", ours.p99, bare.p99);
  RETURN_IF_ERROR(BenchWithRedis(options, suite, requests, sequence));
  return rate;
}

absl::Status BenchBatch(const Options& options, const SuiteProcesses& suite, double unary_rate) {
  std::vector<grpc::ByteBuffer> requests;
  for (int first = 0; first < options.kpis; first += kBatchKeys) {
    requests.push_back(Serialized(BatchOf(options, first)));
  }
  std::vector<uint32_t> sequence;
  for (size_t i = 0; i < requests.size(); ++i) sequence.push_back(static_cast<uint32_t>(i));
  Side ours = SideOf(suite.evaluation_server(), kBatchGetStates, options, requests, sequence);
  ASSIGN_OR_RETURN(const auto echo, StartEcho(suite.folder(), ours.target));
  Side bare = SideOf(*echo, kGetState, options, requests, sequence);
  RETURN_IF_ERROR(CompareRates(options, 2 * options.clients, ours, bare));
  PrintRates("BatchGetStates(256)", ours, bare, kBatchKeys);
  std::printf("%-24s  %.1f times GetState, in states/s\n", "BatchGetStates(256)",
              Median(ours.rates) * kBatchKeys / unary_rate);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto suite, SuiteProcesses::Start(options.directory));
  RETURN_IF_ERROR(Fill(options, *suite));
  RETURN_IF_ERROR(CheckAnswers(options, *suite));
  std::printf(
      "kpi-evaluation %s, gRPC %s; %d KPIs, Zipf %.2f, %d calls in flight from %d threads,\n"
      "%d rounds of %.1f s; all states checked\n",
      KPISUITE_VERSION, GRPC_CPP_VERSION_STRING, options.kpis, kZipfExponent, options.in_flight,
      options.clients, options.rounds, absl::ToDoubleSeconds(options.round()));
  ASSIGN_OR_RETURN(const double rate, BenchGetState(options, *suite));
  return BenchBatch(options, *suite, rate);
}

int Main(int argc, char** argv) {
  Options options;
  OptionParser parser("bench_reads", "Measures GetState next to a bare echo.");
  parser.Add("kpis", options.kpis, 1, 1'000'000, "How many KPIs there are.");
  parser.Add("seconds", options.seconds, 1, 600, "How long one side is measured at a time.");
  parser.Add("rounds", options.rounds, 1, 1000, "How often both sides are measured.");
  parser.Add("in-flight", options.in_flight, 1, 4096, "Calls at the same time.");
  parser.Add("clients", options.clients, 1, 64, "Client threads, each with a connection.");
  parser.Add("smoke", options.smoke, "Only whether it works: short rounds.");
  parser.Add("directory", options.directory, "Where stores are made, for the length of the run.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  if (options.smoke) {
    options.kpis = std::min(options.kpis, 100);
    options.rounds = 2;
  }
  SetLogLevel("error").IgnoreError();
  const absl::Status status = Run(options);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_reads: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
