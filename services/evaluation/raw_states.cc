#include "services/evaluation/raw_states.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

using google::protobuf::io::CodedOutputStream;

// Tag and length of a length-delimited field; field numbers here are below 16.
std::string FieldHead(int number, size_t size) {
  uint8_t buffer[16];
  uint8_t* end = CodedOutputStream::WriteTagToArray(static_cast<uint32_t>(number << 3 | 2), buffer);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  return std::string(reinterpret_cast<const char*>(buffer), static_cast<size_t>(end - buffer));
}

void AppendState(int number, const StateAnswer& answer, std::string* message) {
  *message += FieldHead(number, answer.state->size() + answer.suffix.size());
  *message += *answer.state;
  *message += answer.suffix;
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

void ReleaseState(void* owner) { delete static_cast<StateBytes*>(owner); }

grpc::Slice SharedSlice(const StateBytes& state) {
  // gRPC only reads the bytes.
  return grpc::Slice(const_cast<char*>(state->data()), state->size(), ReleaseState,
                     new StateBytes(state));
}

}  // namespace

absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  // A copy of a buffer takes a reference on its slices; the reader wants it mutable.
  grpc::ByteBuffer readable(bytes);
  grpc::ProtoBufferReader reader(&readable);
  if (reader.status().ok() && request.ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  return InvalidFields(
      {{.field = "request",
        .description = "got bytes that are not a " + request.GetDescriptor()->full_name()}});
}

grpc::ByteBuffer RawState(const StateAnswer& answer) {
  const grpc::Slice slices[] = {grpc::Slice(answer.state->data(), answer.state->size()),
                                grpc::Slice(answer.suffix.data(), answer.suffix.size())};
  return grpc::ByteBuffer(slices, 2);
}

grpc::ByteBuffer RawBatch(const EvaluationService::StateAnswers& answers) {
  std::string message;
  for (const absl::StatusOr<StateAnswer>& answer : answers) {
    std::string result;
    if (answer.ok()) {
      AppendState(v1::StateResult::kStateFieldNumber, *answer, &result);
    } else {
      const grpc::Status status = ToGrpcStatus(answer.status());
      google::rpc::Status error;
      // What cannot be read as details has none.
      if (!error.ParseFromString(status.error_details())) error.Clear();
      error.set_code(status.error_code());
      error.set_message(status.error_message());
      const std::string bytes = error.SerializeAsString();
      result = FieldHead(v1::StateResult::kErrorFieldNumber, bytes.size()) + bytes;
    }
    message += FieldHead(v1::BatchGetStatesResponse::kResultsFieldNumber, result.size());
    message += result;
  }
  return ToBuffer(message);
}

grpc::ByteBuffer RawPage(const StatePage& page) {
  std::string message;
  for (const StateAnswer& answer : page.states) {
    AppendState(v1::ListStatesResponse::kStatesFieldNumber, answer, &message);
  }
  v1::ListStatesResponse rest;
  rest.set_next_page_token(page.next_page_token);
  rest.AppendToString(&message);
  return ToBuffer(message);
}

grpc::ByteBuffer RawWatchItem(const WatchItem& item) {
  v1::WatchStatesResponse mark;
  mark.set_resume_token(item.resume_token);
  mark.set_in_sync(item.in_sync);
  const std::string rest = mark.SerializeAsString();
  if (item.state == nullptr) return ToBuffer(rest);
  const std::string head =
      FieldHead(v1::WatchStatesResponse::kStateFieldNumber, item.state->size());
  const grpc::Slice slices[] = {grpc::Slice(head.data(), head.size()), SharedSlice(item.state),
                                grpc::Slice(rest.data(), rest.size())};
  return grpc::ByteBuffer(slices, 3);
}

grpc::ByteBuffer RawHeartbeat(const std::string& resume_token) {
  v1::WatchStatesResponse heartbeat;
  heartbeat.set_resume_token(resume_token);
  heartbeat.set_heartbeat(true);
  return ToBuffer(heartbeat.SerializeAsString());
}

}  // namespace kpisuite
