// StreamReader: the client side of a server stream, for a thread that waits for its messages.
//
// A thread inside of Read() of grpc::ClientReader polls: it then also takes the events of every
// other connection of the process, calls that its server is to answer among them, and hands them
// over to other threads. This reader waits for the callback API instead.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <functional>
#include <utility>

#include "libs/base/mutex.h"

namespace kpisuite {

// For one call, of one thread. The context is cancelled by whoever is to end it.
template <typename Response>
class StreamReader final : private grpc::ClientReadReactor<Response> {
 public:
  // `open` calls the method of the stub's async() with the reactor; what it passes to it is read
  // before this returns, but for the context, which outlives the reader.
  explicit StreamReader(const std::function<void(grpc::ClientReadReactor<Response>*)>& open) {
    open(this);
    // Reads are begun from outside of the library.
    this->AddHold();
    this->StartCall();
  }
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;
  // Blocks until the call has ended: it is cancelled before, or Finish() was called.
  ~StreamReader() override { Finish(); }

  // Blocks until there is a message. False when none comes any more.
  bool Read(Response* message) {
    if (!held_) return false;
    {
      MutexLock lock(mutex_);
      state_ = ReadState::kReading;
    }
    this->StartRead(message);
    bool read = false;
    {
      MutexLock lock(mutex_);
      while (state_ == ReadState::kReading) changed_.Wait(mutex_);
      read = state_ == ReadState::kRead;
    }
    if (!read) Release();
    return read;
  }

  // Blocks until the call has ended; how it did. Unless Read() was false it is cancelled before.
  grpc::Status Finish() {
    Release();
    MutexLock lock(mutex_);
    while (!done_) changed_.Wait(mutex_);
    return status_;
  }

 private:
  enum class ReadState { kIdle, kReading, kRead, kEnded };

  void Release() {
    if (std::exchange(held_, false)) this->RemoveHold();
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(mutex_);
    state_ = ok ? ReadState::kRead : ReadState::kEnded;
    changed_.NotifyAll();
  }

  void OnDone(const grpc::Status& status) override {
    MutexLock lock(mutex_);
    status_ = status;
    done_ = true;
    changed_.NotifyAll();
  }

  bool held_ = true;
  Mutex mutex_;
  CondVar changed_;
  ReadState state_ GUARDED_BY(mutex_) = ReadState::kIdle;
  bool done_ GUARDED_BY(mutex_) = false;
  grpc::Status status_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
