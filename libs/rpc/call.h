// CallContext: what a handler may know about its call. CallRecord: its metrics and log line.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/metrics.h"

namespace kpisuite {

struct CallLimits {
  absl::Duration default_deadline = absl::Seconds(30);  // of unary calls whose client set none
  absl::Duration max_deadline = absl::Minutes(5);       // of unary calls
  absl::Duration slow_call = absl::Seconds(1);          // unary calls above it are logged
  int max_calls = 4096;                                 // unary calls of one service in flight
  int max_streams = 10000;                              // streams of one service in flight
};

// One method of a service and its metrics, under the names of go-grpc-prometheus. Thread-safe.
class Method {
 public:
  enum class Type { kUnary, kClientStream, kServerStream, kBidiStream };

  Method(absl::string_view service, absl::string_view name, Type type, Metrics& metrics);
  Method(const Method&) = delete;
  Method& operator=(const Method&) = delete;

  const std::string& full_name() const { return full_name_; }  // "/package.Service/Name"
  Type type() const { return type_; }

  void CountStarted() const { started_.Increment(); }
  void CountHandled(grpc::StatusCode code, absl::Duration duration) const;

 private:
  static constexpr int kCodes = 17;

  const std::string full_name_;
  const Type type_;
  const MetricLabels labels_;
  Metrics& metrics_;
  prometheus::Counter& started_;
  prometheus::Histogram& seconds_;
  // A series appears with the first call that ends with its code.
  mutable std::array<std::atomic<prometheus::Counter*>, kCodes> handled_{};
};

// Facts about one call. Thread-safe; valid as long as the handler or its Completion.
class CallContext {
 public:
  // `context` outlives the handler. `deadline` is already clamped.
  CallContext(const Method& method, const grpc::ServerContextBase& context, absl::Time start,
              absl::Time deadline);
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  const Method& method() const { return method_; }
  absl::Time start() const { return start_; }
  // When the answer is no longer wanted; InfiniteFuture for streams without a deadline.
  absl::Time deadline() const { return deadline_; }
  // Whether the client has gone away or its deadline has passed.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // The client's x-request-id (at most 128 printable ASCII characters), else a generated one.
  std::string request_id() const;
  bool request_id_from_client() const { return !client_request_id_.empty(); }

  // A metadata entry of the client. Only inside the handler.
  std::optional<std::string> ClientMetadata(absl::string_view key) const;

 private:
  friend class CallRecord;

  const Method& method_;
  const grpc::ServerContextBase& context_;
  const absl::Time start_;
  const absl::Time deadline_;
  std::string client_request_id_;
  uint64_t generated_request_id_ = 0;
  std::atomic<bool> cancelled_{false};
};

// Accounts for one call from its start to its end: metrics, number in flight, one log line for a
// failed or slow call. Used by the reactors of this folder only.
class CallRecord {
 public:
  // `in_flight` is shared by the calls of one kind. All references outlive the record, except
  // `context`, which must live until End().
  CallRecord(const Method& method, grpc::ServerContextBase& context, const CallLimits& limits,
             const Clock& clock, std::atomic<int>& in_flight);
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;

  CallContext& call() { return call_; }
  void SetCancelled() { call_.cancelled_.store(true, std::memory_order_relaxed); }

  // RESOURCE_EXHAUSTED QUEUE_FULL with a retry hint when more than `limit` calls are in flight.
  absl::Status Admit(int limit) const;

  // What to tell the client about `status`; sets the trailing metadata (x-request-id when the
  // client sent one or the call failed). Called once, before the reactor's Finish.
  grpc::Status End(const absl::Status& status);

 private:
  CallRecord(const Method& method, grpc::ServerContextBase& context, const CallLimits& limits,
             const Clock& clock, std::atomic<int>& in_flight, absl::Time start);

  void Log(const absl::Status& status, grpc::StatusCode code, absl::Duration duration) const;

  grpc::ServerContextBase& context_;
  const CallLimits& limits_;
  const Clock& clock_;
  std::atomic<int>& in_flight_;
  CallContext call_;
};

}  // namespace kpisuite
