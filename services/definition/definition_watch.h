// DefinitionWatch: the messages of one WatchDefinitions call.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/rpc/stream_source.h"
#include "services/definition/definition_service.h"

namespace kpisuite {

// A snapshot first when it starts from 0, then the change log set by set. Holds a snapshot's
// pointers and at most one read of the log. May block; one thread at a time.
class DefinitionWatch final : public StreamSource<v1::WatchDefinitionsResponse> {
 public:
  // `service` outlives the watch. INVALID_ARGUMENT (parent, after_position), OUT_OF_RANGE
  // (FEED_TRIMMED), FAILED_PRECONDITION (INCARNATION_CHANGED).
  static absl::StatusOr<std::unique_ptr<DefinitionWatch>> Create(
      DefinitionService& service, const v1::WatchDefinitionsRequest& request, StreamWaker waker);
  ~DefinitionWatch() override;

  StreamStep<v1::WatchDefinitionsResponse> Next() override;
  StreamStep<v1::WatchDefinitionsResponse> Heartbeat() override;

 private:
  DefinitionWatch(DefinitionService& service, std::optional<std::string> workspace,
                  int64_t position)
      : service_(service), workspace_(std::move(workspace)), position_(position) {}

  v1::WatchDefinitionsResponse NextOfSnapshot();
  v1::WatchDefinitionsResponse NextOfSet();
  bool IsWatched(const AppliedSet& set) const;

  DefinitionService& service_;
  const std::optional<std::string> workspace_;
  uint64_t signal_key_ = 0;
  int64_t position_;  // of the last set that was sent completely, or skipped
  std::optional<DefinitionSnapshot> snapshot_;
  std::deque<AppliedSet> sets_;
  size_t next_definition_ = 0;  // of the snapshot, or of the first set
  bool announced_ = false;      // the first heartbeat, which says that the watcher has caught up
};

}  // namespace kpisuite
