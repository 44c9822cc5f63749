// BidiReactor: one bidirectional stream of the callback API, read only when the consumer asks.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/blocking.h"
#include "libs/rpc/message.h"
#include "libs/rpc/stream_base.h"
#include "libs/rpc/stream_source.h"

namespace kpisuite {

// Owns itself from Start() to OnDone(); the consumer may hold it as a BidiStream until then.
template <typename Request, typename Response>
class BidiReactor final : public grpc::ServerBidiReactor<Request, Response>,
                          public StreamBase,
                          public BidiStream<Response>,
                          public std::enable_shared_from_this<BidiReactor<Request, Response>> {
 public:
  using Consumer = StreamConsumer<Request>;
  using Open = std::function<absl::StatusOr<std::unique_ptr<Consumer>>(
      CallContext&, std::shared_ptr<BidiStream<Response>>)>;

  // See StreamBase for the references.
  BidiReactor(const Method& method, grpc::CallbackServerContext& context,
              const CallLimits& call_limits, StreamRegistry& registry, const Clock& clock,
              std::atomic<int>& in_flight)
      : StreamBase(method, context, call_limits, registry, clock, in_flight), registry_(registry) {}

  // Opens the consumer. Called once, right after construction.
  void Start(const Open& open, int max_streams) {
    self_ = this->shared_from_this();
    registry_.Add(self_);
    absl::Status status = Admit(max_streams);
    if (status.ok()) {
      MarkLibraryThread mark;
      auto consumer = open(call(), self_);
      status = consumer.status();
      if (consumer.ok()) consumer_ = *std::move(consumer);
    }
    {
      MutexLock lock(mutex_);
      busy_ = false;
      if (!status.ok()) SetEndLocked(status);
    }
    Drive();
  }

  void ReadNext() override EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      ++reads_wanted_;
    }
    Drive();
  }

  void Write(Response response) override EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (finished() || broken()) return;
      queue_.push_back(std::move(response));
    }
    Drive();
  }

  void End(absl::Status status) override { RequestEnd(status); }

  void HoldEnd(bool hold) override EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      end_held_ = hold;
    }
    Drive();
  }

 private:
  void Drive() override EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (finished() || busy_) return;
    if (broken()) queue_.clear();
    if (!writing() && !queue_.empty()) {
      MoveMessage(queue_.front(), outgoing_);
      queue_.pop_front();
      BeginWriteLocked();
      this->StartWrite(&outgoing_);
    }
    if (ending()) {
      if (!queue_.empty() || (end_held_ && !broken())) return;
      if (const auto status = TakeFinishLocked()) this->Finish(*status);
      return;
    }
    const bool room = queue_.size() < static_cast<size_t>(limits().max_queued_responses);
    if (reads_wanted_ > 0 && !reading_ && !messages_done_ && room) {
      --reads_wanted_;
      reading_ = true;
      this->StartRead(&incoming_);
    }
  }

  void OnReadDone(bool ok) override {
    MarkLibraryThread mark;
    bool deliver;
    {
      MutexLock lock(mutex_);
      reading_ = false;
      if (!ok) messages_done_ = true;
      deliver = !ending();
      busy_ = true;  // holds back the end and the next read while the consumer runs
    }
    if (deliver && ok) {
      Request message;
      MoveMessage(incoming_, message);
      consumer_->OnMessage(std::move(message));
    } else if (deliver) {
      consumer_->OnMessagesDone();
    }
    {
      MutexLock lock(mutex_);
      busy_ = false;
    }
    Drive();
  }

  void OnWriteDone(bool ok) override {
    MarkLibraryThread mark;
    {
      MutexLock lock(mutex_);
      EndWriteLocked(ok);
    }
    Drive();
  }

  void OnCancel() override {
    MarkLibraryThread mark;
    {
      MutexLock lock(mutex_);
      CancelLocked();
    }
    Drive();
  }

  void OnDone() override {
    MarkLibraryThread mark;
    registry_.Remove(this);
    {
      MutexLock lock(mutex_);
      DetachLocked();
    }
    consumer_.reset();
    // The last reference may be this one.
    const auto self = std::move(self_);
  }

  StreamRegistry& registry_;
  std::unique_ptr<Consumer> consumer_;
  Request incoming_;   // belongs to the library while reading_
  Response outgoing_;  // belongs to the library while writing()
  std::deque<Response> queue_ GUARDED_BY(mutex_);
  int reads_wanted_ GUARDED_BY(mutex_) = 0;
  bool reading_ GUARDED_BY(mutex_) = false;
  bool busy_ GUARDED_BY(mutex_) = true;  // until the consumer is open
  bool messages_done_ GUARDED_BY(mutex_) = false;
  bool end_held_ GUARDED_BY(mutex_) = false;
  std::shared_ptr<BidiReactor> self_;
};

}  // namespace kpisuite
