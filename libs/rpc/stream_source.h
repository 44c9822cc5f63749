// What a service implements to serve streams: StreamSource (server streams) and StreamConsumer
// (bidirectional streams). The reactors of this folder drive them.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace kpisuite {

// "No message at present": the stream waits for StreamWaker::Wake().
struct StreamIdle {};

// "No message any more": the stream ends with this status.
struct StreamEnd {
  absl::Status status;
};

template <typename Response>
using StreamStep = std::variant<Response, StreamIdle, StreamEnd>;

// Where the calls of a source run. Either way never two at once for one stream.
enum class SourceThread {
  kExecutor,  // on the bounded executor: may block (SQLite)
  kCaller,    // on the thread that woke the stream, or a library thread: must not block
};

// The messages of one server stream, pulled one by one: Next() is called again only when the
// message before has been handed to the transport, so that a slow reader holds one message and
// the state of the source, nothing more. A source that follows a log keeps a cursor; one that
// follows states keeps a conflating set of changed keys.
//
// Destroyed when the stream is over, on a library thread: the destructor must not block.
template <typename Response>
class StreamSource {
 public:
  virtual ~StreamSource() = default;

  // The next message, StreamIdle, or StreamEnd. Called once after opening and after each Wake().
  virtual StreamStep<Response> Next() = 0;

  // A message that says "nothing new", or StreamEnd; asked for when nothing was written for the
  // heartbeat interval. StreamIdle when the stream has no heartbeats.
  virtual StreamStep<Response> Heartbeat() { return StreamIdle{}; }

  // How long without a message until a heartbeat; StreamLimits::heartbeat unless overridden. Read
  // once, after opening. As fine as the ticks of the registry.
  virtual std::optional<absl::Duration> heartbeat_interval() const { return std::nullopt; }
};

// A stream that can be woken.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void Wake() = 0;
};

// A copyable handle that tells a stream that its source may have a message. Thread-safe, cheap,
// without effect once the stream is over. With SourceThread::kCaller it calls Next() on this
// thread: hold no lock that Next() takes.
class StreamWaker {
 public:
  StreamWaker() = default;
  explicit StreamWaker(std::weak_ptr<Wakeable> stream) : stream_(std::move(stream)) {}

  void Wake() const {
    if (const std::shared_ptr<Wakeable> stream = stream_.lock()) stream->Wake();
  }

 private:
  std::weak_ptr<Wakeable> stream_;
};

// The side of a bidirectional stream that a consumer talks to. Thread-safe, never blocks, without
// effect once the stream is over.
template <typename Response>
class BidiStream {
 public:
  virtual ~BidiStream() = default;

  // Asks for one more message. Nothing is read before the first call: not calling it is how a
  // consumer pushes back. Reading also pauses while too many responses wait for the client.
  virtual void ReadNext() = 0;

  // Queues a response; responses are sent in order.
  virtual void Write(Response response) = 0;

  // Ends the stream after the queued responses.
  virtual void End(absl::Status status) = 0;

  // While held, an end waits for more responses (acks of work in progress), whoever asked for it;
  // at most the cancel grace of the registry.
  virtual void HoldEnd(bool hold) = 0;
};

// Receives the messages of one bidirectional stream. Called on library threads, never two calls
// at once; must not block. Destroyed when the stream is over.
template <typename Request>
class StreamConsumer {
 public:
  virtual ~StreamConsumer() = default;

  // One message, after one ReadNext().
  virtual void OnMessage(Request request) = 0;

  // The client sends no more; the consumer calls End() when its last response is queued.
  virtual void OnMessagesDone() = 0;
};

}  // namespace kpisuite
