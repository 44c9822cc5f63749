#include "services/evaluation/aggregate_loader.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

bool SameCall(const PartLoad& a, const PartLoad& b) {
  return a.part == b.part && a.generation == b.generation &&
         a.request.workspace == b.request.workspace;
}

}  // namespace

AggregateLoader::AggregateLoader(std::shared_ptr<grpc::Channel> channel,
                                 const AggregateLoaderOptions& options, Done done)
    : client_(std::move(channel)), options_(options), done_(std::move(done)) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { RunThread(); });
}

AggregateLoader::~AggregateLoader() { Stop(); }

void AggregateLoader::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  client_.Stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void AggregateLoader::Submit(std::vector<PartLoad> loads) {
  MutexLock lock(mutex_);
  for (PartLoad& load : loads) queue_.push_back(std::move(load));
  changed_.NotifyAll();
}

size_t AggregateLoader::queued() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

std::vector<PartLoad> AggregateLoader::TakeCall() {
  MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
  std::vector<PartLoad> loads;
  if (stopping_) return loads;
  while (!queue_.empty() && loads.size() < options_.max_queries &&
         (loads.empty() || SameCall(loads.front(), queue_.front()))) {
    loads.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return loads;
}

void AggregateLoader::RunThread() {
  while (true) {
    std::vector<PartLoad> loads = TakeCall();
    if (loads.empty()) return;
    Load(std::move(loads));
  }
}

void AggregateLoader::Load(std::vector<PartLoad> loads) {
  absl::StatusOr<std::vector<LoadAnswer>> answers = Query(loads);
  if (answers.ok()) {
    for (size_t i = 0; i < loads.size(); ++i) {
      done_(std::move(loads[i]), std::move((*answers)[i]));
    }
    return;
  }
  const bool blames_a_query =
      !absl::IsUnavailable(answers.status()) && !absl::IsCancelled(answers.status());
  if (loads.size() > 1 && blames_a_query) {
    // One bad query fails them all: each for itself.
    for (PartLoad& load : loads) Load({std::move(load)});
    return;
  }
  LogWarning("aggregates cannot be loaded yet", {{"part", loads.front().part},
                                                 {"metric", loads.front().request.query.metric()},
                                                 {"queries", loads.size()},
                                                 {"status", answers.status()}});
  for (PartLoad& load : loads) done_(std::move(load), answers.status());
}

absl::StatusOr<std::vector<LoadAnswer>> AggregateLoader::Query(const std::vector<PartLoad>& loads) {
  std::vector<v1::AggregateQuery> queries;
  for (const PartLoad& load : loads) queries.push_back(load.request.query);
  ASSIGN_OR_RETURN(std::vector<AggregateAnswer> found,
                   client_.Query(loads.front().request.workspace, queries,
                                 absl::Now() + options_.timeout, kNoLimit));
  std::vector<LoadAnswer> answers;
  for (size_t i = 0; i < loads.size(); ++i) {
    const v1::FeedPosition& position = found[i].position;
    if (position.part() != loads[i].part || position.incarnation() != loads[i].incarnation) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
                       absl::StrCat("an answer of part ", position.part(), " incarnation ",
                                    position.incarnation(), ", want part ", loads[i].part,
                                    " incarnation ", loads[i].incarnation));
    }
    answers.push_back({.id = loads[i].request.id,
                       .seq = position.seq(),
                       .cells = std::move(found[i].cells),
                       .watermark = found[i].watermark,
                       .kept = std::move(found[i].kept)});
  }
  return answers;
}

}  // namespace kpisuite
