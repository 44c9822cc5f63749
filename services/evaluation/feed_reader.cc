#include "services/evaluation/feed_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/stream_reader.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kInfoTimeout = absl::Seconds(10);
// How often measurement is asked for its heads, which say up to when all that it has is shown.
constexpr absl::Duration kProveEvery = absl::Seconds(1);
constexpr absl::Duration kProveTimeout = absl::Seconds(2);
// Until the next look, while no partition is owned.
constexpr absl::Duration kIdle = absl::Seconds(1);

absl::Status Stopped() {
  return MakeError(absl::StatusCode::kCancelled, "SHUTTING_DOWN", "the evaluator is stopping");
}

}  // namespace

FeedReader::FeedReader(std::shared_ptr<grpc::Channel> channel, EvaluationLoop& loop,
                       Readiness& readiness, const Clock& clock, const FeedReaderOptions& options)
    : stub_(v1::MeasurementService::NewStub(std::move(channel))),
      loop_(loop),
      readiness_(readiness),
      clock_(clock),
      options_(options) {
  readiness_.SetNotReady("measurement", "not connected yet");
  thread_ = std::thread([this] { RunThread(); });
  watch_thread_ = std::thread([this] { RunWatch(); });
}

FeedReader::~FeedReader() { Stop(); }

void FeedReader::Begin() {
  MutexLock lock(mutex_);
  begun_ = true;
  changed_.NotifyAll();
}

void FeedReader::RestartPartition(int32_t part) {
  MutexLock lock(mutex_);
  to_restart_.insert(part);
  if (context_ != nullptr) context_->TryCancel();
}

void FeedReader::Own(const std::vector<OwnedPart>& parts) {
  MutexLock lock(mutex_);
  for (const OwnedPart& part : parts) owned_[part.part] = part.epoch;
  AlignAgain();
}

void FeedReader::Disown(const std::vector<OwnedPart>& parts) {
  MutexLock lock(mutex_);
  for (const OwnedPart& part : parts) {
    const auto owned = owned_.find(part.part);
    if (owned != owned_.end() && owned->second <= part.epoch) owned_.erase(owned);
  }
  AlignAgain();
}

void FeedReader::AlignAgain() {
  align_again_ = true;
  if (context_ != nullptr) context_->TryCancel();
  changed_.NotifyAll();
}

void FeedReader::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    if (prove_context_ != nullptr) prove_context_->TryCancel();
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  if (watch_thread_.joinable()) watch_thread_.join();
}

bool FeedReader::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

void FeedReader::Wait(absl::Duration duration) {
  const Deadline until = Deadline::After(duration);
  MutexLock lock(mutex_);
  while (!stopping_ && !align_again_ && !until.passed()) changed_.WaitFor(mutex_, until.left());
}

void FeedReader::SetContext(grpc::ClientContext* context) {
  MutexLock lock(mutex_);
  context_ = context;
  silent_at_ = context != nullptr ? Deadline::After(options_.silence) : Deadline::Never();
  if (context != nullptr && (stopping_ || align_again_)) context->TryCancel();
}

bool FeedReader::Restarts() const {
  MutexLock lock(mutex_);
  return !to_restart_.empty();
}

void FeedReader::RunWatch() {
  Deadline ask_at = Deadline::After(kProveEvery);
  while (true) {
    bool begun = false;
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      if (!ask_at.passed()) changed_.WaitFor(mutex_, ask_at.left());
      if (stopping_) return;
      if (context_ != nullptr && silent_at_.passed()) {
        silent_at_ = Deadline::Never();
        context_->TryCancel();
      }
      begun = begun_;
    }
    if (!ask_at.passed()) continue;
    if (begun) ProveHeads();
    ask_at = Deadline::After(kProveEvery);
  }
}

void FeedReader::ProveHeads() {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kProveTimeout));
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    prove_context_ = &context;
  }
  const absl::Time asked = clock_.Now();
  v1::ServerInfo info;
  const grpc::Status told =
      stub_->GetMeasurementServerInfo(&context, v1::GetMeasurementServerInfoRequest(), &info);
  {
    MutexLock lock(mutex_);
    prove_context_ = nullptr;
  }
  if (told.ok()) loop_.Prove({info.partitions().begin(), info.partitions().end()}, asked);
}

void FeedReader::RunThread() {
  {
    MutexLock lock(mutex_);
    while (!begun_ && !stopping_) changed_.Wait(mutex_);
  }
  absl::Duration backoff = options_.first_backoff;
  while (!stopping()) {
    const Deadline lasted = Deadline::After(options_.longest_backoff);
    const absl::Status ended = FollowOnce();
    connected_.store(false, std::memory_order_relaxed);
    if (stopping()) return;
    if (ended.ok()) continue;
    LogWarning("the change feed ended; connecting again", {{"status", ended}});
    if (lasted.passed()) backoff = options_.first_backoff;
    Wait(backoff);
    backoff = std::min(2 * backoff, options_.longest_backoff);
  }
}

