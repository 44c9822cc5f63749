#include "services/evaluation/shown_positions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

absl::Status NotYet() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the position is not reached yet");
}

}  // namespace

void ShownPositions::Start(int partitions, bool shared) {
  shared_ = shared;
  parts_ = std::make_unique<Part[]>(static_cast<size_t>(partitions));
  partitions_.store(partitions, std::memory_order_release);
}

void ShownPositions::SetOwned(int32_t part, bool owned) {
  Part& slot = parts_[static_cast<size_t>(part)];
  slot.ready.store(false, std::memory_order_release);
  slot.seq.store(-1);
  slot.definition_position.store(0);
  slot.owned.store(owned, std::memory_order_release);
}

bool ShownPositions::owned(int32_t part) const {
  return part >= 0 && part < partitions() &&
         parts_[static_cast<size_t>(part)].owned.load(std::memory_order_acquire);
}

void ShownPositions::SetFollowed(int64_t definition_position) {
  followed_.store(definition_position, std::memory_order_release);
}

void ShownPositions::SetMirrored(int32_t part, std::optional<absl::Time> as_of) {
  if (as_of.has_value() && (*as_of != absl::UnixEpoch() || !held(part).has_value())) {
    SetHeld(part, *as_of);
  }
  parts_[static_cast<size_t>(part)].mirrored_ns.store(
      as_of.has_value() ? absl::ToUnixNanos(*as_of) : kUnknown, std::memory_order_release);
}

void ShownPositions::SetHeld(int32_t part, absl::Time as_of) {
  parts_[static_cast<size_t>(part)].held_ns.store(absl::ToUnixNanos(as_of),
                                                  std::memory_order_release);
}

std::optional<absl::Time> ShownPositions::held(int32_t part) const {
  if (part < 0 || part >= partitions()) return std::nullopt;
  const int64_t as_of = parts_[static_cast<size_t>(part)].held_ns.load(std::memory_order_acquire);
  if (as_of == kUnknown) return std::nullopt;
  return absl::FromUnixNanos(as_of);
}

std::optional<absl::Time> ShownPositions::mirrored(int32_t part) const {
  if (part < 0 || part >= partitions()) return std::nullopt;
  const int64_t as_of =
      parts_[static_cast<size_t>(part)].mirrored_ns.load(std::memory_order_acquire);
  if (as_of == kUnknown) return std::nullopt;
  return absl::FromUnixNanos(as_of);
}

void ShownPositions::SetTold(int32_t part, absl::Time by) {
  parts_[static_cast<size_t>(part)].told_ns.store(absl::ToUnixNanos(by), std::memory_order_release);
}

bool ShownPositions::ShowsAllBy(int32_t part, absl::Time by) const {
  // An owner begins with all that the one before it had shown.
  if (owned(part)) return ready(part);
  return mirrored(part).has_value() && parts_[static_cast<size_t>(part)].told_ns.load(
                                           std::memory_order_acquire) >= absl::ToUnixNanos(by);
}

void ShownPositions::Set(int32_t part, const PartPosition& position, int64_t definition_position) {
  Part& slot = parts_[static_cast<size_t>(part)];
  if (slot.incarnation.load() != position.incarnation) {
    slot.seq.store(-1);
    slot.incarnation.store(position.incarnation);
  }
  slot.seq.store(position.seq);
  slot.definition_position.store(definition_position);
}

void ShownPositions::SetReady(int32_t part, bool ready) {
  if (ready && !held(part).has_value()) SetHeld(part, absl::UnixEpoch());
  parts_[static_cast<size_t>(part)].ready.store(ready, std::memory_order_release);
}

bool ShownPositions::ready(int32_t part) const {
  return part >= 0 && part < partitions() &&
         parts_[static_cast<size_t>(part)].ready.load(std::memory_order_acquire);
}

PartPosition ShownPositions::position(int32_t part) const {
  const Part& slot = parts_[static_cast<size_t>(part)];
  PartPosition position;
  do {
    position.incarnation = slot.incarnation.load();
    position.seq = slot.seq.load();
  } while (position.incarnation != slot.incarnation.load());
  return position;
}

int64_t ShownPositions::definition_position() const {
  const int count = partitions();
  if (count == 0) return 0;
  int64_t position = followed_.load(std::memory_order_acquire);
  for (int part = 0; part < count; ++part) {
    if (shared_ && !owned(part)) continue;
    position = std::min(position, parts_[static_cast<size_t>(part)].definition_position.load());
  }
  return position;
}

absl::Status ShownPositions::CheckPart(int32_t part, const PartPosition& wanted) const {
  if (part < 0 || part >= partitions()) {
    return InvalidFields(
        {{.field = "at_least",
          .description = absl::StrCat("got partition ", part, ", want one below ", partitions())}});
  }
  const PartPosition shown = position(part);
  if (shown.incarnation > wanted.incarnation) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "INCARNATION_CHANGED",
        absl::StrCat("at_least: partition ", part, " was rebuilt: got incarnation ",
                     wanted.incarnation, ", want ", shown.incarnation),
        {{"part", absl::StrCat(part)}, {"incarnation", absl::StrCat(shown.incarnation)}});
  }
  if (shown.incarnation < wanted.incarnation || shown.seq < wanted.seq) return NotYet();
  return absl::OkStatus();
}

absl::Status ShownPositions::Check(const PositionToken& token) const {
  if (partitions() == 0) return NotYet();
  absl::Status result;
  for (const auto& [part, wanted] : token.parts) {
    const absl::Status checked = CheckPart(part, wanted);
    if (!checked.ok() && !absl::IsUnavailable(checked)) return checked;
    result.Update(checked);
  }
  if (token.definition_position > 0 && definition_position() < token.definition_position) {
    return NotYet();
  }
  return result;
}

void PositionWaiters::Add(PositionToken token, absl::Time deadline, Done done) {
  const absl::Status checked = shown_.Check(token);
  if (!absl::IsUnavailable(checked)) {
    done(checked);
    return;
  }
  if (!end_.ok()) {
    done(end_);
    return;
  }
  waiters_.emplace(deadline, Waiter{std::move(token), std::move(done)});
}

void PositionWaiters::Advance(absl::Time now) {
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    absl::Status checked = shown_.Check(it->second.token);
    if (absl::IsUnavailable(checked)) {
      if (it->first > now) {
        ++it;
        continue;
      }
      checked = MakeError(absl::StatusCode::kDeadlineExceeded, "POSITION_TIMEOUT",
                          "at_least: the states did not reach the position in time");
    }
    const Done done = std::move(it->second.done);
    it = waiters_.erase(it);
    done(checked);
  }
}

absl::Time PositionWaiters::NextDeadline() const {
  return waiters_.empty() ? absl::InfiniteFuture() : waiters_.begin()->first;
}

void PositionWaiters::End(const absl::Status& status) {
  end_ = status;
  const auto waiters = std::exchange(waiters_, {});
  for (const auto& [deadline, waiter] : waiters) waiter.done(status);
}

}  // namespace kpisuite
