#include "kpisuite/client/error.h"

#include <google/rpc/error_details.pb.h>

#include "kpisuite/client/error_info.pb.h"

namespace kpisuite::client {
namespace {

constexpr char kDomain[] = "kpisuite.v1";

void AddDetail(const google::protobuf::Any& detail, Error& error) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest request;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    error.reason_text = info.reason();
    error.metadata.insert(info.metadata().begin(), info.metadata().end());
    // Parse leaves the reason as it is when the name is unknown.
    if (info.domain() == kDomain) {
      v1::ErrorReason_Parse("ERROR_REASON_" + info.reason(), &error.reason);
    }
  } else if (detail.UnpackTo(&request)) {
    for (const auto& violation : request.field_violations()) {
      error.violations.push_back({violation.field(), violation.description()});
    }
  } else if (detail.UnpackTo(&retry)) {
    error.retry_delay = std::chrono::seconds(retry.retry_delay().seconds()) +
                        std::chrono::nanoseconds(retry.retry_delay().nanos());
  }
}

}  // namespace

bool Error::IsTransient() const {
  return code == grpc::StatusCode::UNAVAILABLE || retry_delay.has_value();
}

Error DecodeError(const google::rpc::Status& status) {
  Error error;
  error.code = static_cast<grpc::StatusCode>(status.code());
  error.message = status.message();
  for (const google::protobuf::Any& detail : status.details()) AddDetail(detail, error);
  return error;
}

Error DecodeError(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) details.Clear();
  details.set_code(status.error_code());
  details.set_message(status.error_message());
  return DecodeError(details);
}

}  // namespace kpisuite::client
