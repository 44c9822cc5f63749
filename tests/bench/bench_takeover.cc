// bench_takeover: how long after an evaluator was killed or halted the other one has taken over its
// KPIs, and what readers are told until then.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/options.h"
#include "libs/rpc/status_mapping.h"
#include "tests/bench/statistics.h"
#include "tests/bench/suite_processes.h"

namespace kpisuite {
namespace {

constexpr double kPartitions = 1024;
constexpr absl::Duration kPatience = absl::Seconds(60);
// Of a read. An evaluator that is halted is asked for 2 s.
constexpr absl::Duration kReadTimeout = absl::Seconds(6);
constexpr absl::Duration kExplainTimeout = absl::Seconds(15);
constexpr absl::Duration kWriteEvery = absl::Milliseconds(50);
constexpr absl::Duration kReadEvery = absl::Milliseconds(20);
// An answer may take long; so many are asked for side by side.
constexpr int kLookers = 4;

struct Options {
  int kpis = 64;
  int rounds = 5;
  bool smoke = false;
  std::string directory = std::filesystem::temp_directory_path().string();
};

std::string IdOf(int kpi) { return absl::StrCat("over-", kpi); }

template <typename Method, typename Request, typename Response>
absl::Status Call(v1::EvaluationService::Stub& stub, Method method, const Request& request,
                  Response* response, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return FromGrpcStatus((stub.*method)(&context, request, response));
}

// False when it does not come to hold in time.
bool Eventually(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return true;
}

// Samples of all KPIs, one of each in a write, while it lives. The value of a KPI is their number.
class Writer {
 public:
  Writer(v1::MeasurementService::Stub& stub, int kpis) : stub_(stub), kpis_(kpis) {
    thread_ = std::thread([this] { Run(); });
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    stopping_ = true;
    thread_.join();
  }

  // Of writes that have begun.
  int64_t begun() const { return begun_; }
  int64_t failed() const { return failed_; }

 private:
  void Run() {
    const int64_t base = absl::ToUnixNanos(absl::Now());
    while (!stopping_) {
      const int64_t number = ++begun_;
      v1::WriteSamplesRequest request;
      request.set_parent(kBenchParent);
      request.set_request_id(absl::StrCat("over-", number));
      for (int kpi = 0; kpi < kpis_; ++kpi) {
        v1::SeriesBlock& block = *request.add_series();
        block.set_metric(IdOf(kpi));
        block.add_time_unix_nano(base + number);
        block.add_mantissas(1);
      }
      grpc::ClientContext context;
      v1::WriteSamplesResponse response;
      if (!stub_.WriteSamples(&context, request, &response).ok()) ++failed_;
      absl::SleepFor(kWriteEvery);
    }
  }

  v1::MeasurementService::Stub& stub_;
  const int kpis_;
  std::atomic<bool> stopping_{false};
  std::atomic<int64_t> begun_{0};
  std::atomic<int64_t> failed_{0};
  std::thread thread_;
};

// Those who read from the evaluator that is left, without a position, while it lives.
class Readers {
 public:
  // `kpis` are those of the evaluator that will go, of `all_kpis`.
  Readers(v1::EvaluationService::Stub& stub, std::vector<std::string> kpis, size_t all_kpis)
      : stub_(stub), kpis_(std::move(kpis)), all_kpis_(all_kpis) {
    for (int i = 0; i < kLookers; ++i) Start([this] { Look(); });
    Start([this] { List(); });
    Start([this] { ReadHistory(); });
  }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers() { Stop(); }

