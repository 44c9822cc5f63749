// A connection to the KPI suite.
#pragma once

#include <grpcpp/security/credentials.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/client/pages.h"
#include "kpisuite/client/sample_writer.h"
#include "kpisuite/client/watch.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"

namespace kpisuite::client {

// How to connect.
struct ClientOptions {
  // Serves everything: "host:port" or "dns:///host:port".
  std::string target;
  // Addresses of single services, instead of `target` where they are not empty.
  std::string definition_target;
  std::string measurement_target;
  std::string evaluation_target;
  // No encryption: for trusted networks.
  bool plaintext = false;
  // Certificate authorities of TLS, PEM. Empty: those of the system.
  std::string root_certificates;
  // A certificate of one's own with its key, PEM. Empty: none.
  std::string certificate;
  std::string private_key;
  // The bearer token, asked for at each call: quick and thread-safe. Null: none.
  std::function<std::string()> token;
  // Who acts, kept with each revision of a definition. Empty: not said.
  std::string actor;
  // Longest time of a unary call; the deadline of a context may come earlier.
  std::chrono::milliseconds deadline{30'000};
};

// Thread-safe; make one and keep it. Calls that fail with UNAVAILABLE are tried up to 4 times, over
// all addresses of the name in turn.
class Client {
 public:
  // Asks for the token once, and connects when it is first used. INVALID_ARGUMENT for a token
  // without TLS, which everybody on the way could read, and for one that no header can carry.
  static absl::StatusOr<std::unique_ptr<Client>> Create(const ClientOptions& options);

  // Stubs; decode their errors with DecodeError.
  v1::DefinitionService::StubInterface& definitions() { return *definitions_; }
  v1::MeasurementService::StubInterface& measurements() { return *measurements_; }
  v1::EvaluationService::StubInterface& evaluations() { return *evaluations_; }

  // Lists to their end. The client outlives what it returns.
  Pages<v1::Definition> ListDefinitions(v1::ListDefinitionsRequest request);
  Pages<v1::Definition> ListRevisions(v1::ListRevisionsRequest request);
  Pages<v1::Template> ListTemplates(v1::ListTemplatesRequest request);
  Pages<v1::Sample> ReadSamples(v1::ReadSamplesRequest request);
  Pages<v1::Series> ListSeries(v1::ListSeriesRequest request);
  Pages<v1::KpiState> ListStates(v1::ListStatesRequest request);
  Pages<v1::HistoryEntry> History(v1::GetHistoryRequest request);

  // A writer of samples; asks the server for its limits. The client outlives it.
  absl::StatusOr<std::unique_ptr<SampleWriter>> OpenWriter(WriterOptions options);

  // States as they change: the current ones, then `in_sync`, then each change.
  std::unique_ptr<Watch<v1::WatchStatesResponse>> WatchStates(v1::WatchStatesRequest request);
  // Definitions as they change, after `after_position`.
  std::unique_ptr<Watch<v1::WatchDefinitionsResponse>> WatchDefinitions(
      v1::WatchDefinitionsRequest request);
  // Samples as they change, for each partition without gaps.
  std::unique_ptr<Watch<v1::ReadChangesResponse>> ReadChanges(v1::ReadChangesRequest request);

 private:
  Client() = default;

  std::unique_ptr<v1::DefinitionService::StubInterface> definitions_;
  std::unique_ptr<v1::MeasurementService::StubInterface> measurements_;
  std::unique_ptr<v1::EvaluationService::StubInterface> evaluations_;
};

}  // namespace kpisuite::client
