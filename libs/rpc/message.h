// The few operations the reactors need on protobuf messages and on grpc::ByteBuffer alike.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <utility>

namespace kpisuite {

template <typename Message>
size_t MessageBytes(const Message& message) {
  return message.ByteSizeLong();
}

inline size_t MessageBytes(const grpc::ByteBuffer& message) { return message.Length(); }

// Leaves `from` valid and unspecified.
template <typename Message>
void MoveMessage(Message& from, Message& to) {
  to = std::move(from);
}

// ByteBuffer has no move assignment; its copy takes a reference on every slice.
inline void MoveMessage(grpc::ByteBuffer& from, grpc::ByteBuffer& to) { to.Swap(&from); }

}  // namespace kpisuite
