#include "services/evaluation/aggregate_loader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

bool SameCall(const PartLoad& a, const PartLoad& b) {
  return a.part == b.part && a.generation == b.generation &&
         a.request.workspace == b.request.workspace;
}

// Adds one chunk to the answers.
absl::Status AddChunk(v1::QueryAggregatesResponse& chunk, const std::vector<PartLoad>& loads,
                      std::vector<LoadAnswer>& answers) {
  const auto index = static_cast<size_t>(chunk.query());
  if (chunk.query() < 0 || index >= loads.size()) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                     absl::StrCat("an answer to query ", chunk.query(), " of ", loads.size()));
  }
  const v1::FeedPosition& position = chunk.position();
  if (position.part() != loads[index].part || position.incarnation() != loads[index].incarnation) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
        absl::StrCat("an answer of part ", position.part(), " incarnation ", position.incarnation(),
                     ", want part ", loads[index].part, " incarnation ", loads[index].incarnation));
  }
  LoadAnswer& answer = answers[index];
  answer.id = loads[index].request.id;
  answer.seq = position.seq();
  for (v1::AggregateCell& cell : *chunk.mutable_cells()) answer.cells.push_back(std::move(cell));
  if (chunk.has_complete_through()) answer.watermark = FromTimestamp(chunk.complete_through());
  return absl::OkStatus();
}

}  // namespace

AggregateLoader::AggregateLoader(std::shared_ptr<grpc::Channel> channel,
                                 const AggregateLoaderOptions& options, Done done)
    : stub_(v1::MeasurementService::NewStub(std::move(channel))),
      options_(options),
      done_(std::move(done)) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { RunThread(); });
}

AggregateLoader::~AggregateLoader() { Stop(); }

void AggregateLoader::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (grpc::ClientContext* context : running_) context->TryCancel();
    changed_.NotifyAll();
  }
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
                                                 {"status", answers.status().ToString()}});
  for (PartLoad& load : loads) done_(std::move(load), answers.status());
}

absl::StatusOr<std::vector<LoadAnswer>> AggregateLoader::Query(const std::vector<PartLoad>& loads) {
  v1::QueryAggregatesRequest request;
  request.set_parent(absl::StrCat("workspaces/", loads.front().request.workspace));
  for (const PartLoad& load : loads) *request.add_queries() = load.request.query;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    running_.insert(&context);
  }
  std::vector<LoadAnswer> answers(loads.size());
  absl::Status status;
  const auto reader = stub_->QueryAggregates(&context, request);
  v1::QueryAggregatesResponse chunk;
  while (status.ok() && reader->Read(&chunk)) status = AddChunk(chunk, loads, answers);
  if (!status.ok()) context.TryCancel();
  const grpc::Status finished = reader->Finish();
  {
    MutexLock lock(mutex_);
    running_.erase(&context);
  }
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(FromGrpcStatus(finished));
  return answers;
}

}  // namespace kpisuite
