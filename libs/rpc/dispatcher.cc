#include "libs/rpc/dispatcher.h"

#include <google/protobuf/descriptor.h>

#include <cstdlib>

#include "libs/base/log.h"

namespace kpisuite {
namespace {

Method::Type TypeOf(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? Method::Type::kBidiStream : Method::Type::kClientStream;
  }
  return method.server_streaming() ? Method::Type::kServerStream : Method::Type::kUnary;
}

[[noreturn]] void Fail(absl::string_view what, absl::string_view name) {
  LogError(what, {{"name", name}});
  std::abort();
}

}  // namespace

Dispatcher::Dispatcher(absl::string_view service, const CallEnvironment& environment)
    : environment_(environment) {
  environment.gate.Watch(calls_);
  environment.gate.Watch(streams_);
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  if (descriptor == nullptr) Fail("the dispatcher's service is not in this binary", service);
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const auto& method = *descriptor->method(i);
    methods_[method.name()] =
        std::make_unique<Method>(service, method.name(), TypeOf(method), environment.metrics);
  }
  environment.metrics.AddGaugeReader(
      "kpisuite_calls_in_flight", "Unary calls that have started and not ended.",
      {{"grpc_service", std::string(service)}}, [calls = calls_] { return calls->load(); });
  environment.metrics.AddGaugeReader(
      "kpisuite_streams_in_flight", "Streams that have started and not ended.",
      {{"grpc_service", std::string(service)}}, [streams = streams_] { return streams->load(); });
}

const Method& Dispatcher::Find(absl::string_view method) const {
  const auto found = methods_.find(method);
  if (found == methods_.end()) Fail("the dispatcher's service has no such method", method);
  return *found->second;
}

}  // namespace kpisuite
