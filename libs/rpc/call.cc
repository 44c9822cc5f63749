#include "libs/rpc/call.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

constexpr char kRequestIdKey[] = "x-request-id";
constexpr size_t kMaxRequestIdBytes = 128;
constexpr absl::Duration kRetryAfterTooManyCalls = absl::Milliseconds(100);

// The names of go-grpc-prometheus's grpc_code label.
constexpr const char* kCodeNames[] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

const char* TypeName(Method::Type type) {
  switch (type) {
    case Method::Type::kUnary: return "unary";
    case Method::Type::kClientStream: return "client_stream";
    case Method::Type::kServerStream: return "server_stream";
    case Method::Type::kBidiStream: return "bidi_stream";
  }
  return "unknown";
}

uint64_t RandomId() {
  thread_local std::mt19937_64 generator((static_cast<uint64_t>(std::random_device{}()) << 32) |
                                         std::random_device{}());
  return generator();
}

bool IsUsableRequestId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestIdBytes &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
}

absl::Time EffectiveDeadline(const Method& method, const grpc::ServerContextBase& context,
                             const CallLimits& limits, absl::Time start) {
  const auto wanted = context.deadline();
  const bool none = wanted == std::chrono::system_clock::time_point::max();
  if (method.type() != Method::Type::kUnary) {
    return none ? absl::InfiniteFuture() : absl::FromChrono(wanted);
  }
  if (none) return start + limits.default_deadline;
  return std::min(absl::FromChrono(wanted), start + limits.max_deadline);
}

}  // namespace

Method::Method(absl::string_view service, absl::string_view name, Type type, Metrics& metrics)
    : full_name_(absl::StrCat("/", service, "/", name)),
      type_(type),
      labels_({{"grpc_type", TypeName(type)},
               {"grpc_service", std::string(service)},
               {"grpc_method", std::string(name)}}),
      metrics_(metrics),
      started_(metrics.AddCounter("grpc_server_started_total",
                                  "Calls that have started on the server.", labels_)),
      seconds_(metrics.AddHistogram("grpc_server_handling_seconds",
                                    "Duration of the calls that have ended on the server.", labels_,
                                    DurationBuckets())) {}

void Method::CountHandled(grpc::StatusCode code, absl::Duration duration) const {
  const int index = code >= 0 && code < kCodes ? code : grpc::StatusCode::UNKNOWN;
  prometheus::Counter* counter = handled_[index].load(std::memory_order_acquire);
  if (counter == nullptr) {
    MetricLabels labels = labels_;
    labels["grpc_code"] = kCodeNames[index];
    counter = &metrics_.AddCounter("grpc_server_handled_total",
                                   "Calls that have ended on the server, by code.", labels);
    handled_[index].store(counter, std::memory_order_release);
  }
  counter->Increment();
  seconds_.Observe(absl::ToDoubleSeconds(duration));
}

CallContext::CallContext(const Method& method, const grpc::ServerContextBase& context,
                         absl::Time start, absl::Time deadline)
    : method_(method), context_(context), start_(start), deadline_(deadline) {
  std::optional<std::string> id = ClientMetadata(kRequestIdKey);
  if (id.has_value() && IsUsableRequestId(*id)) {
    client_request_id_ = *std::move(id);
  } else {
    generated_request_id_ = RandomId();
  }
}

std::string CallContext::request_id() const {
  if (!client_request_id_.empty()) return client_request_id_;
  return absl::StrCat(absl::Hex(generated_request_id_, absl::kZeroPad16));
}

std::optional<std::string> CallContext::ClientMetadata(absl::string_view key) const {
  const auto& metadata = context_.client_metadata();
  const auto found = metadata.find(grpc::string_ref(key.data(), key.size()));
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

CallRecord::CallRecord(const Method& method, grpc::ServerContextBase& context,
                       const CallLimits& limits, const Clock& clock, std::atomic<int>& in_flight)
    : CallRecord(method, context, limits, clock, in_flight, clock.Now()) {}

CallRecord::CallRecord(const Method& method, grpc::ServerContextBase& context,
                       const CallLimits& limits, const Clock& clock, std::atomic<int>& in_flight,
                       absl::Time start)
    : context_(context),
      limits_(limits),
      clock_(clock),
      in_flight_(in_flight),
      call_(method, context, start, EffectiveDeadline(method, context, limits, start)) {
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  method.CountStarted();
}

absl::Status CallRecord::Admit(int limit) const {
  const int in_flight = in_flight_.load(std::memory_order_relaxed);
  if (in_flight <= limit) return absl::OkStatus();
  return WithRetryAfter(
      MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                absl::StrCat("too many calls: got ", in_flight, " in flight, want at most ", limit),
                {{"in_flight", absl::StrCat(in_flight)}, {"limit", absl::StrCat(limit)}}),
      kRetryAfterTooManyCalls);
}

grpc::Status CallRecord::End(const absl::Status& status) {
  const absl::Duration duration = clock_.Now() - call_.start();
  grpc::Status answer = ToGrpcStatus(status);
  if (!answer.ok() || call_.request_id_from_client()) {
    context_.AddTrailingMetadata(kRequestIdKey, call_.request_id());
  }
  call_.method().CountHandled(answer.error_code(), duration);
  Log(status, answer.error_code(), duration);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  return answer;
}

void CallRecord::Log(const absl::Status& status, grpc::StatusCode code,
                     absl::Duration duration) const {
  const bool slow = call_.method().type() == Method::Type::kUnary && duration > limits_.slow_call;
  if (status.ok() && !slow) return;
  LogFields fields = {{"method", call_.method().full_name()},
                      {"request_id", call_.request_id()},
                      {"code", kCodeNames[code]},
                      {"duration_ms", absl::ToInt64Milliseconds(duration)}};
  if (status.ok()) {
    LogWarning("slow call", fields);
    return;
  }
  if (const std::string reason = GetErrorDetails(status).reason; !reason.empty()) {
    fields.push_back({"reason", reason});
  }
  if (HidesText(status)) {
    fields.push_back({"error", status});
    LogError("call failed", fields);
  } else {
    LogInfo("call failed", fields);
  }
}

}  // namespace kpisuite
