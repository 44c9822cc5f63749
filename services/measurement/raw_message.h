// Messages of raw methods: parsed where their work is done, not on the threads of gRPC.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// INVALID_ARGUMENT INVALID_FIELD when the bytes are not such a message, or hold text that is not
// UTF-8.
absl::Status ParseRaw(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

grpc::ByteBuffer SerializeRaw(const google::protobuf::Message& message);

// A message whose serialised form is `bytes`.
grpc::ByteBuffer RawMessage(std::string bytes);

// Appends a field of the length-delimited wire type.
void AppendBytesField(int number, absl::string_view bytes, std::string& message);

}  // namespace kpisuite
