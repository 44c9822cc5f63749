// What an error means.
#pragma once

#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kpisuite/v1/common.pb.h"

namespace kpisuite::client {

// A field that is wrong: its path in the request, and what came and what is wanted.
struct Violation {
  std::string field;
  std::string description;
};

// A failed call with the details the server sent.
struct Error {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  // ERROR_REASON_UNSPECIFIED if there is none or this release does not know it.
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  // As it was sent, for instance "ETAG_MISMATCH"; empty if there is none.
  std::string reason_text;
  // Dynamic values of the message, by name.
  std::map<std::string, std::string> metadata;
  // Empty unless the request was wrong.
  std::vector<Violation> violations;
  // When to try again, if the server said so.
  std::optional<std::chrono::nanoseconds> retry_delay;

  // Whether the same request may succeed later without a change.
  bool IsTransient() const;
};

// The error of a call; details that cannot be read are left out.
Error DecodeError(const grpc::Status& status);
// The error inside a response: of one batch, or of one key.
Error DecodeError(const google::rpc::Status& status);

}  // namespace kpisuite::client
