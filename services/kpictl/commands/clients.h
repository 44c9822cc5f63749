// Stubs of the three services, with deadlines and retries.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"

namespace kpisuite {

// Makes the channel to "host:port".
using ChannelFactory = std::function<std::shared_ptr<grpc::Channel>(const std::string&)>;

struct Endpoints {
  std::string definition = "127.0.0.1:7001";
  std::string measurement = "127.0.0.1:7002";
  std::string evaluation = "127.0.0.1:7003";
};

enum class Service { kDefinition, kMeasurement, kEvaluation };

// Connects on the first call. Not thread-safe, but stubs are.
class Clients {
 public:
  // `timeout` bounds each call with all its attempts.
  Clients(Endpoints endpoints, absl::Duration timeout, const ChannelFactory& make_channel);

  v1::DefinitionService::Stub& definition() { return *definition_; }
  v1::MeasurementService::Stub& measurement() { return *measurement_; }
  v1::EvaluationService::Stub& evaluation() { return *evaluation_; }

  const std::string& address(Service service) const;
  absl::Duration timeout() const { return timeout_; }

  // Runs a unary call: `attempt` with a fresh context and the deadline, again while the answer is
  // UNAVAILABLE: up to three times, and until the deadline when it says NOT_READY. The request must
  // be safe to repeat. Statuses carry ErrorDetails; UNAVAILABLE names the service and its address.
  absl::Status Call(Service service,
                    const std::function<grpc::Status(grpc::ClientContext&)>& attempt) const;

  // A client's view of a status, as Call returns it.
  absl::Status Describe(Service service, const grpc::Status& status) const;

 private:
  const Endpoints endpoints_;
  const absl::Duration timeout_;
  std::unique_ptr<v1::DefinitionService::Stub> definition_;
  std::unique_ptr<v1::MeasurementService::Stub> measurement_;
  std::unique_ptr<v1::EvaluationService::Stub> evaluation_;
};

// "definition", "measurement" or "evaluation".
std::string ServiceName(Service service);

}  // namespace kpisuite
