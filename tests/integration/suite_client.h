// SuiteClient: the calls that tests make, with errors as absl::Status and its details.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/position_token.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {

inline constexpr char kTestWorkspace[] = "test";
inline constexpr char kTestParent[] = "workspaces/test";

// `workspaces/test/kpis/{id}`.
std::string KpiName(const std::string& id);

// The context of one call: it waits for a server that is being restarted.
std::unique_ptr<grpc::ClientContext> MakeContext(absl::Duration timeout);

// How long a call may take before a test gives up on it.
absl::Duration CallTimeout();

// Names one state; the period is an id or a selector.
struct StateQuery {
  std::string kpi;  // id
  std::string window;
  std::string slice;
  std::string period = "LATEST_WITH_DATA";
};

// Every call fails by itself after CallTimeout(). A call whose connection broke without an answer
// is made again: all of them may be repeated. Reads with a token also wait for the definitions
// that this client has applied. Thread-safe but for Apply.
class SuiteClient {
 public:
  // Addresses are "host:port". Connections are of this client alone and come back soon after a
  // restart of their server.
  SuiteClient(const std::string& definition, const std::string& measurement,
              const std::string& evaluation);

  v1::DefinitionService::StubInterface& definition() { return *definition_; }
  v1::MeasurementService::StubInterface& measurement() { return *measurement_; }
  v1::EvaluationService::StubInterface& evaluation() { return *evaluation_; }

  // Applies the definitions of a YAML text and waits until evaluation has them.
  absl::Status Define(const std::string& yaml);
  // Only applies them.
  absl::StatusOr<v1::ApplyDefinitionsResponse> Apply(const std::string& yaml);
  // As the rpcs; `parent` is filled in where it is empty.
  absl::StatusOr<v1::ApplyDefinitionsResponse> Apply(v1::ApplyDefinitionsRequest request);
  absl::StatusOr<v1::WriteResult> Write(v1::WriteSamplesRequest request);
  absl::StatusOr<v1::WriteResult> Retract(v1::RetractSamplesRequest request);
  absl::StatusOr<v1::AdvanceWatermarkResponse> AdvanceWatermark(const std::string& metric,
                                                                absl::Time complete_through);
  absl::StatusOr<v1::KpiState> GetState(const StateQuery& query, const std::string& at_least = "");
  absl::StatusOr<v1::Explanation> Explain(const StateQuery& query,
                                          const std::string& at_least = "");
  // All entries of one window and slice.
  absl::StatusOr<std::vector<v1::HistoryEntry>> History(const StateQuery& query,
                                                        v1::HistoryView view,
                                                        const std::string& at_least = "");
  // Every sample of a metric; with `revisions` also what was before.
  absl::StatusOr<std::vector<v1::Sample>> ReadSamples(const std::string& metric,
                                                      bool revisions = false);
  absl::StatusOr<v1::ServerInfo> MeasurementInfo();

  // Any unary method: Call(client.definition(), &v1::DefinitionService::StubInterface::X, request).
  template <typename Stub, typename Request, typename Response>
  static absl::StatusOr<Response> Call(
      Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request, absl::Duration timeout = CallTimeout()) {
    const absl::Time deadline = absl::Now() + timeout;
    while (true) {
      const auto context = MakeContext(deadline - absl::Now());
      Response response;
      const grpc::Status status = (stub.*method)(context.get(), request, &response);
      if (status.ok()) return response;
      if (!BrokeWithoutAnswer(status)) return FromGrpcStatus(status);
    }
  }

 private:
  static bool BrokeWithoutAnswer(const grpc::Status& status);
  // `token`, and what was applied.
  std::string WithDefinitions(const std::string& token) const;

  PositionToken applied_;
  std::unique_ptr<v1::DefinitionService::StubInterface> definition_;
  std::unique_ptr<v1::MeasurementService::StubInterface> measurement_;
  std::unique_ptr<v1::EvaluationService::StubInterface> evaluation_;
};

}  // namespace kpisuite
