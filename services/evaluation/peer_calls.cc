#include "services/evaluation/peer_calls.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"

namespace kpisuite {
namespace {

// Processes come and go under new addresses.
constexpr size_t kMostStubs = 64;

}  // namespace

PeerCalls::~PeerCalls() { Stop(); }

absl::Status PeerCalls::Stopped() {
  return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping");
}

void PeerCalls::Prepare(const CallOrigin& origin, grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(origin.deadline));
  if (!origin.request_id.empty()) context.AddMetadata("x-request-id", origin.request_id);
  if (origin.parts.has_value()) context.AddMetadata(kPartsMetadata, PartsToText(*origin.parts));
}

std::shared_ptr<PeerCalls::Stub> PeerCalls::StubOf(const std::string& address) {
  MutexLock lock(mutex_);
  // Running calls hold their own.
  if (stubs_.size() >= kMostStubs && !stubs_.contains(address)) stubs_.clear();
  std::shared_ptr<Stub>& stub = stubs_[address];
  if (stub == nullptr) stub = v1::EvaluationService::NewStub(MakeChannelWithoutRetries(address));
  return stub;
}

bool PeerCalls::Begin(grpc::ClientContext* context) {
  MutexLock lock(mutex_);
  if (stopped_) return false;
  ++busy_;
  running_.insert(context);
  return true;
}

void PeerCalls::Finish(grpc::ClientContext* context) {
  MutexLock lock(mutex_);
  running_.erase(context);
  if (--busy_ == 0) idle_.NotifyAll();
}

bool PeerCalls::After(absl::Duration pause, std::function<void()> work) {
  MutexLock lock(mutex_);
  if (stopped_) return false;
  ++busy_;
  const int64_t id = ++last_timer_;
  auto timer = std::make_shared<Timer>();
  timer->work = std::move(work);
  timers_[id] = timer;
  timer->alarm.Set(absl::ToChronoTime(absl::Now() + pause),
                   [this, id](bool /*expired*/) { OnTimer(id); });
  return true;
}

void PeerCalls::OnTimer(int64_t id) {
  MarkLibraryThread mark;
  std::shared_ptr<Timer> timer;
  {
    MutexLock lock(mutex_);
    timer = std::move(timers_.extract(id).mapped());
  }
  // What was asked for is still owed an answer: it finds that calls are stopped.
  timer->work();
  timer->work = nullptr;
  MutexLock lock(mutex_);
  if (--busy_ == 0) idle_.NotifyAll();
}

void PeerCalls::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
  for (const auto& [id, timer] : timers_) timer->alarm.Cancel();
  while (busy_ > 0) idle_.Wait(mutex_);
}

}  // namespace kpisuite