absl::Status FeedReader::FollowOnce() {
  {
    MutexLock lock(mutex_);
    align_again_ = false;
  }
  v1::ServerInfo info;
  const absl::Time asked = clock_.Now();
  {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kInfoTimeout));
    SetContext(&context);
    const grpc::Status told =
        stub_->GetMeasurementServerInfo(&context, v1::GetMeasurementServerInfoRequest(), &info);
    SetContext(nullptr);
    RETURN_IF_ERROR(Ended(FromGrpcStatus(told)));
  }
  RETURN_IF_ERROR(Align(info));
  if (!loop_.Prove({info.partitions().begin(), info.partitions().end()}, asked)) return Stopped();
  if (positions_.empty()) {
    Wait(kIdle);
    return absl::OkStatus();
  }
  v1::ReadChangesRequest request;
  for (const auto& [part, position] : positions_) {
    v1::FeedPosition* after = request.add_after();
    after->set_part(part);
    after->set_incarnation(position.incarnation);
    after->set_seq(position.seq);
  }
  grpc::ClientContext context;
  SetContext(&context);
  // A restart that came since is only known to the next alignment, which must not be cancelled.
  if (Restarts()) context.TryCancel();
  const absl::Status ended = ReadStream(context, request);
  SetContext(nullptr);
  return Ended(ended);
}

absl::Status FeedReader::Ended(const absl::Status& status) const {
  MutexLock lock(mutex_);
  return align_again_ && !stopping_ ? absl::OkStatus() : status;
}

absl::Status FeedReader::Align(const v1::ServerInfo& info) {
  std::map<int32_t, int64_t> owned;
  std::set<int32_t> to_restart;
  {
    MutexLock lock(mutex_);
    owned = owned_;
    to_restart.swap(to_restart_);
  }
  if (info.partitions().empty()) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "measurement told no partitions");
  }
  if (!loop_.SetPartitions(info.partitions_size())) return Stopped();
  std::erase_if(positions_, [&](const auto& entry) { return !owned.contains(entry.first); });
  std::vector<PartBegin> begins;
  for (const v1::PartitionHead& head : info.partitions()) {
    const auto epoch = owned.find(head.part());
    if (epoch == owned.end()) continue;
    Position& position = positions_[head.part()];
    const bool follows = position.epoch == epoch->second &&
                         position.incarnation == head.incarnation() &&
                         position.seq >= head.trimmed_seq() && position.seq <= head.last_seq();
    if (follows && !to_restart.contains(head.part())) continue;
    position = {epoch->second, head.incarnation(), head.last_seq()};
    begins.push_back({head, epoch->second});
  }
  if (begins.empty() || loop_.Begin(std::move(begins))) return absl::OkStatus();
  return Stopped();
}

absl::Status FeedReader::ReadStream(grpc::ClientContext& context,
                                    const v1::ReadChangesRequest& request) {
  StreamReader<v1::ReadChangesResponse> reader(
      [&](auto* reactor) { stub_->async()->ReadChanges(&context, &request, reactor); });
  v1::ReadChangesResponse response;
  absl::Status taken;
  while (taken.ok() && reader.Read(&response)) {
    if (!connected_.exchange(true)) LogInfo("following the change feed");
    {
      MutexLock lock(mutex_);
      silent_at_ = Deadline::Never();
    }
    taken = Take(response);
    MutexLock lock(mutex_);
    silent_at_ = Deadline::After(options_.silence);
  }
  if (!taken.ok()) context.TryCancel();
  const absl::Status finished = FromGrpcStatus(reader.Finish());
  return taken.ok() ? finished : taken;
}

absl::Status FeedReader::Take(v1::ReadChangesResponse& response) {
  for (v1::ChangeBatch& batch : *response.mutable_batches()) {
    const v1::FeedPosition& position = batch.position();
    const auto found = positions_.find(position.part());
    if (found == positions_.end()) continue;
    Position& brought = found->second;
    if (position.seq() <= brought.seq && position.incarnation() == brought.incarnation) continue;
    brought.incarnation = position.incarnation();
    brought.seq = position.seq();
    const size_t bytes = batch.ByteSizeLong();
    if (!loop_.Feed(std::make_shared<const v1::ChangeBatch>(std::move(batch)), bytes)) {
      return Stopped();
    }
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
