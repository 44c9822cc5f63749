#include "kpisuite/client/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/substitute.h"

namespace kpisuite::client {
namespace {

constexpr int kMaxMessageBytes = 8 << 20;
constexpr int kKeepaliveMilliseconds = 120'000;
constexpr int kKeepaliveTimeoutMilliseconds = 20'000;
// A restarted server is found again within this time.
constexpr int kMaxReconnectBackoffMilliseconds = 2'000;

// UNAVAILABLE, and nothing else, is tried again; streams have no deadline and are opened once.
constexpr char kServiceConfig[] = R"json({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [
    {"name": [{}], "timeout": "$0s", "retryPolicy": $1},
    {"name": [
      {"service": "kpisuite.v1.DefinitionService", "method": "WatchDefinitions"},
      {"service": "kpisuite.v1.MeasurementService", "method": "StreamSamples"},
      {"service": "kpisuite.v1.MeasurementService", "method": "QueryAggregates"},
      {"service": "kpisuite.v1.MeasurementService", "method": "ReadChanges"},
      {"service": "kpisuite.v1.EvaluationService", "method": "WatchStates"}]}
  ]
})json";
constexpr char kRetryPolicy[] = R"json({
  "maxAttempts": 4,
  "initialBackoff": "0.1s",
  "maxBackoff": "1s",
  "backoffMultiplier": 2,
  "retryableStatusCodes": ["UNAVAILABLE"]
})json";

// Adds the metadata that every call has.
class MetadataAdder final : public grpc::experimental::Interceptor {
 public:
  explicit MetadataAdder(const ClientOptions& options) : options_(options) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      auto* metadata = methods->GetSendInitialMetadata();
      if (options_.token) metadata->emplace("authorization", "Bearer " + options_.token());
      if (!options_.actor.empty() && metadata->count("x-kpi-actor") == 0) {
        metadata->emplace("x-kpi-actor", options_.actor);
      }
    }
    methods->Proceed();
  }

 private:
  const ClientOptions& options_;
};

class MetadataAdderFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit MetadataAdderFactory(ClientOptions options) : options_(std::move(options)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new MetadataAdder(options_);
  }

 private:
  const ClientOptions options_;
};

bool IsHeaderText(const std::string& token) {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return absl::ascii_isgraph(c); });
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(const ClientOptions& options) {
  if (options.plaintext) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials(
      {options.root_certificates, options.private_key, options.certificate});
}

std::shared_ptr<grpc::Channel> Connect(const std::string& target, const ClientOptions& options) {
  const double seconds = std::chrono::duration<double>(options.deadline).count();
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      absl::Substitute(kServiceConfig, absl::StrFormat("%.3f", seconds), kRetryPolicy));
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetUserAgentPrefix("kpisuite-cpp/" KPISUITE_CLIENT_VERSION);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMilliseconds);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> adders;
  adders.push_back(std::make_unique<MetadataAdderFactory>(options));
  return grpc::experimental::CreateCustomChannelWithInterceptors(target, Credentials(options),
                                                                 arguments, std::move(adders));
}

