// Calls the methods of the generated stubs by name, "MeasurementService.ReadSamples".
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kpisuite/client/client.h"
#include "nlohmann/json.hpp"

// A message as JSON, and back; what is no message ends the program.
nlohmann::json ToJson(const google::protobuf::Message& message);
void FromJson(const nlohmann::json& json, google::protobuf::Message& message);

class Stub {
 public:
  // Takes a message; whether to read on.
  using OnMessage = std::function<bool(nlohmann::json message)>;

  explicit Stub(kpisuite::client::Client& client);

  // A unary call.
  grpc::Status Call(const std::string& name, grpc::ClientContext& context,
                    const nlohmann::json& request, nlohmann::json& response) const {
    return unary_.at(name)(context, request, response);
  }
  // A stream from the server; when it is not read on it is cancelled.
  grpc::Status Read(const std::string& name, grpc::ClientContext& context,
                    const nlohmann::json& request, const OnMessage& on_message) const {
    return streams_.at(name)(context, request, on_message);
  }
  // StreamSamples: sends all, half-closes, and reads to the end.
  grpc::Status Exchange(const nlohmann::json& requests, std::vector<nlohmann::json>& received);

 private:
  using Unary =
      std::function<grpc::Status(grpc::ClientContext&, const nlohmann::json&, nlohmann::json&)>;
  using Stream =
      std::function<grpc::Status(grpc::ClientContext&, const nlohmann::json&, const OnMessage&)>;

  void AddDefinitions();
  void AddMeasurements();
  void AddEvaluations();

  kpisuite::client::Client& client_;
  std::map<std::string, Unary> unary_;
  std::map<std::string, Stream> streams_;
};
