#include "services/measurement/raw_message.h"

#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr int kLengthDelimited = 2;

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

absl::Status ParseRaw(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ByteBuffer copy = bytes;
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  return InvalidFields(
      {{"",
        absl::StrCat("got bytes that are not a ", message.GetDescriptor()->full_name(),
                     ", want one whose texts are UTF-8"),
        violation::kSyntax, 0, 0}});
}

grpc::ByteBuffer SerializeRaw(const google::protobuf::Message& message) {
  return RawMessage(message.SerializeAsString());
}

grpc::ByteBuffer RawMessage(std::string bytes) {
  // The slice owns the text: nothing is copied.
  auto* const owned = new std::string(std::move(bytes));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* text) { delete static_cast<std::string*>(text); },
      owned);
  return grpc::ByteBuffer(&slice, 1);
}

void AppendBytesField(int number, absl::string_view bytes, std::string& message) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | kLengthDelimited, message);
  AppendVarint(bytes.size(), message);
  message.append(bytes.data(), bytes.size());
}

}  // namespace kpisuite
