// The steps of one vector.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "json_pattern.h"
#include "kpisuite/client/client.h"
#include "settings.h"
#include "stub.h"

class Steps {
 public:
  // Everything outlives the steps.
  Steps(const Settings& settings, kpisuite::client::Client& client, const std::string& workspace)
      : settings_(settings), client_(client), stub_(client), variables_{{"ws", workspace}} {}

  // Why a step does not do what it should; OK when all do.
  absl::Status Run(const nlohmann::json& steps);

 private:
  using Json = nlohmann::json;

  absl::Status RunOne(const Json& step, const Json& during);
  absl::Status Call(const Json& step);
  absl::Status Read(const Json& step);
  absl::Status Exchange(const Json& step);
  absl::Status Pages(const Json& step);
  absl::Status Watch(const Json& step, const Json& during);
  absl::Status Write(const Json& step);
  absl::Status Decimal(const Json& step);
  absl::Status Reapply(const Json& step);
  absl::Status Connect(const Json& step);

  // All entries of a list; what it ends with.
  template <typename Entry, typename Request>
  grpc::Status Collect(kpisuite::client::Pages<Entry> (kpisuite::client::Client::*list)(Request),
                       const Json& request, std::vector<Json>& items);
  template <typename Message, typename Request>
  absl::Status Follow(
      std::unique_ptr<kpisuite::client::Watch<Message>> (kpisuite::client::Client::*watch)(Request),
      const Json& step, const Json& during);
  absl::Status Check(const Json& step, const grpc::Status& status, const Json& answer);
  absl::Status CheckStream(const Json& step, const grpc::Status& end,
                           const std::vector<Json>& received);

  const Settings& settings_;
  kpisuite::client::Client& client_;
  Stub stub_;
  Variables variables_;
};
