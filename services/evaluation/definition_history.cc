#include "services/evaluation/definition_history.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// The position of an empty log: what comes after it is everything.
constexpr int64_t kBeginning = 1;

// Collects the messages of a watch.
class SetCollector {
 public:
  SetCollector(absl::Time until, size_t max_bytes) : until_(until), max_bytes_(max_bytes) {}

  // False once there is no more to read.
  absl::StatusOr<bool> Add(v1::WatchDefinitionsResponse& message) {
    // The end of the log, where the watch would go on live.
    if (message.heartbeat()) return false;
    bytes_ += message.ByteSizeLong();
    if (bytes_ > max_bytes_) {
      return MakeError(absl::StatusCode::kResourceExhausted, "LIMIT",
                       absl::StrCat("the change log of the definitions has more than ", max_bytes_,
                                    " bytes up to that moment"));
    }
    for (v1::Definition& definition : *message.mutable_definitions()) {
      set_.definitions.push_back(std::move(definition));
    }
    if (message.position() == 0) return true;
    if (FromTimestamp(message.commit_time()) > until_) return false;
    set_.position = message.position();
    sets_.push_back(std::exchange(set_, {}));
    return true;
  }

  std::vector<FollowedSet> Take() { return std::move(sets_); }

 private:
  const absl::Time until_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  FollowedSet set_;  // of which not all messages have come
  std::vector<FollowedSet> sets_;
};

}  // namespace

DefinitionHistory::DefinitionHistory(std::shared_ptr<grpc::Channel> channel)
    : stub_(v1::DefinitionService::NewStub(std::move(channel))) {}

void DefinitionHistory::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
}

absl::StatusOr<std::vector<FollowedSet>> DefinitionHistory::Read(const std::string& workspace,
                                                                 absl::Time until,
                                                                 absl::Time deadline,
                                                                 size_t max_bytes) {
  v1::WatchDefinitionsRequest request;
  request.set_parent(absl::StrCat("workspaces/", workspace));
  request.set_after_position(kBeginning);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  {
    MutexLock lock(mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    running_.insert(&context);
  }
  SetCollector collector(until, max_bytes);
  absl::StatusOr<bool> more = true;
  const auto reader = stub_->WatchDefinitions(&context, request);
  v1::WatchDefinitionsResponse message;
  while (more.ok() && *more && reader->Read(&message)) more = collector.Add(message);
  const bool complete = !more.ok() || !*more;
  if (complete) context.TryCancel();
  const grpc::Status finished = reader->Finish();
  {
    MutexLock lock(mutex_);
    running_.erase(&context);
  }
  RETURN_IF_ERROR(more.status());
  if (complete) return collector.Take();
  RETURN_IF_ERROR(FromGrpcStatus(finished));
  return MakeError(absl::StatusCode::kUnavailable, "DEFINITIONS_UNAVAILABLE",
                   "the definition service ended its change log early");
}

}  // namespace kpisuite
