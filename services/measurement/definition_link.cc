#include "services/measurement/definition_link.h"

#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(2);
constexpr absl::Duration kFailurePause = absl::Seconds(1);
constexpr char kCondition[] = "definitions";

// Called before the follower starts, which may become ready at once.
DefinitionFollowerOptions PrepareFollowing(const MetricCatalog& catalog, Readiness& readiness) {
  if (catalog.position() > 0) {
    readiness.SetReady(kCondition);
  } else {
    readiness.SetNotReady(kCondition, "waiting for the definition service");
  }
  DefinitionFollowerOptions options;
  options.after_position = catalog.position();
  options.incarnation = catalog.incarnation();
  return options;
}

}  // namespace

DefinitionLink::DefinitionLink(std::shared_ptr<grpc::Channel> channel, MetricCatalog& catalog,
                               Readiness& readiness, const Clock& clock)
    : clock_(clock),
      stub_(v1::DefinitionService::NewStub(channel)),
      follower_(
          std::move(channel), PrepareFollowing(catalog, readiness),
          [&catalog, &readiness](const DefinitionUpdate& update) {
            RETURN_IF_ERROR(catalog.Apply(update.definitions, update.snapshot, update.position,
                                          update.incarnation));
            readiness.SetReady(kCondition);
            return absl::OkStatus();
          },
          [&readiness](const DefinitionFollowerState& state) {
            if (state.caught_up) readiness.SetReady(kCondition);
          }) {}

absl::Status DefinitionLink::CatchUp(absl::Time deadline) {
  const absl::Status unreachable =
      MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                "the definition service does not answer, so that the metric may be unknown here "
                "only; retry");
  {
    MutexLock lock(mutex_);
    if (clock_.Now() < failed_until_) return unreachable;
  }
  const absl::Status caught_up = AskAndWait(deadline);
  if (caught_up.ok()) return caught_up;
  LogWarning("cannot catch up with the definition service",
             {{"error", std::string(caught_up.message())}});
  MutexLock lock(mutex_);
  failed_until_ = clock_.Now() + kFailurePause;
  return unreachable;
}

absl::Status DefinitionLink::AskAndWait(absl::Time deadline) {
  const absl::Time end = std::min(deadline, clock_.Now() + kLongestWait);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(end));
  v1::ServerInfo info;
  const grpc::Status status =
      stub_->GetDefinitionServerInfo(&context, v1::GetDefinitionServerInfoRequest(), &info);
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  if (follower_.WaitForPosition(info.definition_position(), end - clock_.Now())) {
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError("the change log did not arrive in time");
}

}  // namespace kpisuite