  // The evaluator is gone from then on; the first sample written after it has that number.
  void Gone(absl::Time since, int64_t sample) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    gone_ = since;
    sample_ = sample;
  }
  bool Over() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return seen_ != absl::InfinitePast() && fresh_ != absl::InfinitePast();
  }
  void Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // Until the other owner answered for all its KPIs; and with a sample written after it was gone.
  absl::Duration fresh() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return fresh_ - gone_;
  }
  absl::Duration seen() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return seen_ - gone_;
  }
  int64_t reads() const { return reads_; }
  int64_t stale() const { return stale_; }
  int64_t failed() const { return failed_; }

 private:
  void Start(std::function<void()> read) {
    threads_.emplace_back([this, read = std::move(read)] {
      while (!stopping_) {
        read();
        absl::SleepFor(kReadEvery);
      }
    });
  }

  void Count(const char* what, const absl::Status& status, bool complete, bool stale) {
    ++reads_;
    if (stale) ++stale_;
    if (status.ok() && complete) return;
    ++failed_;
    std::fprintf(stderr, "%s: %s\n", what,
                 status.ok() ? "something is left out" : status.ToString().c_str());
  }

  void Look() EXCLUDES(mutex_) {
    v1::BatchGetStatesRequest request;
    for (const std::string& kpi : kpis_) request.add_keys()->set_kpi(kpi);
    v1::BatchGetStatesResponse response;
    const absl::Time asked = absl::Now();
    const absl::Status status =
        Call(stub_, &v1::EvaluationService::Stub::BatchGetStates, request, &response, kReadTimeout);
    const absl::Time now = absl::Now();
    bool complete = true;
    bool stale = false;
    bool owned = true;
    int64_t least = INT64_MAX;
    for (const v1::StateResult& result : response.results()) {
      const v1::KpiState& state = result.state();
      int64_t samples = 0;
      complete = complete && result.has_state() && absl::SimpleAtoi(state.value(), &samples);
      stale = stale || state.freshness().stale();
      owned = owned && state.freshness().source() == v1::STATE_SOURCE_OWNER;
      least = std::min(least, samples);
    }
    Count("BatchGetStates", status, complete, stale);
    MutexLock lock(mutex_);
    // What was asked for before may be answered by who is gone.
    const bool counts = status.ok() && complete && !stale && owned && asked > gone_;
    if (counts && fresh_ == absl::InfinitePast()) fresh_ = now;
    if (counts && least >= sample_ && seen_ == absl::InfinitePast()) seen_ = now;
  }

  void List() {
    v1::ListStatesRequest request;
    request.set_parent(kBenchParent);
    request.set_page_size(1000);
    v1::ListStatesResponse response;
    const absl::Status status =
        Call(stub_, &v1::EvaluationService::Stub::ListStates, request, &response, kReadTimeout);
    const auto& states = response.states();
    Count("ListStates", status, static_cast<size_t>(response.states_size()) == all_kpis_,
          std::any_of(states.begin(), states.end(),
                      [](const auto& state) { return state.freshness().stale(); }));
  }

  void ReadHistory() {
    v1::GetHistoryRequest request;
    request.set_kpi(kpis_[static_cast<size_t>(histories_++) % kpis_.size()]);
    v1::GetHistoryResponse response;
    const absl::Status status =
        Call(stub_, &v1::EvaluationService::Stub::GetHistory, request, &response, kReadTimeout);
    const bool complete = response.entries_size() > 0;
    Count("GetHistory", status, complete,
          complete && response.entries(0).state().freshness().stale());
  }

  v1::EvaluationService::Stub& stub_;
  const std::vector<std::string> kpis_;
  const size_t all_kpis_;
  std::atomic<bool> stopping_{false};
  std::atomic<int64_t> reads_{0};
  std::atomic<int64_t> stale_{0};
  std::atomic<int64_t> failed_{0};
  int64_t histories_ = 0;  // of its thread
  mutable Mutex mutex_;
  absl::Time gone_ GUARDED_BY(mutex_) = absl::InfiniteFuture();
  int64_t sample_ GUARDED_BY(mutex_) = 0;
  absl::Time fresh_ GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time seen_ GUARDED_BY(mutex_) = absl::InfinitePast();
  std::vector<std::thread> threads_;
};

absl::Status Define(const Options& options, SuiteProcesses& suite) {
  std::vector<v1::Definition> definitions;
  for (int kpi = 0; kpi < options.kpis; ++kpi) {
    definitions.push_back(BenchMetric(IdOf(kpi)));
    // In a partition of its own.
    definitions.back().mutable_metric()->set_partition_group(IdOf(kpi));
    definitions.push_back(BenchKpi(IdOf(kpi), IdOf(kpi), v1::AGGREGATION_COUNT));
  }
  return suite.Define(definitions);
}

// The KPIs whose states are followed from the other evaluator; none while some are not fresh.
std::vector<std::string> Followed(SuiteProcesses& suite, int kpis) {
  v1::BatchGetStatesRequest request;
  for (int kpi = 0; kpi < kpis; ++kpi) request.add_keys()->set_kpi(BenchKpiName(IdOf(kpi)));
  v1::BatchGetStatesResponse response;
  const absl::Status status = Call(suite.evaluation(), &v1::EvaluationService::Stub::BatchGetStates,
                                   request, &response, kReadTimeout);
  std::vector<std::string> followed;
  for (const v1::StateResult& result : response.results()) {
    const v1::Freshness& freshness = result.state().freshness();
    const bool owned = freshness.source() == v1::STATE_SOURCE_OWNER;
    const bool near = freshness.source() == v1::STATE_SOURCE_NEAR_CACHE;
    if (!status.ok() || freshness.stale() || !(owned || near)) return {};
    if (near) followed.push_back(result.state().kpi());
  }
  return followed;
}

enum class Fault { kKilled, kHalted };

// Rounds of one fault.
struct Figures {
  std::vector<double> fresh;
  std::vector<double> seen;
  std::vector<double> explained;
  int64_t reads = 0;
  int64_t stale = 0;
  int64_t failed = 0;
};

