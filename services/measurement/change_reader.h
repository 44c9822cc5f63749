// ChangeReader: the messages of one ReadChanges call.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/rpc/stream_source.h"
#include "services/measurement/change_notifier.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Copies serialised entries from the store into responses, which are never parsed here.
class ChangeReader final : public StreamSource<grpc::ByteBuffer> {
 public:
  // The references outlive the reader. INVALID_ARGUMENT for positions that are missing, repeated
  // or of no partition; OUT_OF_RANGE FEED_TRIMMED; FAILED_PRECONDITION INCARNATION_CHANGED;
  // UNAVAILABLE STORE_UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<ChangeReader>> Create(const v1::ReadChangesRequest& request,
                                                              MeasurementStore& store,
                                                              ChangeNotifier& notifier,
                                                              StreamWaker waker);
  ~ChangeReader() override;

  StreamStep<grpc::ByteBuffer> Next() override;
  StreamStep<grpc::ByteBuffer> Heartbeat() override;
  std::optional<absl::Duration> heartbeat_interval() const override;

 private:
  struct Position {
    int part;
    int64_t incarnation;
    int64_t seq;
  };

  ChangeReader(std::vector<Position> positions, MeasurementStore& store, ChangeNotifier& notifier,
               StreamWaker waker);

  // Appends what is new in one partition, at most about `limit_bytes`.
  absl::Status Append(Position& position, size_t limit_bytes, std::string& response);

  MeasurementStore& store_;
  ChangeNotifier& notifier_;
  std::vector<Position> positions_;
  size_t next_ = 0;  // where the next message begins, so that no partition starves
  const int64_t subscription_;
};

}  // namespace kpisuite
