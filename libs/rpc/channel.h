// Client channels, all configured alike.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace kpisuite {

// A lazily connected plaintext channel: round_robin over the addresses of the name; unary calls are
// tried 4 times at most, on UNAVAILABLE and nothing else, streams once; keepalive 2 min / 20 s,
// messages up to 8 MiB. `target` is "host:port", "dns:///host:port" or "unix:/path". Never fails;
// calls do.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target);

// The same for callers that have somewhere else to go: one attempt at each call.
std::shared_ptr<grpc::Channel> MakeChannelWithoutRetries(const std::string& target);

}  // namespace kpisuite
