// bench_ingest: durable samples per second of a real kpi-measurement, client on the same machine.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/options.h"
#include "libs/rpc/status_mapping.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/measurement_process.h"

namespace kpisuite {
namespace {

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double Quantile(const std::vector<double>& ascending, double share) {
  if (ascending.empty()) return 0;
  const auto index = static_cast<size_t>(share * static_cast<double>(ascending.size() - 1));
  return ascending[index];
}

// What the server counts, from the samples themselves.
absl::StatusOr<int64_t> CountSamples(const MeasurementProcess& process) {
  v1::QueryAggregatesRequest request;
  request.set_parent("workspaces/w");
  v1::AggregateQuery& query = *request.add_queries();
  query.set_metric("latency");
  query.set_aggregation(v1::AGGREGATION_COUNT);
  grpc::ClientContext context;
  const auto stub = v1::MeasurementService::NewStub(process.server().Connect());
  const auto reader = stub->QueryAggregates(&context, request);
  v1::QueryAggregatesResponse response;
  int64_t count = 0;
  while (reader->Read(&response)) {
    for (const v1::AggregateCell& cell : response.cells()) count += cell.row_count();
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  return count;
}

absl::Status Run(const IngestLoadOptions& options, const std::string& directory, int seconds) {
  ASSIGN_OR_RETURN(const auto process, MeasurementProcess::Start(directory, {LoadMetric(options)}));
  std::printf(
      "kpi-measurement %s, store on %s; %d s, batches of %d samples in %d series,\n"
      "identity %s, %d streams with at most %d unacknowledged batches\n",
      KPISUITE_VERSION, process->FileSystem().c_str(), seconds, options.batch, options.series,
      options.by_id ? "EVENT" : "TIME", options.streams, options.window);
  const double server_cpu = process->server().CpuSeconds();
  const double client_cpu = OwnCpuSeconds();
  const double commits = process->server().ReadMetric("kpisuite_measurement_commits_total");
  ASSIGN_OR_RETURN(const IngestLoadResult result,
                   RunIngestLoad(options, absl::Seconds(seconds),
                                 [&process] { return process->server().Connect(); }));
  const double elapsed = absl::ToDoubleSeconds(result.elapsed);
  const auto samples = static_cast<double>(result.samples);
  const double fsyncs =
      process->server().ReadMetric("kpisuite_measurement_commits_total") - commits;
  const double server = process->server().CpuSeconds() - server_cpu;
  const double client = OwnCpuSeconds() - client_cpu;
  std::printf("samples     %.0f durable in %.1f s: %.0f samples/s\n", samples, elapsed,
              samples / elapsed);
  std::printf("ack         p50 %.1f ms, p99 %.1f ms\n", Quantile(result.ack_seconds, 0.5) * 1e3,
              Quantile(result.ack_seconds, 0.99) * 1e3);
  std::printf("fsyncs      %.0f: %.1f/s, %.0f samples each\n", fsyncs, fsyncs / elapsed,
              samples / std::max(fsyncs, 1.0));
  std::printf("cpu         server %.2f cores, %.2f us/sample; client %.2f cores\n",
              server / elapsed, server * 1e6 / samples, client / elapsed);
  std::printf("store       %.1f bytes/sample\n",
              static_cast<double>(process->StoreBytes()) / samples);
  ASSIGN_OR_RETURN(const int64_t counted, CountSamples(*process));
  std::printf("check       QueryAggregates counts %ld samples\n", static_cast<long>(counted));
  if (counted == result.samples) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("acknowledged ", result.samples, " samples"));
}

int Main(int argc, char** argv) {
  IngestLoadOptions options;
  int seconds = 10;
  bool by_time = false;
  std::string directory = std::filesystem::temp_directory_path().string();
  OptionParser parser("bench_ingest", "Measures durable ingest.");
  parser.Add("seconds", seconds, 1, 3600, "How long to write.");
  parser.Add("batch", options.batch, 1, 10'000, "Samples in a batch.");
  parser.Add("series", options.series, 1, 10'000, "Series in a batch; at most --batch.");
  parser.Add("streams", options.streams, 1, 64, "StreamSamples calls at the same time.");
  parser.Add("window", options.window, 1, 64, "Unacknowledged batches of a stream.");
  parser.Add("by-time", by_time, "Identity TIME, without sample ids.");
  parser.Add("directory", directory, "Where the store is made, for the length of the run.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  options.by_id = !by_time;
  options.series = std::min(options.series, options.batch);
  const absl::Status status = Run(options, directory, seconds);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_ingest: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
