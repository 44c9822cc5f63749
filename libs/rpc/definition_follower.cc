#include "libs/rpc/definition_follower.h"

#include <algorithm>
#include <utility>

#include "libs/base/deadline.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/stream_reader.h"

namespace kpisuite {
namespace {

// Whether the server does not know the position: only a snapshot helps.
bool PositionIsLost(const absl::Status& status) {
  const std::string reason = GetErrorDetails(status).reason;
  return reason == "FEED_TRIMMED" || reason == "INCARNATION_CHANGED" ||
         status.code() == absl::StatusCode::kOutOfRange;
}

}  // namespace

DefinitionFollower::DefinitionFollower(std::shared_ptr<grpc::Channel> channel,
                                       DefinitionFollowerOptions options, Callback callback,
                                       StateListener listener)
    : stub_(v1::DefinitionService::NewStub(channel)),
      options_(std::move(options)),
      callback_(std::move(callback)),
      listener_(std::move(listener)) {
  {
    MutexLock lock(mutex_);
    state_.position = options_.after_position;
    state_.incarnation = options_.incarnation;
  }
  thread_ = std::thread([this] { Run(); });
  watchdog_ = std::thread([this] { RunWatchdog(); });
}

DefinitionFollower::~DefinitionFollower() { Stop(); }

void DefinitionFollower::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  if (watchdog_.joinable()) watchdog_.join();
}

DefinitionFollowerState DefinitionFollower::state() const {
  MutexLock lock(mutex_);
  return state_;
}

bool DefinitionFollower::WaitForPosition(int64_t position, absl::Duration timeout) const {
  const Deadline deadline = Deadline::After(timeout);
  MutexLock lock(mutex_);
  while (state_.position < position && !stopping_ && !deadline.passed()) {
    changed_.WaitFor(mutex_, deadline.left());
  }
  return state_.position >= position;
}

void DefinitionFollower::Run() {
  int failures = 0;
  while (!stopping()) {
    const std::pair<int64_t, int64_t> before = Place();
    const absl::Status ended = FollowOnce();
    SetConnected(false, ended);
    if (stopping()) return;
    if (PositionIsLost(ended)) {
      LogWarning("the change log of definitions was replaced, starting from a snapshot",
                 {{"position", before.first}});
      Accept(0, 0);
    }
    // Whoever made progress starts over with short waits.
    failures = Place() == before ? failures + 1 : 1;
    LogInfo("following definitions ended, will try again", {{"error", ended}});
    WaitBackoff(failures);
  }
}

absl::Status DefinitionFollower::FollowOnce() {
  grpc::ClientContext context;
  context.set_wait_for_ready(false);
  v1::WatchDefinitionsRequest request;
  request.set_parent(options_.parent);
  const auto [position, incarnation] = Place();
  request.set_after_position(position);
  request.set_incarnation(position == 0 ? 0 : incarnation);
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    context_ = &context;
    reading_ = true;
  }
  StreamReader<v1::WatchDefinitionsResponse> reader(
      [&](auto* reactor) { stub_->async()->WatchDefinitions(&context, &request, reactor); });
  absl::Status handled;
  v1::WatchDefinitionsResponse message;
  DefinitionUpdate update;
  while (handled.ok() && reader.Read(&message)) {
    {
      MutexLock lock(mutex_);
      ++messages_;
      reading_ = false;
    }
    SetConnected(true, absl::OkStatus());
    handled = Handle(message, update);
    MutexLock lock(mutex_);
    reading_ = true;
  }
  if (!handled.ok()) context.TryCancel();
  const absl::Status finished = FromGrpcStatus(reader.Finish());
  MutexLock lock(mutex_);
  context_ = nullptr;
  if (!handled.ok()) return handled;
  return finished.ok() ? absl::UnavailableError("the server ended the stream") : finished;
}

// Collects the parts of a snapshot or set in `update` and hands it over with the last one.
absl::Status DefinitionFollower::Handle(v1::WatchDefinitionsResponse& message,
                                        DefinitionUpdate& update) {
  if (message.heartbeat()) {
    if (message.position() != 0) {
      Accept(message.position(), message.incarnation());
      SetCaughtUp();
    }
    return absl::OkStatus();
  }
  update.snapshot |= message.snapshot();
  for (v1::Definition& definition : *message.mutable_definitions()) {
    update.definitions.push_back(std::move(definition));
  }
  if (message.position() == 0) return absl::OkStatus();
  update.position = message.position();
  update.incarnation = message.incarnation();
  update.commit_time = absl::FromUnixSeconds(message.commit_time().seconds()) +
                       absl::Nanoseconds(message.commit_time().nanos());
  RETURN_IF_ERROR(callback_(update));
  Accept(update.position, update.incarnation);
  update = DefinitionUpdate();
  return absl::OkStatus();
}

std::pair<int64_t, int64_t> DefinitionFollower::Place() const {
  MutexLock lock(mutex_);
  return {state_.position, state_.incarnation};
}

void DefinitionFollower::Accept(int64_t position, int64_t incarnation) {
  MutexLock lock(mutex_);
  state_.position = position;
  state_.incarnation = incarnation;
  changed_.NotifyAll();
}

void DefinitionFollower::SetConnected(bool connected, const absl::Status& error) {
  {
    MutexLock lock(mutex_);
    if (!connected) state_.last_error = error;
    if (state_.connected == connected) return;
    state_.connected = connected;
  }
  Notify();
}

void DefinitionFollower::SetCaughtUp() {
  {
    MutexLock lock(mutex_);
    if (state_.caught_up) return;
    state_.caught_up = true;
  }
  Notify();
}

void DefinitionFollower::Notify() {
  if (listener_ != nullptr) listener_(state());
}

void DefinitionFollower::WaitBackoff(int failures) {
  absl::Duration wait = options_.first_backoff;
  for (int i = 1; i < failures && wait < options_.longest_backoff; ++i) wait *= 2;
  wait = std::min(wait, options_.longest_backoff);
  wait *= absl::Uniform(random_, 0.5, 1.0);
  const Deadline until = Deadline::After(wait);
  MutexLock lock(mutex_);
  while (!stopping_ && !until.passed()) changed_.WaitFor(mutex_, until.left());
}

void DefinitionFollower::RunWatchdog() {
  MutexLock lock(mutex_);
  uint64_t seen = messages_;
  Deadline silent_at = Deadline::After(options_.silence);
  while (!stopping_) {
    if (messages_ != seen || !reading_ || context_ == nullptr) {
      seen = messages_;
      silent_at = Deadline::After(options_.silence);
    } else if (silent_at.passed()) {
      LogWarning("the definition service is silent, giving up the connection");
      context_->TryCancel();
      silent_at = Deadline::After(options_.silence);
    }
    changed_.WaitFor(mutex_, std::min(options_.silence, absl::Seconds(1)));
  }
}

bool DefinitionFollower::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

}  // namespace kpisuite
