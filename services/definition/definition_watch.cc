#include "services/definition/definition_watch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxMessageBytes = 1 << 20;
constexpr size_t kReadBytes = 1 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<DefinitionWatch>> DefinitionWatch::Create(
    DefinitionService& service, const v1::WatchDefinitionsRequest& request, StreamWaker waker) {
  Violations violations;
  const auto workspace = ParseWorkspaceOrAll(request.parent());
  violations.AddStatus("parent", violation::kSyntax, workspace.status());
  if (request.after_position() < 0) {
    violations.Add("after_position", violation::kOutOfRange,
                   absl::StrCat("got ", request.after_position(), ", want 0 or more"));
  }
  if (!violations.empty()) return InvalidFields(violations.Take());
  if (request.incarnation() != 0 && request.incarnation() != service.incarnation()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
                     "incarnation: the change log was replaced; start again from position 0");
  }
  RETURN_IF_ERROR(service.Refresh());
  // From here on nothing is missed: what comes after the position fires the signal.
  std::unique_ptr<DefinitionWatch> watch(
      new DefinitionWatch(service, *workspace, request.after_position()));
  watch->signal_key_ = service.changed().Add([waker] { waker.Wake(); });
  const int64_t last = service.position();
  if (request.after_position() > last) {
    return MakeError(absl::StatusCode::kOutOfRange, "FEED_TRIMMED",
                     absl::StrCat("after_position: got ", request.after_position(),
                                  ", want at most ", last, ", or 0 for a snapshot"),
                     {{"last_position", absl::StrCat(last)}});
  }
  if (request.after_position() == 0) watch->snapshot_ = service.Snapshot(*workspace);
  return watch;
}

DefinitionWatch::~DefinitionWatch() {
  if (signal_key_ != 0) service_.changed().Remove(signal_key_);
}

StreamStep<v1::WatchDefinitionsResponse> DefinitionWatch::Next() {
  if (snapshot_.has_value()) return NextOfSnapshot();
  while (true) {
    while (!sets_.empty() && !IsWatched(sets_.front())) {
      position_ = sets_.front().position;
      sets_.pop_front();
    }
    if (!sets_.empty()) return NextOfSet();
    absl::StatusOr<std::vector<AppliedSet>> sets = service_.ReadSets(position_, kReadBytes);
    if (!sets.ok()) return StreamEnd{sets.status()};
    if (sets->empty()) break;
    sets_.assign(std::make_move_iterator(sets->begin()), std::make_move_iterator(sets->end()));
  }
  if (announced_) return StreamIdle{};
  announced_ = true;
  return Heartbeat();
}

StreamStep<v1::WatchDefinitionsResponse> DefinitionWatch::Heartbeat() {
  // In the middle of a snapshot or set the position would promise too much.
  v1::WatchDefinitionsResponse message;
  message.set_heartbeat(true);
  message.set_incarnation(service_.incarnation());
  if (!snapshot_.has_value() && next_definition_ == 0) message.set_position(position_);
  return message;
}

v1::WatchDefinitionsResponse DefinitionWatch::NextOfSnapshot() {
  v1::WatchDefinitionsResponse message;
  message.set_snapshot(true);
  message.set_incarnation(service_.incarnation());
  const auto& definitions = snapshot_->definitions;
  size_t bytes = 0;
  for (; next_definition_ < definitions.size() && bytes < kMaxMessageBytes; ++next_definition_) {
    bytes += definitions[next_definition_]->ByteSizeLong();
    *message.add_definitions() = *definitions[next_definition_];
  }
  if (next_definition_ == definitions.size()) {
    position_ = snapshot_->position;
    message.set_position(position_);
    next_definition_ = 0;
    snapshot_.reset();
  }
  return message;
}

v1::WatchDefinitionsResponse DefinitionWatch::NextOfSet() {
  v1::WatchDefinitionsResponse message;
  message.set_incarnation(service_.incarnation());
  AppliedSet& set = sets_.front();
  const int64_t nanos = absl::ToUnixNanos(set.commit_time);
  message.mutable_commit_time()->set_seconds(absl::ToUnixSeconds(set.commit_time));
  message.mutable_commit_time()->set_nanos(
      static_cast<int32_t>(nanos - absl::ToUnixSeconds(set.commit_time) * 1'000'000'000));
  size_t bytes = 0;
  for (; next_definition_ < set.revisions.size() && bytes < kMaxMessageBytes; ++next_definition_) {
    bytes += set.revisions[next_definition_].ByteSizeLong();
    *message.add_definitions() = std::move(set.revisions[next_definition_]);
  }
  if (next_definition_ == set.revisions.size()) {
    position_ = set.position;
    message.set_position(position_);
    next_definition_ = 0;
    sets_.pop_front();
  }
  return message;
}

bool DefinitionWatch::IsWatched(const AppliedSet& set) const {
  if (!workspace_.has_value() || next_definition_ != 0) return true;
  const absl::StatusOr<ResourceName> name = ResourceName::Parse(set.revisions.front().name());
  return name.ok() && name->workspace == *workspace_;
}

}  // namespace kpisuite