// Pages of a method whose response has its entries in a field with the getter `entries`.
template <typename Entry, typename Stub, typename Request, typename Response>
Pages<Entry> PagesOf(Stub& stub, Request request,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     google::protobuf::RepeatedPtrField<Entry>* (Response::*entries)()) {
  return Pages<Entry>([&stub, request = std::move(request), method, entries](
                          const std::string& token, google::protobuf::RepeatedPtrField<Entry>& page,
                          std::string& next_token) mutable {
    request.set_page_token(token);
    grpc::ClientContext context;
    Response response;
    grpc::Status status = (stub.*method)(&context, request, &response);
    if (status.ok()) {
      page.Swap((response.*entries)());
      next_token = response.next_page_token();
    }
    return status;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(const ClientOptions& options) {
  if (options.plaintext && options.token) {
    return absl::InvalidArgumentError("a token is sent over TLS only");
  }
  if (options.token && !IsHeaderText(options.token())) {
    return absl::InvalidArgumentError("a token consists of visible ASCII characters");
  }
  const auto target = [&options](const std::string& own) {
    return own.empty() ? options.target : own;
  };
  const std::string definition = target(options.definition_target);
  const std::string measurement = target(options.measurement_target);
  const std::string evaluation = target(options.evaluation_target);
  if (definition.empty() || measurement.empty() || evaluation.empty()) {
    return absl::InvalidArgumentError("a target is missing");
  }
  std::unique_ptr<Client> client(new Client());
  const auto first = Connect(definition, options);
  const auto second = measurement == definition ? first : Connect(measurement, options);
  const auto third = evaluation == definition ? first : Connect(evaluation, options);
  client->definitions_ = v1::DefinitionService::NewStub(first);
  client->measurements_ = v1::MeasurementService::NewStub(second);
  client->evaluations_ = v1::EvaluationService::NewStub(third);
  return client;
}

Pages<v1::Definition> Client::ListDefinitions(v1::ListDefinitionsRequest request) {
  return PagesOf<v1::Definition>(definitions(), std::move(request),
                                 &v1::DefinitionService::StubInterface::ListDefinitions,
                                 &v1::ListDefinitionsResponse::mutable_definitions);
}

Pages<v1::Definition> Client::ListRevisions(v1::ListRevisionsRequest request) {
  return PagesOf<v1::Definition>(definitions(), std::move(request),
                                 &v1::DefinitionService::StubInterface::ListRevisions,
                                 &v1::ListRevisionsResponse::mutable_revisions);
}

Pages<v1::Template> Client::ListTemplates(v1::ListTemplatesRequest request) {
  return PagesOf<v1::Template>(definitions(), std::move(request),
                               &v1::DefinitionService::StubInterface::ListTemplates,
                               &v1::ListTemplatesResponse::mutable_templates);
}

Pages<v1::Sample> Client::ReadSamples(v1::ReadSamplesRequest request) {
  return PagesOf<v1::Sample>(measurements(), std::move(request),
                             &v1::MeasurementService::StubInterface::ReadSamples,
                             &v1::ReadSamplesResponse::mutable_samples);
}

Pages<v1::Series> Client::ListSeries(v1::ListSeriesRequest request) {
  return PagesOf<v1::Series>(measurements(), std::move(request),
                             &v1::MeasurementService::StubInterface::ListSeries,
                             &v1::ListSeriesResponse::mutable_series);
}

Pages<v1::KpiState> Client::ListStates(v1::ListStatesRequest request) {
  return PagesOf<v1::KpiState>(evaluations(), std::move(request),
                               &v1::EvaluationService::StubInterface::ListStates,
                               &v1::ListStatesResponse::mutable_states);
}

Pages<v1::HistoryEntry> Client::History(v1::GetHistoryRequest request) {
  return PagesOf<v1::HistoryEntry>(evaluations(), std::move(request),
                                   &v1::EvaluationService::StubInterface::GetHistory,
                                   &v1::GetHistoryResponse::mutable_entries);
}

absl::StatusOr<std::unique_ptr<SampleWriter>> Client::OpenWriter(WriterOptions options) {
  return SampleWriter::Open(measurements(), std::move(options));
}

std::unique_ptr<Watch<v1::WatchStatesResponse>> Client::WatchStates(
    v1::WatchStatesRequest request) {
  const auto resumed = std::make_shared<v1::WatchStatesRequest>(std::move(request));
  return std::make_unique<Watch<v1::WatchStatesResponse>>(
      [this, resumed](grpc::ClientContext* context) {
        return evaluations().WatchStates(context, *resumed);
      },
      [resumed](const v1::WatchStatesResponse& message) {
        resumed->set_resume_token(message.resume_token());
      });
}

std::unique_ptr<Watch<v1::WatchDefinitionsResponse>> Client::WatchDefinitions(
    v1::WatchDefinitionsRequest request) {
  const auto resumed = std::make_shared<v1::WatchDefinitionsRequest>(std::move(request));
  return std::make_unique<Watch<v1::WatchDefinitionsResponse>>(
      [this, resumed](grpc::ClientContext* context) {
        return definitions().WatchDefinitions(context, *resumed);
      },
      // Only the last message of a set has a position: a set that was cut comes again.
      [resumed](const v1::WatchDefinitionsResponse& message) {
        if (message.position() == 0) return;
        resumed->set_after_position(message.position());
        resumed->set_incarnation(message.incarnation());
      });
}

std::unique_ptr<Watch<v1::ReadChangesResponse>> Client::ReadChanges(
    v1::ReadChangesRequest request) {
  const auto resumed = std::make_shared<v1::ReadChangesRequest>(std::move(request));
  return std::make_unique<Watch<v1::ReadChangesResponse>>(
      [this, resumed](grpc::ClientContext* context) {
        return measurements().ReadChanges(context, *resumed);
      },
      [resumed](const v1::ReadChangesResponse& message) {
        for (const v1::ChangeBatch& batch : message.batches()) {
          for (v1::FeedPosition& after : *resumed->mutable_after()) {
            if (after.part() == batch.position().part()) after = batch.position();
          }
        }
      });
}

}  // namespace kpisuite::client