absl::Status RunRound(const Options& options, Fault fault, SuiteProcesses& suite, Writer& writer,
                      Figures* figures) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> other, suite.StartEvaluation());
  std::vector<std::string> kpis;
  const bool shared = Eventually([&] {
    const double own = suite.evaluation_server().ReadMetric("kpisuite_evaluation_partitions");
    const double others = other->ReadMetric("kpisuite_evaluation_partitions");
    if (own <= 0 || others <= 0 || own + others != kPartitions) return false;
    kpis = Followed(suite, options.kpis);
    return !kpis.empty();
  });
  if (!shared) return absl::InternalError("the evaluators do not share the partitions");
  Readers readers(suite.evaluation(), kpis, static_cast<size_t>(options.kpis));
  const absl::Time gone = absl::Now();
  readers.Gone(gone, writer.begun() + 1);
  fault == Fault::kKilled ? other->Kill() : other->Halt();
  auto explained = std::async(std::launch::async, [&]() -> absl::StatusOr<absl::Duration> {
    v1::ExplainStateRequest request;
    request.mutable_key()->set_kpi(kpis.front());
    v1::Explanation explanation;
    RETURN_IF_ERROR(Call(suite.evaluation(), &v1::EvaluationService::Stub::ExplainState, request,
                         &explanation, kExplainTimeout));
    return absl::Now() - gone;
  });
  const bool over = Eventually([&] { return readers.Over(); });
  readers.Stop();
  ASSIGN_OR_RETURN(const absl::Duration explained_after, explained.get());
  other->Kill();
  if (!over) return absl::InternalError("nobody has taken over");
  figures->fresh.push_back(absl::ToDoubleSeconds(readers.fresh()));
  figures->seen.push_back(absl::ToDoubleSeconds(readers.seen()));
  figures->explained.push_back(absl::ToDoubleSeconds(explained_after));
  figures->reads += readers.reads();
  figures->stale += readers.stale();
  figures->failed += readers.failed();
  return absl::OkStatus();
}

void Print(const std::string& fault, const char* what, const std::vector<double>& seconds) {
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  std::printf("%s, %s  min %.2f s, median %.2f s, max %.2f s\n", fault.c_str(), what, *least,
              Median(seconds), *most);
}

absl::Status RunFault(const Options& options, Fault fault, SuiteProcesses& suite, Writer& writer) {
  Figures figures;
  for (int round = 0; round < options.rounds; ++round) {
    RETURN_IF_ERROR(RunRound(options, fault, suite, writer, &figures));
  }
  const std::string name = fault == Fault::kKilled ? "kill -9" : "SIGSTOP";
  Print(name, "the other owner answers, fresh", figures.fresh);
  Print(name, "a sample written after it is in every state", figures.seen);
  Print(name, "an explanation asked for at once is answered", figures.explained);
  std::printf("%s, reads without a position until then  %lld, stale %lld, failed %lld\n",
              name.c_str(), static_cast<long long>(figures.reads),
              static_cast<long long>(figures.stale), static_cast<long long>(figures.failed));
  if (figures.failed == 0) return absl::OkStatus();
  return absl::InternalError("reads without a position have failed");
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto suite,
                   SuiteProcesses::Start(options.directory, SuiteProcesses::Stores::kPostgres));
  RETURN_IF_ERROR(Define(options, *suite));
  std::printf(
      "2 kpi-evaluation %s on one PostgreSQL, with Redis; logs on %s; %d KPIs, each in a partition"
      " of\nits own, %.0f samples/s; %d rounds, times from the fault, of all KPIs of the one that"
      " is gone\n",
      KPISUITE_VERSION, suite->folder().FileSystem().c_str(), options.kpis,
      options.kpis / absl::ToDoubleSeconds(kWriteEvery), options.rounds);
  Writer writer(suite->measurement(), options.kpis);
  RETURN_IF_ERROR(RunFault(options, Fault::kKilled, *suite, writer));
  if (!options.smoke) RETURN_IF_ERROR(RunFault(options, Fault::kHalted, *suite, writer));
  if (writer.failed() == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(writer.failed(), " writes have failed"));
}

int Main(int argc, char** argv) {
  Options options;
  OptionParser parser("bench_takeover",
                      "Measures how soon an evaluator has taken over from one that is gone.");
  parser.Add("kpis", options.kpis, 8, 1000, "KPIs, each in a partition of its own.");
  parser.Add("rounds", options.rounds, 1, 1000, "How often one is killed, and how often halted.");
  parser.Add("smoke", options.smoke, "Only whether it works: one is killed once.");
  parser.Add("directory", options.directory, "Where logs are made, for the length of the run.");
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  if (options.smoke) options.rounds = 1;
  SetLogLevel("error").IgnoreError();
  const absl::Status status = Run(options);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "bench_takeover: %s\n", status.ToString().c_str());
  return kExitFailure;
}

}  // namespace
}  // namespace kpisuite

int main(int argc, char** argv) { return kpisuite::Main(argc, argv); }
