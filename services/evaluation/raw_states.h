// Messages that hold states, put together from bytes that were serialised once.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "absl/status/status.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {

// INVALID_ARGUMENT INVALID_FIELD when the bytes are not such a message.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

// A KpiState.
grpc::ByteBuffer RawState(const StateAnswer& answer);
// A BatchGetStatesResponse.
grpc::ByteBuffer RawBatch(const EvaluationService::StateAnswers& answers);
// A ListStatesResponse.
grpc::ByteBuffer RawPage(const StatePage& page);
// A WatchStatesResponse. The state's bytes are shared, not copied.
grpc::ByteBuffer RawWatchItem(const WatchItem& item);
grpc::ByteBuffer RawHeartbeat(const std::string& resume_token);

}  // namespace kpisuite
