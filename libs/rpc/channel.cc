#include "libs/rpc/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

namespace kpisuite {
namespace {

constexpr int kMaxMessageBytes = 8 << 20;
constexpr int kKeepaliveMilliseconds = 120'000;
constexpr int kKeepaliveTimeoutMilliseconds = 20'000;
// A restarted server is found again within this time.
constexpr int kMaxReconnectBackoffMilliseconds = 2'000;

// Streams are opened once, those who read them resume them: with retries, a stream that never ends
// was seen (ADR 2026-11-28-streams-are-opened-once).
constexpr char kServiceConfig[] = R"json({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.1s",
      "maxBackoff": "1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }, {
    "name": [
      {"service": "kpisuite.v1.DefinitionService", "method": "WatchDefinitions"},
      {"service": "kpisuite.v1.MeasurementService", "method": "StreamSamples"},
      {"service": "kpisuite.v1.MeasurementService", "method": "QueryAggregates"},
      {"service": "kpisuite.v1.MeasurementService", "method": "ReadChanges"},
      {"service": "kpisuite.v1.EvaluationService", "method": "WatchStates"}
    ]
  }]
})json";

std::shared_ptr<grpc::Channel> Make(const std::string& target, grpc::ChannelArguments arguments) {
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMilliseconds);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  return Make(target, std::move(arguments));
}

std::shared_ptr<grpc::Channel> MakeChannelWithoutRetries(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return Make(target, std::move(arguments));
}

}  // namespace kpisuite
