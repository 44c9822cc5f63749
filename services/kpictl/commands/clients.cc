#include "services/kpictl/commands/clients.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

constexpr int kAttempts = 3;
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(1);

// A service that is there and says that it will be ready is waited for; another may not be there.
bool SaysNotReady(const grpc::Status& status) {
  return GetErrorDetails(FromGrpcStatus(status)).reason == "NOT_READY";
}

}  // namespace

std::string ServiceName(Service service) {
  switch (service) {
    case Service::kDefinition: return "definition";
    case Service::kMeasurement: return "measurement";
    case Service::kEvaluation: return "evaluation";
  }
  return "";
}

Clients::Clients(Endpoints endpoints, absl::Duration timeout, const ChannelFactory& make_channel)
    : endpoints_(std::move(endpoints)),
      timeout_(timeout),
      definition_(v1::DefinitionService::NewStub(make_channel(endpoints_.definition))),
      measurement_(v1::MeasurementService::NewStub(make_channel(endpoints_.measurement))),
      evaluation_(v1::EvaluationService::NewStub(make_channel(endpoints_.evaluation))) {}

const std::string& Clients::address(Service service) const {
  switch (service) {
    case Service::kDefinition: return endpoints_.definition;
    case Service::kMeasurement: return endpoints_.measurement;
    case Service::kEvaluation: break;
  }
  return endpoints_.evaluation;
}

absl::Status Clients::Describe(Service service, const grpc::Status& status) const {
  absl::Status described = FromGrpcStatus(status);
  if (described.code() != absl::StatusCode::kUnavailable &&
      described.code() != absl::StatusCode::kDeadlineExceeded) {
    return described;
  }
  return WithErrorDetails(
      absl::Status(described.code(), absl::StrCat("the ", ServiceName(service), " service at ",
                                                  address(service), ": ", described.message())),
      GetErrorDetails(described));
}

absl::Status Clients::Call(Service service,
                           const std::function<grpc::Status(grpc::ClientContext&)>& attempt) const {
  const absl::Time deadline = absl::Now() + timeout_;
  absl::Duration delay = kFirstDelay;
  for (int i = 1;; ++i) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(deadline));
    const grpc::Status status = attempt(context);
    const bool again = status.error_code() == grpc::StatusCode::UNAVAILABLE &&
                       absl::Now() + delay < deadline && (i < kAttempts || SaysNotReady(status));
    if (!again) return Describe(service, status);
    absl::SleepFor(delay);
    delay = std::min(2 * delay, kLongestDelay);
  }
}

}  // namespace kpisuite
