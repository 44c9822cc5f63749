// Changes as they happen.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "kpisuite/client/backoff.h"
#include "kpisuite/client/error.h"

namespace kpisuite::client {

// The messages of a watch, heartbeats included, without end: when the server goes away, or this
// reader was too slow for it, the watch goes on after the last message that was handed out. What
// changed may then come twice, never too seldom.
//
// For one thread; Cancel may be called by any.
template <typename Message>
class Watch {
 public:
  using Stream = grpc::ClientReaderInterface<Message>;
  // Opens the stream from where it stands, and remembers where that is.
  using Open = std::function<std::unique_ptr<Stream>(grpc::ClientContext* context)>;
  using HandedOut = std::function<void(const Message& message)>;

  Watch(Open open, HandedOut handed_out)
      : open_(std::move(open)), handed_out_(std::move(handed_out)) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    Cancel();
    if (stream_ == nullptr) return;
    while (stream_->Read(&message_)) {
    }
    stream_->Finish();
  }

  // Waits for a message. Null when the watch was cancelled, and for an error that resuming does
  // not help against: status() tells. The message is valid until the next call.
  const Message* Next() {
    while (status_.ok()) {
      if (stream_ == nullptr && !Reopen()) break;
      if (stream_->Read(&message_)) {
        backoff_.Reset();
        handed_out_(message_);
        return &message_;
      }
      WaitBeforeResuming(Finish());
    }
    return nullptr;
  }

  // OK until the watch has ended; CANCELLED after Cancel.
  const grpc::Status& status() const { return status_; }

  // Ends the watch, also while Next waits.
  void Cancel() {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.notify_all();
  }

 private:
  bool Reopen() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (cancelled_) {
      status_ = grpc::Status::CANCELLED;
      return false;
    }
    context_ = std::make_unique<grpc::ClientContext>();
    lock.unlock();
    stream_ = open_(context_.get());
    return true;
  }

  grpc::Status Finish() {
    grpc::Status status = stream_->Finish();
    stream_.reset();
    std::lock_guard<std::mutex> lock(mutex_);
    context_.reset();
    // The server never ends a watch with OK; a proxy might.
    return status.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the watch ended") : status;
  }

  void WaitBeforeResuming(const grpc::Status& ended) {
    const Error error = DecodeError(ended);
    std::unique_lock<std::mutex> lock(mutex_);
    if (cancelled_) {
      status_ = grpc::Status::CANCELLED;
    } else if (error.code == grpc::StatusCode::UNAVAILABLE ||
               error.reason == v1::ERROR_REASON_SLOW_CONSUMER) {
      changed_.wait_for(lock, backoff_.Next(error.retry_delay), [this] { return cancelled_; });
    } else {
      status_ = ended;
    }
  }

  const Open open_;
  const HandedOut handed_out_;
  Backoff backoff_;
  Message message_;
  grpc::Status status_;
  std::unique_ptr<Stream> stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;                        // guarded by mutex_
  std::unique_ptr<grpc::ClientContext> context_;  // guarded by mutex_
};

}  // namespace kpisuite::client
